"""Makes smooth.json: curves by scikit-learn's Gaussian process, with the points that they go through.

    python smooth.py smooth.json
"""

import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel


def case(rng, x, f, noise):
    y = np.round(f(x) + rng.normal(0, noise, len(x)), 4)
    at = np.linspace(x.min() - 1, x.max() + 1, 9)
    span, mean, sd = np.ptp(x), y.mean(), y.std(ddof=1)

    def process(length, signal, noise, optimizer):
        bounds = [(1e-3 * span, 10 * span), (1e-6 * sd**2, 1e4 * sd**2), (1e-6 * sd**2, 1e4 * sd**2)]
        kernel = ConstantKernel(signal**2, bounds[1]) * RBF(length, bounds[0]) + WhiteKernel(noise**2, bounds[2])
        return GaussianProcessRegressor(kernel, alpha=0, optimizer=optimizer, n_restarts_optimizer=20 if optimizer else 0, random_state=1).fit(x[:, None], y - mean)

    fixed = process(0.3 * span, sd, 0.5 * sd, None)
    best = process(0.3 * span, sd, 0.5 * sd, "fmin_l_bfgs_b")
    m, s = best.predict(at[:, None], return_std=True)
    noise2 = best.kernel_.k2.noise_level
    return {
        "x": x.tolist(), "y": y.tolist(), "at": at.tolist(),
        "fixed": [0.3 * span, sd, 0.5 * sd], "fixed_likelihood": fixed.log_marginal_likelihood(),
        "fixed_mean": (fixed.predict(at[:, None]) + mean).tolist(),
        "best": [best.kernel_.k1.k2.length_scale, np.sqrt(best.kernel_.k1.k1.constant_value), np.sqrt(noise2)],
        "likelihood": best.log_marginal_likelihood_value_,
        "mean": (m + mean).tolist(), "sd": np.sqrt(np.maximum(0, s**2 - noise2)).tolist(),
    }


def main():
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(4)
    epochs = np.repeat(np.arange(1.0, 13), 5)  # five folds
    out = {
        "scikit-learn": sklearn.__version__,
        "cases": [
            case(rng, np.sort(np.round(rng.uniform(0, 10, 25), 2)), np.sin, 0.2),
            case(rng, epochs, lambda x: 0.9 - 0.6 * np.exp(-x / 3), 0.04),
            case(rng, np.round(rng.uniform(-50, 50, 30), 1), lambda x: 3 * np.tanh(x / 10), 0.5),
        ],
    }
    with open(sys.argv[1], "w") as f:
        json.dump(out, f)
        f.write("\n")


main()

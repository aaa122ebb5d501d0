"""Makes images.json: structure measure, enhanced-alignment measure, MAE and Inf-Net's mean Dice of small images.

Written with NumPy from the papers' definitions, pixel by pixel and threshold by threshold: structure measure
(Fan and others 2017, ICCV), enhanced-alignment measure (Fan and others 2018, IJCAI), Dice at 256 thresholds
(Fan and others 2020, IEEE TMI).

    python images.py images.json
"""

import json
import sys

import numpy as np

EPS = np.finfo(float).eps


def half_up(x):
    return int(np.floor(x + 0.5))


def s_object(x, of):
    values = x[of]
    mean = values.mean()
    sd = values.std(ddof=1) if len(values) > 1 else 0.0
    return 2 * mean / (mean**2 + 1 + sd + EPS)


def ssim(p, g):
    n = p.size
    x, y = p.mean(), g.mean()
    if p.min() == p.max():
        x = p.flat[0]  # which the mean is but for rounding
    vx = ((p - x) ** 2).sum() / (n - 1 + EPS)
    vy = ((g - y) ** 2).sum() / (n - 1 + EPS)
    both = ((p - x) * (g - y)).sum() / (n - 1 + EPS)
    above, below = 4 * x * y * both, (x**2 + y**2) * (vx + vy)
    if above != 0:
        return above / (below + EPS)
    return 1.0 if below == 0 else 0.0


def s_measure(p, g):
    if not g.any():
        return 1 - p.mean()
    if g.all():
        return p.mean()
    u = g.mean()
    objects = u * s_object(p, g) + (1 - u) * s_object(1 - p, ~g)
    rows, columns = np.nonzero(g)
    y, x = half_up((rows + 1).mean()), half_up((columns + 1).mean())
    regions = 0.0
    for part in (np.s_[:y, :x], np.s_[:y, x:], np.s_[y:, :x], np.s_[y:, x:]):
        if p[part].size:
            regions += p[part].size / p.size * ssim(p[part], g[part].astype(float))
    return max(0.0, 0.5 * objects + 0.5 * regions)


def e_measure(m, g):
    m, g = m.astype(float), g.astype(float)
    if g.sum() == 0:
        e = 1 - m
    elif (1 - g).sum() == 0:
        e = m
    else:
        a, b = m - m.mean(), g - g.mean()
        e = (2 * a * b / (a * a + b * b + EPS) + 1) ** 2 / 4
    return e.sum() / (g.size - 1 + EPS)


def dice(m, g):
    hit = (m & g).sum()
    return 0.0 if hit == 0 else 2 * hit / (m.sum() + g.sum())


def measure(images, raw, every):
    s, mae, dices, es, adaptive_dice, adaptive_e = [], [], [], [], [], []
    for v, g in images:
        if not every and not g.any():
            continue
        p = v / 255
        if not raw and v.max() > v.min():
            p = (v - v.min()) / (v.max() - v.min())
        s.append(s_measure(p, g))
        mae.append(np.abs(p - g).mean())
        at = [p >= t / 255 - 1e-11 for t in range(256)]
        dices.append([dice(m, g) for m in at])
        es.append([e_measure(m, g) for m in at])
        m = p >= min(1, 2 * p.mean())
        adaptive_dice.append(dice(m, g))
        adaptive_e.append(e_measure(m, g))
    dices, es = np.mean(dices, 0), np.mean(es, 0)
    return {
        "raw": raw, "every": every, "images": len(s), "structure": np.mean(s), "mae": np.mean(mae),
        "mean_dice": dices.mean(), "max_dice": dices.max(), "adaptive_dice": np.mean(adaptive_dice),
        "mean_enhanced": es.mean(), "max_enhanced": es.max(), "adaptive_enhanced": np.mean(adaptive_e),
    }


def volume(rng, nx, ny, nz):
    """nz images of bytes with blobs as reference; some without, one full, one even."""
    y, x = np.mgrid[:ny, :nx]
    images = []
    for k in range(nz):
        r = rng.uniform(1, 4)
        d = np.hypot(x - rng.uniform(1, nx - 2), y - rng.uniform(1, ny - 2))
        g = d <= r
        v = np.clip(np.round(230 / (1 + np.exp(d - r)) + rng.normal(8, 20, d.shape)), 0, 255).astype(int)
        if k == 1:
            g[:] = False
        if k == 2:
            g[:] = True
        if k == 3:
            v[:] = 77
        if k == 4:
            g[:] = False
            g[ny - 1, nx - 1] = True  # one pixel, in the corner: three of four regions are empty
        images.append((v, g))
    return images


def main():
    rng = np.random.default_rng(8)
    out = []
    for nx, ny, nz in ((13, 9, 7), (70, 5, 6)):
        images = volume(rng, nx, ny, nz)
        out.append({
            "size": [nx, ny, nz], "p": [v.ravel().tolist() for v, _ in images], "positive": [g.astype(int).ravel().tolist() for _, g in images],
            "want": [measure(images, raw, every) for raw in (False, True) for every in (False, True)],
        })
    with open(sys.argv[1], "w") as f:
        json.dump(out, f)
        f.write("\n")


main()

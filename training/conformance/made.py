"""What is measured: pairs of masks, probabilities and numbers, written into a folder that e2e/conformance reads.

Arrays are [z, y, x]; input.json has sizes and spacings as x, y, z.
"""

import json
import subprocess
from pathlib import Path

import numpy as np
from scipy import ndimage

import shared

TOLERANCES = [0.5, 1.0, 3.0]
SPACINGS = [(1.0, 1.0, 1.0), (5.0, 0.7, 0.7), (1.25, 0.7, 0.8), (0.5, 2.0, 1.1), (2.5, 0.9, 0.9)]
OF_SURFACE = shared.functions("app/metrics/surface/testdata/peers.py")
blobs, ball = OF_SURFACE["blobs"], OF_SURFACE["ball"]


def shape_of(rng, n):
    """Most are small; every twelfth is 96 voxels along one side, two along all."""
    if n < 2:
        return (96, 96, 96)
    shape = rng.integers(3, 40, 3)
    if n % 12 == 7:
        shape[rng.integers(3)] = 96
    return tuple(int(x) for x in shape)


def moved(a, by):
    """a moved without coming in again at the other side."""
    out = np.zeros_like(a)
    to = tuple(slice(max(0, d), n + min(0, d)) for d, n in zip(by, a.shape))
    of = tuple(slice(max(0, -d), n + min(0, -d)) for d, n in zip(by, a.shape))
    out[to] = a[of]
    return out


def sheet(rng, shape):
    """A plane one voxel thick or two, at any angle."""
    normal = rng.normal(size=3)
    normal /= np.linalg.norm(normal)
    grid = np.indices(shape).reshape(3, -1).T - (np.array(shape) - 1) * rng.uniform(0.3, 0.7, 3)
    return (np.abs(grid @ normal) <= rng.choice([0.5, 1.0])).reshape(shape)


def random_pair(rng, n):
    """Name, reference, prediction of the n-th."""
    shape = shape_of(rng, n)
    a = blobs(rng, shape, rng.uniform(1, 3), rng.uniform(0.02, 0.5))
    few = np.zeros(shape, bool)
    few.flat[rng.integers(0, a.size, rng.integers(1, 4))] = True
    steps = [int(x) for x in rng.integers(-3, 4, 3)]
    edges = np.zeros(shape, bool)
    edges[tuple(slice(0, max(1, s // 2)) for s in shape)] = True
    kinds = [
        ("blobs with other edges", lambda: (a, a ^ (blobs(rng, shape, 1, 0.1) & ndimage.binary_dilation(a, iterations=2)))),
        ("moved", lambda: (a, moved(a, steps))),
        ("eroded", lambda: (a, ndimage.binary_erosion(a))),
        ("grown", lambda: (a, ndimage.binary_dilation(a, iterations=2))),
        ("apart", lambda: (a, blobs(rng, shape, 2, rng.uniform(0.02, 0.5)))),
        ("scattered voxels", lambda: (rng.random(shape) < 0.05, rng.random(shape) < rng.uniform(0.01, 0.3))),
        ("thin sheets", lambda: (sheet(rng, shape), sheet(rng, shape))),
        ("a voxel or three", lambda: (few, a)),
        ("found a voxel or three", lambda: (a, few)),
        ("at the border", lambda: (edges, moved(edges, [abs(s) for s in steps]))),
        ("hollow", lambda: (ndimage.binary_dilation(a) & ~a, ndimage.binary_dilation(a, iterations=2) & ~ndimage.binary_dilation(a))),
        ("one of both empty", lambda: (a, np.zeros(shape, bool)) if n // 12 % 2 else (np.zeros(shape, bool), a)),
    ]
    kind, make = kinds[n % len(kinds)]
    reference, prediction = make()
    return f"{n} {kind}", reference, prediction


def small_pairs(count):
    """Name, reference, prediction, spacing: those that the tests have, and count more."""
    yield from OF_SURFACE["pairs"]()
    rng = np.random.default_rng(66)
    for n in range(count):
        yield *random_pair(rng, n), SPACINGS[int(rng.integers(len(SPACINGS)))]


def large_pairs(program, folder):
    """Three of 512x512x300, of the synthetic thorax: lungs without their infection and a voxel off; infection, found a voxel off and grown; a lung with its surface worn off."""
    import nibabel

    subprocess.run([program, "phantom", "-o", folder / "phantom", "--seed", "4", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    image = nibabel.load(folder / "phantom" / "mask.nii.gz")
    labels = np.asarray(image.dataobj).astype(np.uint8).T
    spacing = tuple(float(s) for s in image.header.get_zooms()[:3][::-1])
    left, right = labels == 1, labels == 2
    infection = labels > 2
    lungs = left | right | infection
    yield "lungs", lungs, moved(lungs & ~infection, (0, 1, 1)), spacing
    yield "infection", infection, ndimage.binary_dilation(moved(infection, (1, 2, 0))), spacing
    yield "left lung", left, ndimage.binary_erosion(left, iterations=2), spacing


def probabilities(rng, shape, bits):
    """Probabilities that know something of a reference, rounded as the bits allow."""
    reference = blobs(rng, shape, 1.5, rng.uniform(0.05, 0.5))
    logit = rng.normal(0, 1.5, shape) + 2.5 * reference - 1.5
    p = 1 / (1 + np.exp(-logit))
    if bits == 32:
        return p.astype("<f4"), reference
    return np.round(p * (2**bits - 1)).astype({8: "u1", 16: "<u2"}[bits]), reference


def large_probabilities():
    """78.6 million, nearly all near 0 or 1."""
    rng = np.random.default_rng(7)
    z, y, x = np.ogrid[:300, :512, :512]
    away = (np.sqrt((z - 150.0) ** 2 + (y - 256.0) ** 2 + (x - 256.0) ** 2) - 120).astype("f4")
    reference = away <= 0
    away += 10 * rng.standard_normal(away.shape, dtype="f4")
    away /= -6
    p = 1 / (1 + np.exp(-away))
    return p.astype("<f4"), reference


class Folder:
    """Where input.json and its files go."""

    def __init__(self, path):
        self.path = Path(path)
        self.input = {"tolerances_mm": TOLERANCES, "pairs": [], "scores": [], "paired": [], "ratings": [], "repeated": [], "outcomes": [], "p_values": []}

    def raw(self, name, a):
        np.ascontiguousarray(a).tofile(self.path / name)
        return name

    def pair(self, name, reference, prediction, spacing):
        n = len(self.input["pairs"])
        self.input["pairs"].append({
            "name": name, "size": list(reference.shape[::-1]), "spacing_mm": list(spacing[::-1]),
            "reference": self.raw(f"{n}.reference", reference.astype(np.uint8)), "prediction": self.raw(f"{n}.prediction", prediction.astype(np.uint8)),
        })

    def score(self, name, p, reference):
        n = len(self.input["scores"])
        self.input["scores"].append({
            "name": name, "size": list(p.shape[::-1]), "bits": 8 * p.itemsize,
            "probabilities": self.raw(f"{n}.probabilities", p), "reference": self.raw(f"{n}.truth", reference.astype(np.uint8)),
        })

    def load(self, of, key, kind=np.uint8):
        """The array of a file again."""
        return np.fromfile(self.path / of[key], kind).reshape(of["size"][::-1])

    def write(self):
        (self.path / "input.json").write_text(json.dumps(shared.plain(self.input)))

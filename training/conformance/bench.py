"""Times what Opacity and its peers take for the same large masks and probabilities, one after the other in one run."""

import time

import made
import shared


def timed(f):
    start = time.perf_counter()
    x = f()
    return time.perf_counter() - start, x


def apart(x, y):
    return f"{abs(x - y) / max(abs(x), 1e-9):.0e} apart"


def times(folder, opacity, measured):
    """One row a figure: what, seconds and mb of Opacity, what the peer takes. measured gives what e2e/conformance prints of the folder."""
    for _, (name, a, b, spacing) in zip(range(2), made.large_pairs(opacity, folder.path)):
        folder.pair(name, a, b, spacing)
    p, reference = made.large_probabilities()
    folder.score("probabilities", p, reference)
    folder.write()
    ours = {t["what"]: t for t in measured(folder.path, "-bench")}
    rows = []

    def row(what, of, peer):
        rows.append({"what": what, "seconds": of["seconds"], "mb": of["mb"], "peer": peer})

    for n, of in enumerate(folder.input["pairs"]):
        a, b = (folder.load(of, key).astype(bool) for key in ("reference", "prediction"))
        spacing = of["spacing_mm"][::-1]
        t, c = ours[f"{of['name']}: distances"], ours[f"{of['name']}: counts"]
        said = deepmind(a, b, spacing, t["values"])
        if n == 0:
            said += "; " + medpy(a, b, spacing, t["values"])
        row(f"HD, HD95, ASSD, NSD together, by voxels and by surfels, {of['name']} of 512x512x300", t, said)
        row(f"all counts, {of['name']}", c, dice(a, b, c["values"]))
    t = ours["probabilities: ROC and area"]
    row("ROC curve and area of 78.6 M voxels, 32 bits", t, area(p, reference, t["values"]))
    return rows


def table(rows, load):
    out = [
        f"From `--bench`. Opacity: the shortest of three; the peers once, right after; files are read before. MB: all that was allocated the while, beside the inputs. Load average at the start {load:.1f}.",
        "", "| what | Opacity | MB | peer |", "|---|--:|--:|---|",
    ]
    for r in rows:
        out.append(f"| {r['what']} | {r['seconds']:.3g} s | {r['mb']:.0f} | {r['peer']} |")
    return "\n".join(out)


def area(p, reference, ours):
    from sklearn.metrics import roc_auc_score

    seconds, auc = timed(lambda: roc_auc_score(reference.ravel(), p.ravel()))
    return f"scikit-learn, area alone: {seconds:.1f} s, {abs(auc - ours[0]):.1e} apart, the stated bound is {ours[1]:.1e}"


def dice(a, b, ours):
    from medpy.metric import binary

    seconds, x = timed(lambda: binary.dc(b, a))
    return f"medpy, Dice alone: {seconds:.2f} s, {apart(x, ours[0])}"


def deepmind(a, b, spacing, ours):
    import surface_distance as sd

    shared.patch()
    seconds, d = timed(lambda: sd.compute_surface_distances(a, b, spacing))
    return f"surface-distance: {seconds:.1f} s, HD95 {apart(sd.compute_robust_hausdorff(d, 95), ours[4])}"


def medpy(a, b, spacing, ours):
    from medpy.metric import binary

    took, said = 0.0, []
    for name, mine in zip(("hd", "hd95", "assd"), ours):
        seconds, x = timed(lambda: getattr(binary, name)(b, a, voxelspacing=spacing))
        took += seconds
        said.append(f"{name} {apart(x, mine)}")
    return f"medpy, three calls: {took:.0f} s, {', '.join(said)}"

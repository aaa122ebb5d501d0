"""Compares what Opacity says with what the peers say, and prints what agrees and what does not."""

import math
import re
from collections import defaultdict

TOLERANCE = 1e-6
FLOOR = 1e-9  # differences of numbers smaller than this are taken relative to it
EXACT = {"tp", "fp", "fn", "tn", "wilcoxon"}  # counts and ranks
ROUNDED = re.compile(r"ICC.*_ci_")  # pingouin prints hundredths

# Of the disagreements that are known: peer, metric, situation, the largest relative
# difference that the reason explains, the reason. The first that fits is taken.
REASONS = [
    ("MONAI", r"hd95.*", "differs", 1e-5, "interpolates between order statistics in single precision"),
    ("MONAI", r"dice|jaccard", "peer has none", math.inf, "leaves a case out whose reference is empty (ignore_empty), whatever was found; here 0"),
    ("medpy", r"jaccard", "both_empty", math.inf, "puts 1 for two empty masks"),
    ("SimpleITK", r"hd_mm", "differs", math.inf, "asks all voxels of one mask how far they are from the other: what lies inside the other is at 0, so a hole that was filled is not seen"),
    ("SimpleITK", r"(dice|jaccard|volume_similarity|sensitivity|precision)", "both_empty|zero_denominator", math.inf, "puts a number where nothing is labelled: overlaps 0, errors 0"),
    ("Metrics Reloaded .*", r"dice", "both_empty", math.inf, "its code puts 1 for two empty masks"),
    ("Metrics Reloaded .*", r"(hd|hd95|assd|masd)_mm", "both_empty", math.inf, "its code puts a distance of 0 for two empty masks"),
    ("Metrics Reloaded .*", r"precision", "zero_denominator", math.inf, "its code puts 0 where the prediction has none and the reference some"),
    ("scikit-learn", r"calibration_.*", "differs", 1e-2, "32-bit probabilities are counted here at the nearest of 65,536 levels: a mean moves by up to half a level, and a voxel at the edge of a stretch may change sides"),
    ("definition .*", r"ece", "differs", 1e-2, "as calibration: levels and the edges of stretches"),
    ("SciPy", r"t|t_p", "constant", math.inf, "puts t infinite and P 0 for a constant difference: there is no spread to test against"),
    ("SciPy", r"wilcoxon_p", "no_difference", math.inf, "puts 1 where no pair differs"),
    ("SciPy", r"pearson", "too_few", math.inf, "puts 1 or -1 for two points, through which there is always a line"),
]


class Row:
    """A metric beside a peer."""

    def __init__(self):
        self.n = self.undefined = 0
        self.worst = 0.0
        self.apart = defaultdict(list)  # by situation: (difference, where, ours, theirs)


def defined(x):
    return not isinstance(x, str) and x is not None and math.isfinite(x)


def difference(ours, theirs):
    return abs(ours - theirs) / max(abs(ours), abs(theirs), FLOOR)


class Tally:
    """All that was compared."""

    def __init__(self):
        self.rows = defaultdict(Row)

    def compare(self, where, ours, said):
        """ours is {key: value}, said is {peer: {key: value}}."""
        for peer, values in said.items():
            for key, theirs in values.items():
                if key == "auc_exact":
                    self.within(peer, where, ours, theirs)
                elif isinstance(theirs, list):
                    self.lists(peer, key, where, ours[key], theirs)
                else:
                    self.one(peer, key, where, ours.get(key, "not there"), theirs)

    def lists(self, peer, key, where, ours, theirs):
        if len(ours) != len(theirs):
            self.rows[key, peer].apart["differs"].append((math.inf, where, f"{len(ours)} numbers", f"{len(theirs)}"))
            return
        for x, y in zip(ours, theirs):
            self.one(peer, key, where, x, y)

    def within(self, peer, where, ours, theirs):
        """The area of probabilities that were rounded to levels, within the bound that is stated."""
        row = self.rows["auc of unrounded probabilities, within the stated bound", peer]
        row.n += 1
        off = abs(ours["auc"] - theirs)
        row.worst = max(row.worst, off)
        if off > ours["bound"] + 1e-12:
            row.apart["differs"].append((off, where, ours["auc"], theirs))

    def one(self, peer, key, where, ours, theirs):
        row = self.rows[key, peer]
        if not defined(ours) and not defined(theirs):
            row.undefined += 1
        elif not defined(ours):
            row.apart[str(ours)].append((math.inf, where, ours, theirs))
        elif not defined(theirs):
            row.apart["peer has none"].append((math.inf, where, ours, theirs))
        else:
            row.n += 1
            self.numbers(row, key, where, ours, theirs)

    def numbers(self, row, key, where, ours, theirs):
        if ROUNDED.search(key):
            row.worst = max(row.worst, max(0.0, abs(ours - theirs) - 0.005))
            if abs(ours - theirs) > 0.00501:
                row.apart["differs"].append((difference(ours, theirs), where, ours, theirs))
            return
        off = difference(ours, theirs)
        if off > (0 if key in EXACT else TOLERANCE):
            row.apart["differs"].append((off, where, ours, theirs))
        else:
            row.worst = max(row.worst, off)

    def unexplained(self):
        return [(key, peer, situation, cases) for key, peer, situation, cases, why in self.disagreements() if not why]

    def disagreements(self):
        for (key, peer), row in self.rows.items():
            for situation, cases in row.apart.items():
                yield key, peer, situation, cases, reason(key, peer, situation, max(c[0] for c in cases))

    def agreement_table(self):
        out = ["| metric | peer | compared | apart | largest relative difference of the rest | no number on either side |", "|---|---|--:|--:|--:|--:|"]
        for (key, peer), row in sorted(self.rows.items(), key=lambda r: (order(r[0][0]), r[0][1])):
            apart = sum(len(c) for c in row.apart.values())
            worst = "0" if row.worst == 0 else f"{row.worst:.1e}"
            out.append(f"| {key.replace('@', ' at ')} | {peer} | {row.n + sum(len(c) for s, c in row.apart.items() if s != 'differs')} | {apart} | {worst} | {row.undefined} |")
        return "\n".join(out)

    def disagreement_table(self):
        """By peer and reason, the metrics together."""
        rows = defaultdict(lambda: [[], 0, None])
        for key, peer, situation, cases, why in self.disagreements():
            row = rows[peer, situation, why or "NOT EXPLAINED"]
            row[0].append(key.replace("@", " at "))
            row[1] += len(cases)
            worst = max(cases, key=lambda c: c[0] if math.isfinite(c[0]) else 0)
            row[2] = worst if row[2] is None or worst[0] > row[2][0] else row[2]
        out = ["| peer | metrics | where | cases | for instance: here, there | why |", "|---|---|---|--:|---|---|"]
        for (peer, situation, why), (keys, n, (_, where, ours, theirs)) in sorted(rows.items()):
            out.append(f"| {peer} | {', '.join(sorted(set(keys), key=order))} | {words(situation)} | {n} | {where}: {short(ours)}, {short(theirs)} | {why} |")
        return "\n".join(out)


def reason(key, peer, situation, most):
    for of, metric, where, limit, why in REASONS:
        if re.fullmatch(of, peer) and re.fullmatch(metric, key) and re.fullmatch(where, situation) and (most <= limit or limit == math.inf):
            return why
    return None


def words(situation):
    return {"differs": "both have a number", "peer has none": "only Opacity has a number"}.get(situation, f"only the peer has a number ({situation})")


def short(x):
    return f"{x:.7g}" if isinstance(x, float) else str(x)


FIRST = ["tp", "fp", "fn", "tn", "dice", "jaccard", "rvd", "volume_similarity", "sensitivity", "specificity", "precision", "npv", "accuracy", "balanced_accuracy", "mcc"]


def order(key):
    if key in FIRST:
        return (0, FIRST.index(key), key)
    for n, start in enumerate(("hd", "assd", "masd", "asd", "nsd", "auc", "average", "soft", "mae", "squared", "cal", "ece", "dice", "struct", "enh"), 1):
        if key.startswith(start):
            return (n, 0, key)
    return (99, 0, key)

"""Who is trained on and who is measured: folds by patient, seeded and balanced."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .strict import ConfigError
from .system import Protocol

# Cases of a side, and of each the slices that belong to it; None: all of them.
Part = dict[str, list[int] | None]


@dataclass
class Fold:
    number: int
    train: Part
    validation: Part = field(default_factory=dict)
    test: Part = field(default_factory=dict)
    patients: dict[str, str] = field(default_factory=dict)  # whose a case is, where he is not called after it

    def sides(self) -> dict[str, Part]:
        return {"train": self.train, "validation": self.validation, "test": self.test}


def make(protocol: Protocol, cases: list[str], slices: dict[str, int], origins: dict[str, str], patients: dict[str, str]) -> list[Fold]:
    """The folds of a protocol over the cases; slices, origins and patients say what each case has and whose it is.

    The same protocol over the same cases gives the same folds to every system. All cases of a patient are on one side,
    but for the split leaky-slice.
    """
    of: dict[str, list[str]] = {}  # the cases of each patient, in the order of his first
    for case in sorted(cases):
        of.setdefault(patients[case], []).append(case)
    if not of:
        raise ConfigError("there are no cases to train on")
    if len(of) == 1 and protocol.split != "all":
        (one,) = of
        raise ConfigError(f"{one} is the only patient{_of_many(len(cases))}: at least two are needed, one to train on and one to measure")
    if protocol.split == "leaky-slice":
        return _leaky(protocol, sorted(cases), slices)
    # A patient is spoken of by his first case.
    every = {those[0]: those for those in of.values()}
    count = {first: sum(slices[c] for c in those) for first, those in every.items()}
    match protocol.split:
        case "all":
            made = [Fold(0, dict.fromkeys(every))]
        case "fixed":
            made = [_fixed(protocol, every)]
        case _:
            if protocol.folds < 2:
                raise ConfigError(f"{protocol.folds} folds cannot be: at least two are needed")
            if len(every) < protocol.folds:
                raise ConfigError(f"{len(every)} patients{_of_many(len(cases), len(every))} cannot make {protocol.folds} folds: lower protocol.folds, or add patients")
            sides = _balanced(protocol, list(every), count, origins)
            made = [Fold(k, {c: None for c in every if c not in side}, test=dict.fromkeys(side)) for k, side in enumerate(sides)]
    made = [_whole(_with_validation(protocol, fold, origins), every) for fold in made]
    for fold in made:
        fold.patients = {case: patients[case] for case in sorted(cases) if patients[case] != case}
    return made


def _of_many(cases: int, patients: int = 1) -> str:
    """What stands behind the patients where they have more cases than that."""
    return f" ({cases} cases; the source's key `patient` says which are whose)" if cases > patients else ""


def _whole(fold: Fold, every: dict[str, list[str]]) -> Fold:
    """A fold of patients as one of all their cases."""
    train, validation, test = ({c: None for c in sorted(c for first in part for c in every[first])} for part in (fold.train, fold.validation, fold.test))
    return Fold(fold.number, train, validation, test)


def _fixed(protocol: Protocol, every: dict[str, list[str]]) -> Fold:
    known = {c: first for first, those in every.items() for c in those}
    if unknown := [c for c in protocol.test_cases if c not in known]:
        raise ConfigError(f"protocol.test_cases: there is no case {', '.join(unknown)}")
    test = sorted({known[c] for c in protocol.test_cases})
    if forgotten := [c for first in test for c in every[first] if c not in protocol.test_cases]:
        raise ConfigError(f"protocol.test_cases: {', '.join(forgotten)} is of a patient who is held out, and must be held out too")
    if len(test) == len(every):
        raise ConfigError("protocol.test_cases holds every patient: nobody is left to train on")
    return Fold(0, {c: None for c in every if c not in test}, test=dict.fromkeys(test))


def _balanced(protocol: Protocol, cases: list[str], slices: dict[str, int], origins: dict[str, str]) -> list[list[str]]:
    """Test sides: origin by origin, those with most slices first, each to the fold that has least of the origin, then of patients, then of slices."""
    rng = np.random.default_rng([protocol.seed, 11])
    order = rng.permutation(len(cases))
    mixed = [cases[i] for i in order]
    sides: list[list[str]] = [[] for _ in range(protocol.folds)]
    for origin in sorted(set(origins[c] for c in cases), key=lambda o: (-sum(origins[c] == o for c in cases), o)):
        for case in sorted((c for c in mixed if origins[c] == origin), key=lambda c: -slices[c]):
            same = [sum(origins[c] == origin for c in side) for side in sides]
            total = [sum(slices[c] for c in side) for side in sides]
            best = min(range(len(sides)), key=lambda k: (same[k], len(sides[k]), total[k], k))
            sides[best].append(case)
    return [sorted(side) for side in sides]


def _leaky(protocol: Protocol, cases: list[str], slices: dict[str, int]) -> list[Fold]:
    """Slices shuffled over the folds without regard of the patient: what some published work does."""
    every = [(c, z) for c in cases for z in range(slices[c])]
    if len(every) < protocol.folds or protocol.folds < 2:
        raise ConfigError(f"{len(every)} slices cannot make {protocol.folds} folds")
    order = np.random.default_rng([protocol.seed, 12]).permutation(len(every))
    sides = [sorted(every[i] for i in part) for part in np.array_split(order, protocol.folds)]
    folds = []
    for k, test in enumerate(sides):
        train = sorted(s for j, side in enumerate(sides) if j != k for s in side)
        held = max(1, round(0.1 * len(train))) if protocol.validation_cases else 0
        pick = set(np.random.default_rng([protocol.seed, 13, k]).permutation(len(train))[:held].tolist())
        folds.append(Fold(k, _part([s for i, s in enumerate(train) if i not in pick]), _part([s for i, s in enumerate(train) if i in pick]), _part(test)))
    return folds


def _part(pairs: list[tuple[str, int]]) -> Part:
    out: Part = {}
    for case, z in pairs:
        out.setdefault(case, []).append(z)
    return out


def _with_validation(protocol: Protocol, fold: Fold, origins: dict[str, str]) -> Fold:
    """Moves cases from training to validation, seeded by the fold; of as many origins as there are."""
    if protocol.validation_cases <= 0:
        return fold
    if protocol.validation_cases >= len(fold.train):
        raise ConfigError(f"fold {fold.number} has {len(fold.train)} patients to train on: {protocol.validation_cases} cannot be taken for validation")
    mixed = [sorted(fold.train)[i] for i in np.random.default_rng([protocol.seed, 13, fold.number]).permutation(len(fold.train))]
    for _ in range(protocol.validation_cases):
        seen = [origins[c] for c in fold.validation]
        case = min(mixed, key=lambda c: (seen.count(origins[c]), mixed.index(c)))
        mixed.remove(case)
        fold.validation[case] = fold.train.pop(case)
    return fold

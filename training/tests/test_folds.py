import pytest

from opacity_training import folds
from opacity_training.strict import ConfigError
from opacity_training.system import Protocol

CASES = [f"c{i:02d}" for i in range(13)]
SLICES = {c: 20 + 10 * i for i, c in enumerate(CASES)}
PATIENTS = {c: c for c in CASES}
ORIGINS = {c: "a" if i % 3 else "b" for i, c in enumerate(CASES)}


def made(**protocol) -> list[folds.Fold]:
    return folds.make(Protocol(**protocol), CASES, SLICES, ORIGINS, PATIENTS)


@pytest.mark.parametrize("number", [2, 4, 5, 13])
def test_every_patient_is_tested_once_and_on_one_side_only(number):
    every = made(folds=number, validation_cases=2)
    assert sorted(c for f in every for c in f.test) == CASES
    for f in every:
        sides = [set(f.train), set(f.validation), set(f.test)]
        assert set.union(*sides) == set(CASES) and sum(map(len, sides)) == len(CASES)
        assert len(f.validation) == 2 and all(v is None for part in (f.train, f.validation, f.test) for v in part.values())


def test_folds_are_balanced_by_origin_and_slices():
    every = made(folds=5)
    for origin in "ab":
        counts = [sum(ORIGINS[c] == origin for c in f.test) for f in every]
        assert max(counts) - min(counts) <= 1
    totals = [sum(SLICES[c] for c in f.test) for f in every]
    assert max(totals) - min(totals) < 0.5 * max(totals)


def test_the_seed_decides_and_the_order_of_cases_does_not():
    again = folds.make(Protocol(folds=5), CASES[::-1], SLICES, ORIGINS, PATIENTS)
    assert made(folds=5) == again
    alike = dict.fromkeys(CASES, 10)
    a, b = (folds.make(Protocol(folds=5, seed=seed), CASES, alike, ORIGINS, PATIENTS) for seed in (1, 2))
    assert a != b


def test_a_leaky_split_puts_a_patient_on_both_sides_but_no_slice():
    every = made(split="leaky-slice", folds=5, validation_cases=1)
    assert all(set(f.train) & set(f.test) for f in every)
    for f in every:
        slices = [{(c, z) for c, v in part.items() for z in v} for part in (f.train, f.validation, f.test)]
        assert len(set.union(*slices)) == sum(map(len, slices)) == sum(SLICES.values())
    tested = [(c, z) for f in every for c, v in f.test.items() for z in v]
    assert len(tested) == len(set(tested)) == sum(SLICES.values())


def test_fixed_and_all():
    (fold,) = made(split="fixed", test_cases=["c03", "c01"])
    assert sorted(fold.test) == ["c01", "c03"] and len(fold.train) == 11
    (fold,) = made(split="all")
    assert sorted(fold.train) == CASES and not fold.test


@pytest.mark.parametrize(
    "cases, protocol, says",
    [
        ([], {}, "no cases"),
        (["c00"], {}, "c00 is the only patient"),
        (["c00"], {"split": "leaky-slice"}, "c00 is the only patient"),
        (CASES[:3], {"folds": 5}, "3 patients cannot make 5 folds"),
        (CASES, {"folds": 1}, "at least two"),
        (CASES, {"split": "fixed", "test_cases": ["nobody"]}, "no case nobody"),
        (CASES[:2], {"split": "fixed", "test_cases": CASES[:2]}, "nobody is left"),
        (CASES[:4], {"folds": 2, "validation_cases": 2}, "cannot be taken for validation"),
    ],
)
def test_what_cannot_be_split_is_refused_in_one_sentence(cases, protocol, says):
    with pytest.raises(ConfigError, match=says) as e:
        folds.make(Protocol(**protocol), cases, SLICES, ORIGINS, PATIENTS)
    assert "\n" not in str(e.value)


OF = {c: f"p{i // 2}" for i, c in enumerate(CASES)}  # seven patients, six of whom have two cases


@pytest.mark.parametrize("number", [2, 5, 7])
def test_all_cases_of_a_patient_are_on_one_side(number):
    every = folds.make(Protocol(folds=number, validation_cases=1 if number < 7 else 0), CASES, SLICES, ORIGINS, OF)
    assert sorted(c for f in every for c in f.test) == CASES
    for f in every:
        sides = [{OF[c] for c in part} for part in (f.train, f.validation, f.test)]
        assert sum(map(len, sides)) == 7 and len(set.union(*sides)) == 7
        assert len({*f.train, *f.validation, *f.test}) == len(CASES) and len(sides[1]) == (number < 7)


def test_patients_are_counted_not_their_cases():
    with pytest.raises(ConfigError, match=r"7 patients \(13 cases; .*patient.*\) cannot make 8 folds"):
        folds.make(Protocol(folds=8), CASES, SLICES, ORIGINS, OF)
    with pytest.raises(ConfigError, match=r"p is the only patient \(13 cases"):
        folds.make(Protocol(folds=2), CASES, SLICES, ORIGINS, dict.fromkeys(CASES, "p"))
    with pytest.raises(ConfigError, match="c01 is of a patient who is held out"):
        folds.make(Protocol(split="fixed", test_cases=["c00"]), CASES, SLICES, ORIGINS, OF)
    (fold,) = folds.make(Protocol(split="fixed", test_cases=["c00", "c01"]), CASES, SLICES, ORIGINS, OF)
    assert sorted(fold.test) == ["c00", "c01"] and len(fold.train) == 11

"""The queue over systems and folds."""

import copy
import dataclasses
import time

import numpy as np
import pytest
from filelock import FileLock

from opacity_training import chains, crossval, evaluate, paths, predictions, records, runs, sources, system, tables
from opacity_training import places as where
from opacity_training.places import Places
from opacity_training.sources import INFECTION, LUNG, nifti
from opacity_training.strict import ConfigError
from opacity_training.vote import together


@pytest.fixture
def quick(slices):
    slices.train.steps, slices.protocol.validation_cases, slices.data.extras = 2, 0, []
    return slices


def twin(system, id):
    """The same in all but its seed: one that differs in words alone is not run again."""
    other = copy.deepcopy(system)
    other.id, other.seed = id, system.seed + 1 + ord(id[0])
    return other


def on_lungs_of(system):
    """One that reads the lungs it predicts."""
    other = twin(system, "masked")
    other.data.chain.append(chains.LungMask(outside=0.0))
    other.data.input.lung_mask, other.data.input.lung_system = "predicted", system.id
    return other


def order(systems, places, **more) -> list[str]:
    said: list[str] = []
    crossval.crossval(systems, places, say=lambda text: said.append(str(text)), **more)
    return [" ".join(s.split()[:3]).rstrip(":") for s in said]


def test_breadth_first_or_depth_first(quick, places, tmp_path):
    systems = [twin(quick, "a"), twin(quick, "b")]
    assert order(systems, places) == ["a fold 0", "b fold 0", "a fold 1", "b fold 1"]
    other = Places(places.root, tmp_path / "r2", places.cache, tmp_path / "s2")
    assert order(systems, other, depth=True) == ["a fold 0", "a fold 1", "b fold 0", "b fold 1"]
    said: list[str] = []
    assert crossval.crossval(systems, other, say=said.append)
    assert len(said) == 1 and said[0].startswith("nothing to run: 4 folds have their record")


def test_only_what_changed_is_run_again(quick, places):
    crossval.crossval([quick], places)
    quick.predict.threshold = 0.4  # predicts and measures anew, with the weights that are there
    last = places.runs / "small" / "fold-0" / "last.pt"
    trained = last.stat().st_mtime_ns
    assert order([quick], places) == ["small fold 0", "small fold 1"]
    assert last.stat().st_mtime_ns == trained


def test_a_system_that_differs_in_words_alone_is_not_trained_again(quick, places):
    crossval.crossval([quick], places, only=[0])
    other = copy.deepcopy(quick)
    other.id, other.group = "other", "another table"
    assert order([other], places, only=[0]) == ["other fold 0"] and not (places.runs / "other").exists()
    a, b = (records.read(records.path(places.records, s.id, 0)) for s in (quick, other))
    assert b.same_as == "small" and b.system == "other" and a.cases == b.cases


def test_the_time_is_kept_and_the_rest_is_carried_on(quick, places):
    quick.train.steps = 100000
    begin = time.monotonic()
    assert not crossval.crossval([quick], places, minutes=0.03)
    assert time.monotonic() - begin < 60
    assert not records.path(places.records, "small", 0).exists() and (places.runs / "small" / "fold-0" / "last.pt").exists()


def test_a_bad_system_does_not_stop_the_others(quick, places):
    bad, said = twin(quick, "bad"), []
    bad.protocol.folds = 9
    assert not crossval.crossval([bad, quick], places, say=lambda t: said.append(str(t)))
    assert said[0].startswith("bad: 4 patients cannot make 9 folds") and len(said) == 3


def test_a_damaged_record_is_said_and_the_rest_goes_on(quick, places):
    crossval.crossval([quick], places, only=[0])
    records.path(places.records, "small", 0).write_text("{}", encoding="utf-8")
    said = []
    assert not crossval.crossval([quick], places, say=lambda t: said.append(str(t)))
    assert "is no record of a fold" in said[0] and "delete it" in said[0] and said[1].startswith("small fold 1: lung")


def test_a_fold_another_process_is_at_work_on_is_left_to_it(quick, places):
    lock = places.runs / ".locks" / "small fold-0"
    lock.parent.mkdir(parents=True)
    said = []
    with FileLock(lock):
        assert not crossval.crossval([quick], places, say=lambda t: said.append(str(t)))
    assert said[0].startswith("small fold 1: lung") and said[1] == "small fold 0 is left to another process, which is at work on it"
    assert order([quick], places) == ["small fold 0"]


def test_predicted_lungs_wait_for_the_system_that_makes_them(quick, places):
    masked = on_lungs_of(quick)
    with pytest.raises(ConfigError, match="run crossval on that system first"):
        where.store_of(masked, places)
    assert order([masked, quick], places) == ["small fold 0", "small fold 1", "masked fold 0", "masked fold 1"]
    record = records.read(records.path(places.records, "masked", 0))
    assert record.lung_mask == "predicted by small"
    case = record.protocol["test_cases"][0]
    store = where.store_of(masked, places)
    lungs = predictions.read(where.out_of_fold("small", places)[case])["lung"] > 127
    assert not store.case(case).image[~lungs].any()


def test_lungs_of_an_exported_model(quick, places):
    """Somebody who has drawn infection alone takes the shipped model's lungs."""
    model = paths.HERE.parent / "assets" / "models" / "opacity-lung-infection-2d.onnx"
    quick.data.chain.append(chains.LungMask(outside=0.0))
    quick.data.input.lung_mask, quick.data.input.lung_model = "predicted", str(model.relative_to(paths.HERE.parent))
    system.check(quick)
    store = where.store_of(quick, places)
    case = store.source.read(store.cases()[0])
    _, masks = evaluate.predicted(evaluate.variants(model), case)
    assert masks["lung"].any() and not store.case(case.id).image[~masks["lung"]].any()
    assert crossval.crossval([quick], places, only=[0])
    assert records.read(records.path(places.records, "small", 0)).lung_mask == "predicted by the model opacity-lung-infection-2d"
    for wrong in ({"lung_system": "small"}, {"lung_model": ""}, {"lung_mask": "reference"}):
        other = copy.deepcopy(quick)
        other.data.input = dataclasses.replace(other.data.input, **wrong)
        with pytest.raises(ConfigError, match="lung_system or lung_model"):
            system.check(other)


def test_a_folder_of_patients_with_two_scans_each(quick, places):
    """From nested folders of NIfTI to records: nobody is on two sides, and a mean is over patients."""
    folder = places.root / "set"
    phantoms = sources.build(sources.PhantomVolumes(count=6, shape=[6, 64, 64]), places.root)
    for n, id in enumerate(phantoms.cases()):
        case, here = phantoms.read(id), folder / f"p{n // 2}" / f"scan{n % 2}"
        here.mkdir(parents=True)
        nifti.write(here / "ct.nii.gz", case.image, case.spacing_mm)
        nifti.write(here / "labels.nii.gz", np.where(case.label & INFECTION > 0, 2, case.label & LUNG).astype(np.uint8), case.spacing_mm)
    quick.data.source = sources.NiftiFolder(folder="set", meaning={1: "lung", 2: "infection"})
    quick.protocol.folds = 3
    said = []
    assert crossval.crossval([quick], places, say=said.append)
    both = [records.read(records.path(places.records, "small", k)) for k in range(3)]
    for record in both:
        tested, trained = ({c[:2] for c in record.protocol[f"{side}_cases"]} for side in ("test", "train"))
        assert len(tested) == 1 and len(trained) == 2 and not tested & trained and len(record.protocol["test_cases"]) == 2
        assert record.data["patients"] == 3
    assert all("(1 patients)" in s for s in said if "Dice 0" in s)
    rows, folds = evaluate.run_rows(places.runs / "small", sources.build(quick.data.source, places.root))
    assert {r["case"]: r["patient"] for r in rows} == {f"p{n // 2}_scan{n % 2}_ct": f"p{n // 2}" for n in range(6)} and len(set(folds)) == 3
    (result,) = tables.read(places.records)
    values = [r["dice"] for r in rows if r["label"] == "lung"]
    assert list(result.patients("lung", "dice").values()) == pytest.approx([(values[k] + values[k + 1]) / 2 for k in (0, 2, 4)], abs=1e-3)
    assert tables.context(result)["patients"] == "3" and [len(v) for v in result.folds("lung", "dice").values()] == [1, 1, 1]


def test_a_leaky_split_is_measured_on_its_slices_alone(quick, places):
    quick.protocol.split = "leaky-slice"
    assert crossval.crossval([quick], places)
    both = [records.read(records.path(places.records, "small", k)) for k in (0, 1)]
    whole = {c: (where.store_of(quick, places).source.read(c).label & 1).sum() for c in both[0].protocol["test_cases"]}
    for case, area in whole.items():
        parts = [r["area_ref_px"] for b in both for r in b.cases if r["case"] == case and r["label"] == "lung"]
        assert sum(parts) == area and all(p < area for p in parts)


def test_weights_for_everybody(quick, places):
    everybody = where.on_everybody(quick)
    (fold,) = where.folds_of(everybody, places)
    assert len(fold.train) == 4 and not fold.test
    assert crossval.runs.folder(places.runs, everybody, 0).name == "all"


def test_curves_are_thinned():
    points = [[i, i] for i in range(1000)]
    thin = crossval.thinned(points)
    assert len(thin) == 100 and thin[0] == [0, 0] and thin[-1] == [999, 999] and crossval.thinned(points[:5]) == points[:5]


def test_members_vote_on_cases_none_of_them_saw(quick, places):
    members = [twin(quick, n) for n in "abc"]
    vote = twin(quick, "vote")
    vote.members = ["a", "b", "c"]
    assert order([vote, *members], places, only=[0]) == ["a fold 0", "b fold 0", "c fold 0", "vote fold 0"]
    record = records.read(records.path(places.records, "vote", 0))
    assert record.network == {"kind": "majority", "members": ["a", "b", "c"]} and record.train["steps"] == 0
    assert {r["case"] for r in record.cases} == set(record.protocol["test_cases"])
    assert not crossval.crossval([vote], places, only=[1])  # nobody has run that fold


def test_majority_and_mean():
    members = [{"lung": np.array([v], np.uint8)} for v in (255, 140, 0)]
    for how, want in (("majority", True), ("mean", True)):
        assert together(members, ["lung"], how, 0.5)[0]["lung"][0] == want
    assert not together(members[1:], ["lung"], "majority", 0.5)[0]["lung"][0]  # a tie
    assert not together(members[1:], ["lung"], "mean", 0.5)[0]["lung"][0]


def test_kept_weights_predict_again_on_another_machine(quick, places, tmp_path):
    quick.keep_weights = "weights"
    crossval.crossval([quick], places, only=[0])
    assert runs.sides(places.results / "weights" / "small-fold-0.pt") == runs.sides(places.runs / "small" / "fold-0")
    other = Places(places.root, tmp_path / "elsewhere", places.cache, places.results)
    assert order([quick], other, only=[0]) == ["small fold 0"]
    for path in (places.runs / "small" / "fold-0" / "probabilities").glob("*.npz"):
        a, b = predictions.read(path), predictions.read(predictions.path(tmp_path / "elsewhere" / "small" / "fold-0", path.stem))
        assert all(np.abs(a[k].astype(int) - b[k]).max() <= 1 for k in a)


def test_predictions_that_others_read_are_made_again_on_another_machine(quick, places, tmp_path):
    crossval.crossval([quick], places)
    other = Places(places.root, tmp_path / "elsewhere", places.cache, places.results)
    masked = on_lungs_of(quick)
    assert order([quick], other) == ["nothing to run"]
    assert order([quick, masked], other, depth=True) == ["small fold 0", "small fold 1", "masked fold 0", "masked fold 1"]
    assert order([quick, masked], Places(places.root, tmp_path / "third", places.cache, places.results)) == ["nothing to run"]


def test_who_waits_goes_on_where_weights_were_kept(quick, places, tmp_path):
    quick.keep_weights = "weights"
    crossval.crossval([quick], places)
    other = Places(places.root, tmp_path / "elsewhere", places.cache, places.results)
    assert order([on_lungs_of(quick), quick], other) == ["small fold 0", "small fold 1", "masked fold 0", "masked fold 1"]


def test_a_damaged_prediction_is_named_and_the_others_go_on(quick, places):
    members, said = [twin(quick, n) for n in "ab"], []
    vote = twin(quick, "vote")
    vote.members = ["a", "b"]
    crossval.crossval(members, places, only=[0])
    damaged = next((places.runs / "a" / "fold-0" / "probabilities").glob("*.npz"))
    damaged.write_bytes(damaged.read_bytes()[:200])
    assert not crossval.crossval([vote, quick], places, only=[0], say=said.append)
    assert str(damaged) in said[0] and "is damaged" in said[0] and said[1].startswith("small fold 0: ")


def test_other_patients_are_another_fold(quick, places):
    crossval.crossval([quick], places)
    quick.data.cases = where.store_of(quick, places).cases()[:3]
    assert not crossval.crossval([quick], places)  # the runs are of the patients before, and say so
    others = Places(places.root, places.runs.with_name("others"), places.cache, places.results)
    assert order([quick], others) == ["small fold 0", "small fold 1"]


@pytest.mark.parametrize("only", [[0], None])
def test_what_a_leaky_split_predicts_is_not_out_of_fold(quick, places, only):
    leaky, vote, said = twin(quick, "leaky"), twin(quick, "vote"), []
    leaky.protocol.split, vote.members = "leaky-slice", ["leaky", "small"]
    masked = on_lungs_of(quick)
    masked.data.input.lung_system = "leaky"
    crossval.crossval([leaky, quick], places, only=only)
    assert not crossval.crossval([vote, masked], places, only=[0], say=said.append)
    assert len(said) == 2 and all("out of fold" in s for s in said)


def test_folds_of_a_leaky_split_are_told_apart(quick, places):
    quick.protocol.split = "leaky-slice"
    crossval.crossval([quick], places)
    rows, folds = evaluate.record_rows(places.records / "small")
    assert [folds.count(k) for k in (0, 1)] == [len(rows) / 2] * 2
    said: list[str] = []
    evaluate.print_rows(rows, folds, say=said.append)
    assert any("mean ± SD of 2 folds" in s for s in said)


def test_a_vote_needs_its_members_of_the_same_fold_alone(quick, places, tmp_path):
    members = [twin(quick, n) for n in "abc"]
    vote = twin(quick, "vote")
    vote.members = ["a", "b", "c"]
    order([*members, vote], places, only=[0])
    other = Places(places.root, tmp_path / "elsewhere", places.cache, places.results)
    assert order([*members, vote], other) == ["a fold 1", "b fold 1", "c fold 1", "vote fold 1"]


def test_a_system_whose_predictions_are_read_does_not_take_over_a_record(quick, places):
    crossval.crossval([quick], places, only=[0])
    same, vote = copy.deepcopy(quick), twin(quick, "vote")
    same.id, vote.members = "same", ["same", "small"]
    assert order([same, vote], places, only=[0]) == ["same fold 0", "vote fold 0"]
    assert (places.runs / "same" / "fold-0" / "probabilities").exists()

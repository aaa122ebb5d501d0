"""Learning from corrections, on phantoms: who is learned from and who measures, what the model says of itself, what is refused."""

import json
import shutil

import numpy as np
import pytest
from conftest import CHAIN, TRAIN, system_of
from test_export import SYSTEMS

from opacity_training import learn, learn_curve, runs, sources, study
from opacity_training import places as where
from opacity_training.__main__ import main
from opacity_training.export import export
from opacity_training.learn import Learned, Options, held_back
from opacity_training.metadata import validate
from opacity_training.runtime import Model
from opacity_training.sources import INFECTION, LEFT, RIGHT, SourceError, Studies, nifti
from opacity_training.store import Store
from opacity_training.strict import ConfigError, plain
from opacity_training.train import train

QUICK = Options(share=0.5, steps=6, rate=1e-3)
quiet = lambda *_: None  # noqa: E731


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A system trained for some steps on three of five phantoms, as a run and as a file; and studies of others."""
    tmp = tmp_path_factory.mktemp("learn")
    places = where.Places(tmp / "nodata", tmp / "runs", tmp / "cache", tmp / "results")
    system = system_of(
        data={
            "source": {"kind": "phantom-volumes", "count": 5, "shape": [6, 64, 64]},
            "size": 64,
            "chain": CHAIN,
            "extras": [{"source": {"kind": "phantoms", "count": 3, "size": 64}, "share": 0.2}],
        },
        network={"kind": "basic-unet", "features": [4, 4, 8, 8, 16, 4]},
        protocol={"split": "fixed", "test_cases": ["phantom-volume-001", "phantom-volume-003"]},
        train=TRAIN,
    )
    (fold,) = where.folds_of(system, places)
    run = runs.folder(places.runs, system, 0)
    train(system, fold, where.store_of(system, places), run, places.cache, say=quiet)
    path = export(run, tmp / "out", tmp / "nodata", half=True)
    others = sources.build(sources.PhantomVolumes(4, [6, 64, 64], seed=99))
    for n, case in enumerate(others.cases()):
        learn_curve.write_study(tmp / "studies", f"S{n}", others.read(case), taken=[1, 2, 4])
    return system, places, run, path, tmp / "studies"


def test_a_file_goes_on(made):
    system, places, _, path, studies = made
    start = learn.start_of(path, system, places.runs / "start")
    said: list[str] = []
    got = learn.learn(start, studies, places, QUICK, said.append)
    assert got.finished and got.slices == 9 and len(got.patients) == 3
    seen = {r["case"] for r in got.before}
    assert {"phantom-volume-001", "phantom-volume-003"} < seen and len(seen) == 3  # and one of four studies
    assert not seen & {*got.patients, *learn.trained_on(start.metadata)} and seen == {r["case"] for r in got.after}
    assert any("50% of each batch is of the original data (3 patients" in s for s in said), said
    before, after = Model(path).metadata, Model(got.model).metadata
    validate(after)
    assert after["licence"] == before["licence"] and after["citation"] == before["citation"] and after["id"] == before["id"]
    assert after["version"].startswith(before["version"] + "+learned.") and "9 slices of 3 studies" in after["training"]["dataset"]
    assert learn.learned_from(after) == sorted(got.patients) and learn.trained_on(after) == learn.trained_on(before)
    card = got.model.with_suffix(".md").read_text()
    assert "Licence and notice" in card and before["licence"] in card and learn.sha256(path) in card
    assert [r["dice"] for r in got.before] != [r["dice"] for r in got.after]
    again = learn.learn(start, studies, places, QUICK, quiet)  # nothing is left to train
    assert [r["dice"] for r in again.after] == [r["dice"] for r in got.after]
    # A model that has learned goes on without forgetting whom it learned from: only the fourth can be held back.
    second = learn.learn(learn.start_of(got.model, system, places.runs / "start"), studies, places, Options(steps=2, hold_back=1), quiet)
    assert not {r["case"] for r in second.before} & set(got.patients)


def test_an_interrupted_run_is_carried_on(made, tmp_path, monkeypatch):
    system, places, _, path, studies = made
    start = learn.start_of(path, system, tmp_path)
    apart = where.Places(places.root, tmp_path / "runs", places.cache, places.results)
    original = learn.train
    monkeypatch.setattr(learn, "train", lambda *a, **k: original(*a, stop_after=3, **k))
    assert not learn.learn(start, studies, apart, QUICK, quiet).finished
    monkeypatch.setattr(learn, "train", original)
    resumed, whole = learn.learn(start, studies, apart, QUICK, quiet), learn.learn(start, studies, places, QUICK, quiet)
    assert [r["dice"] for r in resumed.after] == [r["dice"] for r in whole.after]


def test_a_run_goes_on_and_nobody_measures_who_was_corrected(made, tmp_path):
    system, places, run, _, _ = made
    case = sources.build(system.data.source).read("phantom-volume-001")
    learn_curve.write_study(tmp_path, "same", case)
    got = learn.learn(learn.start_of(run, system, tmp_path / "start"), tmp_path, places, Options(steps=2), quiet)
    assert {r["case"] for r in got.before} == {"phantom-volume-003"}  # 001 is known again by its slices


@pytest.fixture
def two_scans_each(tmp_path):
    """Three patients of two scans; p0 was trained on."""
    made = sources.build(sources.PhantomVolumes(6, [6, 64, 64], seed=3))
    for n, case in enumerate(map(made.read, made.cases())):
        folder = tmp_path / "data" / "set" / f"p{n // 2}" / "ab"[n % 2]
        folder.mkdir(parents=True)
        nifti.write(folder / "ct.nii.gz", case.image, case.spacing_mm)
        values = np.select([case.label & INFECTION > 0, case.label & RIGHT > 0, case.label & LEFT > 0], [3, 2, 1], 0)
        nifti.write(folder / "labels.nii.gz", values.astype(np.uint8), case.spacing_mm)
    held = [f"p{n}_{s}_ct" for n in (1, 2) for s in "ab"]
    system = system_of(
        data={"source": {"kind": "nifti-folder", "folder": "set"}, "size": 64, "chain": CHAIN},
        network={"kind": "basic-unet", "features": [4, 4, 8, 8, 16, 4]},
        protocol={"split": "fixed", "test_cases": held},
        train=TRAIN,
    )
    return system, where.Places(tmp_path / "data", tmp_path / "runs", tmp_path / "cache", tmp_path / "results"), tmp_path / "studies"


def test_no_other_scan_of_a_patient_measures(two_scans_each):
    system, places, studies = two_scans_each
    reader = sources.build(system.data.source, places.root)
    for n, id in enumerate(("p1_a_ct", "p0_b_ct")):
        learn_curve.write_study(studies, f"S{n}", reader.read(id), taken=[1, 2, 4])
    start = learn.Start(studies, system, {"training": {"split": f"by patient; trained on p0_a_ct; held out {', '.join(system.protocol.test_cases)}"}})
    store = Store(Studies(str(studies), "x", []), system.data.chain, places.root, places.cache)
    original, unseen, seen, whose = learn._original(start, places, Options(), store, quiet)
    assert original == ["p0_a_ct"] and unseen == ["p2_a_ct", "p2_b_ct"]
    assert seen == ["study-000000s1"] and whose == {"study-000000s0": "p1", "study-000000s1": "p0"}  # p0_b was not trained on, but p0 was


def test_studies_of_two_scans_of_a_patient_stay_together(two_scans_each):
    """Their hashes differ, but the original data knows whose they are: both are learned from, or both measure."""
    system, places, studies = two_scans_each
    reader = sources.build(system.data.source, places.root)
    for n, id in enumerate(("p1_a_ct", "p1_b_ct", "p2_a_ct")):
        learn_curve.write_study(studies, f"S{n}", reader.read(id), taken=[1, 2, 4])
    (fold,) = where.folds_of(system, places)
    run = runs.folder(places.runs, system, 0)
    train(system, fold, where.store_of(system, places), run, places.cache, say=quiet)
    start = learn.start_of(run, system, places.runs / "start")
    sides = set()
    for seed in range(8):
        learned = learn.learn(start, studies, places, Options(steps=1, hold_back=1, seed=seed), quiet)
        held = {r["case"] for r in learned.before}
        assert held in ({"study-000000s0", "study-000000s1"}, {"study-000000s2"}) and not held & set(learned.patients)
        assert [len(d.each) for _, d in learn.compared(learned)] == [1, 1]
        sides.add(len(held))
        if len(sides) == 2:
            break
    assert sides == {1, 2}


def test_a_patient_the_model_was_made_from_is_not_held_back(made, tmp_path):
    system, places, _, path, _ = made
    own = sources.build(system.data.source, places.root)
    others = sources.build(sources.PhantomVolumes(1, [6, 64, 64], seed=99))
    for n, id in enumerate(["phantom-volume-000", "phantom-volume-002", *others.cases()]):
        learn_curve.write_study(tmp_path / "studies", f"S{n}", (own if n < 2 else others).read(id), taken=[1, 2, 4])
    start = learn.start_of(path, system, tmp_path)
    held = lambda n: {r["case"] for r in learn.learn(start, tmp_path / "studies", places, Options(steps=2, hold_back=n), quiet).before}  # noqa: E731
    (study_of_another,) = held(1) - {"phantom-volume-001", "phantom-volume-003"}
    assert study_of_another == "study-000000s2"
    with pytest.raises(ConfigError, match="all but 1 of these patients before, and 2 must be held back"):
        held(2)


def test_corrections_that_leave_no_infection_teach(made, tmp_path):
    system, places, _, path, _ = made
    case = sources.build(system.data.source).read("phantom-volume-003")
    case.label &= ~np.uint8(INFECTION)
    learn_curve.write_study(tmp_path, "clean", case)
    assert learn.learn(learn.start_of(path, system, tmp_path), tmp_path, places, Options(steps=1), quiet).finished


def rows(**dice) -> list[dict]:
    return [{"case": c, "label": "infection", "dice": v} for c, v in dice.items()]


def test_all_scans_of_a_patient_count_as_one():
    """Five studies of one patient that rise a little do not make up for another patient's that falls."""
    of = lambda **dice: [r | {"patient": "PID-1" if r["case"] != "b" else "PID-2"} for r in rows(**dice)]  # noqa: E731
    got = Learned(True, before=of(a1=0.7, a2=0.7, a3=0.7, a4=0.7, a5=0.7, b=0.8), after=of(a1=0.71, a2=0.71, a3=0.71, a4=0.71, a5=0.73, b=0.77))
    ((label, d),) = learn.compared(got)
    assert (label, len(d.each), round(d.a, 3), round(d.b, 3)) == ("infection", 2, 0.75, 0.742)
    assert learn.worse(got) == ["infection 0.750 to 0.742"]
    text = learn.table(got)
    assert "| a1, a2, a3, a4, a5 | 0.700 | 0.714 | +0.014 |" in text and "| b | 0.800 | 0.770 | -0.030 |" in text and "| mean of 2 | 0.750 | 0.742 |" in text
    assert "PID" not in text  # the table goes into the model's card
    assert learn_curve._dice(got.after) == {"infection": {"PID-1": 0.714, "PID-2": 0.77}}
    gone = Learned(True, before=of(a1=0.7, a2=0.2), after=of(a1=0.71, a2=None))  # nothing left of it, and nothing to find
    assert [(n, d.a, d.b) for n, d in learn.compared(gone)] == [("infection", 0.7, 0.71)]


def test_replacing(made, tmp_path):
    system, _, _, path, _ = made
    for p in path.parent.iterdir():
        shutil.copy(p, tmp_path)
    own = tmp_path / path.name
    start = learn.start_of(own, system, tmp_path)
    (tmp_path / "model").mkdir()
    model = tmp_path / "model" / path.name
    model.write_bytes(b"learned")
    model.with_suffix(".json").write_text("{}")
    worse = Learned(True, model, before=rows(a=0.7, b=0.6), after=rows(a=0.71, b=0.58))
    with pytest.raises(ConfigError, match="stays: on patients held back the mean Dice fell, infection 0.650 to 0.645"):
        learn.replace(start, worse)
    with pytest.raises(ConfigError, match="cannot be told"):
        learn.replace(start, Learned(True, model))
    assert own.read_bytes() == path.read_bytes()
    learn.replace(start, Learned(True, model, before=rows(a=0.7), after=rows(a=0.7)))
    assert own.read_bytes() == b"learned" and own.with_suffix(".json").read_text() == "{}" and not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    "patients, before, hold, others, want",
    [
        (3, 0, None, 4, 0),
        (3, 0, None, 0, 1),
        (10, 0, None, 4, 2),
        (4, 0, 3, 0, 3),
        (2, 0, 2, 4, "nobody is left to learn from"),
        (1, 0, None, 0, "nobody is left to learn from"),
        (1, 0, 0, 0, "nobody is held back"),
        (3, 3, 1, 0, "has learned from all but 0"),
    ],
)
def test_held_back(patients, before, hold, others, want):
    whose = {f"p{n}": [f"s{n}", f"t{n}"] for n in range(patients)}
    earlier = [f"t{n}" for n in range(before)]
    if isinstance(want, str):
        with pytest.raises(ConfigError, match=want):
            held_back(whose, earlier, Options(hold_back=hold), others)
    else:
        got = held_back(whose, earlier, Options(hold_back=hold), others)
        assert len(got) == 2 * want and all((s in got) == (t in got) for s, t in whose.values())  # both studies of a patient
        assert got == held_back(whose, earlier, Options(hold_back=hold), others)


def test_who_was_trained_on():
    split = lambda text: {"training": {"split": text}}  # noqa: E731
    assert learn.trained_on(split("by patient; trained on a, b; held out c")) == ["a", "b"]
    assert learn.trained_on(split("by patient; fold 0 of 0 to 4; trained on a; learned from study-1, study-2; held back no study")) == ["a"]
    assert learn.trained_on(split("all patients: a, b; no figure of these weights on them is accuracy")) == ["a", "b"]
    assert learn.trained_on(split("by patient; trained on none; held out a")) == []
    assert learn.learned_from(split("by patient; trained on a; learned from study-1, study-2; held back study-3")) == ["study-1", "study-2"]


def test_the_notice_keeps_what_the_card_says_of_licences(made, tmp_path):
    system, _, _, path, _ = made
    for p in path.parent.iterdir():
        shutil.copy(p, tmp_path)
    card = tmp_path / f"{path.stem}.md"
    card.write_text("# T\n\nUsed well.\n\n**Research use.** Weights: **CC BY-NC-SA 4.0**.\n\n- **slices** of (MIT)\n- nothing\n")
    text = learn.notice(learn.start_of(tmp_path / path.name, system, tmp_path))
    assert "> **Research use.** Weights: **CC BY-NC-SA 4.0**." in text and "> - **slices** of (MIT)" in text and "Used well" not in text and "nothing" not in text


def test_the_curve_corrects_all_scans_of_a_patient(two_scans_each):
    system, places, _ = two_scans_each
    (fold,) = where.folds_of(system, places)
    run = runs.folder(places.runs, system, 0)
    train(system, fold, where.store_of(system, places), run, places.cache, say=quiet)
    assert learn_curve.learn_curve(system, places, corrected=1, steps=1, share=0.5, rate=1e-3, say=quiet)
    (kept,) = (places.results / "learning").glob("*.json")
    (part,) = json.loads(kept.read_text())["folds"]
    patient = part["corrected"][0][:2]
    assert part["corrected"] == [f"{patient}_a_ct", f"{patient}_b_ct"] and set(part["start"]["lung"]) == {"p1", "p2"} - {patient}
    with pytest.raises(ConfigError, match="holds out 2 patients: to correct 2 leaves nobody"):
        learn_curve.learn_curve(system, places, corrected=2, steps=1, share=0.5, rate=1e-3, say=quiet)


def test_refusals(made, tmp_path):
    system, places, _, path, studies = made
    other = system_of(data=plain(system)["data"] | {"chain": SYSTEMS["plain"]["data"]["chain"]}, train=TRAIN)
    with pytest.raises(ConfigError, match="was not trained as the system small"):
        learn.start_of(path, other, tmp_path)
    start = learn.start_of(path, system, tmp_path)
    unmarked = tmp_path / "unmarked"
    learn_curve.write_study(unmarked, "a", sources.build(system.data.source).read("phantom-volume-001"), taken=[])
    with pytest.raises(SourceError, match="there is nothing to learn"):
        learn.learn(start, unmarked, places, QUICK, quiet)
    start = learn.Start(start.path, system_of(data=plain(system)['data'] | {'source': {'kind': 'nifti-folder', 'folder': 'none'}}), start.metadata)
    with pytest.raises(SourceError, match="go without it by --share 0"):
        learn.learn(start, studies, places, QUICK, quiet)
    assert learn.learn(start, studies, places, Options(share=0, steps=1), quiet).finished


def test_every_bad_study_is_named(made, tmp_path):
    system, places, _, path, studies = made
    shutil.copytree(studies, tmp_path, dirs_exist_ok=True)
    (tmp_path / "readme.opacity").mkdir()
    (tmp_path / "readme.opacity" / "readme").write_text("nothing")
    shutil.copytree(tmp_path / "S0.opacity", tmp_path / "again" / "S0.opacity")  # a copy
    shutil.copy(tmp_path / "S0.nii.gz", tmp_path / "again")
    for name in ("cut", "half", "gone", "moved", "ahead"):
        learn_curve.write_study(tmp_path, name, sources.build(sources.PhantomVolumes(1, [6, 64, 64], seed=5)).read("phantom-volume-000"), taken=[1])
    cut = tmp_path / "cut.opacity" / "checkpoint.nii.gz"
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size - 20])
    (tmp_path / "half.opacity" / "journal").unlink()
    (tmp_path / "gone.nii.gz").unlink()
    (tmp_path / "moved.nii.gz").write_bytes((tmp_path / "S1.nii.gz").read_bytes())
    (tmp_path / "ahead.opacity" / "journal").write_bytes(b"OPACJRNL and more")
    start = learn.start_of(path, system, tmp_path / "start")
    with pytest.raises(SourceError) as e:
        learn.learn(start, tmp_path, places, QUICK, quiet)
    first, *lines, last = str(e.value).split("\n")
    assert first == "8 of 11 studies cannot be learned from:" and last.endswith("--skip-bad.") and len(lines) == 8
    for name, why in {
        "readme": "only named like one: move it",
        "cut": "open the study in Opacity, which makes it anew",
        "half": "copy it again",
        "gone": "its scan is not at",
        "moved": "its hash is another",
        "ahead": "holds steps that its mask file does not",
        "S0": "copies of one study",
    }.items():
        assert any(f"{name}.opacity" in line and why in line for line in lines), (name, lines)
    said: list[str] = []
    got = learn.learn(start, tmp_path, places, Options(steps=1, skip_bad=True), said.append)
    assert got.finished and sum(s.startswith("left out: ") for s in said) == 8
    assert {*got.patients, *(r["case"] for r in got.before if r["case"].startswith("study"))} == {f"study-{s:0>8}" for s in ("s1", "s2", "s3")}


def test_the_command(made, tmp_path, capsys):
    import yaml

    system, places, _, path, studies = made
    file = tmp_path / "small.yaml"
    file.write_text(yaml.safe_dump(plain(system)))
    for p in path.parent.iterdir():
        shutil.copy(p, tmp_path)
    command = ["train", str(file), "--from-studies", str(studies), "--model", str(tmp_path / path.name), "--steps", "2", "--data", str(places.root)]
    command += ["--runs", str(tmp_path / "runs"), "--cache", str(places.cache)]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "S0.opacity, 3 of 6 slices" in out and "| mean of 3 |" in out and f"{path.stem}.onnx" in out
    assert main([*command, "--share", "1"]) == 1 and "--share must be" in capsys.readouterr().err
    assert main([*command, "--model", str(tmp_path), "--replace"]) == 1 and "--replace needs" in capsys.readouterr().err


def test_the_curve(made, tmp_path):
    system, places, run, _, _ = made
    apart = where.Places(places.root, places.runs, places.cache, tmp_path)
    assert learn_curve.learn_curve(system, apart, corrected=1, steps=2, share=0.5, rate=1e-3, say=quiet)
    (kept,) = (tmp_path / "learning").glob("*.json")
    record = json.loads(kept.read_text())
    (fold,) = record["folds"]
    assert len(fold["corrected"]) == 1 and set(fold["start"]["lung"]) == {"phantom-volume-001", "phantom-volume-003"} - set(fold["corrected"])
    assert "too few patients: 1" in (tmp_path / "learning.md").read_text()
    assert study.find(run / "corrected")
    with pytest.raises(ConfigError, match="holds no finished run"):
        learn_curve.learn_curve(system, where.Places(places.root, tmp_path, places.cache, tmp_path), corrected=1, steps=2, share=0.5, rate=1e-3, say=quiet)
    with pytest.raises(ConfigError, match="leaves nobody to measure"):
        learn_curve.learn_curve(system, apart, corrected=2, steps=2, share=0.5, rate=1e-3, say=quiet)

"""The report on made-up records: every kind of system, some folds missing, some values undefined."""

import json
import re
import shutil
import textwrap

import numpy as np
import pytest

from opacity_training import figures, tables
from opacity_training.metrics import measure
from opacity_training.report import leaky_pairs, report
from opacity_training.system import load


def write(folder, system, fold, cases, split="patient", labels=("lung", "infection"), better=0.0, folds=5, **more):
    """A record as a finished fold leaves it; the masks behind its rows are discs that miss a little."""
    rng = np.random.default_rng([fold, len(system)])
    y, x = np.mgrid[:40, :40]
    rows = []
    for case in cases:
        for label in labels:
            r = ((x - 20) ** 2 + (y - 20) ** 2 <= (15 if label == "lung" else 6) ** 2)[None]
            p = np.roll(r, int(rng.integers(0, 4) * (1 - better)), axis=2)
            rows.append({"case": case, "label": label, **measure(r, p, p.astype(float))})
    record = {
        "system": system,
        "config_sha256": "0",
        "protocol": {"split": split, "folds": folds, "fold": fold, "seed": 1, "train_cases": [], "validation_cases": [], "test_cases": cases},
        "data": {"name": "COVID-19-CT-Seg as 8-bit slices", "lacks": ["healthy slices", "spacing", "sides"], "patients": 13, "unit": "gray8"},
        "lung_includes_infection": True,
        "lung_mask": "none",
        "network": {"kind": "basic-unet", "parameters": 1234567},
        "train": {"steps": 100, "minutes": 1.5, "steps_per_second": 2.0, "peak_memory_mb": 800, "loading_share": 0.1, "device": "cpu", "stopped_by": "steps"},
        "cases": rows,
        "curves": {n: [[s, float(np.exp(-s / 40) + 0.02 * rng.random())] for s in range(0, 100, 5)] for n in ("loss", "rate", "validation_loss", "validation_jaccard_lung")},
        "versions": {},
        "finished": "2026-01-01",
        **more,
    }
    path = folder / "records" / system / f"fold-{fold}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record), encoding="utf-8")
    return path, record


CONFIGS = {
    "unet-1e-2": "optimiser: {kind: adam, learning_rate: 0.01}",
    "unet-1e-3": "optimiser: {kind: adam, learning_rate: 0.001}",
    "unet-leaky": "optimiser: {kind: adam, learning_rate: 0.001}\nprotocol: {split: leaky-slice}",
    "mi": "group: study\nseed: 4",
    "mi-no-preprocessing": "group: study\nseed: 5\ndiffers: {preprocessing: in effect the z-score}",
    "mi-no-augmentation": "group: study\nseed: 6",
    "own-plain": "group: own\nseed: 7",
    "own-heavy": "group: own\nseed: 8\ndiffers: {seed: in the seed}",
    "own-wide": "group: own\nseed: 9",
    "fv-unet": "group: fv-ablation\nseed: 10",
    "fv-unet-se": "group: fv-ablation\nseed: 11",
}


@pytest.fixture
def results(tmp_path):
    """Three of five folds; of own-wide two, one of them of an older configuration."""
    (tmp_path / "configs").mkdir()
    for system, text in CONFIGS.items():
        path = tmp_path / "configs" / f"{system}.yaml"
        path.write_text(f"id: {system}\ntitle: The {system}\ndocument: none\n{text}\n", encoding="utf-8")
        leaky = "leaky" in system
        for fold in range(2 if system == "own-wide" else 3):
            cases = ["case_0a", "case_1a", "case_2b"] if leaky else [f"case_{fold}a", f"case_{fold}b"]
            sha = "older" if system == "own-wide" and fold == 1 else load(path).sha256()
            write(tmp_path, system, fold, cases, split="leaky-slice" if leaky else "patient", better=float(leaky), config_sha256=sha)
    return tmp_path


def test_everything_is_written_and_says_what_it_is(results):
    made = report(results, results / "configs")
    assert all(p.exists() and p.stat().st_size > 100 for p in made)
    names = {p.relative_to(results).as_posix() for p in made}
    for wanted in (
        "table.md", "table.csv", "leak.md", "systems/mi.md", "figures/mi-boxplot.svg", "figures/mi-fitting.png", "figures/mi-areas.svg",
        "figures/leak-dice.svg", "figures/unet-curves.png", "figures/mi-with-and-without.svg", "figures/group-study-infection.svg",
        "paired.md", "figures/paired-own-plain-infection.svg", "figures/paired-own-heavy-lung.png", "figures/ladder-fv-ablation.svg",
    ):  # fmt: skip
        assert wanted in names
    table = (results / "table.md").read_text(encoding="utf-8")
    for words in (
        "| 8-bit, infection-bearing slices, pixels |", "| healthy slices, spacing, sides |", "| 3 of 5 folds |", "LEAKY", "1,234,567",
        "| infection included |", "| 2 of 5 folds, of an older configuration |", "| lung mask at the input |", "| how the mean was taken |",
        "| over patients, each by the fold that did not see them |", "| 6 of 13 |", "| steps a second | peak memory, MB | share of time loading |",
    ):  # fmt: skip
        assert words in table, words
    drawn = (results / "figures" / "mi-boxplot.svg").read_text(encoding="utf-8")
    assert "8-bit, infection-bearing slices, 6 of 13 patients, pixels" in " ".join(drawn.split())
    assert "+0." in (results / "leak.md").read_text(encoding="utf-8")
    assert "| 10.0 % | cpu |" in table
    study = (results / "figures" / "mi-with-and-without.svg").read_text(encoding="utf-8")
    assert "Left out: in effect the z-score." in " ".join(re.sub("<[^>]*>", " ", study).split())


def test_every_figure_stands_on_a_page(results):
    made = report(results, results / "configs")
    shown = {p.parent / link for p in made if p.suffix == ".md" for link in re.findall(r"!\[.*?\]\((.*?)\)", p.read_text(encoding="utf-8"))}
    assert {p.resolve() for p in shown} == {p.resolve() for p in made if p.suffix == ".png"}


def test_a_run_under_two_names_says_so(tmp_path):
    write(tmp_path, "first", 0, ["a", "b"])
    write(tmp_path, "second", 0, ["a", "b"], same_as="first")
    report(tmp_path)
    table = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert table.count("| `second` (the run of `first`) |") == 3 and "| `first` |" in table  # two labels, and what it took
    assert "- the run: that of `first`" in (tmp_path / "systems" / "second.md").read_text(encoding="utf-8")


def test_a_caption_has_even_lines():
    for n in range(3, 60):
        text = " ".join(["words"] * n)
        lines = figures._even_lines(text + " of 95 % limits", 30)
        assert " ".join(lines) == text + " of 95 % limits" and all(len(s) <= 30 and not s.startswith("%") for s in lines)
        plain = textwrap.wrap(text + " of 95 % limits", 30)
        assert len(lines) <= len(plain) + 1 and min(map(len, lines)) >= min(map(len, plain)) - 2  # % may need the room
    assert figures._even_lines("one two three four five six", 23) == ["one two three", "four five six"]


def test_rows_beside_their_baseline(results):
    report(results, results / "configs")
    text = (results / "paired.md").read_text(encoding="utf-8")
    assert "## own, against `own-plain`" in text and "## own, against `own-heavy`" in text and "## fv-ablation, against `fv-unet`" in text
    row = next(line for line in text.splitlines() if line.startswith("| `own-heavy` | infection | 6 | 3 of 5 folds |"))
    a, b = ({r["case"]: r["dice"] for k in range(3) for r in cases(results, s, k) if r["label"] == "infection"} for s in ("own-plain", "own-heavy"))
    assert f"| {np.mean(list(a.values())):.3f} | {np.mean(list(b.values())):.3f} | {np.mean([b[c] - a[c] for c in a]):+.3f} |" in row
    assert "| `own-wide` | lung | 2 | 1 of 5 folds |" in text and "too few patients: 2" in text  # its other fold is of an older configuration
    assert "differs from it: In the seed" in (results / "systems" / "own-heavy.md").read_text(encoding="utf-8")
    drawn = (results / "figures" / "group-own-lung.svg").read_text(encoding="utf-8")
    assert "own-wide (1 of 5 folds)" in drawn


def test_curves_need_rates_that_differ_and_are_named_after_what_they_share(results):
    def rename(old, new, more):
        (results / "records" / old).rename(results / "records" / new)
        for path in (results / "records" / new).glob("*.json"):
            record = json.loads(path.read_text())
            config = results / "configs" / f"{new}.yaml"
            config.write_text((results / "configs" / f"{old}.yaml").read_text().replace(f"id: {old}", f"id: {new}") + more)
            path.write_text(json.dumps(record | {"system": new, "config_sha256": load(config).sha256()}))

    rename("unet-1e-2", "first", "")
    rename("unet-1e-3", "second", "")
    report(results, results / "configs")
    drawn = {p.name for p in (results / "figures").glob("*-curves.png")}
    assert drawn == {"first-curves.png"} and "first / second." in (results / "figures" / "first-curves.svg").read_text(encoding="utf-8")


def test_a_group_is_as_large_as_its_configurations(results):
    for i in range(4):
        (results / "configs" / f"own-{i}.yaml").write_text(f"id: own-{i}\ntitle: x\ndocument: none\ngroup: own\n", encoding="utf-8")
    names = {p.name for p in report(results, results / "configs")}
    assert "own-plain-boxplot.svg" not in names and "mi-boxplot.svg" in names and "group-own-lung.svg" in names


def cases(folder, system, fold):
    return json.loads((folder / "records" / system / f"fold-{fold}.json").read_text(encoding="utf-8"))["cases"]


def test_a_group_without_its_baseline_says_so(results):
    shutil.rmtree(results / "records" / "own-plain")
    report(results, results / "configs")
    text = (results / "paired.md").read_text(encoding="utf-8")
    assert "## own, against `own-plain`\n\nThe baseline has no finished fold yet." in text and "## own, against `own-heavy`" in text


def test_the_leak_is_of_todays_configurations(results):
    made = report(results, results / "configs")
    assert any(p.name == "leak.md" for p in made)
    for fold in range(3):
        path = results / "records" / "unet-leaky" / f"fold-{fold}.json"
        path.write_text(path.read_text(encoding="utf-8").replace('"config_sha256": "', '"config_sha256": "older'), encoding="utf-8")
    assert not any(p.name.startswith("leak") for p in report(results, results / "configs"))


def test_the_same_records_give_the_same_bytes(tmp_path):
    write(tmp_path, "s", 0, ["x", "y"])
    before = {p: p.read_bytes() for p in report(tmp_path)}
    assert before == {p: p.read_bytes() for p in report(tmp_path)}


def left(folder) -> set[str]:
    return {p.relative_to(folder).as_posix() for kind in ("systems", "figures") for p in (folder / kind).iterdir()}


def put(folder, *names, text="mine") -> set[str]:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return set(names)


def test_only_what_a_report_wrote_is_cleared(tmp_path):
    """In figures/ and systems/ lie a user's own files, too, and those of `opacity evaluate`."""
    for system in ("stays", "goes"):
        write(tmp_path, system, 0, ["x"])
    report(tmp_path)
    assert {"systems/goes.md", "figures/goes-boxplot.svg", "figures/goes-areas.png"} <= left(tmp_path)
    own = put(tmp_path, "figures/notes.txt", "figures/my-boxplot.svg", "figures/my-boxplot.png", "figures/figures.csv", "figures/roc-infection.svg", "systems/notes.md", "systems/own.md")
    put(tmp_path, "figures/sub/goes-boxplot.svg")
    (tmp_path / "figures" / "goes-areas.png").unlink()
    (tmp_path / "figures" / "goes-areas.png").mkdir()  # in the place of a file that was written
    shutil.rmtree(tmp_path / "records" / "goes")
    outside = put(tmp_path, "mine.md", "configs/mine.yaml")
    with open(tmp_path / "written.txt", "a", encoding="utf-8") as f:
        f.write("systems/../mine.md\nmine.md\nfigures/../configs/mine.yaml\nfigures/..\nfigures/\n\n")
    made = {p.relative_to(tmp_path).as_posix() for p in report(tmp_path)}
    assert left(tmp_path) - made == own | {"figures/sub", "figures/goes-areas.png"} and not any("goes" in name for name in made)
    assert all((tmp_path / name).read_text(encoding="utf-8") == "mine" for name in own | outside | {"figures/sub/goes-boxplot.svg"})


def test_a_report_from_before_the_list_is_cleared_by_its_names(tmp_path):
    write(tmp_path, "stays", 0, ["x"])
    old = [f"figures/{n}.{s}" for n in ("goes-boxplot", "group-study-lung", "paired-own-plain-infection", "leak-dice", "ladder-fv", "mi-with-and-without") for s in ("svg", "png")]
    put(tmp_path, *old)
    put(tmp_path, "systems/goes.md", text="# It goes\n\n`goes`\n\nfolds\n")
    own = put(tmp_path, "figures/my-boxplot.png", "figures/roc-infection.svg", "figures/roc-infection.png", "figures/x-curves.svg", "figures/x-curves.png", "figures/x-curves.csv", "systems/notes.md")
    made = {p.relative_to(tmp_path).as_posix() for p in report(tmp_path)}
    assert left(tmp_path) - made == own and "written.txt" in made


def test_nothing_to_report(tmp_path):
    with pytest.raises(FileNotFoundError, match="no record"):
        report(tmp_path)
    path, _ = write(tmp_path, "a", 0, ["x"])
    path.write_text('{"system": "a"}', encoding="utf-8")
    with pytest.raises(ValueError, match="no record of a fold"):
        report(tmp_path)


def test_one_fold_of_one_system_is_enough(tmp_path):
    write(tmp_path, "alone", 2, ["x"])
    made = report(tmp_path)
    assert "1 of 5 folds so far" in (tmp_path / "table.md").read_text(encoding="utf-8")
    assert not (tmp_path / "leak.md").exists() and len(made) > 3


def test_undefined_values_are_counted(tmp_path):
    path, record = write(tmp_path, "s", 0, ["x", "y", "z"])
    row = next(r for r in record["cases"] if r["label"] == "infection")
    row |= {"dice": None, "area_ref_px": 0, "area_pred_px": 0, "why": {"dice": "both_empty"}}
    path.write_text(json.dumps(record), encoding="utf-8")
    report(tmp_path)
    assert "2 (+1 undefined)" in (tmp_path / "table.md").read_text(encoding="utf-8")
    assert "- (both_empty)" in (tmp_path / "systems" / "s.md").read_text(encoding="utf-8")
    (_, infection) = tables.summary_rows(tables.read(tmp_path / "records"))
    assert infection["dice_n_undefined"] == 1 and infection["area_ratio_n_undefined"] == 1


def test_a_patient_of_several_leaky_folds_counts_once(results):
    (pair,) = leaky_pairs(tables.read(results / "records", results / "configs"))
    assert pair[0].id == "unet-1e-3" and len(pair[1].patients("lung", "dice")) == 3


def test_means_over_patients_are_those_of_the_rows(tmp_path):
    dice = []
    for fold, cases in enumerate((["a", "b", "c"], ["d"])):
        _, record = write(tmp_path, "s", fold, cases, folds=2)
        dice.append([r["dice"] for r in record["cases"] if r["label"] == "lung"])
    row = tables.summary_rows(tables.read(tmp_path / "records"))[0]
    assert row["dice_mean"] == pytest.approx(np.mean(dice[0] + dice[1])) and row["dice_worst"] == min(dice[0] + dice[1])
    assert row["dice_mean_of_fold_medians"] == pytest.approx((np.median(dice[0]) + dice[1][0]) / 2)
    assert row["dice_mean_of_folds"] == pytest.approx((np.mean(dice[0]) + dice[1][0]) / 2)
    assert row["patients"] == "4 of 13" and row["protocol"] == "split by patient, 2 of 2 folds"


def test_the_smooth_line_follows_the_points():
    rng = np.random.default_rng(0)
    x = np.linspace(0, 1000, 900)
    truth = np.exp(-x / 200)
    mean, sd = figures.gaussian_process(x, truth + rng.normal(0, 0.1, x.shape), x)
    assert np.abs(mean - truth).max() < 0.08 and np.abs(mean - truth).mean() < 0.02 and (np.abs(mean - truth) < 3 * sd + 0.02).mean() > 0.9
    flat, _ = figures.gaussian_process(np.arange(5.0), np.full(5, 2.0), np.array([0.0, 2.5]))
    assert flat == pytest.approx([2, 2])


def test_both_sides_of_the_curves(tmp_path):
    for fold, left_out in enumerate((0.7, 0.8)):
        curves = {"jaccard": [[s, 0.9 if s > 90 else 0.1] for s in range(10, 101, 10)], "validation_jaccard": [[50, 0.2], [100, left_out]]}
        write(tmp_path, "deck", fold, ["a", "b"], labels=("lung",), curves=curves)
    write(tmp_path, "unwatched", 0, ["a"], curves={"jaccard": [[10, 0.9]]})
    deck, unwatched = tables.read(tmp_path / "records")
    assert "| lung | 2 | 0.900 ± 0.000 | 0.750 ± 0.071 |" in tables.sides_table(deck)
    assert tables.sides_table(unwatched) == ""

"""Learning from corrections: a model goes on from its own weights, on slices that readers corrected or accepted in the
program, with the data it was made from mixed in; and is measured, before and after, on patients that neither saw."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from . import describe, export, optimisers, sources, study
from .card import first, put
from .evaluate import of_model
from .folds import Fold
from .metrics import by_patient, patient
from .networks.shipped import Shipped, sha256
from .paired import Difference, difference
from .places import Places
from .runs import folder as run_folder
from .runtime import Model
from .runtime import name as channel_name
from .sources import SourceError, Studies
from .store import Store, facts
from .strict import ConfigError, plain
from .system import Extra, Protocol, System
from .tables import markdown, number
from .train import train

SHIPPED_FROM = 4  # patients with studies, from which on one of them in five is held back where others are held back already


@dataclass
class Options:
    share: float = 0.5  # of each batch that is of the data the model was made from
    steps: int = 400
    rate: float = 3e-4  # a fifth of what the model was trained with: it is to go on, not to begin anew
    hold_back: int | None = None  # patients with studies who are not learned from; None: see held_back
    seed: int = 1
    skip_bad: bool = False  # go on without the studies that cannot be learned from


@dataclass
class Start:
    """The model that goes on. path holds its weights and metadata; sidecars may lie beside it."""

    path: Path
    system: System  # as which it was trained
    metadata: dict
    card: Path | None = None

    @property
    def name(self) -> str:
        return self.metadata["id"]


@dataclass
class Learned:
    """What came of it."""

    finished: bool
    model: Path | None = None
    patients: list[str] = field(default_factory=list)  # studies learned from
    slices: int = 0
    before: list[dict] = field(default_factory=list)  # rows of evaluate, of patients held back
    after: list[dict] = field(default_factory=list)


def start_of(model: Path, system: System, work: Path) -> Start:
    """From an exported model, which the system must be that of, or from the folder of a run or a checkpoint, which say theirs."""
    if model.suffix != ".onnx":
        system = export.load_network(model)[0]
        made, newest = work / f"{system.export.id or system.id}.onnx", max(p.stat().st_mtime for p in ([model] if model.is_file() else model.glob("*.pt")))
        if not made.exists() or made.stat().st_mtime < newest:
            export.export(model, work, work / "no-data")  # its figures are measured here, on the patients held back
        return Start(made, system, Model(made).metadata)
    metadata, unit = Model(model).metadata, describe.units(system)[0]
    said = (metadata["preprocess"], metadata["input"]["size"].get("value"), metadata["inference"]["context"], [channel_name(c) for c in metadata["output"]["channels"]])
    data = system.data
    named = [channel_name(describe.CHANNELS[n]) for n in describe.outputs(system)]
    if data.input.form != "slice" or said != (describe.preprocess(system, unit), [data.size, data.size], data.input.neighbours, named):
        raise ConfigError(f"{model} was not trained as the system {system.id}: its pictures are prepared otherwise; name the system that it was trained as")
    card = model.with_suffix(".md")
    return Start(model, system, metadata, card if card.exists() else None)


def trained_on(metadata: dict) -> list[str]:
    """The patients of the original data that a model's metadata names."""
    found = re.search(r"(?:trained on|all patients:) ([^;]*)", metadata["training"]["split"])
    return [] if not found or found[1] == "none" else found[1].strip().split(", ")


def learned_from(metadata: dict) -> list[str]:
    """The studies it names, where it has learned before."""
    found = re.search(r"learned from ([^;]*)", metadata["training"]["split"])
    return found[1].strip().split(", ") if found else []


def held_back(patients: dict[str, list[str]], before: list[str], options: Options, others: int) -> list[str]:
    """The studies that are not learned from. patients: the studies of each; before: studies of what the model learned from
    earlier or was made from, whose patients cannot be held back; others: patients of the original data who are held back.

    One patient in five, at least one; none below SHIPPED_FROM patients where others are held back already.
    """
    free = sorted(p for p, studies in patients.items() if not set(studies) & set(before))
    n = options.hold_back
    if n is None:
        n = 0 if others and len(patients) < SHIPPED_FROM else max(1, round(len(patients) / 5))
    if n >= len(patients):
        raise ConfigError(f"{n} of {len(patients)} patients with studies would be held back: nobody is left to learn from; correct more cases, or lower --hold-back")
    if n > len(free):
        raise ConfigError(f"the model has learned from all but {len(free)} of these patients before, and {n} must be held back: correct cases of others")
    if n + others == 0:
        raise ConfigError("nobody is held back, so whether the model became worse could not be told: set --hold-back to 1 or more, or give the original data with --data")
    order = np.random.default_rng([options.seed, 17]).permutation(len(free))
    return sorted(s for i in order[:n] for s in patients[free[i]])


def learn(start: Start, folder: Path, places: Places, options: Options, say: Callable = print) -> Learned:
    """Train on the studies in a folder, carrying on where it was stopped, write the model below the run's folder, and
    measure both on the patients held back."""
    folder = folder.resolve()
    found, bad = study.check(folder)
    for s in found:
        say(f"{s.case}: {s.folder.name}, {len(s.taken)} of {s.shape[0]} slices" if s.taken else f"{s.folder.name}: no slice is marked corrected or accepted; left out")
    patients = _patients(start, found, bad)
    if bad:
        _told(bad, len({s.folder for s in found} | set(bad)), options, say)
    found = [s for s in found if s.folder not in bad]
    state = hashlib.sha256("".join(sorted(s.state for s in found)).encode()).hexdigest()
    spec = Studies(str(folder), state, sorted(p.relative_to(folder).as_posix() for p in bad))
    reader = sources.build(spec, places.root)
    if not reader.cases():
        raise SourceError(f"{folder}: no slice of any study is marked corrected or accepted: there is nothing to learn")
    store, taken = Store(spec, start.system.data.chain, places.root, places.cache), {c: reader.studies[c].taken for c in reader.cases()}
    original, unseen, seen, known = _original(start, places, options, store, say)
    patients = _together(patients, known)
    whose = {s: name for name, those in patients.items() for s in those}
    held = held_back(patients, [*learned_from(start.metadata), *seen], options, len(unseen))
    fold = Fold(0, {c: k for c, k in taken.items() if c not in held}, test={c: taken[c] for c in held})
    system = _system(start, spec, original, held, options)
    n = sum(map(len, fold.train.values()))
    say(f"learning from {n} slices of {len(fold.train)} studies; {options.share:.0%} of each batch is of the original data ({len(original)} patients and what else {start.system.id} is trained on)")
    say(f"held back: {', '.join([*unseen, *held])}")
    run = run_folder(places.runs, system, 0)
    outcome = train(system, fold, store, run, places.cache, say=say)
    if not outcome.finished:
        return Learned(False)
    made = _write(start, system, run, n, list(fold.train), held, options)
    learned = Learned(True, made, list(fold.train), n)
    for path, rows in ((start.path, learned.before), (made, learned.after)):
        if unseen:
            rows += of_model(path, sources.build(start.system.data.source, places.root), unseen)
        rows += [r | {"patient": whose[r["case"]]} for r in of_model(path, reader, sorted(held))]
    _finish(start, made, learned)
    return learned


def _patients(start: Start, studies: list[study.Study], bad: dict[Path, str]) -> dict[str, list[str]]:
    """The studies of each patient, as far as the scans tell; every scan is read and known by its hash. bad gets those that do not fit."""
    out: dict[str, list[str]] = {}
    for one in tqdm(sorted((s for s in studies if s.taken), key=lambda s: s.case), desc="reading studies", mininterval=1, disable=None):
        try:
            scan = study.picture(one)
            if scan.unit not in describe.units(start.system):
                raise SourceError(f"{one.folder} is of pictures in {scan.unit}, and {start.name} takes {' or '.join(describe.units(start.system))}: leave it out")
            out.setdefault(scan.patient, []).append(one.case)
        except SourceError as e:
            bad[one.folder] = str(e)
    return out


def _together(patients: dict[str, list[str]], known: dict[str, str]) -> dict[str, list[str]]:
    """The studies of each patient, those together whose scans the original data knows to be of one. known: whose a study is there."""
    out: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for name, those in patients.items():
        one = next((known[s] for s in those if s in known), None)
        out.setdefault(name if one is None else names.setdefault(one, name), []).extend(those)
    return out


def _told(bad: dict[Path, str], of: int, options: Options, say: Callable) -> None:
    """Says of every study that cannot be learned from why, and goes on only where that was asked for."""
    if options.skip_bad:
        for why in bad.values():
            say(f"left out: {why}")
        return
    lines = "\n".join(f"- {bad[p]}" for p in sorted(bad))
    raise SourceError(f"{len(bad)} of {of} studies cannot be learned from:\n{lines}\nMend them, or go on without them by --skip-bad.")


def _original(start: Start, places: Places, options: Options, studies: Store, say: Callable) -> tuple[list[str], list[str], list[str], dict[str, str]]:
    """Of the data the model was made from, the cases to mix in and those of patients that it never saw and no study is of; the
    studies that are of patients it was made from; and whose the studies are whose scans are in that data. Another scan of a
    patient is that patient."""
    spec = start.system.data.source
    try:
        known = sources.build(spec, places.root).cases()
    except (SourceError, OSError) as e:
        if options.share:
            raise SourceError(f"the original data is to be mixed in, and is not there ({e}): set --data, or go without it by --share 0, by which a model forgets more") from e
        say("the original data is not there: a model forgets more without it")
        return [], [], [], {}
    own, store = trained_on(start.metadata), Store(spec, start.system.data.chain, places.root, places.cache)
    drawn, slices = ({c: _slices(s, c) for c in cases} for s, cases in ((studies, studies.cases()), (store, known)))
    whose = {c: about["patient"] for c, about in facts(spec, places.root, places.cache).items()}
    of = {s: whose[c] for s in drawn for c in known if slices[c] & drawn[s]}
    made_from = {whose[c] for c in known if c in own}
    unseen = [c for c in known if whose[c] not in made_from | set(of.values())]
    return [c for c in known if c in own], unseen, sorted(s for s, one in of.items() if one in made_from), of


def _slices(store: Store, case: str) -> set[bytes]:
    """What knows a case's slices again: the same picture in a study and in the original data is the same patient."""
    return {hashlib.sha256(np.ascontiguousarray(s).tobytes()).digest() for s in store.case(case).image}


def _system(start: Start, spec: Studies, original: list[str], held: list[str], options: Options) -> System:
    """The system that goes on: the start's, on other data, slower and shorter."""
    system = copy.deepcopy(start.system)
    data, t = system.data, system.train
    rest = sum(e.share for e in data.extras)
    for e in data.extras:
        e.share *= options.share
    if original:
        data.extras.append(Extra(data.source, options.share * (1 - rest), cases=original))
    data.extras = [e for e in data.extras if e.share > 0]
    data.source, data.cases = spec, []
    system.network = Shipped(str(start.path.resolve()), sha256(start.path))
    system.optimiser = optimisers.AdamW(learning_rate=options.rate, weight_decay=1e-4)
    system.schedule = optimisers.Poly(warmup_steps=min(20, options.steps // 10), power=0.9)
    system.seed, system.protocol = options.seed, Protocol(split="fixed", test_cases=held) if held else Protocol(split="all")
    system.train = dataclasses.replace(
        t, steps=options.steps, minutes=1e6, average=0.99, norm_batches=0, gradient_norm=5.0, validate_steps=max(1, options.steps), early_stopping=type(t.early_stopping)()
    )
    system.predict.weights, system.keep_weights, system.group = "average", "", ""
    state = hashlib.sha256(json.dumps([plain(system), sha256(start.path)], sort_keys=True).encode()).hexdigest()
    system.id = f"{start.name}-learned-{state[:8]}"
    return system


def _write(start: Start, system: System, run: Path, slices: int, studies: list[str], held: list[str], options: Options) -> Path:
    """The learned model with the metadata it began with, all but what has changed: its licence, citation and limits stay."""
    folder = run / "model"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{start.name}.onnx"
    _, net, _ = export.load_network(run)
    part = path.with_suffix(".part.onnx")
    export.write_onnx(net, export.input_shape(system), system.export.opset, part)
    export.halve(part)
    for side in (start.path, *sorted(start.path.parent.glob(f"{start.path.stem}.*.json"))):
        metadata = Model(start.path, None if side == start.path else side).metadata
        _say(metadata, system, slices, studies, held, options)
        export.fill_test_vector(metadata, Model(part, metadata=metadata))
        if side == start.path:
            path.with_suffix(".json").write_text(export.write_metadata(part, metadata), encoding="utf-8")
        else:
            export.validate(metadata)
            (folder / f"{start.name}{side.name[len(start.path.stem) :]}").write_text(json.dumps(metadata, indent=1, ensure_ascii=False), encoding="utf-8")
    part.replace(path)
    return path


def _say(metadata: dict, system: System, slices: int, studies: list[str], held: list[str], options: Options) -> None:
    """Put what was learned into a model's metadata."""
    metadata["version"] = f"{metadata['version'].split('+')[0]}+learned.{system.id[-8:]}"
    metadata["source"] += f"; went on for {options.steps} steps of {system.train.batch} slices on readers' corrections"
    training = metadata["training"]
    before = learned_from(metadata)
    training["dataset"] += f"; {slices} slices of {len(studies)} studies corrected in Opacity, {options.share:.0%} of the samples of the data before"
    split = re.sub(r"; learned from [^;]*(; held back [^;]*)?", "", training["split"])
    training["split"] = f"{split}; learned from {', '.join(sorted({*before, *studies}))}; held back {', '.join(held) or 'no study'}"
    metadata["metrics"] = []


def _finish(start: Start, made: Path, learned: Learned) -> None:
    """Figures into metadata and card."""
    shown = export.figures(learned.after, "patients held back", "pixels on the source's own grid, patients held back, no postprocessing", ("dice",))
    for path in sorted(made.parent.glob(f"{made.stem}*.json")):
        metadata = json.loads(path.read_text(encoding="utf-8"))
        metadata["metrics"] = shown
        if path == made.with_suffix(".json"):
            path.write_text(export.write_metadata(made, metadata), encoding="utf-8")
            main = metadata
        else:
            path.write_text(json.dumps(metadata, indent=1, ensure_ascii=False), encoding="utf-8")
    card = made.with_suffix(".md")
    card.write_text(first(main), encoding="utf-8")
    export.refresh(made)
    put(card, "learning", table(learned))
    put(card, "notice", notice(start))


def notice(start: Start) -> str:
    """The licence of the model it began with, and every paragraph of that model's card that speaks of one."""
    m = start.metadata
    text = f"It went on from `{m['id']}` {m['version']} (SHA-256 {sha256(start.path)}), {m['source']}, whose licence holds for it too: **{m['licence']}**. Cite: {m['citation']}"
    paragraphs = re.split(r"\n\s*\n|\n(?=- )", start.card.read_text(encoding="utf-8")) if start.card else []
    quoted = [p.strip() for p in paragraphs if re.search(r"licen[cs]e|CC BY|\bMIT\b", p, re.I) and "<!--" not in p]
    return "\n\n".join([text, *("> " + p.replace("\n", "\n> ") for p in quoted)])


def _dice(learned: Learned, label: str) -> tuple[dict[str, float], dict[str, float]]:
    """By patient, before and after: the mean of the cases that have a figure both times."""
    before, after = ({r["case"]: r for r in rows if r["label"] == label and r["dice"] is not None} for rows in (learned.before, learned.after))
    return tuple(by_patient((r for c, r in these.items() if c in those), "dice") for these, those in ((before, after), (after, before)))


def compared(learned: Learned) -> list[tuple[str, Difference]]:
    """(label, what Dice gained over the patients held back), one value a patient however many scans or studies he has."""
    labels = dict.fromkeys(r["label"] for r in learned.before)
    return [(label, d) for label in labels if (d := difference(*_dice(learned, label))) is not None]


def table(learned: Learned) -> str:
    """Before and after, patient by patient and in the mean, in Markdown. A patient is called by his cases: his own name may be in his scans."""
    head, lines = ["Dice of patients held back", "patient", "before", "after", "gain", "95 % interval"], []
    cases: dict[str, dict[str, None]] = {}
    for r in learned.before:
        cases.setdefault(patient(r), {})[r["case"]] = None
    for label, d in compared(learned):
        before, after = _dice(learned, label)
        lines += [[label, ", ".join(cases[p]), number(before[p]), number(after[p]), f"{v:+.3f}", ""] for p, v in d.each.items()]
        lines.append([label, f"mean of {len(d.each)}", number(d.a), number(d.b), f"{d.mean:+.3f}", "-" if d.low is None else f"{d.low:+.3f} to {d.high:+.3f}"])
    return markdown(head, lines)


def worse(learned: Learned) -> list[str]:
    """The labels whose mean Dice fell, as it is printed: to three decimals."""
    return [f"{label} {number(d.a)} to {number(d.b)}" for label, d in compared(learned) if round(d.b, 3) < round(d.a, 3)]


def replace(start: Start, learned: Learned) -> None:
    """Put the learned model in the place of the one it began with, unless it became worse on patients held back."""
    if not compared(learned):
        raise ConfigError(f"{start.path} stays: no patient held back has a figure, so whether it became worse cannot be told")
    if fell := worse(learned):
        raise ConfigError(f"{start.path} stays: on patients held back the mean Dice fell, {', '.join(fell)}; the learned model is {learned.model}")
    for path in sorted(learned.model.parent.iterdir(), key=lambda p: p.suffix == ".onnx"):
        part = start.path.parent / f".{path.name}.part"
        shutil.copyfile(path, part)
        part.replace(start.path.parent / f"{start.path.stem}{path.name[len(learned.model.stem) :]}")

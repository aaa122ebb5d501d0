"""What a finished fold leaves behind: small enough to be kept with the code."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from . import sources
from .folds import Fold
from .strict import ConfigError
from .system import System

# How tables call the data of a source.
NAMES = {
    sources.Slices8: "COVID-19-CT-Seg as 8-bit slices",
    sources.CovidCTSeg: "COVID-19-CT-Seg, whole volumes",
    sources.HUVolumes: "CT volumes, lungs by HU rules",
    sources.Phantoms: "phantom slices",
    sources.PhantomVolumes: "phantom volumes",
}


@dataclass
class Record:
    """One fold of one system. The parts are plain data, as they are written."""

    system: str
    config_sha256: str
    protocol: dict  # split, folds, fold, seed, train_cases, validation_cases, test_cases (names)
    data: dict  # name, lacks, patients, unit
    lung_includes_infection: bool
    lung_mask: str  # of the input: none, reference, or "predicted by SYSTEM"
    network: dict  # kind, parameters
    train: dict  # steps, minutes, steps_per_second, peak_memory_mb, loading_share, device, stopped_by
    cases: list[dict]  # one for each test case and label: case, label, metrics
    curves: dict  # name -> [[step, value], ...]
    versions: dict
    finished: str  # ISO date
    same_as: str = ""  # another system that differs in words alone: the run was its


def path(folder: Path, name: str, fold: int) -> Path:
    """name: the system's."""
    return folder / name / f"fold-{fold}.json"


def data_name(spec: object) -> str:
    kind = next(k for k, v in sources.KINDS.items() if v is type(spec))
    return NAMES.get(type(spec)) or f"{kind} {getattr(spec, 'folder', '')}".strip()


def write(where: Path, record: Record) -> None:
    """One line a value that is not a list of numbers, so that changes can be read."""
    where.parent.mkdir(parents=True, exist_ok=True)
    value = asdict(record)
    curves = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in value["curves"].items())
    cases = ",\n".join(f"  {json.dumps(row)}" for row in value["cases"])
    lines = []
    for key, v in value.items():
        inside = f"[\n{cases}\n ]" if key == "cases" else f"{{\n{curves}\n }}" if key == "curves" else json.dumps(v)
        lines.append(f" {json.dumps(key)}: {inside}")
    part = where.with_suffix(".part")
    part.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    part.replace(where)


def read(where: Path) -> Record:
    """A record, strictly: one of another form is refused."""
    try:
        return Record(**json.loads(where.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as e:
        raise ConfigError(f"{where} is no record of a fold ({e}); delete it and run that fold again") from e


def sides(fold: Fold) -> dict[str, list[str]]:
    """Who is on which side, as Record.protocol has it."""
    return {f"{side}_cases": sorted(getattr(fold, side)) for side in ("train", "validation", "test")}


def made_with(where: Path, system: System, fold: Fold) -> bool:
    """Whether a fold's record is there, of this very system and of the same patients."""
    if not where.exists():
        return False
    found = read(where)
    return found.config_sha256 == system.sha256() and sides(fold).items() <= found.protocol.items()


def twin(folder: Path, system: System, fold: Fold) -> Record | None:
    """The record of a system that differs in words alone, under this system's name; None where there is none."""
    for where in sorted(folder.glob(f"*/fold-{fold.number}.json")):
        if where.parent.name != system.id and made_with(where, system, fold):
            found = read(where)
            return replace(found, system=system.id, same_as=found.same_as or found.system)
    return None

"""Prepared cases on disk: what the chain makes of each, mapped into memory and not held there."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from . import chains, sources
from .sources import LUNG, Case, SourceError
from .strict import plain

VERSION = 2  # of what is stored: another one is made anew
FACTS = 4  # likewise, of what facts keeps


@dataclass(frozen=True, eq=False)
class Prepared:
    """One case after the chain. Arrays [z, y, x], read-only and mapped from disk."""

    id: str
    image: np.ndarray  # float32
    label: np.ndarray  # uint8, bits
    info: dict  # unit, origin, lacks, slices (of the source), starts (of scans joined to it), lung (share of each slice), bits (in the label)


class Store:
    """The cases of one source through one chain, made when first asked for.

    lungs(case) gives another system's lungs, bool on the source's grid, for the chain's step lung_mask;
    lungs_key says whose they are. Without it the step takes the reference's.
    """

    def __init__(self, spec: object, chain: list, root: Path, cache: Path, lungs=None, lungs_key: str = "reference"):
        self.spec, self.chain, self.root, self.lungs = spec, chain, root, lungs
        self.source = sources.build(spec, root)
        what = [VERSION, type(spec).__name__, plain(spec), [[type(s).__name__, plain(s)] for s in chain], str(Path(root).resolve())]
        what.append(_files(spec, Path(root)))
        if any(isinstance(s, chains.LungMask) for s in chain):
            what.append(lungs_key)
        self.folder = cache / hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16]
        self._open = lru_cache(maxsize=4096)(self._read)

    def cases(self) -> list[str]:
        return self.source.cases()

    def case(self, id: str) -> Prepared:
        return self._open(id)

    def prepare(self, case: Case) -> tuple[np.ndarray, np.ndarray]:
        """The chain's picture, float32, and label of a case, both [z, y, x]."""
        lungs = self.lungs(case) if self.lungs else case.label & LUNG > 0
        image, _ = chains.apply(self.chain, case.image, case.spacing_mm, case.unit, lungs)
        label = chains.apply_label(self.chain, case.label, case.spacing_mm, case.unit, case.image)
        return image, label

    def _read(self, id: str) -> Prepared:
        paths = self._paths(id)
        if not paths[2].exists():
            self._make(id, paths)
        try:
            image, label = (np.load(p, mmap_mode="r") for p in paths[:2])
            return Prepared(id, image, label, json.loads(paths[2].read_text(encoding="utf-8")))
        except (OSError, ValueError) as e:
            raise SourceError(f"{paths[0].parent} holds a damaged cache of {id} ({e}); delete that folder and it is made again") from e

    def _paths(self, id: str) -> list[Path]:
        plainly = "".join(c if c.isalnum() or c in "._-" else "_" for c in id)[-80:]
        name = f"{plainly}-{hashlib.sha256(id.encode()).hexdigest()[:8]}"
        return [self.folder / f"{name}.{kind}" for kind in ("image.npy", "label.npy", "json")]

    def _make(self, id: str, paths: list[Path]) -> None:
        case = self.source.read(id)
        image, label = self.prepare(case)
        info = {
            "unit": case.unit,
            "origin": case.origin,
            "lacks": list(case.lacks),
            "slices": len(case.image),
            "starts": list(case.starts) if len(image) == len(case.image) else [],
            "lung": [round(float(v), 4) for v in (label & LUNG > 0).mean(axis=(1, 2))],
            "bits": int(np.bitwise_or.reduce(label, axis=None)),
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        mine = f".{os.getpid()}.part"  # two runs may prepare the same case at once
        for path, array in zip(paths, (image, label)):
            with open(f"{path}{mine}", "wb") as f:
                np.save(f, array)
            os.replace(f"{path}{mine}", path)
        Path(f"{paths[2]}{mine}").write_text(json.dumps(info), encoding="utf-8")
        os.replace(f"{paths[2]}{mine}", paths[2])  # last: its presence says that the case is whole


def _files(spec: object, root: Path) -> str:
    """A hash of names, sizes and times of what a source reads: a mask that was put right is not taken for the old one."""
    if getattr(spec, "state", ""):
        return ""  # the source says so itself
    found = hashlib.sha256()
    places = [spec.folder] if hasattr(spec, "folder") else [*getattr(spec, "volumes", ()), *getattr(spec, "single_slices", ())]
    for place in (root / name for name in places):
        inside = (os.path.join(folder, name) for folder, _, names in os.walk(place) for name in names)
        for path in [str(place)] if place.is_file() else sorted(inside):
            about = os.stat(path)
            found.update(f"{os.path.relpath(path, place)} {about.st_size} {about.st_mtime_ns}\n".encode())
    return found.hexdigest()


def facts(spec: object, root: Path, cache: Path) -> dict[str, dict]:
    """Of each case of a source: slices, origin, lacks, unit, patient. Read once and kept."""
    source = sources.build(spec, root)
    ids = source.cases()
    what = json.dumps([FACTS, type(spec).__name__, plain(spec), ids, str(Path(root).resolve()), _files(spec, Path(root))], sort_keys=True)
    path = cache / f"facts-{hashlib.sha256(what.encode()).hexdigest()[:16]}.json"
    if path.exists():
        return json.loads(path.read_text(encoding="utf-8"))
    found, bad = {}, []
    for case in sources.readable(source, bad):
        found[case.id] = {"slices": len(case.image), "origin": case.origin, "lacks": list(case.lacks), "unit": case.unit, "patient": case.patient}
    if bad:
        raise sources.all_of(bad, len(ids))
    cache.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(found), encoding="utf-8")
    part.replace(path)
    return found

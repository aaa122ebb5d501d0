"""Studies of the program: what a reader corrected or accepted."""

from __future__ import annotations

from pathlib import Path

from .case import LEFT, RIGHT, Case, SourceError, find, refuse_held_out
from .spec import Studies


class Reader:
    def __init__(self, spec: Studies, root: Path):
        from .. import study  # which needs the readers beside this one

        self.study, self.folder = study, root / spec.folder
        self.studies = {}
        for path in study.find(self.folder):
            if path.relative_to(self.folder).as_posix() in spec.without:
                continue
            refuse_held_out(path)
            one = study.read(path)
            refuse_held_out(one.source["path"])
            if one.case in self.studies:
                raise SourceError(f"{path} and {self.studies[one.case].folder} are copies of one study: keep the one that is meant")
            if one.taken:
                self.studies[one.case] = one

    def cases(self) -> list[str]:
        return sorted(self.studies)

    def read(self, id: str) -> Case:
        find(id, self.cases(), str(self.folder))
        one = self.studies[id]
        scan = self.study.picture(one)
        label = self.study.label(one)
        lacks = () if (label & (LEFT | RIGHT)).any() else ("sides",)
        return Case(id, scan.image, label, scan.unit, scan.spacing_mm, "studies", lacks, patient=scan.patient)

"""Where cases come from, by kind. Each source reads one case at a time and keeps none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import yaml

from .. import strict
from .case import HELD_OUT, INFECTION, INFECTION_UNKNOWN, LEFT, LUNG, LUNG_UNKNOWN, RIGHT, Case, Source, SourceError, all_of, readable
from .spec import CovidCTSeg, DicomFolder, HUVolumes, NiftiFolder, Phantoms, PhantomVolumes, Slices8, Studies

__all__ = [
    "HELD_OUT", "INFECTION", "INFECTION_UNKNOWN", "KINDS", "LEFT", "LUNG", "LUNG_UNKNOWN", "RIGHT",
    "Case", "CovidCTSeg", "DicomFolder", "HUVolumes", "NiftiFolder", "PhantomVolumes", "Phantoms", "Slices8", "Source", "SourceError", "Studies",
    "all_of", "build", "data_root", "parse", "readable",
]  # fmt: skip

KINDS: dict[str, type] = {
    "slices8": Slices8, "hu-volumes": HUVolumes, "phantoms": Phantoms, "phantom-volumes": PhantomVolumes,
    "covid-ct-seg": CovidCTSeg, "nifti-folder": NiftiFolder, "dicom-folder": DicomFolder,
    "studies": Studies,
}  # fmt: skip


def data_root(flag: str | Path | None = None) -> Path:
    """The folder of the data: the flag, else OPACITY_TEST_DATA, else shared/data beside the repository."""
    beside = Path(__file__).resolve().parents[4] / "shared" / "data"
    return Path(flag or os.environ.get("OPACITY_TEST_DATA") or beside)


def parse(text: str) -> object:
    """A source from the command line, as a system's file writes it: covid-ct-seg, or "{kind: covid-ct-seg, folder: somewhere}"."""
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as e:
        raise strict.ConfigError(f"source: {text!r} is no YAML: {' '.join(str(e).split())}") from e
    return strict.build(Annotated[object, strict.OneOf(KINDS)], value, "source")


def build(spec: object, root: str | Path | None = None) -> Source:
    """The source a system's file describes, over the data root."""
    from . import covid_ct_seg, dicom_folder, hu_volumes, nifti_folder, phantoms, slices8, studies

    readers = {
        Slices8: slices8.Reader, HUVolumes: hu_volumes.Reader, Phantoms: phantoms.SliceReader, PhantomVolumes: phantoms.VolumeReader,
        CovidCTSeg: covid_ct_seg.Reader, NiftiFolder: nifti_folder.Reader, DicomFolder: dicom_folder.Reader,
        Studies: studies.Reader,
    }  # fmt: skip
    return readers[type(spec)](spec, data_root(root))

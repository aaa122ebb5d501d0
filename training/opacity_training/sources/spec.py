"""What a system's file may say of where its cases come from. Folders are relative to the data root."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePath

from ..strict import ConfigError


def expression(what: str, text: str) -> None:
    """Refuses what is no regular expression."""
    try:
        re.compile(text)
    except re.error as e:
        raise ConfigError(f"{what} is {text!r}, which is no regular expression: {e}") from e


@dataclass
class Slices8:
    """The published 8-bit slices of 13 patients: ct/, lung/, infection/ and slices.csv."""

    folder: str = "covid-ct-slices"
    # Lungs told apart by anatomy, as bits left and right: the files do not say which is which.
    sides: bool = False


@dataclass
class HUVolumes:
    """DICOM series and single slices in HU; lungs by HU rules, infection unknown inside them."""

    volumes: list[str] = field(default_factory=list)  # folders of series
    single_slices: list[str] = field(default_factory=list)  # files
    # How often each is given, from the second time on with another field of view, noise and padding.
    volume_variants: int = 1
    single_slice_variants: int = 1
    one_view: bool = False  # one view for all slices of a variant, for input with neighbours; otherwise each slice has its own
    seed: int = 20


@dataclass
class Phantoms:
    """Synthetic slices in HU with exact masks; each case is one slice."""

    count: int = 100
    size: int = 512  # rows and columns
    circle: float = 0.25  # share with padding outside a circle
    seed: int = 20


@dataclass
class PhantomVolumes:
    """Synthetic chests in HU with exact masks and sides."""

    count: int = 10
    shape: list[int] = field(default_factory=lambda: [64, 256, 256])  # z, y, x
    spacing_mm: list[float] = field(default_factory=list)  # z, y, x; empty: a whole chest fits the shape
    seed: int = 20


@dataclass
class CovidCTSeg:
    """The public set of 20 volumes, as its zips unpack. Labels 1 left lung, 2 right lung, 3 infection."""

    folder: str = "covid-19-ct-seg"
    images: str = "COVID-19-CT-Seg_20cases"
    masks: str = "Lung_and_Infection_Mask"


@dataclass
class NiftiFolder:
    """Any folder of NIfTI pictures and label maps."""

    folder: str = ""
    images: str = "**/ct.nii.gz"  # pattern of the pictures
    # The label map of a picture, from the folder: {name} is the picture's file name without its
    # endings, {folder} the folder it is in.
    labels: str = "{folder}/labels.nii.gz"
    # What the numbers in the label map mean: lung, infection, left, right, lung_unknown,
    # infection_unknown or several of them joined by +; 0 is always nothing. Lung holds all of
    # left, right and infection without being named.
    meaning: dict = field(default_factory=lambda: {1: "left", 2: "right", 3: "infection"})
    unit: str = "auto"  # hu, gray8, or auto: gray8 where all values are within 0..255
    # Whose a picture is: a regular expression whose first group, in its path from the folder, is the patient ("(sub-\\d+)");
    # the scans of one patient are on one side of a split. Empty: the first folder below this one is a patient's, or, where
    # that is the same for all of them, each picture is a patient.
    patient: str = ""
    lacks: list[str] = field(default_factory=list)

    def __post_init__(self):
        if not self.images or PurePath(self.images).is_absolute():
            raise ConfigError(f"images is {self.images!r}; it must be a pattern from the folder, such as **/ct.nii.gz")
        try:
            self.labels.format(name="", folder="")
        except (KeyError, IndexError, ValueError, AttributeError) as e:
            raise ConfigError(f"labels is {self.labels!r}; what stands in braces must be {{name}} or {{folder}}") from e
        for number, words in self.meaning.items():
            if not isinstance(number, int) or isinstance(number, bool) or number < 0 or not isinstance(words, str):
                raise ConfigError(f"meaning has {number!r}: {words!r}; it must be whole numbers and what they mean, such as 1: lung")
        expression("patient", self.patient)


@dataclass
class DicomFolder:
    """Any folder with, below it, folders of one CT series each and an RTSTRUCT or SEG that belongs to it."""

    folder: str = ""
    # Names of structures or segments, as regular expressions without regard of case, and what they mean.
    meaning: dict = field(
        default_factory=lambda: {
            r"left.*lung|lungs?.*left|lungs?[ _-]*l$": "left",
            r"right.*lung|lungs?.*right|lungs?[ _-]*r$": "right",
            r"lung": "lung",
            r"covid|infection|opacit|ground.?glass|consolidation|pneumonia": "infection",
        }
    )
    # Whose a series is: a regular expression whose first group, in its path from the folder, is the patient; empty: its PatientID, and
    # where that is empty, too, the first folder below this one, or, where that is the same for all of them, each series is a patient.
    patient: str = ""
    lacks: list[str] = field(default_factory=list)

    def __post_init__(self):
        for name, words in self.meaning.items():
            if not isinstance(name, str) or not isinstance(words, str):
                raise ConfigError(f"meaning has {name!r}: {words!r}; it must be names and what they mean, such as lungs?: lung")
            expression("meaning", name)
        expression("patient", self.patient)


@dataclass
class Studies:
    """Study folders of the program: their slices that are marked corrected or accepted; all others are unknown."""

    folder: str = ""
    state: str = ""  # of all the studies, so that what was made of an earlier state is not taken for theirs
    without: list[str] = field(default_factory=list)  # paths below folder that are left out

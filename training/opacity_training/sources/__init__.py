"""Where cases come from, by kind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Slices8:
    """The published 8-bit slices: covid-ct-slices/ under the data root."""


KINDS: dict[str, type] = {"slices8": Slices8}

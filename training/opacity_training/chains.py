"""Preprocessing, step by step: the vocabulary of inference/SCHEMA.md."""

from __future__ import annotations

KINDS: dict[str, type] = {}

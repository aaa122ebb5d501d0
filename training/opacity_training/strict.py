"""Plain data from YAML into typed dataclasses, refusing what is not known.

A field annotated `Annotated[object, OneOf(KINDS)]` holds one of several dataclasses, told apart by
the key `kind`; KINDS maps that key's values to them.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import yaml


class ConfigError(ValueError):
    """A configuration that names an unknown key or holds a value of the wrong type."""


@dataclass(frozen=True)
class OneOf:
    """The dataclasses a field may hold, by the value of their key `kind`."""

    kinds: dict[str, type]


def build(kind: Any, value: Any, where: str) -> Any:
    """value, as YAML gives it, as a `kind`; where names the place in errors ("config.train")."""
    if get_origin(kind) is Annotated:
        plain, *notes = get_args(kind)
        choice = next((n for n in notes if isinstance(n, OneOf)), None)
        return build(plain, value, where) if choice is None else _one_of(choice, value, where)
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind, value, where)
    if get_origin(kind) is list:
        if not isinstance(value, list):
            raise ConfigError(f"{where}: a list is wanted, not {value!r}")
        return [build(get_args(kind)[0], v, f"{where}[{i}]") for i, v in enumerate(value)]
    if get_origin(kind) is dict:
        if not isinstance(value, dict):
            raise ConfigError(f"{where}: a mapping is wanted, not {value!r}")
        of_key, of_value = get_args(kind)
        return {build(of_key, k, where): build(of_value, v, f"{where}.{k}") for k, v in value.items()}
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind is float and isinstance(value, str) and re.fullmatch(r"[-+]?\d+e[-+]?\d+", value, re.IGNORECASE):
        return float(value)  # 1e-3, which YAML 1.1 takes for a word, having no point
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ConfigError(f"{where}: {kind.__name__} is wanted, not {value!r}")
    return value


def _one_of(choice: OneOf, value: Any, where: str) -> Any:
    if isinstance(value, str):  # `network: basic-unet` is short for `network: {kind: basic-unet}`
        value = {"kind": value}
    if not isinstance(value, dict) or value.get("kind") not in choice.kinds:
        raise ConfigError(f"{where}: needs a kind, one of {', '.join(choice.kinds)}")
    rest = {k: v for k, v in value.items() if k != "kind"}
    return _dataclass(choice.kinds[value["kind"]], rest, where)


def _dataclass(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise ConfigError(f"{where}: a mapping is wanted, not {value!r}")
    hints = get_type_hints(kind, include_extras=True)
    unknown = sorted(set(value) - set(hints))
    if unknown:
        raise ConfigError(f"{where}: unknown key {', '.join(map(repr, unknown))}; known: {', '.join(hints)}")
    values = {k: build(hints[k], v, f"{where}.{k}") for k, v in value.items()}
    try:
        return kind(**values)
    except (TypeError, ConfigError) as e:  # a field without default that is not there; or what the dataclass itself refuses
        raise ConfigError(f"{where}: {e}") from e


def plain(value: Any, kind: Any = None) -> Any:
    """A dataclass as the plain data that `build` makes it from, what equals its default left out.

    A key that is added to a dataclass later changes nothing in it, so hashes of it stay.
    """
    kind = type(value) if kind is None else kind
    choice = None
    if get_origin(kind) is Annotated:
        kind, *notes = get_args(kind)
        choice = next((n for n in notes if isinstance(n, OneOf)), None)
    if dataclasses.is_dataclass(value):
        hints = get_type_hints(type(value), include_extras=True)
        out = {} if choice is None else {"kind": next(k for k, v in choice.kinds.items() if v is type(value))}
        for f in dataclasses.fields(value):
            v = getattr(value, f.name)
            if v != _default(f):
                out[f.name] = plain(v, hints[f.name])
        return out
    if isinstance(value, list):
        items = get_args(kind)
        return [plain(v, items[0] if items else None) for v in value]
    return value


def _default(f: dataclasses.Field) -> Any:
    return f.default if f.default_factory is dataclasses.MISSING else f.default_factory()


def read(path: str | Path) -> dict:
    """A YAML file as plain data; `base: OTHER.yaml` (beside it) is read first and this laid over it.

    Mappings are merged key by key, unless the `kind` in them changes; everything else is replaced.
    """
    path = Path(path)
    try:
        value = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as e:
        raise ConfigError(f"{path} is no YAML: {' '.join(str(e).split())}") from e
    if not isinstance(value, dict):
        raise ConfigError(f"{path.name}: a mapping is wanted")
    base = value.pop("base", None)
    return value if base is None else _laid_over(read(path.parent / base), value)


def _laid_over(base: dict, over: dict) -> dict:
    out = dict(base)
    for key, value in over.items():
        old = out.get(key)
        same = isinstance(old, dict) and isinstance(value, dict) and value.get("kind", old.get("kind")) == old.get("kind")
        out[key] = _laid_over(old, value) if same else value
    return out

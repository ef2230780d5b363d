"""``schema_overrides``: types that the user gave to columns."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping

import polars as pl

from hygge_core.errors import ConfigError, HomeError
from hygge_core.files.text.columns import readable
from hygge_core.nearest import nearest
from hygge_core.types import parse_overrides, spell

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def overrides_of(spelled: Mapping[str, str]) -> dict[str, pl.DataType]:
    """The types by column. Raises ``ConfigError`` for a word that is no type, or none of a text."""
    types = parse_overrides(spelled)
    for name, dtype in types.items():
        if not readable(dtype):
            raise ConfigError(f"schema_overrides.{name}: no text is a {spell(dtype)}")
    return types


def tell_unknown(overrides: Collection[str], names: Collection[str]) -> None:
    """Raise ``HomeError`` for an override of a column that no file has."""
    for name in overrides:
        if names and name not in names:
            near = nearest(name, names)
            raise HomeError(
                f"schema_overrides names {name!r}, which is no column of the files",
                hint=f"did you mean {near!r}?" if near else f"they are {', '.join(names)}",
            )


def toml_line(name: str, *words: str) -> str:
    """The setting that makes a column one of such a type, or a text as it is."""
    key = name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)
    first, *others = (*words, "string")
    also = f", or {' or '.join(map(repr, others))}" if others else ""
    return f'home.schema_overrides = {{ {key} = "{first}" }}{also}'


def fitting(known: pl.DataType, odd: pl.DataType) -> tuple[str, ...]:
    """The types, but for a text, that a column of ``known`` may have where an ``odd`` one came."""
    if known.is_integer() and odd == pl.Float64:
        return "float64", "decimal(18,2)"
    if known == pl.Date and odd == pl.Datetime and getattr(odd, "time_zone", None) is None:
        return (spell(odd),)
    return ()

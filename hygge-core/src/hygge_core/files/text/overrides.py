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
                hint=f"did you mean {near!r}?" if near else None,
            )


def toml_line(name: str, word: str = "string") -> str:
    """The setting that makes a column one of that type."""
    key = name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)
    return f'schema_overrides = {{ {key} = "{word}" }}'

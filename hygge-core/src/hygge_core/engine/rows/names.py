"""Names of columns that Polars takes for patterns of names: another column's values would go by
them, or none. ``*`` and ``^...$`` are the only ones; no other character matters."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from hygge_core.errors import HomeError
from hygge_core.types.nested import within


def refuse_patterns(schema: Mapping[str, pl.DataType]) -> None:
    """Raise ``HomeError`` for a column, or a field in one, of such a name."""
    for column, dtype in schema.items():
        structs = [each for each in within(dtype) if isinstance(each, pl.Struct)]
        for name in (column, *(field.name for each in structs for field in each.fields)):
            if name == "*" or (name.startswith("^") and name.endswith("$")):
                what = "column" if name == column else f"field of {column!r}"
                raise HomeError(
                    f"a {what} is called {name!r}, which is read as a pattern of names here",
                    hint="give it another name before it is read; polish renames later",
                )

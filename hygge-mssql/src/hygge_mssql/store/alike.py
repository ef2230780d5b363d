"""Keys as the destination compares them: most collations tell no capitals from small letters.

Blanks at the end of a text never count
(https://learn.microsoft.com/sql/t-sql/language-elements/string-comparison-assignment).
"""

from __future__ import annotations

import polars as pl

from hygge_mssql.catalogue import Column
from hygge_mssql.store.target import Target


def alike(keys: pl.DataFrame, found: Target) -> pl.DataFrame:
    """The keys, in which those are the same that the table takes for one."""
    return keys.with_columns(
        _compared(pl.col(name), column)
        for name, dtype in keys.schema.items()
        if dtype == pl.String() and (column := found.column(name)) is not None
    )


def _compared(key: pl.Expr, column: Column) -> pl.Expr:
    rules = set((column.collation or "").upper().split("_"))
    key = key.str.strip_chars_end(" ")
    if "AI" in rules:
        key = key.str.normalize("NFD").str.replace_all(r"\p{M}", "")
    if "CI" in rules or column.type == "uniqueidentifier":
        key = key.str.to_uppercase().str.to_lowercase()  # there and back: a sharp s is a double one
    return key

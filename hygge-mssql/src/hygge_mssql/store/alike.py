"""Keys as the destination compares them: most collations tell no capitals from small letters.

Blanks at the end of a text never count
(https://learn.microsoft.com/sql/t-sql/language-elements/string-comparison-assignment); what a name
of a collation says, and what it does not, is in
https://learn.microsoft.com/sql/relational-databases/collations/collation-and-unicode-support.
"""

from __future__ import annotations

from unicodedata import normalize

import polars as pl

from hygge_mssql.catalogue import Column
from hygge_mssql.store.target import Target

_FORMS = [chr(at) for at in (0x3000, *range(0xFF01, 0xFFEF))]
#: Full and half width of one letter.
_WIDTHS = {each: normalize("NFKC", each) for each in _FORMS if normalize("NFKC", each) != each}
#: Hiragana and katakana of one syllable.
_KANA = {chr(at): chr(at + 0x60) for at in (*range(0x3041, 0x3097), 0x309D, 0x309E)}


def alike(keys: pl.DataFrame, found: Target) -> pl.DataFrame:
    """The keys, in which those are the same that the table takes for one."""
    return keys.with_columns(
        _compared(pl.col(name), column)
        for name, dtype in keys.schema.items()
        if dtype == pl.String() and (column := found.column(name)) is not None
    )


def _compared(key: pl.Expr, column: Column) -> pl.Expr:
    rules = set((column.collation or "BIN2").upper().split("_"))
    key = key.str.strip_chars_end(" ")
    if not rules & {"BIN", "BIN2"}:
        if "WS" not in rules:
            key = key.str.replace_many(_WIDTHS).str.strip_chars_end(" ")
        key = key.str.normalize("NFC")
        if "KS" not in rules:
            key = key.str.replace_many(_KANA)
    if "AI" in rules:
        key = key.str.normalize("NFD").str.replace_all(r"\p{M}", "")
    if "CI" in rules or column.type == "uniqueidentifier":
        key = key.str.to_uppercase().str.to_lowercase()  # there and back: a sharp s is a double one
    return key

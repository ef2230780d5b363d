"""The type of a text, by strict rules: what a text says must be what the value says.

``007`` and ``+47 123`` are texts, not numbers; a whole number that a float would round is no float,
nor is one with more digits than it keeps (17; 9 where an override says float32), or one that is
nearer to zero than any; a datetime has every digit it was written with. The type of a column is the
narrowest that every one of its texts has.
"""

from __future__ import annotations

import polars as pl

from hygge_core.files.text.columns import TextColumn, Wording
from hygge_core.files.text.numbers import FLOAT_WORDS

_CANDIDATES: tuple[pl.DataType, ...] = (
    pl.Boolean(),
    pl.Int64(),
    pl.Float64(),
    pl.Date(),
    pl.Datetime("us"),
    pl.Datetime("ns"),
    pl.Datetime("us", "UTC"),
    pl.Datetime("ns", "UTC"),
)
#: What the values of ``column=value`` directories can be.
IN_NAMES: tuple[pl.DataType, ...] = (pl.Int64(), pl.Date())
_SAMPLE = 64


def infer(
    texts: pl.Series,
    wording: Wording,
    candidates: tuple[pl.DataType, ...] = _CANDIDATES,
) -> pl.DataType:
    """The type of a column of texts; string where it has no value at all."""
    present = texts.drop_nulls()
    for dtype in candidates:
        if present.len() and all(
            _reads(some, dtype, wording) for some in (present.head(_SAMPLE), present)
        ):
            return dtype
    return pl.String()


def _reads(texts: pl.Series, dtype: pl.DataType, wording: Wording) -> bool:
    column = TextColumn(texts.name, dtype, wording)
    _, misfit = column.read(texts.to_frame())
    if misfit is not None:
        return False
    # "Nan" and "Inf" are names too: a float has at least one ordinary number beside them.
    return not dtype.is_float() or not texts.is_in(FLOAT_WORDS).all()

"""Values that SQLite gave, as Polars series of a declared type: exactly, or not at all.

In two steps: ``gather`` takes Python's values into a *raw* series, a page at a time; ``refine``
makes the declared type of it, a batch at a time. Either raises ``Misfit`` for the first value that
is not one of the type.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from hygge_journal_sqlite.values import nested
from hygge_journal_sqlite.values.declared import EXACT_DIGITS, is_nested, storage_of
from hygge_journal_sqlite.values.instants import clocks, days, moments
from hygge_journal_sqlite.values.misfit import Misfit, refuse

_RAW: Mapping[str, pl.DataType] = {
    "INTEGER": pl.Int64(),
    "REAL": pl.Float64(),
    "TEXT": pl.String(),
    "BLOB": pl.Binary(),
}
_PYTHON: Mapping[str, set[type]] = {
    "INTEGER": {int},
    "REAL": {float, int},
    "TEXT": {str},
    "BLOB": {bytes},
}
_NUMBERS = {int, float}
_WHOLE = r"^-?\d+$"


def gather(values: Sequence[Any], dtype: pl.DataType, *, as_text: bool = False) -> pl.Series:
    """The raw series of one page. ``as_text``: numbers are welcome where texts are wanted."""
    storage = storage_of(dtype)
    allowed = _PYTHON[storage]
    if isinstance(dtype, pl.Decimal) or (as_text and storage == "TEXT"):
        allowed = allowed | _NUMBERS
    kinds = set(map(type, values)) - {type(None)}
    if not kinds <= allowed:
        raise _first(values, lambda value: type(value) not in allowed)
    if storage == "TEXT" and kinds & _NUMBERS:
        values = _texts(values, dtype)
    elif storage == "REAL" and int in kinds and any(map(_inexact, values)):
        raise _first(values, _inexact)
    return pl.Series(values, dtype=_RAW[storage])


def refine(raw: pl.Series, dtype: pl.DataType) -> pl.Series:
    """The raw series as its declared type."""
    made = _made(raw, dtype)
    assert made.dtype == dtype  # Polars' arithmetic likes to choose its own
    return made


def _made(raw: pl.Series, dtype: pl.DataType) -> pl.Series:
    if is_nested(dtype):
        return _nested(raw, dtype)
    for kinds, read in _READ.items():
        if isinstance(dtype, kinds):
            return read(raw, dtype)
    return raw


def _first(values: Sequence[Any], wrong: Callable[[Any], bool]) -> Misfit:
    found = (at for at, value in enumerate(values) if value is not None and wrong(value))
    at = next(found)
    return Misfit(at, values[at])


def _inexact(value: Any) -> bool:
    return type(value) is int and int(float(value)) != value


def _texts(values: Collection[Any], dtype: pl.DataType) -> list[str | None]:
    """Numbers as the shortest text that is them; decimals without an exponent."""
    write = _plain if isinstance(dtype, pl.Decimal) else str
    return [value if value is None or type(value) is str else write(value) for value in values]


def _plain(value: float) -> str:
    """Decimal text of a number that SQLite made of decimal text; longer ones lost digits in it."""
    if type(value) is int:
        return str(value)
    if not math.isfinite(value):
        return str(value)
    exact = Decimal(repr(value))
    # With an exponent it is refused further on.
    return f"{exact:f}" if len(exact.as_tuple().digits) <= EXACT_DIGITS else f"{exact:e}"


def _cast(raw: pl.Series, dtype: pl.DataType) -> pl.Series:
    made = raw.cast(dtype, strict=False)
    return refuse(raw, made.is_null() & raw.is_not_null(), made)


def _bools(raw: pl.Series, dtype: pl.DataType) -> pl.Series:
    return refuse(raw, ~raw.is_between(0, 1), raw.cast(dtype))


def _narrow_floats(raw: pl.Series, dtype: pl.DataType) -> pl.Series:
    made = raw.cast(dtype)
    return refuse(raw, made.cast(pl.Float64) != raw, made)


def _decimals(raw: pl.Series, dtype: pl.DataType) -> pl.Series:
    assert isinstance(dtype, pl.Decimal)
    # Polars rounds further digits away, so they are counted first.
    shape = rf"^[+-]?\d+(\.\d{{0,{dtype.scale}}}0*)?$"
    made = raw.cast(dtype, strict=False)
    return refuse(raw, ~raw.str.contains(shape) | (made.is_null() & raw.is_not_null()), made)


def _wide_integers(raw: pl.Series, dtype: pl.DataType) -> pl.Series:
    made = raw.cast(dtype, strict=False)
    return refuse(raw, ~raw.str.contains(_WHOLE) | (made.is_null() & raw.is_not_null()), made)


def _nested(raw: pl.Series, dtype: pl.DataType) -> pl.Series:
    texts = raw.to_list()
    try:
        return nested.loads(texts, dtype).alias(raw.name)
    except ValueError:
        for at, text in enumerate(texts):
            _one_nested(at, text, dtype)
        raise


def _one_nested(at: int, text: str | None, dtype: pl.DataType) -> None:
    try:
        nested.loads([text], dtype)
    except ValueError as exc:
        raise Misfit(at, text) from exc


def _nothing(raw: pl.Series, dtype: pl.DataType) -> pl.Series:
    return refuse(raw, raw.is_not_null(), pl.Series(raw.name, [None] * len(raw), dtype=dtype))


_READ: Mapping[Any, Callable[[pl.Series, Any], pl.Series]] = {
    pl.Boolean: _bools,
    (pl.Float16, pl.Float32): _narrow_floats,
    pl.Decimal: _decimals,
    (pl.Int128, pl.UInt128): _wide_integers,
    pl.Datetime: moments,
    pl.Date: days,
    pl.Time: clocks,
    pl.Null: _nothing,
    (pl.Duration, pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64): _cast,
    (pl.Categorical, pl.Enum): _cast,
}

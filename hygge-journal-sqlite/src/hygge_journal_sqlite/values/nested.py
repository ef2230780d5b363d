"""Lists, arrays and structs as JSON text, exactly: instants as integers, decimals as strings.

JSON has no bytes (they are hexadecimal here), and no NaN or infinity (they are refused).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from hygge_core.types import instance


def dumps(values: pl.Series) -> list[str | None]:
    """A JSON text per value. Raises ``ValueError`` for a NaN or an infinity."""
    plain = values.cast(_carrier(values.dtype)).to_list()
    return [None if value is None else _text(value) for value in plain]


def loads(texts: Sequence[str | None], dtype: pl.DataType) -> pl.Series:
    """The values again. Raises ``ValueError`` for a text that ``dumps`` would not have made."""
    carrier = _carrier(dtype)
    plain = [None if text is None else json.loads(text) for text in texts]
    try:
        carried = pl.Series([_thawed(value, carrier) for value in plain], dtype=carrier)
        values = carried.cast(dtype)
    except (TypeError, AttributeError, pl.exceptions.PolarsError) as exc:
        raise ValueError(f"not a JSON text of the type {dtype}: {exc}") from exc
    again = [None if text is None else json.loads(text) for text in dumps(values)]
    if again != plain:
        raise ValueError(f"not a JSON text of the type {dtype}")
    return values


def _text(value: Any) -> str:
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=bytes.hex
    )


def _thawed(value: Any, carrier: pl.DataType) -> Any:
    """``value`` from JSON with its bytes as bytes."""
    if value is None:
        return None
    if isinstance(carrier, pl.Binary):
        return bytes.fromhex(value)
    if isinstance(carrier, pl.List | pl.Array):
        inner = instance(carrier.inner)
        return [_thawed(each, inner) for each in value]
    if isinstance(carrier, pl.Struct):
        types = {each.name: instance(each.dtype) for each in carrier.fields}
        return {name: _thawed(each, types[name]) for name, each in value.items()}
    return value


def _carrier(dtype: Any) -> pl.DataType:
    """The type with every leaf as one that JSON can tell exactly (or, for bytes, nearly)."""
    made = instance(dtype)
    if isinstance(made, pl.List):
        return pl.List(_carrier(made.inner))
    if isinstance(made, pl.Array):
        return pl.Array(_carrier(made.inner), made.size)
    if isinstance(made, pl.Struct):
        return pl.Struct({each.name: _carrier(each.dtype) for each in made.fields})
    if isinstance(made, pl.Decimal | pl.Categorical | pl.Enum):
        return pl.String()
    return pl.Int64() if made.is_temporal() else made

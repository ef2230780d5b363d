"""The values of polished columns, each from its own row."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias

import polars as pl

from hygge_core.digests import Digest, digested, plain_text, values_text
from hygge_core.polish.settings import HashId, Scalar, Timestamp
from hygge_core.types import spell

REDACTED = "***"

#: A batch to the values of one column.
Make: TypeAlias = Callable[[pl.DataFrame], "pl.Expr | pl.Series"]
#: The salt, revealed when the first batch needs it.
Salt: TypeAlias = Callable[[], bytes | None]


def hash_id(
    made: HashId, schema: Mapping[str, pl.DataType], salt: Salt
) -> tuple[pl.DataType, Make]:
    """The type and the values of a key made of other columns."""
    text = values_text(made.from_columns, schema)

    def make(batch: pl.DataFrame) -> pl.Series:
        digest = _digest(made.algorithm, salt() if made.salted else None)
        values = digested(batch.select(text=text).to_series(), digest)
        return values.bin.encode("hex") if made.hex else values

    return (pl.String() if made.hex else pl.Binary()), make


def masked(column: str, how: str, dtype: pl.DataType, salt: Salt) -> tuple[pl.DataType, Make]:
    """The type and the values of a masked column. Raises ``ValueError`` if it is not text."""
    value = pl.col(column)
    word, _, length = how.partition(":")
    if word == "null":
        return dtype, lambda _: pl.lit(None, dtype=dtype)
    if word == "redact":
        hidden = pl.when(value.is_not_null()).then(pl.lit(REDACTED))
        return pl.String(), lambda _: hidden
    if word == "sha256":
        return pl.String(), _hashed(plain_text(value, dtype), salt)
    if not isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
        raise ValueError(f"{how!r} masks text, but {column!r} is {spell(dtype)}")
    text = value.cast(pl.String)
    if word == "first":
        shown = pl.concat_str(text.str.head(int(length)), pl.lit(REDACTED))
    else:
        shown = pl.concat_str(pl.lit(REDACTED), text.str.tail(int(length)))
    return pl.String(), lambda _: shown


def constant(value: Scalar) -> tuple[pl.DataType, Make]:
    """The type and the values of a column that is the same everywhere."""
    dtype = pl.Series([value]).dtype
    return dtype, lambda _: pl.lit(value, dtype=dtype)


def timestamp(stamp: Timestamp, now: datetime) -> tuple[pl.DataType, Make]:
    """The type and the values of a column with the moment of the load, ``now`` (with a zone)."""
    moment = now if stamp.source == "now_utc" else now.astimezone()
    if stamp.type == "string":
        text = moment.isoformat() if stamp.format is None else moment.strftime(stamp.format)
        return pl.String(), lambda _: pl.lit(text)
    if stamp.source == "now_utc":
        dtype = pl.Datetime("us", "UTC")
        return dtype, lambda _: pl.lit(moment, dtype=dtype)
    naive = pl.Datetime("us")
    return naive, lambda _: pl.lit(moment.replace(tzinfo=None), dtype=naive)


def _hashed(text: pl.Expr, salt: Salt) -> Make:
    def make(batch: pl.DataFrame) -> pl.Series:
        digest = _digest("sha256", salt())
        return digested(batch.select(text=text).to_series(), digest).bin.encode("hex")

    return make


def _digest(algorithm: str, key: bytes | None) -> Digest:
    if key is not None:
        return lambda text: hmac.digest(key, text, algorithm)
    if algorithm == "sha256":
        return lambda text: hashlib.sha256(text).digest()
    return lambda text: hashlib.new(algorithm, text, usedforsecurity=False).digest()

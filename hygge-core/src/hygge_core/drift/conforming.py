"""One batch brought into a schema: cast where no value changes, refused where one would."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import polars as pl

from hygge_core.errors import SchemaChanged
from hygge_core.records import DriftPolicy
from hygge_core.scene import Quotes
from hygge_core.types import lossless, spell
from hygge_core.types.spelling import instance

_STRICT = DriftPolicy()
_PLAIN = Quotes()
_FAILURES = (pl.exceptions.PolarsError, pl.exceptions.PanicException)


def conform(
    batch: pl.DataFrame,
    schema: pl.Schema,
    policy: DriftPolicy = _STRICT,
    *,
    ignored: Collection[str] = (),
    filled: Collection[str] = (),
    quoted: Quotes = _PLAIN,
) -> pl.DataFrame:
    """``batch`` with exactly the columns, order and types of ``schema``; every value unchanged.

    Columns that are beyond the schema are dropped if named in ``ignored`` or if the policy ignores
    new ones; columns that are missing are NULL if named in ``filled`` or if the policy fills them;
    the same goes for the fields of a struct column of that name. Raises ``SchemaChanged`` with the
    types seen and a sample value for everything else; ``quoted`` is the scene's, for rows of a
    source.
    """
    if batch.schema == schema:
        return batch
    drops = batch.columns if policy.new_columns == "ignore" else ignored
    fills = schema.names() if policy.removed_columns == "null" else filled
    found = _Found(quoted)
    for name in batch.columns:
        if name not in schema and name not in drops:
            found.add(name, batch.schema[name], f"column {name!r} is new")
    columns = [
        _column(batch, name, dtype, found, fill=name in fills, drop=name in drops)
        for name, dtype in schema.items()
    ]
    found.check()
    return pl.DataFrame(columns) if columns else batch.select()


class _Found:
    """Disagreements, collected so that one error tells them all."""

    def __init__(self, quoted: Quotes) -> None:
        self.quoted = quoted
        self._problems: list[str] = []
        self._seen: dict[str, pl.DataType | None] = {}

    def add(self, name: str, seen: pl.DataType | None, problem: str) -> None:
        self._problems.append(problem)
        self._seen[name] = seen

    def check(self) -> None:
        if self._problems:
            raise SchemaChanged(
                f"rows disagree with the schema: {'; '.join(self._problems)}", seen=self._seen
            )


def _column(
    batch: pl.DataFrame, name: str, dtype: pl.DataType, found: _Found, *, fill: bool, drop: bool
) -> pl.Series:
    to = instance(dtype)
    if name not in batch.columns:
        if not fill:
            found.add(name, None, f"column {name!r} ({spell(to)}) is missing")
        return pl.Series(name, [None], dtype=to).new_from_index(0, batch.height)
    values = batch.get_column(name)
    if values.dtype == to:
        return values
    if _fits(values.dtype, to, fill=fill, drop=drop):
        cast, odd = _cast(values, to)
        if odd is None:
            return cast
    else:
        odd = values.drop_nulls().head(1)
    words = f"column {name!r} is {spell(to)}, but this is {spell(values.dtype)}"
    sample = "" if odd.is_empty() else f", for example {found.quoted(name, _first(odd))}"
    found.add(name, values.dtype, f"{words}{sample}")
    return values


def _fits(from_: pl.DataType, to: pl.DataType, *, fill: bool, drop: bool) -> bool:
    """Whether the type may be cast, with fields of structs filled or dropped as allowed."""
    if isinstance(from_, pl.Struct) and isinstance(to, pl.Struct):
        has, wants = _fields(from_), _fields(to)
        return (
            (fill or wants.keys() <= has.keys())
            and (drop or has.keys() <= wants.keys())
            and all(_fits(has[n], wants[n], fill=fill, drop=drop) for n in has if n in wants)
        )
    if isinstance(from_, pl.List) and isinstance(to, pl.List):
        return _fits(instance(from_.inner), instance(to.inner), fill=fill, drop=drop)
    return lossless(from_, to)


def _cast(values: pl.Series, to: pl.DataType) -> tuple[pl.Series, pl.Series | None]:
    """The cast values, and the first one that the type cannot hold (``None``: all fit)."""
    if not to.is_nested():
        # Not strict: Polars cannot print every date that overflows, and panics where it tries to.
        cast = values.cast(to, strict=False)
        lost = values.filter(cast.is_null() & values.is_not_null())
        return cast, lost.head(1) if lost.len() else None
    try:
        frame = values.to_frame()
        return frame.select(_aligned(pl.first(), values.dtype, to).alias(values.name))[
            values.name
        ], None
    except _FAILURES:
        return values, values.drop_nulls().head(1)


def _aligned(value: pl.Expr, from_: pl.DataType, to: pl.DataType) -> pl.Expr:
    """A strict cast that finds the fields of structs by name: Polars' own wants equal shapes."""
    if isinstance(from_, pl.Struct) and isinstance(to, pl.Struct) and to.fields:
        has = _fields(from_)
        fields = [
            (
                _aligned(value.struct.field(name), has[name], dtype)
                if name in has
                else pl.lit(None, dtype=dtype)
            ).alias(name)
            for name, dtype in _fields(to).items()
        ]
        return pl.when(value.is_not_null()).then(pl.struct(fields))
    if isinstance(from_, pl.List) and isinstance(to, pl.List):
        return value.list.eval(_aligned(pl.element(), instance(from_.inner), instance(to.inner)))
    return value if from_ == to else value.cast(to)


def _fields(struct: pl.Struct) -> dict[str, pl.DataType]:
    return {each.name: instance(each.dtype) for each in struct.fields}


def _first(values: pl.Series) -> Any:
    try:
        return values.to_list()[0]
    except (ValueError, OverflowError, *_FAILURES):  # a date that Python does not have
        return values.to_physical()[0]

"""The columns of a SELECT: what stands in it for each, and what its answer becomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import polars as pl
from attrs import evolve, frozen

from hygge_core.errors import HomeError, SchemaChanged
from hygge_core.scene import Quotes
from hygge_core.types import lossless, spell
from hygge_mssql import names
from hygge_mssql.catalogue import Column
from hygge_mssql.created import declaration
from hygge_mssql.sqltypes import held, padded

#: What datetime[ns] holds, in microseconds since 1970: the years 1677 to 2262.
_NANOSECONDS = 2**63 // 1000 - 1
_PLAIN = Quotes()


@frozen(kw_only=True)
class Selected:
    """One column of a SELECT, and the type that its values have in a frame.

    ``sql`` is its expression; ``fine`` asks for the seventh digit of its seconds beside it;
    ``answered`` is the type that the server's answer has before ``settled`` widens it, and
    ``converted`` says that the user chose it.
    """

    column: Column
    sql: str
    dtype: pl.DataType
    answered: pl.DataType
    fine: bool = False
    converted: bool = False

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def cut(self) -> bool:
        """Whether a seventh digit of its seconds is left out."""
        whole = isinstance(self.answered, pl.Datetime) and not (self.fine or self.converted)
        return whole and self.column.scale == 7

    def expressions(self, at: int) -> tuple[str, ...]:
        """What stands in the SELECT; ``at`` is the column's place in it."""
        value = f"{self.sql} AS {names.quoted(self.name)}"
        if not self.fine:
            return (value,)
        digit = f"DATEPART(nanosecond, {self.sql}) % 1000 AS {names.quoted(fine_name(at))}"
        return value, digit


def fine_name(at: int) -> str:
    """What the seventh digit of the ``at``-th column is called in an answer."""
    return f"__hygge_fine_{at}"


def selected(
    columns: Iterable[Column],
    *,
    overrides: Mapping[str, pl.DataType],
    keep_seventh: bool,
    trim: bool,
    origins: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Selected, ...]:
    """How each column is selected; ``origins`` is what stands before the names of some.

    Raises ``HomeError`` for an override of no column.
    """
    found = tuple(
        _overridden(each, overrides[each.name], origins.get(each.name, ""))
        if each.name in overrides
        else _by_catalogue(
            each, keep_seventh=keep_seventh, trim=trim, prefix=origins.get(each.name, "")
        )
        for each in columns
    )
    missing = sorted(set(overrides) - {each.name for each in found})
    if missing:
        raise HomeError(
            f"there is no column {missing[0]!r}, which schema_overrides names",
            hint=f"the columns are {', '.join(each.name for each in found)}",
        )
    return found


def _by_catalogue(column: Column, *, keep_seventh: bool, trim: bool, prefix: str) -> Selected:
    row = held(column)
    dtype = row.dtype(column)
    sql = row.selected.format(prefix + names.quoted(column.name))
    fine = row.fine and column.scale == 7 and keep_seventh
    if row.fine and not fine and isinstance(dtype, pl.Datetime):
        dtype = pl.Datetime("us", dtype.time_zone)
    if trim and padded(column):
        sql = f"RTRIM({sql})"
    return Selected(column=column, sql=sql, dtype=dtype, answered=dtype, fine=fine)


def _overridden(column: Column, dtype: pl.DataType, prefix: str) -> Selected:
    """The server converts: it says no to what does not fit."""
    name, row = prefix + names.quoted(column.name), held(column)
    if row.dtype(column) == dtype:
        return _by_catalogue(column, keep_seventh=True, trim=False, prefix=prefix)
    if isinstance(dtype, pl.String):
        sql = row.text.format(row.selected.format(name))
    else:
        sql = f"CAST({name} AS {declaration(column.name, dtype, HomeError)})"
    return Selected(column=column, sql=sql, dtype=dtype, answered=dtype, converted=True)


def settle(given: Sequence[Selected], settled: pl.Schema | None) -> tuple[Selected, ...]:
    """Each column as the type that the load has settled on. Raises ``SchemaChanged``."""
    if settled is None:
        return tuple(given)
    return tuple(_settled(each, settled.get(each.name, each.dtype)) for each in given)


def _settled(each: Selected, wanted: pl.DataType) -> Selected:
    if lossless(each.answered, wanted):
        return evolve(each, dtype=wanted)
    if each.fine and lossless(pl.Datetime("us", getattr(wanted, "time_zone", None)), wanted):
        raise SchemaChanged(
            f"column {each.name!r} has seven digits of a second, and was {spell(wanted)} before",
            seen={each.name: each.answered},
            hint='set seventh_digit = "drop", or run once with --full-drop',
        )
    raise SchemaChanged(
        f"column {each.name!r} is {spell(each.answered)}, not {spell(wanted)}",
        seen={each.name: each.answered},
    )


def framed(
    answer: pl.DataFrame, columns: Sequence[Selected], quoted: Quotes = _PLAIN
) -> pl.DataFrame:
    """An answer of the server as the frame that was promised. Raises ``HomeError``; ``quoted`` is
    the scene's, for rows of a source.
    """
    made = []
    for at, each in enumerate(columns):
        values = answer.get_column(each.name)
        if each.fine:
            values = _seven_digits(each, values, answer.get_column(fine_name(at)), quoted)
        made.append(_cast(each, _cast(each, values, each.answered, quoted), each.dtype, quoted))
    return pl.DataFrame(made)


def _cast(each: Selected, values: pl.Series, dtype: pl.DataType, quoted: Quotes) -> pl.Series:
    if values.dtype == dtype:
        return values
    made = values.cast(dtype, strict=False)
    lost = values.filter(made.is_null() & values.is_not_null())
    if lost.len():
        raise SchemaChanged(
            f"column {each.name!r} has values that are no {spell(dtype)}, for example"
            f" {quoted(each.name, lost[0])}",
            seen={each.name: each.answered},
        )
    return made


def _seven_digits(
    each: Selected, values: pl.Series, digits: pl.Series, quoted: Quotes
) -> pl.Series:
    """Microseconds and what is below them, in nanoseconds."""
    micros = values.dt.cast_time_unit("us").to_physical()
    if micros.abs().gt(_NANOSECONDS).any():
        far = values.filter(micros.abs() > _NANOSECONDS)[0]
        raise HomeError(
            f"column {each.name!r} has {quoted(each.name, far)}: seven digits of a second reach"
            " from 1677 to 2262",
            hint='set seventh_digit = "drop" for the table, or read the column as text:'
            f' schema_overrides = {{ "{each.name}" = "string" }}',
        )
    exact = micros * 1000 + digits.cast(pl.Int64)
    return exact.cast(pl.Datetime("ns", getattr(each.answered, "time_zone", None)))

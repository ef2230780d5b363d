"""CAST, CONVERT, and what a server converts on its own, in DuckDB's words."""

from __future__ import annotations

from .. import types
from ..arrays import duck_type, is_text
from ..errors import SqlError, unknown
from ..types import MAX, SqlType
from .values import Bound


def convert(bound: Bound, to: SqlType, style: int | None = None, *, implicit: bool = False) -> str:
    """DuckDB's words for this value as another type. Raises 529 where SQL Server has no way."""
    source = bound.type
    if source is None:
        return f"CAST(NULL AS {duck_type(to)})"
    if source == to:
        return bound.sql
    if source.name in types.AS_TEXT:
        source = SqlType("nvarchar", MAX)
    if implicit and source.name in types.TEXTS and to.name in types.BYTES:
        raise SqlError(
            257,
            f"Implicit conversion from data type {source.name} to {to} is not allowed. "
            "Use the CONVERT function to run this query.",
        )
    if implicit and _forbidden(source, to):
        raise SqlError(206, f"Operand type clash: {source} is incompatible with {to}")
    made = _converted(bound.sql, source, to, style)
    if made is None:
        raise SqlError(529, f"Explicit conversion from data type {source} to {to} is not allowed.")
    return made


_NO_NUMBERS = frozenset({"date", "time", "datetime2", "datetimeoffset", "uniqueidentifier"})


def _forbidden(source: SqlType, to: SqlType) -> bool:
    """Pairs that need a CAST in T-SQL."""
    moments = types.MOMENTS | {"date", "time", "datetimeoffset"}
    numbers = {*types.INTEGERS, *types.DECIMALS, *types.FLOATS, "bit"}
    return (source.name in moments and to.name in numbers) or (
        source.name in numbers and to.name in _NO_NUMBERS
    ) or (source.name in types.TEXTS and to.name in types.BYTES) or (
        source.name in {"date", "datetime2", "time", "datetimeoffset"} and to.name in types.BYTES
    )  # fmt: skip


def _converted(sql: str, source: SqlType, to: SqlType, style: int | None) -> str | None:
    if to.name in types.TEXTS or to.name == "xml":
        return _to_text(sql, source, to, style)
    if to.name in types.UNSENDABLE:
        return text_of(sql, source, style)
    if to.name in types.BYTES:
        return _to_bytes(sql, source, to, style)
    if to.name in types.MOMENTS | {"date", "time", "datetimeoffset"}:
        return _to_time(sql, source, to)
    if to.name == "uniqueidentifier":
        return f"guid_of({sql})" if is_text(source) else None
    return _to_number(sql, source, to)


def _to_text(sql: str, source: SqlType, to: SqlType, style: int | None) -> str | None:
    text = text_of(sql, source, style)
    if text is None:
        return None
    if to.name in types.NARROW and to.encoding == "cp1252" and source.name not in types.NARROW:
        text = f"narrowed({text})"
    if to.is_max:
        return text
    cut = f"substr({text}, 1, {to.length})"
    return f"rpad({cut}, {to.length}, ' ')" if to.name in {"char", "nchar"} else cut


def text_of(sql: str, source: SqlType, style: int | None = None) -> str | None:
    """The text of a value; None where it has none here."""
    gap = "'T'" if style in {126, 127} else "' '"
    match source.name:
        case "bit":
            return f"CAST(CAST({sql} AS INTEGER) AS VARCHAR)"
        case "money" | "smallmoney":
            digits = 4 if style in {2, 126} else 2
            return f"CAST(CAST({sql} AS DECIMAL(19,{digits})) AS VARCHAR)"
        case "float" | "real":
            if style not in {3, 126}:
                raise unknown("float to text without style 3 (17 digits)")
            return f"printf('%.16e', {sql})"
        case "time":
            return f"text_of_time({sql}, {source.scale})"
        case "datetime2":
            return f"text_of_moment({sql}, {source.scale}, {gap})"
        case "datetime" | "smalldatetime":
            if style not in {120, 121, 126, 127}:
                raise unknown(f"{source.name} to text without style 120, 121, 126 or 127")
            return f"text_of_moment(rounded({sql}, 10000), {0 if style == 120 else 3}, {gap})"
        case "datetimeoffset":
            return f"text_of_offset({sql}, {source.scale}, {gap})"
        case "binary" | "varbinary" | "rowversion":
            if style not in {1, 2}:
                raise unknown("bytes to text without style 1 or 2")
            return ("'0x' || " if style == 1 else "") + f"hex({sql})"
    return sql if is_text(source) else f"CAST({sql} AS VARCHAR)"


def _to_bytes(sql: str, source: SqlType, to: SqlType, style: int | None) -> str | None:
    if source.name in types.BYTES:
        if to.is_max:
            return sql
        if to.name == "varbinary" and not source.is_max and source.length <= to.length:
            return sql
        cut = f"unhex(substr(hex({sql}), 1, {2 * to.length}))"
        return (
            cut
            if to.name == "varbinary"
            else f"unhex(rpad(substr(hex({sql}), 1, {2 * to.length}), {2 * to.length}, '0'))"
        )
    if source.name in types.TEXTS and style in {1, 2}:
        digits = f"substr({sql}, 3)" if style == 1 else sql
        return _to_bytes(f"unhex({digits})", SqlType("varbinary", MAX), to, None)
    if source.name in types.TEXTS:
        wide = "true" if source.name in types.WIDE else "false"
        return _to_bytes(f"bytes_of({sql}, {wide})", SqlType("varbinary", MAX), to, None)
    if source.name in types.INTEGERS:
        length = 8 if to.is_max else to.length
        digits = 2 * types.FIXED_BYTES[source.name]
        whole = (
            f"lpad(right(printf('%016x', CAST({sql} AS BIGINT)), {digits}), "
            f"{max(2 * length, digits)}, '0')"
        )
        return f"unhex(right({whole}, {2 * length}))"
    return None


def _to_time(sql: str, source: SqlType, to: SqlType) -> str | None:
    if is_text(source):
        return _rounded(f"{_TEXT_TO_TIME[to.name]}(trim({sql}))", to)
    if source.name == to.name:
        return _rounded(sql, to)
    if source.name in types.MOMENTS | {"date", "datetimeoffset"}:
        if source.name == "date":
            moment = f"days_of({sql})"
        elif source.name == "datetimeoffset":
            moment = f"(({sql}).t + CAST(({sql}).o AS BIGINT) * 600000000)"
        else:
            moment = sql
        if to.name == "datetimeoffset":
            return (
                f"CASE WHEN {sql} IS NULL THEN NULL ELSE CAST({{'t': "
                f"{_rounded_at(moment, to)}, 'o': 0}} AS {duck_type(to)}) END"
            )
        if to.name == "date":
            return f"date_at({moment})"
        if to.name == "time":
            return _rounded(f"({moment} % 864000000000)", to) if source.name != "date" else None
        return _rounded(moment, to)
    if source.name == "time" and to.name in types.MOMENTS:
        return _rounded(f"({sql} + 599266080000000000)", to)
    return None


_TEXT_TO_TIME = {
    "date": "date_of", "time": "time_of", "datetime2": "moment_of", "datetime": "moment_of",
    "smalldatetime": "moment_of", "datetimeoffset": "offset_of",
}  # fmt: skip


def _rounded(sql: str, to: SqlType) -> str:
    match to.name:
        case "datetime":
            return f"three_hundredths({sql})"
        case "smalldatetime":
            return f"rounded({sql}, 600000000)"
        case "datetimeoffset" if to.scale < 7:
            return f"offset_at({_rounded_at(f'({sql}).t', to)}, ({sql}).o)"
        case "time" | "datetime2":
            return _rounded_at(sql, to)
    return sql


def _rounded_at(sql: str, to: SqlType) -> str:
    return sql if to.scale == 7 else f"rounded({sql}, {10 ** (7 - to.scale)})"


def _to_number(sql: str, source: SqlType, to: SqlType) -> str | None:
    duck = duck_type(to)
    if to.name == "bit" and source.name in {*types.INTEGERS, *types.DECIMALS, *types.FLOATS}:
        return f"({sql} <> 0)"
    if source.name in types.TEXTS:
        bare = f"trim({sql})"
        if to.name == "bit":
            return (
                f"(CAST(CASE lower({bare}) WHEN 'true' THEN '1' WHEN 'false' THEN '0' "
                f"ELSE {bare} END AS INTEGER) <> 0)"
            )
        if to.name in types.INTEGERS:
            bare = f"CASE WHEN {bare} = '' THEN '0' ELSE {bare} END"
        return f"CAST({bare} AS {duck})"
    if source.name in types.BYTES:
        if to.name not in types.INTEGERS:
            return None
        digits = 2 * types.FIXED_BYTES[to.name]
        return f"CAST(('0x' || lpad(right(hex({sql}), {digits}), {digits}, '0')) AS {duck})"
    if source.name in {"bit", *types.INTEGERS, *types.DECIMALS, *types.FLOATS}:
        if to.name in types.INTEGERS and source.name not in {"bit", *types.INTEGERS}:
            return f"CAST(trunc({sql}) AS {duck})"
        return f"CAST({sql} AS {duck})"
    return None

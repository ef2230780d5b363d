"""The functions of T-SQL that the double knows; one that is not here is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import evolve

from .. import types
from ..errors import SqlError, unknown
from ..tsql import tree
from ..types import MAX, SqlType
from . import facts
from .values import Bound, common, convert, quoted, sort_key
from .world import World, fixed

if TYPE_CHECKING:
    from .expressions import Expressions

BIGINT, INT, BIT, FLOAT = SqlType("bigint"), SqlType("int"), SqlType("bit"), SqlType("float")
Maker = Callable[["Expressions", tree.Call], Bound]

_KNOWN: dict[str, Maker] = {}


def knows(*names: str) -> Callable[[Maker], Maker]:
    def keep(maker: Maker) -> Maker:
        for name in names:
            _KNOWN[name] = maker
        return maker

    return keep


def call(binder: Expressions, expression: tree.Call) -> Bound:
    name = expression.name.removeprefix("SYS.")
    maker = _KNOWN.get(name)
    if maker is not None:
        bound = maker(binder, expression)
        return _over(binder, bound, expression)
    fact = facts.KNOWN.get(name)
    if fact is None:
        raise unknown(f"the function {expression.name}")
    return fact(binder.world, [binder.value(argument) for argument in expression.arguments])


def global_variable(world: World, name: str) -> Bound:
    fact = facts.GLOBALS.get(name.upper())
    if fact is None:
        raise unknown(f"the variable {name}")
    return fact(world, [])


def _over(binder: Expressions, bound: Bound, expression: tree.Call) -> Bound:
    if expression.over is None:
        if expression.name in _RANKINGS:
            raise SqlError(10753, f"The function '{expression.name}' must have an OVER clause.")
        return bound
    parts = []
    if expression.over.partition:
        keys = ", ".join(sort_key(binder.value(by)) for by in expression.over.partition)
        parts.append(f"PARTITION BY {keys}")
    if expression.over.order:
        orders = (
            (
                f"{sort_key(binder.value(one.by))} "
                f"{'DESC NULLS LAST' if one.descending else 'ASC NULLS FIRST'}"
            )
            for one in expression.over.order
        )
        parts.append(f"ORDER BY {', '.join(orders)}")
    return evolve(bound, sql=f"{bound.sql} OVER ({' '.join(parts)})")


def _arguments(
    binder: Expressions, call: tree.Call, least: int, most: int | None = None
) -> list[Bound]:
    most = least if most is None else most
    if not least <= len(call.arguments) <= most:
        raise SqlError(174, f"The {call.name.lower()} function requires {least} argument(s).")
    return [binder.value(argument) for argument in call.arguments]


# ------------------------------------------------------------------------------- aggregates

_RANKINGS = frozenset({"ROW_NUMBER", "RANK", "DENSE_RANK", "NTILE"})


@knows("COUNT", "COUNT_BIG")
def _count(binder: Expressions, call: tree.Call) -> Bound:
    type = INT if call.name == "COUNT" else BIGINT
    if isinstance(call.arguments[0], tree.Star):
        return Bound("count(*)", type, nullable=False)
    (operand,) = _arguments(binder, call, 1)
    return Bound(f"count({'DISTINCT ' * call.distinct}{sort_key(operand)})", type, nullable=False)


@knows("MIN", "MAX")
def _extreme(binder: Expressions, call: tree.Call) -> Bound:
    (operand,) = _arguments(binder, call, 1)
    if operand.typed().name == "bit":
        raise SqlError(8117, "Operand data type bit is invalid for max operator.")
    word = call.name.lower()
    if sort_key(operand) == operand.sql:
        return Bound(f"{word}({operand.sql})", operand.typed())
    return Bound(f"arg_{word}({operand.sql}, {sort_key(operand)})", operand.typed())


@knows("SUM", "AVG")
def _sum(binder: Expressions, call: tree.Call) -> Bound:
    (operand,) = _arguments(binder, call, 1)
    source = operand.typed()
    if source.name in {"tinyint", "smallint", "int"}:
        type = INT
    elif source.name == "decimal" or source.name == "numeric":
        scale = source.scale if call.name == "SUM" else max(source.scale, 6)
        type = SqlType("decimal", precision=38, scale=scale)
    elif source.name in {"bigint", "money", *types.FLOATS}:
        type = FLOAT if source.name in types.FLOATS else source
    else:
        raise SqlError(
            8117, f"Operand data type {source} is invalid for {call.name.lower()} operator."
        )
    if call.name == "AVG" and type.name in types.INTEGERS:
        sql = f"(sum({operand.sql}) // nullif(count({operand.sql}), 0))"
    else:
        sql = f"{call.name.lower()}({operand.sql})"
    from ..arrays import duck_type

    if call.over is not None:
        return Bound(sql, type)
    return Bound(f"CAST({sql} AS {duck_type(type)})", type)


@knows("ROW_NUMBER", "RANK", "DENSE_RANK")
def _ranking(binder: Expressions, call: tree.Call) -> Bound:
    return Bound(f"{call.name.lower()}()", BIGINT, nullable=False)


@knows("NTILE")
def _ntile(binder: Expressions, call: tree.Call) -> Bound:
    (count,) = _arguments(binder, call, 1)
    return Bound(f"ntile({count.sql})", BIGINT, nullable=False)


@knows("LAG", "LEAD")
def _neighbour(binder: Expressions, call: tree.Call) -> Bound:
    (operand,) = _arguments(binder, call, 1)
    return Bound(f"{call.name.lower()}({operand.sql})", operand.typed())


# ------------------------------------------------------------------------------- conditionals


@knows("COALESCE")
def _coalesce(binder: Expressions, call: tree.Call) -> Bound:
    operands = _arguments(binder, call, 1, 99)
    type = common(*(operand.type for operand in operands))
    sql = ", ".join(convert(operand, type) for operand in operands)
    return Bound(f"coalesce({sql})", type, all(operand.nullable for operand in operands))


@knows("ISNULL")
def _isnull(binder: Expressions, call: tree.Call) -> Bound:
    """The type is the first argument's, whatever the second is."""
    first, second = _arguments(binder, call, 2)
    type = first.type or second.typed()
    sql = f"coalesce({convert(first, type)}, {convert(second, type)})"
    return Bound(sql, type, second.nullable)


@knows("NULLIF")
def _nullif(binder: Expressions, call: tree.Call) -> Bound:
    from .expressions import compare

    first, second = _arguments(binder, call, 2)
    return Bound(
        f"CASE WHEN {compare('=', first, second)} THEN NULL ELSE {first.sql} END", first.typed()
    )


@knows("IIF")
def _iif(binder: Expressions, call: tree.Call) -> Bound:
    test, then, otherwise = call.arguments
    return binder.value(tree.Case(None, ((test, then),), otherwise))


# -------------------------------------------------------------------------------------- texts


def _text(bound: Bound) -> tuple[str, SqlType]:
    """A value as text, for functions of texts."""
    type = bound.typed()
    if type.name in types.TEXTS:
        return bound.sql, type
    made = SqlType("varchar", 8000)
    return convert(bound, made), made


def _varying(type: SqlType, length: int) -> SqlType:
    return SqlType(
        "nvarchar" if type.name in types.WIDE else "varchar", length, collation=type.collation
    )


@knows("LEN")
def _len(binder: Expressions, call: tree.Call) -> Bound:
    """Characters as UTF-16 counts them, without trailing blanks."""
    text, type = _text(_arguments(binder, call, 1)[0])
    units = f"utf16_length(rtrim({text}, ' '))"
    return Bound(
        f"CAST({units} AS {'BIGINT' if type.is_max else 'INTEGER'})", BIGINT if type.is_max else INT
    )


@knows("DATALENGTH")
def _datalength(binder: Expressions, call: tree.Call) -> Bound:
    (operand,) = _arguments(binder, call, 1)
    type = operand.typed()
    result = BIGINT if type.is_max else INT
    if type.name in types.TEXTS:
        wide = "true" if type.name in types.WIDE else "false"
        return Bound(f"octet_length(bytes_of({operand.sql}, {wide}))", result)
    if type.name in types.BYTES:
        return Bound(f"octet_length({operand.sql})", result)
    raise unknown(f"DATALENGTH of {type}")


@knows("SUBSTRING")
def _substring(binder: Expressions, call: tree.Call) -> Bound:
    text, start, length = _arguments(binder, call, 3)
    if text.typed().name in types.BYTES:
        sql = f"unhex(substr(hex({text.sql}), 2 * {start.sql} - 1, 2 * {length.sql}))"
        return Bound(sql, SqlType("varbinary", text.typed().length))
    sql, type = _text(text)
    return Bound(f"substr({sql}, {start.sql}, {length.sql})", _varying(type, type.length))


@knows("LEFT", "RIGHT")
def _side(binder: Expressions, call: tree.Call) -> Bound:
    text, count = _arguments(binder, call, 2)
    sql, type = _text(text)
    return Bound(f"{call.name.lower()}({sql}, {count.sql})", _varying(type, type.length))


@knows("UPPER", "LOWER", "LTRIM", "RTRIM", "TRIM")
def _changed(binder: Expressions, call: tree.Call) -> Bound:
    sql, type = _text(_arguments(binder, call, 1)[0])
    blank = ", ' '" if "TRIM" in call.name else ""
    return Bound(f"{call.name.lower()}({sql}{blank})", _varying(type, type.length))


@knows("REPLACE")
def _replace(binder: Expressions, call: tree.Call) -> Bound:
    parts = [_text(bound) for bound in _arguments(binder, call, 3)]
    return Bound(f"replace({', '.join(sql for sql, _ in parts)})", _varying(parts[0][1], MAX))


@knows("CONCAT")
def _concat(binder: Expressions, call: tree.Call) -> Bound:
    parts = [_text(bound) for bound in _arguments(binder, call, 1, 254)]
    wide = any(type.name in types.WIDE for _, type in parts)
    sql = " || ".join(f"coalesce({sql}, '')" for sql, _ in parts)
    return Bound(f"({sql})", SqlType("nvarchar" if wide else "varchar", 4000), nullable=False)


@knows("CHARINDEX")
def _charindex(binder: Expressions, call: tree.Call) -> Bound:
    wanted, text = (_text(bound)[0] for bound in _arguments(binder, call, 2))
    return Bound(f"CAST(strpos(lower({text}), lower({wanted})) AS INTEGER)", INT)


@knows("QUOTENAME")
def _quotename(binder: Expressions, call: tree.Call) -> Bound:
    sql, _ = _text(_arguments(binder, call, 1)[0])
    return Bound(f"('[' || replace({sql}, ']', ']]') || ']')", SqlType("nvarchar", 258))


def like(binder: Expressions, expression: tree.Like) -> str:
    """LIKE as a regular expression: %, _, [a-c], [^a]; the pattern must be a constant."""
    operand = binder.value(expression.operand)
    pattern = binder.world.text(binder.value(expression.pattern))
    escape = binder.world.text(binder.value(expression.escape)) if expression.escape else None
    if pattern is None:
        return "NULL"
    sql, type = _text(operand)
    options = "s" if type.case_matters else "si"
    made = f"regexp_full_match({sql}, {quoted(like_pattern(pattern, escape))}, '{options}')"
    return f"(NOT {made})" if expression.negated else made


def like_pattern(pattern: str, escape: str | None) -> str:
    import re

    out, at = "", 0
    while at < len(pattern):
        sign = pattern[at]
        at += 1
        if sign == escape and at < len(pattern):
            out += re.escape(pattern[at])
            at += 1
        elif sign in "%_":
            out += ".*" if sign == "%" else "."
        elif sign == "[" and "]" in pattern[at + 1 :]:
            end = pattern.index("]", at + 1)
            inner = pattern[at:end]
            negated, chars = inner.startswith("^"), inner.removeprefix("^")
            out += "[" + "^" * negated + re.sub(r"([\\\[\]^])", r"\\\1", chars) + "]"
            at = end + 1
        else:
            out += re.escape(sign)
    return out


# ------------------------------------------------------------------------------------ numbers


@knows("ABS", "FLOOR", "CEILING", "SIGN")
def _rounding(binder: Expressions, call: tree.Call) -> Bound:
    from ..arrays import duck_type

    (operand,) = _arguments(binder, call, 1)
    type = operand.typed()
    return Bound(f"CAST({call.name.lower()}({operand.sql}) AS {duck_type(type)})", type)


@knows("ROUND")
def _round(binder: Expressions, call: tree.Call) -> Bound:
    from ..arrays import duck_type

    operand, digits = _arguments(binder, call, 2)
    type = operand.typed()
    return Bound(f"CAST(round({operand.sql}, {digits.sql}) AS {duck_type(type)})", type)


# -------------------------------------------------------------------------------------- times

_TICKS = {
    "nanosecond": None, "ns": None, "microsecond": 10, "mcs": 10,
    "millisecond": 10_000, "ms": 10_000,
    "second": 10**7, "ss": 10**7, "s": 10**7, "minute": 6 * 10**8, "mi": 6 * 10**8, "n": 6 * 10**8,
    "hour": 36 * 10**9, "hh": 36 * 10**9, "day": 864 * 10**9, "dd": 864 * 10**9, "d": 864 * 10**9,
    "week": 6048 * 10**9, "wk": 6048 * 10**9, "ww": 6048 * 10**9,
}  # fmt: skip
_DATETIME2 = SqlType("datetime2", scale=7)


def _part(call: tree.Call) -> str:
    first = call.arguments[0]
    assert isinstance(first, tree.Literal)
    return str(first.value)


@knows("DATEADD")
def _dateadd(binder: Expressions, call: tree.Call) -> Bound:
    part = _part(call)
    count, moment = binder.value(call.arguments[1]), binder.value(call.arguments[2])
    type = moment.typed()
    if type.name in types.TEXTS:
        type = SqlType("datetime")
    ticks = _TICKS.get(part)
    if ticks is None:
        return _add_months(part, count, moment, type)
    whole = f"CAST({count.sql} AS BIGINT) * {ticks}"
    if type.name == "date":
        return Bound(
            f"({moment.sql} + CAST({count.sql} AS INTEGER) * {ticks // (864 * 10**9)})", type
        )
    if type.name == "datetimeoffset":
        return Bound(f"offset_at(({moment.sql}).t + {whole}, ({moment.sql}).o)", type)
    return Bound(f"({convert(moment, type)} + {whole})", type)


def _add_months(part: str, count: Bound, moment: Bound, type: SqlType) -> Bound:
    months = {
        "month": 1,
        "mm": 1,
        "m": 1,
        "quarter": 3,
        "qq": 3,
        "year": 12,
        "yy": 12,
        "yyyy": 12,
    }.get(part)
    if months is None or type.name not in {"date", *types.MOMENTS}:
        raise unknown(f"DATEADD({part}, ...) of {type}")
    if type.name == "date":
        return Bound(
            f"CAST({moment.sql} + to_months(CAST({count.sql} * {months} AS INTEGER)) AS DATE)", type
        )
    moved = (
        f"days_of(CAST(date_at({moment.sql}) + to_months(CAST({count.sql} * {months} AS "
        "INTEGER)) AS DATE))"
    )
    return Bound(f"({moved} + {moment.sql} % 864000000000)", type)


@knows("DATEDIFF", "DATEDIFF_BIG")
def _datediff(binder: Expressions, call: tree.Call) -> Bound:
    """Boundaries crossed, for the parts that have a fixed length."""
    part = _part(call)
    ticks = _TICKS.get(part)
    if ticks is None:
        raise unknown(f"DATEDIFF({part}, ...)")
    sides = [convert(binder.value(argument), _DATETIME2) for argument in call.arguments[1:]]
    sql = f"({sides[1]} // {ticks} - {sides[0]} // {ticks})"
    type = INT if call.name == "DATEDIFF" else BIGINT
    return Bound(f"CAST({sql} AS {'INTEGER' if type is INT else 'BIGINT'})", type)


@knows("YEAR", "MONTH", "DAY", "DATEPART")
def _datepart(binder: Expressions, call: tree.Call) -> Bound:
    part = _part(call) if call.name == "DATEPART" else call.name.lower()
    operand = binder.value(call.arguments[-1])
    if part not in {"year", "month", "day"}:
        raise unknown(f"DATEPART({part}, ...)")
    return Bound(f"CAST({part}({convert(operand, SqlType('date'))}) AS INTEGER)", INT)


@knows("SWITCHOFFSET")
def _switchoffset(binder: Expressions, call: tree.Call) -> Bound:
    moment, zone = _arguments(binder, call, 2)
    type = moment.typed()
    if type.name != "datetimeoffset":
        type = SqlType("datetimeoffset", scale=7)
    made = convert(moment, type)
    return Bound(f"offset_at(({made}).t, CAST(zone_of({zone.sql}) AS SMALLINT))", type)


@knows("TODATETIMEOFFSET")
def _todatetimeoffset(binder: Expressions, call: tree.Call) -> Bound:
    moment, zone = _arguments(binder, call, 2)
    type = SqlType("datetimeoffset", scale=7)
    minutes = f"CAST(zone_of({zone.sql}) AS SMALLINT)"
    made = convert(moment, _DATETIME2)
    return Bound(f"offset_at({made} - CAST({minutes} AS BIGINT) * 600000000, {minutes})", type)


# -------------------------------------------------------------------------------------- others


@knows("NEWID")
def _newid(binder: Expressions, call: tree.Call) -> Bound:
    return Bound("upper(CAST(uuid() AS VARCHAR))", SqlType("uniqueidentifier"), nullable=False)


@knows("HASHBYTES")
def _hashbytes(binder: Expressions, call: tree.Call) -> Bound:
    algorithm, operand = _arguments(binder, call, 2)
    if (binder.world.text(algorithm) or "").upper() != "SHA2_256":
        raise unknown("HASHBYTES of anything but SHA2_256")
    raw = (
        operand.sql
        if operand.typed().name in types.BYTES
        else convert(operand, SqlType("varbinary", MAX))
    )
    return Bound(f"unhex(sha256({raw}))", SqlType("varbinary", 8000))


@knows("SCHEMA_NAME", "OBJECT_NAME", "OBJECT_SCHEMA_NAME", "TYPE_NAME")
def _name_of(binder: Expressions, call: tree.Call) -> Bound:
    """From an id, which may be a column's: a CASE over all there are."""
    names = facts.names_of(binder.world, call.name)
    if not call.arguments:
        return fixed(SqlType("nvarchar", 128), "dbo")
    (operand,) = _arguments(binder, call, 1)
    arms = " ".join(f"WHEN {id} THEN {quoted(name)}" for id, name in names)
    return Bound(
        f"CASE {operand.sql} {arms} END" if arms else "CAST(NULL AS VARCHAR)",
        SqlType("nvarchar", 128),
    )

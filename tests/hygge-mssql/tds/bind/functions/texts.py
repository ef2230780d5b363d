"""Functions of texts; LIKE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import types
from ...catalogue import sizes
from ...errors import unknown
from ...tsql import tree
from ...types import MAX, SqlType
from ..conversions import convert
from ..values import Bound, quoted

if TYPE_CHECKING:
    from ..expressions import Expressions
from .known import BIGINT, INT, arguments, knows


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
    text, type = _text(arguments(binder, call, 1)[0])
    units = f"utf16_length(rtrim({text}, ' '))"
    return Bound(
        f"CAST({units} AS {'BIGINT' if type.is_max else 'INTEGER'})", BIGINT if type.is_max else INT
    )


@knows("DATALENGTH")
def _datalength(binder: Expressions, call: tree.Call) -> Bound:
    (operand,) = arguments(binder, call, 1)
    type = operand.typed()
    result = BIGINT if type.is_max else INT
    if type.name in types.TEXTS | types.AS_TEXT:
        wide = "true" if type.name in types.WIDE | types.AS_TEXT else "false"
        return Bound(f"octet_length(bytes_of({operand.sql}, {wide}))", result)
    if type.name in types.BYTES:
        return Bound(f"octet_length({operand.sql})", result)
    if type.name in types.CLR or type.name == "xml":
        raise unknown(f"DATALENGTH of {type}")
    return Bound(f"CASE WHEN {operand.sql} IS NOT NULL THEN {sizes(type)[0]} END", result)


@knows("SUBSTRING")
def _substring(binder: Expressions, call: tree.Call) -> Bound:
    text, start, length = arguments(binder, call, 3)
    if text.typed().name in types.BYTES:
        sql = f"unhex(substr(hex({text.sql}), 2 * {start.sql} - 1, 2 * {length.sql}))"
        return Bound(sql, SqlType("varbinary", text.typed().length))
    sql, type = _text(text)
    return Bound(f"substr({sql}, {start.sql}, {length.sql})", _varying(type, type.length))


@knows("LEFT", "RIGHT")
def _side(binder: Expressions, call: tree.Call) -> Bound:
    text, count = arguments(binder, call, 2)
    sql, type = _text(text)
    return Bound(f"{call.name.lower()}({sql}, {count.sql})", _varying(type, type.length))


@knows("UPPER", "LOWER", "LTRIM", "RTRIM", "TRIM")
def _changed(binder: Expressions, call: tree.Call) -> Bound:
    sql, type = _text(arguments(binder, call, 1)[0])
    blank = ", ' '" if "TRIM" in call.name else ""
    return Bound(f"{call.name.lower()}({sql}{blank})", _varying(type, type.length))


@knows("REPLACE")
def _replace(binder: Expressions, call: tree.Call) -> Bound:
    parts = [_text(bound) for bound in arguments(binder, call, 3)]
    return Bound(f"replace({', '.join(sql for sql, _ in parts)})", _varying(parts[0][1], MAX))


@knows("CONCAT")
def _concat(binder: Expressions, call: tree.Call) -> Bound:
    parts = [_text(bound) for bound in arguments(binder, call, 1, 254)]
    wide = any(type.name in types.WIDE for _, type in parts)
    sql = " || ".join(f"coalesce({sql}, '')" for sql, _ in parts)
    return Bound(f"({sql})", SqlType("nvarchar" if wide else "varchar", 4000), nullable=False)


@knows("CHARINDEX")
def _charindex(binder: Expressions, call: tree.Call) -> Bound:
    wanted, text = (_text(bound)[0] for bound in arguments(binder, call, 2))
    return Bound(f"CAST(strpos(lower({text}), lower({wanted})) AS INTEGER)", INT)


@knows("QUOTENAME")
def _quotename(binder: Expressions, call: tree.Call) -> Bound:
    sql, _ = _text(arguments(binder, call, 1)[0])
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

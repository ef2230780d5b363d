"""Constants, and the types that SQL Server gives them."""

from __future__ import annotations

from decimal import Decimal

from ..types import SqlType
from . import tree


def literal(kind: str, text: str) -> tree.Literal:
    """``kind`` is the word's, as ``words`` has it."""
    match kind:
        case "wide":
            return tree.Literal(SqlType("nvarchar", max(len(text), 1)), text)
        case "text":
            return tree.Literal(SqlType("varchar", max(len(text), 1)), text)
        case "binary":
            digits = text[2:]
            value = bytes.fromhex(digits if len(digits) % 2 == 0 else "0" + digits)
            return tree.Literal(SqlType("varbinary", max(len(value), 1)), value)
        case "float":
            return tree.Literal(SqlType("float"), float(text))
        case "decimal":
            return _decimal(text)
    number = int(text)
    return tree.Literal(SqlType("int"), number) if number < 2**31 else _decimal(text)


def _decimal(text: str) -> tree.Literal:
    value = Decimal(text)
    whole, _, fraction = text.partition(".")
    digits = len(whole.lstrip("0")) + len(fraction)
    type = SqlType("decimal", precision=max(digits, 1), scale=len(fraction))
    return tree.Literal(type, value)

"""Conditionals, numbers, and what fits nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import types
from ...arrays import duck_type
from ...errors import unknown
from ...tsql import tree
from ...types import MAX, SqlType
from .. import facts
from ..conversions import convert
from ..operators import compare
from ..precedence import common
from ..values import Bound, quoted
from ..world import fixed

if TYPE_CHECKING:
    from ..expressions import Expressions
from .known import arguments, knows


@knows("COALESCE")
def _coalesce(binder: Expressions, call: tree.Call) -> Bound:
    operands = arguments(binder, call, 1, 99)
    type = common(*(operand.type for operand in operands))
    sql = ", ".join(convert(operand, type) for operand in operands)
    return Bound(f"coalesce({sql})", type, all(operand.nullable for operand in operands))


@knows("ISNULL")
def _isnull(binder: Expressions, call: tree.Call) -> Bound:
    """The type is the first argument's, whatever the second is."""
    first, second = arguments(binder, call, 2)
    type = first.type or second.typed()
    sql = f"coalesce({convert(first, type)}, {convert(second, type)})"
    return Bound(sql, type, second.nullable)


@knows("NULLIF")
def _nullif(binder: Expressions, call: tree.Call) -> Bound:
    first, second = arguments(binder, call, 2)
    return Bound(
        f"CASE WHEN {compare('=', first, second)} THEN NULL ELSE {first.sql} END", first.typed()
    )


@knows("IIF")
def _iif(binder: Expressions, call: tree.Call) -> Bound:
    test, then, otherwise = call.arguments
    return binder.value(tree.Case(None, ((test, then),), otherwise))


@knows("ABS", "FLOOR", "CEILING", "SIGN")
def _rounding(binder: Expressions, call: tree.Call) -> Bound:
    (operand,) = arguments(binder, call, 1)
    type = operand.typed()
    return Bound(f"CAST({call.name.lower()}({operand.sql}) AS {duck_type(type)})", type)


@knows("ROUND")
def _round(binder: Expressions, call: tree.Call) -> Bound:
    operand, digits = arguments(binder, call, 2)
    type = operand.typed()
    return Bound(f"CAST(round({operand.sql}, {digits.sql}) AS {duck_type(type)})", type)


@knows("NEWID")
def _newid(binder: Expressions, call: tree.Call) -> Bound:
    return Bound("upper(CAST(uuid() AS VARCHAR))", SqlType("uniqueidentifier"), nullable=False)


@knows("HASHBYTES")
def _hashbytes(binder: Expressions, call: tree.Call) -> Bound:
    algorithm, operand = arguments(binder, call, 2)
    if (binder.world.text(algorithm) or "").upper() != "SHA2_256":
        raise unknown("HASHBYTES of anything but SHA2_256")
    raw = (
        operand.sql
        if operand.typed().name in types.BYTES
        else convert(operand, SqlType("varbinary", MAX))
    )
    return Bound(f"unhex(sha256({raw}))", SqlType("varbinary", 8000))


@knows("SQL_VARIANT_PROPERTY")
def _variant_property(binder: Expressions, call: tree.Call) -> Bound:
    """The double keeps a text, whatever it was; of more than 8000 bytes is no nvarchar."""
    operand, _ = arguments(binder, call, 2)
    base = f"CASE WHEN utf16_length({operand.sql}) > 4000 THEN 'varchar' ELSE 'nvarchar' END"
    return Bound(base, SqlType("nvarchar", 128))


@knows("OBJECTPROPERTY")
def _property(binder: Expressions, call: tree.Call) -> Bound:
    operand, name = arguments(binder, call, 2)
    server, asked = binder.world.session.server, binder.world.text(name)
    if asked == "TableHasForeignRef":
        having = set(server.referred)
    elif asked == "IsView":
        having = {table for table, what in server.besides.items() if what == "view"}
    else:
        raise unknown(f"OBJECTPROPERTY(..., '{asked}')")
    tables = binder.world.catalogue.tables.values()
    ids = ", ".join(["0", *(str(table.id) for table in tables if table.full_name in having)])
    return Bound(f"CASE WHEN {operand.sql} IN ({ids}) THEN 1 ELSE 0 END", SqlType("int"))


@knows("SCHEMA_NAME", "OBJECT_NAME", "OBJECT_SCHEMA_NAME", "TYPE_NAME")
def _name_of(binder: Expressions, call: tree.Call) -> Bound:
    """From an id, which may be a column's: a CASE over all there are."""
    names = facts.names_of(binder.world, call.name)
    if not call.arguments:
        return fixed(SqlType("nvarchar", 128), "dbo")
    (operand,) = arguments(binder, call, 1)
    arms = " ".join(f"WHEN {id} THEN {quoted(name)}" for id, name in names)
    return Bound(
        f"CASE {operand.sql} {arms} END" if arms else "CAST(NULL AS VARCHAR)",
        SqlType("nvarchar", 128),
    )

"""``Bound``: an expression in DuckDB's words with its SQL Server type."""

from __future__ import annotations

from typing import Any

from attrs import evolve, frozen

from .. import types
from ..arrays import duck_type
from ..types import SqlType


@frozen
class Bound:
    """``type`` None is NULL of no type yet; ``name`` is what a result column would be called."""

    sql: str
    type: SqlType | None
    nullable: bool = True
    name: str = ""
    identity: bool = False
    computed: bool = True
    known: tuple[Any] | None = None  # its value, where it is a constant

    def typed(self) -> SqlType:
        """NULL alone is an int, as SELECT NULL gives."""
        return self.type or SqlType("int")

    def named(self, name: str) -> Bound:
        return evolve(self, name=name)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def constant(type: SqlType | None, value: Any) -> str:
    """A value as DuckDB writes it."""
    if value is None or type is None:
        return "NULL" if type is None else f"CAST(NULL AS {duck_type(type)})"
    if isinstance(value, str):
        return f"CAST({quoted(value)} AS VARCHAR)"
    if isinstance(value, bytes):
        return "unhex('" + value.hex() + "')"
    if isinstance(value, dict):
        return f"CAST({{'t': {value['t']}, 'o': {value['o']}}} AS {duck_type(type)})"
    return f"CAST({quoted(str(value))} AS {duck_type(type)})"


def sort_key(bound: Bound) -> str:
    """What equality and order go by: no trailing blanks, no case where the collation has none."""
    type = bound.typed()
    if type.name in types.TEXTS:
        bare = f"rtrim({bound.sql}, ' ')"
        return bare if type.case_matters else f"lower({bare})"
    if type.name == "uniqueidentifier":
        return f"guid_order({bound.sql})"
    return f"({bound.sql}).t" if type.name == "datetimeoffset" else bound.sql


def sorted_by(bound: Bound, *, descending: bool) -> str:
    """As ORDER BY has it: SQL Server sorts NULL lowest."""
    return f"{sort_key(bound)} {'DESC NULLS LAST' if descending else 'ASC NULLS FIRST'}"

"""sys.dm_exec_describe_first_result_set: the columns of a query, bound but not run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..catalogue import SYSTEM_TYPES, sizes
from ..errors import SqlError, unknown
from ..tsql import declarations, parse, tree
from ..types import CLR, TEXTS, SqlType
from .binding import bind
from .values import Bound, constant
from .world import World

if TYPE_CHECKING:
    from .expressions import Expressions

_INT, _BIT, _NAME = SqlType("int"), SqlType("bit"), SqlType("nvarchar", 128)
_SMALL, _TINY = SqlType("smallint"), SqlType("tinyint")
COLUMNS = (
    ("is_hidden", _BIT),
    ("column_ordinal", _INT),
    ("name", _NAME),
    ("is_nullable", _BIT),
    ("system_type_id", _INT),
    ("system_type_name", _NAME),
    ("max_length", _SMALL),
    ("precision", _TINY),
    ("scale", _TINY),
    ("collation_name", _NAME),
    ("user_type_id", _INT),
    ("user_type_name", _NAME),
    ("is_identity_column", _BIT),
    ("error_number", _INT),
    ("error_message", SqlType("nvarchar", 4000)),
)


def rows(
    source: tree.TableCall, world: World, binder: Expressions
) -> tuple[str, tuple[Bound, ...]]:
    """A query of constants, and its columns. An error of the text is a row, not raised."""
    if ".".join(source.parts).lower() != "sys.dm_exec_describe_first_result_set":
        raise unknown(f"the table function {'.'.join(source.parts)}")
    text, declared = (world.text(binder.value(each)) or "" for each in source.arguments[:2])
    try:
        with world.session.variables({n: (t, None) for n, t in declarations(declared).items()}):
            found = [row(at, bound) for at, bound in enumerate(described(text, world), 1)]
    except SqlError as error:
        found = [(None,) * (len(COLUMNS) - 2) + (error.number, error.text)]
    kinds = [type for _, type in COLUMNS]
    lines = [
        "SELECT "
        + ", ".join(
            f"{constant(kind, value)} AS k{at}"
            for at, (kind, value) in enumerate(zip(kinds, row, strict=True), 1)
        )
        for row in found
    ]
    columns = tuple(Bound(f"k{at}", type, True, name) for at, (name, type) in enumerate(COLUMNS, 1))
    return " UNION ALL ".join(lines), columns


def described(text: str, world: World) -> tuple[Bound, ...]:
    """The columns of the text's first query. Raises what binding it raises."""
    for statement in parse(text).statements:
        if isinstance(statement, tree.Ask):
            return bind(statement.query, world).columns
    return ()


def row(at: int, bound: Bound) -> tuple[Any, ...]:
    type = bound.typed()
    system, user, *_ = SYSTEM_TYPES[type.name]
    clr = type.name in CLR
    name = "timestamp" if type.name == "rowversion" else str(type)
    return (
        *(False, at, bound.name or None, bound.nullable, system, None if clr else name),
        *sizes(type),
        *(type.collation if type.name in TEXTS else None, user if clr else None),
        *(type.name if clr else None, bound.identity, None, None),
    )

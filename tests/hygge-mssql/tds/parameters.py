"""sp_describe_undeclared_parameters: the type that each parameter of a statement should have.

The driver asks when a value is None. Known from what a parameter meets: the column that it is
inserted into, set to or compared with, or a function. What is not known is an error, as the
procedure answers; the driver then sends NULL as a varchar(1).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from .catalogue import SYSTEM_TYPES, Table, sizes
from .errors import SqlError
from .tsql import parse, tree
from .types import Column, SqlType, type_words

_TEXT = SqlType("nvarchar", 4000)

COLUMNS = [
    Column(name, SqlType(kind, 256 if kind == "nvarchar" else 0))
    for name, kind in (
        ("parameter_ordinal", "int"),
        ("name", "nvarchar"),
        ("suggested_system_type_id", "int"),
        ("suggested_system_type_name", "nvarchar"),
        ("suggested_max_length", "smallint"),
        ("suggested_precision", "tinyint"),
        ("suggested_scale", "tinyint"),
        ("suggested_user_type_id", "int"),
        ("suggested_user_type_database", "nvarchar"),
        ("suggested_user_type_schema", "nvarchar"),
        ("suggested_user_type_name", "nvarchar"),
        ("suggested_assembly_qualified_type_name", "nvarchar"),
        ("suggested_xml_collection_id", "int"),
        ("suggested_xml_collection_database", "nvarchar"),
        ("suggested_xml_collection_schema", "nvarchar"),
        ("suggested_xml_collection_name", "nvarchar"),
        ("suggested_is_xml_document", "bit"),
        ("suggested_is_case_sensitive", "bit"),
        ("suggested_is_fixed_length_clr_type", "bit"),
        ("suggested_is_input", "bit"),
        ("suggested_is_output", "bit"),
        ("formal_parameter_name", "nvarchar"),
        ("suggested_tds_type_id", "int"),
        ("suggested_tds_length", "int"),
    )
]


def described(sql: str, find: Any) -> list[tuple[Any, ...]]:
    """A row for each parameter; ``find(parts)`` looks a table up. Raises 11501."""
    statements = parse(sql).statements
    if len(statements) != 1:
        raise SqlError(11501, "The batch could not be analyzed because it has several statements.")
    statement = statements[0]
    tables = [table for parts in _tables(statement) if (table := find(parts)) is not None]
    found: dict[str, SqlType] = {}
    for name, type in _meetings(statement, tables):
        found.setdefault(name.lower(), type)
    names = sorted(
        {node.name for node in _walk(statement) if isinstance(node, tree.Variable)},
        key=lambda name: (len(name), name),
    )
    missing = [name for name in names if name.lower() not in found and not name.startswith("@@")]
    if missing:
        raise SqlError(11521, f"The undeclared parameter '{missing[0]}' has no type here.")
    return [_row(at, name, found[name.lower()]) for at, name in enumerate(names, 1)]


def _row(at: int, name: str, type: SqlType) -> tuple[Any, ...]:
    system, user, *_ = SYSTEM_TYPES[type.name]
    length, precision, scale = sizes(type)
    word = type_words(type)[0]
    tds_length = 0xFFFF if type.is_max else max(length, 0)
    return (
        *(at, name, system, str(type), length, precision, scale, user),
        *(None,) * 8,
        *(False, False, False, True, False, None, word, tds_length),
    )


def _walk(node: Any) -> Iterator[Any]:
    """Every record within a record."""
    if isinstance(node, tuple):
        for part in node:
            yield from _walk(part)
    elif attrs.has(type(node)) and not isinstance(node, SqlType):
        yield node
        for field in attrs.fields(type(node)):
            yield from _walk(getattr(node, field.name))


def _tables(statement: tree.Statement) -> Iterator[tuple[str, ...]]:
    for node in _walk(statement):
        if isinstance(node, tree.Table):
            yield node.parts


def _meetings(statement: tree.Statement, tables: list[Table]) -> Iterator[tuple[str, SqlType]]:
    """Where a parameter meets something of a type."""
    for node in _walk(statement):
        match node:
            case tree.Insert(_, columns, source) if tables:
                yield from _inserted(columns, source, tables[0])
            case tree.Update(sets=sets) if tables:
                for name, value in sets:
                    yield from _pair(tree.Name((name,)), value, tables)
            case tree.Binary(_, left, right):
                yield from _pair(left, right, tables)
                yield from _pair(right, left, tables)
            case tree.InList(operand, items):
                for item in items:
                    yield from _pair(operand, item, tables)
            case tree.Select(top=tree.Variable(name)):
                yield name, SqlType("bigint")
            case tree.Call(name, arguments):
                for argument in arguments:
                    if isinstance(argument, tree.Variable):
                        yield argument.name, SqlType("int") if name == "DATEADD" else _TEXT


def _inserted(columns: tuple[str, ...], source: Any, table: Table) -> Iterator[tuple[str, SqlType]]:
    names = columns or tuple(column.name for column in table.columns)
    rows: list[tuple[tree.Expression, ...]] = []
    if isinstance(source, tree.Values):
        rows = list(source.rows)
    elif isinstance(source, tree.Select):
        rows = [tuple(item.value for item in source.items)]
    for row in rows:
        for name, value in zip(names, row, strict=False):
            yield from _pair(tree.Name((name,)), value, [table])


def _pair(
    left: tree.Expression, right: tree.Expression, tables: list[Table]
) -> Iterator[tuple[str, SqlType]]:
    if not (isinstance(left, tree.Name) and isinstance(right, tree.Variable)):
        return
    for table in tables:
        column = table.column(left.parts[-1])
        if column is not None:
            yield right.name, column.type

"""The schema of a table is the union of everything it ever saw (A8)."""

from __future__ import annotations

from hygge_openmirroring.replay.footers import MARKER, Column, Footer
from hygge_openmirroring.replay.verdicts import Failed, Unknown

Known = dict[str, Column]


def merged(known: Known, footer: Footer, keys: tuple[str, ...], *, first: bool) -> Known:
    """The table's columns with those of one more file.

    ``first``: no file was applied yet. Raises ``Failed`` and ``Unknown``.
    """
    columns = [column for column in footer.columns if column.name != MARKER]
    _refuse_names(known, columns)
    _refuse_missing(known, columns, keys)
    after = dict(known)
    for column in columns:
        if column.name in known:
            _same(known[column.name], column)
        else:
            _new(column, first=first)
            after[column.name] = column
    return after


def _refuse_names(known: Known, columns: list[Column]) -> None:
    spelled = {name.casefold(): name for name in [*known, MARKER]}
    own: set[str] = set()
    for column in columns:
        before = spelled.setdefault(column.name.casefold(), column.name)
        if before != column.name:
            why = f"columns {before} and {column.name} differ only in their case"
            raise Unknown("A8 U", why)
        if column.name in own:
            raise Unknown("A8 U", f"two columns are called {column.name}")
        own.add(column.name)


def _refuse_missing(known: Known, columns: list[Column], keys: tuple[str, ...]) -> None:
    there = {column.name for column in columns}
    for key in keys:
        if key not in there:
            raise Failed("A2 D", f"the key column {key} is missing")
    for name, column in known.items():
        if name not in there and not column.nullable:
            raise Failed("A8 D", f"the column {name} is missing, which was declared non-nullable")


def _new(column: Column, *, first: bool) -> None:
    if not column.type.known:
        why = f"column {column.name}: what becomes of {column.type} is not documented"
        raise Unknown("A9 U", why)
    if not first and not column.nullable:
        raise Unknown("A8 O", f"the new column {column.name} is not declared nullable")


def _same(known: Column, column: Column) -> None:
    if known.type == column.type:
        if known.nullable != column.nullable:
            raise Unknown("A8 U", f"column {column.name}: it was declared nullable, or is so now")
        return
    change = f"column {column.name}: incoming type {column.type}, existing type {known.type}"
    if column.type.family == known.type.family:
        raise Unknown("A9 I", change)  # another unit, zone flag, precision: nobody tried
    raise Failed("A8 D", change)

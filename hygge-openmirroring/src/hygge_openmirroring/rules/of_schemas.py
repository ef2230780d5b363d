"""Rules of the columns of one file beside another: A8 (evolution)."""

from __future__ import annotations

from collections.abc import Iterator

from hygge_openmirroring.replay.footers import MARKER, Column
from hygge_openmirroring.replay.zone import ZoneFile
from hygge_openmirroring.rules.book import Told, table_rule
from hygge_openmirroring.rules.facts import TableFacts

_REBUILD = "write the type that the table has, or rebuild the table: hygge run --full-drop"


def _columns(table: TableFacts) -> Iterator[tuple[ZoneFile, Column, Column | None, bool]]:
    """Each file's columns with the same one as it was first seen; whether the file is the first."""
    known: dict[str, Column] = {}
    for at, (each, footer) in enumerate(table.sound):
        for column in footer.columns:
            if column.name != MARKER:
                yield each.file, column, known.get(column.name), at == 0
        known = {column.name: column for column in footer.columns} | known


@table_rule("type-change", "A8 D")
def type_change(table: TableFacts) -> Iterator[Told]:
    """Another type stops the table (SchemaMergeFailure) until it is rebuilt."""
    for file, column, before, _ in _columns(table):
        if before and before.type != column.type:
            what = f"column {column.name} is {column.type}, and was {before.type}"
            yield file.path, what, _REBUILD


@table_rule("nullability-change", "A8 U", "advice")
def nullability_change(table: TableFacts) -> Iterator[Told]:
    """Whether a column may lose or gain "required" is not documented."""
    for file, column, before, _ in _columns(table):
        if before and before.type == column.type and before.nullable != column.nullable:
            word = "nullable" if column.nullable else "required"
            yield file.path, f"column {column.name} is declared {word} now", "declare it as before"


@table_rule("new-column-required", "A8 D")
def new_column_required(table: TableFacts) -> Iterator[Told]:
    """Older rows have NULL there."""
    for file, column, before, first in _columns(table):
        if not first and before is None and not column.nullable:
            what = f"the new column {column.name} is not declared nullable"
            yield file.path, what, "declare it nullable"


@table_rule("column-missing", "A8 D")
def column_missing(table: TableFacts) -> Iterator[Told]:
    """A column that was declared non-nullable may never be missing."""
    required: dict[str, ZoneFile] = {}
    for each, footer in table.sound:
        for name, by in required.items():
            if name not in footer.names:
                what = f"the column {name} is missing, which {by.name} declares required"
                yield each.file.path, what, "write the column, or rebuild the table"
        for column in footer.columns:
            if not column.nullable and column.name != MARKER:
                required.setdefault(column.name, each.file)


@table_rule("column-case-twins", "A8 U")
def column_case_twins(table: TableFacts) -> Iterator[Told]:
    """Columns that differ only in their case, the marker's name among them."""
    spelled = {MARKER.casefold(): MARKER}
    told: set[str] = set()
    for each, footer in table.sound:
        for name in footer.names:
            first = spelled.setdefault(name.casefold(), name)
            if first != name and name not in told:
                told.add(name)
                yield (
                    each.file.path,
                    f"columns {first} and {name} differ only in case",
                    "rename one",
                )


@table_rule("column-twice", "A8 U")
def column_twice(table: TableFacts) -> Iterator[Told]:
    """No two columns of a file have one name."""
    for each, footer in table.sound:
        twice = {name for name in footer.names if footer.names.count(name) > 1}
        for name in sorted(twice):
            yield each.file.path, f"two columns are called {name}", "rename one"

"""Rules of rows: A5 (the marker), A2 and A7 (keys)."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from hygge_openmirroring.replay.footers import MARKER
from hygge_openmirroring.rules.book import Told, table_rule
from hygge_openmirroring.rules.facts import TableFacts

_MARKERS = {0, 1, 2, 4}
_ROWS = "__rows"


@table_rule("marker-not-last", "A5 D")
def marker_not_last(table: TableFacts) -> Iterator[Told]:
    """The marker is the final column (an engine was seen to bear it elsewhere)."""
    for each, footer in table.sound:
        if footer.marked and footer.names[-1] != MARKER:
            yield each.file.path, f"{MARKER} is not the last column", "write it last"


@table_rule("marker-type", "A5 I")
def marker_type(table: TableFacts) -> Iterator[Told]:
    """Its type is not documented; INT32 is what most use."""
    for each, footer in table.sound:
        for column in footer.columns:
            if column.name == MARKER and column.type.name != "integer":
                yield each.file.path, f"{MARKER} is {column.type}", "write it as INT32"


@table_rule("marker-null", "A5 U")
def marker_null(table: TableFacts) -> Iterator[Told]:
    """What a NULL does is not documented."""
    for each in table.files:
        if None in each.markers:
            yield each.file.path, f"{MARKER} is NULL in some row", "mark every row"


@table_rule("marker-optional", "A5 I", "advice")
def marker_optional(table: TableFacts) -> Iterator[Told]:
    """Every row has a marker, and so its column is declared required, not only free of NULLs."""
    for each, footer in table.sound:
        for column in footer.columns:
            if column.name == MARKER and column.nullable:
                yield each.file.path, f"{MARKER} is declared optional", "declare it required"


@table_rule("marker-value", "A5 D")
def marker_value(table: TableFacts) -> Iterator[Told]:
    """0 insert, 1 update, 2 delete, 4 upsert; 3 is none of them."""
    for each in table.files:
        strange = each.markers - _MARKERS - {None}
        if strange:
            listed = ", ".join(sorted(map(str, strange)))
            yield each.file.path, f"{MARKER} is {listed} in some row", "use 0, 1, 2 or 4"


@table_rule("marker-without-keys", "A2 D")
def marker_without_keys(table: TableFacts) -> Iterator[Told]:
    """Updates, deletes and upserts find their rows by key."""
    if table.metadata is None or table.metadata.keys:
        return
    for each in table.files:
        if each.markers - {0, None}:
            what = "rows are changed by key, but the table has no keyColumns"
            yield each.file.path, what, "set key_columns, and rebuild the table"


@table_rule("marker-on-inserts", "A6 D", "advice")
def marker_on_inserts(table: TableFacts) -> Iterator[Told]:
    """A first load without the marker can take a faster path."""
    first = next((each for each in table.files if each.footer), None)
    if first and first.markers == {0}:
        what = "the first load only inserts; without the marker it is read faster"
        yield first.file.path, what, "leave the column out of a first load"


@table_rule("key-missing", "A2 D")
def key_missing(table: TableFacts) -> Iterator[Told]:
    """Every file has every key column, spelled as in keyColumns."""
    keys = table.metadata.keys if table.metadata else ()
    for each, footer in table.sound:
        for key in keys:
            if key not in footer.names:
                near = [name for name in footer.names if name.casefold() == key.casefold()]
                what = f"the key column {key} is missing" + (
                    f"; {near[0]} is there" if near else ""
                )
                yield each.file.path, what, "spell the keys as the columns are spelled"


@table_rule("key-null", "C12 U")
def key_null(table: TableFacts) -> Iterator[Told]:
    """What a NULL in a key matches is not documented; users found duplicates."""
    for each in table.files:
        for key, rows in each.null_keys.items():
            what = f"the key column {key} is NULL in {rows} rows"
            yield each.file.path, what, "choose a key that is never NULL, or fill it"


@table_rule("key-float", "A9 I", "advice")
def key_float(table: TableFacts) -> Iterator[Told]:
    """Keys match exactly; a float that was computed twice may not."""
    keys = table.metadata.keys if table.metadata else ()
    for each, footer in list(table.sound)[:1]:
        for column in footer.columns:
            if column.name in keys and column.type.name in ("float", "double"):
                yield each.file.path, f"the key column {column.name} is a float", "use another type"


@table_rule("key-twice", "C10 D")
def key_twice(table: TableFacts) -> Iterator[Told]:
    """An insert checks for no duplicate: what was inserted twice is shown twice."""
    keys = table.metadata.keys if table.metadata else ()
    frame = table.shown.frame
    if not keys or not set(keys) <= set(frame.columns):
        return
    twice = frame.group_by(keys).agg(pl.len().alias(_ROWS)).filter(pl.col(_ROWS) > 1)
    if twice.height:
        worst = twice.sort(_ROWS, descending=True).row(0, named=True)
        told = ", ".join(f"{key} = {worst[key]!r}" for key in keys)
        what = f"{twice.height} keys have several rows, {told} has {worst[_ROWS]}"
        yield table.table.folder, what, "use row_marker = 4, and rebuild the table"

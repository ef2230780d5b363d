"""Rules of a table as a whole: A2 (metadata), A1.8 (partitions), A11 (no data)."""

from __future__ import annotations

from collections.abc import Iterator

from hygge_openmirroring.replay.survey import METADATA
from hygge_openmirroring.rules.book import Told, table_rule
from hygge_openmirroring.rules.facts import TableFacts

_REBUILD = "rebuild the table: hygge run --full-drop"
_FEW_KEYS = 5


@table_rule("metadata-missing", "A2 D")
def metadata_missing(table: TableFacts) -> Iterator[Told]:
    """Every table folder has one, before its first data file."""
    if table.metadata is None and not table.bad_metadata:
        what = "there is none: the table may be passed over, or fail with PathNotFound"
        yield f"{table.table.folder}/{METADATA}", what, _REBUILD


@table_rule("metadata-invalid", "A2 D")
def metadata_invalid(table: TableFacts) -> Iterator[Told]:
    """It is what the specification describes; the samples printed there are not all JSON."""
    if table.bad_metadata:
        where = f"{table.table.folder}/{METADATA}"
        yield where, table.bad_metadata, "write it anew, with the same keyColumns"


@table_rule("metadata-many-keys", "A2 D", "advice")
def metadata_many_keys(table: TableFacts) -> Iterator[Told]:
    """Fewer than five key columns; a hint of the best practices, not a limit."""
    keys = table.metadata.keys if table.metadata else ()
    if len(keys) >= _FEW_KEYS:
        what = f"{len(keys)} key columns: every change of a row looks for all of them"
        yield f"{table.table.folder}/{METADATA}", what, "use a shorter key if there is one"


@table_rule("upserts-without-keys", "A2 D")
def upserts_without_keys(table: TableFacts) -> Iterator[Told]:
    """Rows are found by their key, so there must be one."""
    if table.metadata and table.metadata.upserts and not table.metadata.keys:
        what = "isUpsertDefaultRowMarker is true, but there are no keyColumns"
        yield f"{table.table.folder}/{METADATA}", what, "set key_columns, and rebuild the table"


@table_rule("partitions", "A1.8 U")
def partitions(table: TableFacts) -> Iterator[Told]:
    """Folders within a table are not documented."""
    for file in table.table.inner[:1]:
        what = "folders within a table are not documented; hygge cannot tell what is shown"
        yield file.folder, what, "put the files into the table's own folder"


@table_rule("no-data", "A11 O")
def no_data(table: TableFacts) -> Iterator[Told]:
    """A table without a file stays in Snapshotting and fails after two weeks; all may pause."""
    held = table.table
    if held.metadata and not (held.data or held.processed or held.inner):
        what = "the table has no data file: it will stay in Snapshotting, and fail in two weeks"
        yield held.folder, what, 'publish an empty file: on_empty = "replace" and a full drop'


@table_rule("delimited-text", "A4.1 D", "advice")
def delimited_text(table: TableFacts) -> Iterator[Told]:
    """Documented, and not looked into here."""
    if table.metadata and table.metadata.delimited:
        yield table.table.folder, "its delimited text is not checked", "prefer Parquet"


@table_rule("not-shown", "replay")
def not_shown(table: TableFacts) -> Iterator[Told]:
    """What the service shows ends before this file."""
    stuck = table.shown.stuck
    if stuck is None or (table.metadata and table.metadata.delimited):
        return
    if stuck.rule == "A10 D":  # the ordinary end of files that were processed
        return
    word = "fails here" if table.shown.status == "failed" else "cannot be told from here on"
    where = f"{table.table.folder}/{stuck.file.rpartition('/')[2]}"
    yield where, f"the table {word}: {stuck.why} [{stuck.rule}]", _REBUILD

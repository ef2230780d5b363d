"""Which whole Parquet files a store takes: those that it could have written so itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

#: A partitioned file lacks the columns of its folders; this key of its metadata has them all.
SCHEMA_MARK = "hygge.schema"

if TYPE_CHECKING:
    from hygge_core.files.settings.stores import ParquetWriting
    from hygge_core.protocols import GivenFile
    from hygge_core.staged.gathering import Cut


def refusal(cut: Cut, how: ParquetWriting, file: GivenFile) -> str:
    """Why ``file`` has to be written anew for this store, in words; empty: it may stay as it is.

    A codec's level cannot be seen in a file, and row groups are as they are: who sets those wants
    files to be written.
    """
    if cut.by:
        return "partition_by splits files"
    for setting in ("compression_level", "row_group_rows"):
        if getattr(how, setting) is not None:
            return f"{setting} is set"
    if others := sorted(set(file.codecs) - {how.compression}):
        wanted = f'compression = "{others[0]}" would keep it'
        return f"{', '.join(others)}, and the store writes {how.compression} ({wanted})"
    if file.rows > cut.rows:
        return f"more than rows_per_file = {cut.rows} rows"
    if SCHEMA_MARK in file.marks:
        return "written for folders that tell some of its columns"
    return ""

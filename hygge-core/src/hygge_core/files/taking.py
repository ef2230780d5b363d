"""Which whole Parquet files a store takes: those that it could have written so itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

#: A partitioned file lacks the columns of its folders; this key of its metadata has them all.
SCHEMA_MARK = "hygge.schema"

if TYPE_CHECKING:
    from hygge_core.files.store_settings import ParquetStoreConfig
    from hygge_core.protocols import GivenFile


def refusal(config: ParquetStoreConfig, file: GivenFile) -> str:
    """Why ``file`` has to be written anew for this store, in words; empty: it may stay as it is.

    A codec's level cannot be seen in a file, and row groups are as they are: who sets those wants
    files to be written.
    """
    if config.partition_by:
        return "partition_by splits files"
    for setting in ("compression_level", "row_group_rows"):
        if getattr(config, setting) is not None:
            return f"{setting} is set"
    if others := sorted(set(file.codecs) - {config.compression}):
        wanted = f'compression = "{others[0]}" would keep it'
        return f"{', '.join(others)}, and the store writes {config.compression} ({wanted})"
    if file.rows > config.rows_per_file:
        return f"more than rows_per_file = {config.rows_per_file} rows"
    if SCHEMA_MARK in file.marks:
        return "written for folders that tell some of its columns"
    return ""

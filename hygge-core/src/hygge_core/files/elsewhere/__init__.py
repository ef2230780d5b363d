"""Files that lie elsewhere: what a home or store of files over another storage is made of.

A lake's homes and stores are made of these, and a stranger's for S3 would be: such a plugin brings
a listing and a shelf; formats, their rules and their encoders are the ones of the local files. The
settings are in :mod:`hygge_core.files.settings`; everything here is imported when it is first used.

* ``FileHome`` reads ``Source``s (``Portion`` by portion) in a format: ``CsvFormat``,
  ``NdjsonFormat``, ``ParquetFormat``; ``ParquetHome`` also hands files over. ``SUFFIXES`` are the
  endings of each format's names, ``skipped`` is what is none of the data;
* ``Footer`` and ``footer_of`` tell what is in a Parquet file, ``range_of`` where a column chunk is,
  ``extents`` between which values a row group lies, ``within_reach`` which of its moments can be
  read; ``BATCH_BYTES`` is how much is read at a time;
* ``write_parquet``, ``write_csv`` and ``write_ndjson`` encode a frame on this host, in a place that
  ``on_this_host`` gives; ``told_by_minutes`` is for JSON of one's own. What a format cannot hold is
  refused by name: ``refuse_types``, ``refuse_not_json``, ``refuse_not_parquet``;
* ``refusal`` says why a whole file is not taken; ``SCHEMA_MARK`` names the types that its folders
  tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygge_core.face import late as _late

if TYPE_CHECKING:
    from hygge_core.files.csv.home import CsvFormat as CsvFormat
    from hygge_core.files.disk.aside import on_this_host as on_this_host
    from hygge_core.files.homes.batches import BATCH_BYTES as BATCH_BYTES
    from hygge_core.files.homes.home import FileHome as FileHome
    from hygge_core.files.homes.home import Portion as Portion
    from hygge_core.files.homes.sources import SUFFIXES as SUFFIXES
    from hygge_core.files.homes.sources import Source as Source
    from hygge_core.files.homes.sources import skipped as skipped
    from hygge_core.files.ndjson.home import NdjsonFormat as NdjsonFormat
    from hygge_core.files.parquet.footers import Footer as Footer
    from hygge_core.files.parquet.footers import extents as extents
    from hygge_core.files.parquet.footers import footer_of as footer_of
    from hygge_core.files.parquet.footers import range_of as range_of
    from hygge_core.files.parquet.home import ParquetFormat as ParquetFormat
    from hygge_core.files.parquet.home import ParquetHome as ParquetHome
    from hygge_core.files.parquet.int96 import within_reach as within_reach
    from hygge_core.files.stores.taking import SCHEMA_MARK as SCHEMA_MARK
    from hygge_core.files.stores.taking import refusal as refusal
    from hygge_core.files.stores.values import refuse_not_json as refuse_not_json
    from hygge_core.files.stores.values import refuse_types as refuse_types
    from hygge_core.files.stores.values import told_by_minutes as told_by_minutes
    from hygge_core.files.stores.writing import refuse_not_parquet as refuse_not_parquet
    from hygge_core.files.stores.writing import write_csv as write_csv
    from hygge_core.files.stores.writing import write_ndjson as write_ndjson
    from hygge_core.files.stores.writing import write_parquet as write_parquet

_WHERE = {
    "BATCH_BYTES": "homes.batches",
    "CsvFormat": "csv.home",
    "FileHome": "homes.home",
    "Footer": "parquet.footers",
    "NdjsonFormat": "ndjson.home",
    "ParquetFormat": "parquet.home",
    "ParquetHome": "parquet.home",
    "Portion": "homes.home",
    "SCHEMA_MARK": "stores.taking",
    "SUFFIXES": "homes.sources",
    "Source": "homes.sources",
    "extents": "parquet.footers",
    "footer_of": "parquet.footers",
    "on_this_host": "disk.aside",
    "range_of": "parquet.footers",
    "refusal": "stores.taking",
    "refuse_not_json": "stores.values",
    "refuse_not_parquet": "stores.writing",
    "refuse_types": "stores.values",
    "skipped": "homes.sources",
    "told_by_minutes": "stores.values",
    "within_reach": "parquet.int96",
    "write_csv": "stores.writing",
    "write_ndjson": "stores.writing",
    "write_parquet": "stores.writing",
}

__all__ = sorted(_WHERE)  # noqa: PLE0605  # one list, derived
__getattr__, __dir__ = _late(__name__, _WHERE, below="hygge_core.files")

"""The TOML tables of the file homes and stores. Nothing is imported here that moves rows.

For a plugin's own tables: ``CsvDialect`` is how CSV is read, ``CsvWriting`` and ``ParquetWriting``
how it is written, ``CutsFiles`` when a file is full.
"""

from __future__ import annotations

from hygge_core.files.settings.homes import CsvDialect as CsvDialect
from hygge_core.files.settings.stores import CsvWriting as CsvWriting
from hygge_core.files.settings.stores import CutsFiles as CutsFiles
from hygge_core.files.settings.stores import ParquetWriting as ParquetWriting

__all__ = ["CsvDialect", "CsvWriting", "CutsFiles", "ParquetWriting"]

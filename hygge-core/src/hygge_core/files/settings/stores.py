"""The TOML tables of the file stores. Nothing is imported here that moves rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from attrs import Attribute, field, frozen
from attrs.validators import ge, gt, optional

from hygge_core.fields import PER_ENTITY

_LEVELS = {"zstd": range(1, 23), "gzip": range(10), "brotli": range(12)}


def _level_of_codec(config: ParquetWriting, _: Attribute[int | None], level: int | None) -> None:
    levels = _LEVELS.get(config.compression)
    if level is None:
        return
    if levels is None:
        raise ValueError(f"{config.compression} has no levels; leave it out")
    if level not in levels:
        raise ValueError(
            f"{config.compression} takes {levels.start} to {levels.stop - 1}, found {level}"
        )


def _mark(_: Any, __: Attribute[str], text: str) -> None:
    if len(text.encode()) != 1 or text in "\r\n":
        raise ValueError(f"expected one ASCII character, found {text!r}")
    if text.isalnum() or text in "+-.:":
        raise ValueError(f"{text!r} is part of numbers, dates or words, which stand without quotes")


def _unlike(name: str) -> Any:
    def check(config: CsvWriting, _: Attribute[str], text: str) -> None:
        if text == getattr(config, name):
            raise ValueError(f"it is the {name} already")

    return check


def _no_value(config: CsvWriting, _: Attribute[str], text: str) -> None:
    if any(mark in text for mark in (config.separator, config.quote, "\n", "\r")):
        raise ValueError("a null_value has no separator, quote or line break in it")
    if text.lower() in ("true", "false", "nan", "inf", "-inf") or any(map(str.isdigit, text)):
        raise ValueError(f"{text!r} could be a value; a null_value may not")


@frozen(kw_only=True, slots=False)  # mixins: two parents with slots have no common child
class CutsFiles:
    """Where rows are cut into files.

    * ``rows_per_file`` a file is full at this many rows, or when 128 MiB of them are in memory.
    * ``partition_by`` columns (final names) whose values become folders ``column=value``.
    """

    rows_per_file: int = field(default=1_000_000, validator=ge(1))
    partition_by: tuple[str, ...] = ()


@frozen(kw_only=True, slots=False)
class ParquetWriting:
    """How a Parquet file is written, wherever it is.

    * ``compression_level`` of zstd (1 to 22, default 1), gzip (0 to 9) or brotli (0 to 11).
    * ``row_group_rows`` rows in a row group; left out: as Polars does, or 32 MiB of them where one
      column is most of a table.
    """

    compression: Literal["zstd", "snappy", "gzip", "lz4", "brotli", "uncompressed"] = "zstd"
    compression_level: int | None = field(default=None, validator=_level_of_codec)
    row_group_rows: int | None = field(default=None, validator=optional(gt(0)))


@frozen(kw_only=True, slots=False)
class CsvWriting:
    """How a CSV file is written, wherever it is.

    * ``separator``, ``quote`` one character each, that no number, date or word is written with.
    * ``null_value`` the text of NULL, never quoted; an empty string is always quoted.
    * ``encoding`` ``utf-8``, or ``utf-8-sig`` to begin with a byte order mark.
    """

    separator: str = field(default=",", validator=_mark)
    quote: str = field(default='"', validator=[_mark, _unlike("separator")])
    header: bool = True
    null_value: str = field(default="", validator=_no_value)
    encoding: Literal["utf-8", "utf-8-sig"] = "utf-8"

    @property
    def form(self) -> dict[str, Any]:
        """What all files of a table have in common, or no reader could take them for one."""
        return {
            each: getattr(self, each) for each in ("separator", "quote", "header", "null_value")
        }


@frozen(kw_only=True, slots=False)
class _LocalPath:
    """Where it is.

    * ``path`` the entity's directory; hygge's own files are kept beside it, in ``.hygge``.
    """

    path: Path = field(metadata=PER_ENTITY)


@frozen(kw_only=True)
class FileStoreConfig(CutsFiles, _LocalPath):
    """What the file stores have in common."""


@frozen(kw_only=True)
class ParquetStoreConfig(ParquetWriting, FileStoreConfig):
    """``store = { type = "parquet", path = ... }``."""


@frozen(kw_only=True)
class CsvStoreConfig(CsvWriting, FileStoreConfig):
    """``store = { type = "csv", path = ... }``: dates and times as ISO 8601."""


@frozen(kw_only=True)
class NdjsonStoreConfig(FileStoreConfig):
    """``store = { type = "ndjson", path = ... }``: one JSON object per row."""


@frozen(kw_only=True)
class MemoryConfig:
    """``home`` or ``store = { type = "memory", table = ... }``: a table of this process.

    For programs and tests: :data:`hygge_core.files.memory.tables` holds the frames by name.
    """

    table: str = field(metadata=PER_ENTITY)

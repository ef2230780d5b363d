"""The TOML tables of the file homes. Nothing is imported here that moves rows."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

from attrs import Attribute, field, frozen
from attrs.validators import ge, min_len, optional

from hygge_core.fields import PER_ENTITY, TypeWord, one_or_many


def _one_character(_: Any, __: Attribute[str], text: str) -> None:
    if len(text.encode()) != 1 or text in "\r\n":
        raise ValueError(f"expected one ASCII character, found {text!r}")


def _one_character_or_none(_: Any, at: Attribute[str], text: str) -> None:
    if text:
        _one_character(_, at, text)


def _known_encoding(_: Any, __: Attribute[str], name: str) -> None:
    try:
        codecs.lookup(name).incrementaldecoder("strict")
        "".encode(name)  # "hex" and its kind are codecs, but not of text
    except (LookupError, TypeError, ValueError):
        examples = "utf-8, utf-16, latin-1, cp1252"
        raise ValueError(f"{name!r} is not an encoding; well-known ones are {examples}") from None


def _names_of_all(dialect: CsvDialect, _: Attribute[Any], names: tuple[str, ...]) -> None:
    if names and dialect.header:
        raise ValueError("the file's header names the columns; set header = false with this")
    if len(set(names)) < len(names) or "" in names:
        raise ValueError("expected names that are all different, and none of them empty")


@frozen(kw_only=True, slots=False)  # a mixin: two parents with slots have no common child
class CsvDialect:
    """How a CSV file is written, apart from where it is.

    * ``quote`` opens and closes a field; ``""``: quotes mean nothing.
    * ``escape`` takes the meaning of the character or line break after it, beside doubled quotes;
      ``""``: none.
    * ``header`` the first line names the columns; if not, ``columns`` does (or ``column_1`` ...).
    * ``null_values`` unquoted texts that are NULL beside the empty one. Quoted text is never NULL
      unless ``quoted_nulls``, for files that quote everything.
    * ``encoding`` any that Python knows; a byte order mark is skipped.
    * ``decimal_comma`` numbers are written as ``1,5``.
    * ``date_format``, ``datetime_format`` strptime formats beside ISO 8601 and ``31.12.2024``.
    * ``schema_overrides`` column to type: ``{ zip = "string", price = "decimal(18,2)" }``.
    * ``infer`` find the types of the other columns in the first batch; if not, all are strings.
    * ``comment_prefix`` lines that begin so are skipped, as are ``skip_rows`` lines at the top.
    """

    separator: str = field(default=",", validator=_one_character)
    quote: str = field(default='"', validator=_one_character_or_none)
    escape: str = field(default="", validator=_one_character_or_none)
    header: bool = True
    columns: tuple[str, ...] = field(default=(), validator=_names_of_all)
    null_values: tuple[str, ...] = field(default=(), converter=one_or_many)
    quoted_nulls: bool = False
    encoding: str = field(default="utf-8", validator=_known_encoding)
    decimal_comma: bool = False
    date_format: str | None = None
    datetime_format: str | None = None
    schema_overrides: dict[str, TypeWord] = field(factory=dict)
    infer: bool = True
    comment_prefix: str | None = field(default=None, validator=optional(min_len(1)))
    skip_rows: int = field(default=0, validator=ge(0))


@frozen(kw_only=True)
class FileHomeConfig:
    """What the file homes have in common.

    * ``path`` a file, a directory (read whole, in the order of names) or a glob.
    * ``batch_rows`` rows per batch; fewer where they are large.
    * ``hive`` directories ``column=value`` are columns; left out: if there are any.
    """

    path: Path = field(metadata=PER_ENTITY)
    batch_rows: int = field(default=100_000, validator=ge(1))
    hive: bool | None = None


@frozen(kw_only=True)
class ParquetHomeConfig(FileHomeConfig):
    """``home = { type = "parquet", path = "landing/orders" }``."""


@frozen(kw_only=True)
class CsvHomeConfig(CsvDialect, FileHomeConfig):
    """``home = { type = "csv", path = "landing/orders/*.csv.gz", null_values = ["NA"] }``."""


@frozen(kw_only=True)
class NdjsonHomeConfig(FileHomeConfig):
    """``home = { type = "ndjson", path = "landing/orders.ndjson" }``: one JSON object per line.

    * ``schema_overrides`` column to type, e.g. ``{ at = "datetime[us, UTC]" }`` for ISO 8601 text;
      ``"string"`` takes values of any kind as JSON text, numbers as they are spelled. Numbers with
      a point or an exponent are floats, the nearest one: a decimal keeps the digits of longer ones.
    """

    schema_overrides: dict[str, TypeWord] = field(factory=dict)

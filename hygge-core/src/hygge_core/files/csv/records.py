"""CSV records one by one, with their lines: for headers, and for telling what is wrong where."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from attrs import frozen

from hygge_core.files.settings.homes import CsvDialect
from hygge_core.files.text.blocks import Escape


@frozen
class Record:
    """Fields as texts. ``line`` counts from 0 in the block, ``after`` is that of the next one."""

    fields: list[str]
    line: int
    after: int


def records(text: str, dialect: CsvDialect) -> Iterator[Record]:
    """The records of a text, empty lines too. Raises ``csv.Error`` for a field of 128 KiB."""
    reader = csv.reader(
        _lines(text, dialect.escape),
        delimiter=dialect.separator,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        escapechar=dialect.escape or None,
    )
    line = 0
    for fields in reader:
        yield Record(fields, line, reader.line_num)
        line = reader.line_num


def _lines(text: str, escape: str) -> Iterator[str]:
    """The lines; one that ends in an escaped line break of two characters as a reader takes it."""
    double = Escape(escape).doubled
    for line in io.StringIO(text, newline=""):
        broken = escape and line.endswith(f"{escape}\r\n")
        yield str(double(line.encode()), "utf-8") if broken else line

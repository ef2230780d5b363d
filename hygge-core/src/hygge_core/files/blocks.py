"""A text cut where a record ends, in blocks of some megabytes.

Only a reader that knows where records end can read blocks by themselves, in parallel, and say in
which line something is wrong. Where a block has no quotes that is the last line break; where it has
some, a regular expression walks over whole records, so that a line break inside quotes is none and
a quote that is never closed is found instead of swallowing what follows it.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from attrs import frozen

from hygge_core.errors import HomeError
from hygge_core.files.home_settings import CsvDialect
from hygge_core.files.utf8 import Utf8

BLOCK_BYTES = 4 << 20
#: A text whose records are lines, whatever is in them.
LINES = CsvDialect(quote="")
_LONGEST_RECORD = 256 << 20


@frozen
class Block:
    """Whole records: UTF-8, ending in a line break, ``offset`` bytes into the text."""

    view: memoryview
    offset: int
    quoted: bool

    @property
    def text(self) -> bytes:
        """A copy of the bytes."""
        return bytes(self.view)


def blocks(text: Utf8, dialect: CsvDialect, size: int = BLOCK_BYTES) -> Iterator[Block]:
    """The whole text. Raises ``HomeError`` for quotes that do not pair up, naming the line."""
    cutter = _Cutter(text, dialect)
    offset = text.skip_lines(dialect.skip_rows)
    rest, more = b"", True
    while more:
        read = text.read(max(size, len(rest)))
        more = bool(read)
        # The last record may lack its line break, but an empty rest is no record.
        rest += read if more or not rest else b"\n"
        end, quoted = cutter.cut(rest, offset, last=not more)
        if end:
            whole = cutter.without_comments(memoryview(rest)[:end])
            yield Block(whole, offset, quoted)
            offset += end
            rest = rest[end:]


class _Cutter:
    """Finds the end of the last whole record."""

    def __init__(self, text: Utf8, dialect: CsvDialect) -> None:
        self._text = text
        self._quote = dialect.quote.encode()
        self._comment = (dialect.comment_prefix or "").encode()
        self._records = _records(dialect)
        self._open = _open(dialect)

    def cut(self, text: bytes, offset: int, *, last: bool) -> tuple[int, bool]:
        """How many bytes are whole records (0: read more first), and if there are quotes."""
        end = text.rfind(b"\n") + 1
        quoted = bool(self._quote) and self._quote in text
        if quoted:
            end = self._after_quotes(text[:end], offset, last=last)
        if end == 0 and len(text) > _LONGEST_RECORD:
            raise HomeError(
                f"{self._text.name}: the record in line {self._text.line_at(offset):,} is longer "
                f"than {_LONGEST_RECORD >> 20} MiB",
                hint='is a quote left open? quote = "" gives quotes no meaning',
            )
        return end, quoted

    def _after_quotes(self, text: bytes, offset: int, *, last: bool) -> int:
        try:
            decoded = pl.Series([text.decode("utf-8")])
        except UnicodeDecodeError as exc:
            raise self._text.not_utf8(exc, offset) from exc
        end = decoded.str.extract(self._records, 0).str.len_bytes().item() or 0
        rest = pl.Series([text[end:].decode("utf-8")])
        if end < len(text) and (last or not rest.str.contains(self._open).item()):
            line = self._text.line_at(offset + end)
            raise HomeError(
                f"{self._text.name}: line {line:,}: a quoted field does not end where it should",
                hint='quotes in a quoted field are doubled; quote = "" gives quotes no meaning',
            )
        return int(end)

    def without_comments(self, view: memoryview) -> memoryview:
        """Comments as empty lines, which are no records but keep the count of lines."""
        if not self._comment or self._comment not in (text := bytes(view)):
            return view
        kept, inside = [], False
        for each in text.splitlines(keepends=True):
            comment = not inside and each.startswith(self._comment)
            kept.append(b"\n" if comment else each)
            inside ^= not comment and bool(self._quote) and each.count(self._quote) % 2 == 1
        return memoryview(b"".join(kept))


def _records(dialect: CsvDialect) -> str:
    """A regular expression for as many whole records as there are."""
    comment = rf"{_literal(dialect.comment_prefix)}[^\r\n]*|" if dialect.comment_prefix else ""
    fields = rf"{_field(dialect)}(?:{_literal(dialect.separator)}{_field(dialect)})*"
    return rf"\A(?:(?:{comment}{fields})(?:\r\n|\n|\r))*"


def _open(dialect: CsvDialect) -> str:
    """A regular expression for the beginning of a record that ends inside quotes."""
    return rf"\A(?:{_field(dialect)}{_literal(dialect.separator)})*{_quoted(dialect)}\z"


def _field(dialect: CsvDialect) -> str:
    """Quoted, or beginning with anything but a quote, or empty."""
    separator, quote, escape = map(_literal, (dialect.separator, dialect.quote, dialect.escape))
    first = rf"[^{separator}{quote}{escape}\r\n]{_taken(escape)}"
    later = rf"[^{separator}{escape}\r\n]{_taken(escape)}"
    return rf"(?:{_quoted(dialect)}{quote}|(?:{first})(?:{later})*)?"


def _quoted(dialect: CsvDialect) -> str:
    """A quoted field, but for its closing quote."""
    quote, escape = map(_literal, (dialect.quote, dialect.escape))
    return rf"{quote}(?:[^{quote}{escape}]|{quote}{quote}{_taken(escape)})*"


def _taken(escape: str) -> str:
    """A further choice: a character that lost its meaning to the one before."""
    return rf"|{escape}(?s:.)" if escape else ""


def _literal(text: str | None) -> str:
    # Not re.escape: it escapes the tab in a way that only Python's own expressions understand.
    return "".join(rf"\x{{{ord(each):x}}}" for each in text or "")

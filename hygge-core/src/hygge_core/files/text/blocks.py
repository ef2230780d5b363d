"""A text cut where a record ends, in blocks of some megabytes.

Only a reader that knows where records end can read blocks by themselves, in parallel, and say in
which line something is wrong. Where a block has neither quotes nor escapes that is the last line
break; where it has some, a regular expression walks over whole records, so that a line break inside
quotes or behind an escape is none, and a quote that is never closed is found instead of swallowing
what follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import polars as pl
from attrs import evolve, frozen

from hygge_core.errors import HomeError
from hygge_core.files.settings.homes import CsvDialect
from hygge_core.files.text.utf8 import Utf8

BLOCK_BYTES = 4 << 20
#: A text whose records are lines, whatever is in them.
LINES = CsvDialect(quote="")
LONGEST_RECORD = 256 << 20
_BREAK = r"(?:\r\n|\n|\r)"


@frozen
class Block:
    """Whole records: UTF-8, ending in a line break, ``offset`` bytes into the text.

    ``plain``: every line break ends a record, none is inside of one.
    """

    view: memoryview
    offset: int
    plain: bool

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
        end, plain = cutter.cut(rest, offset, last=not more)
        if end:
            whole = Block(memoryview(rest)[:end], offset, plain)
            yield cutter.without_comments(whole)
            offset += end
            rest = rest[end:]


class Escape:
    r"""What takes the meaning of the character behind it, and of a ``\r\n`` that of both.

    Every reader takes it for that of one: a record would end behind the first.
    """

    def __init__(self, escape: str) -> None:
        self._mark = escape.encode()
        self._pair = re.compile(rb"(?:%b)+\r(?=\n)" % re.escape(self._mark))

    def places(self, text: bytes | memoryview) -> list[int]:
        """Where it has to stand once more, for the second character."""
        if not self._mark:
            return []
        found = ((each.end(), each.end() - each.start() - 1) for each in self._pair.finditer(text))
        return [end for end, marks in found if marks // len(self._mark) % 2]

    def before_doubling(self, text: bytes, place: int) -> int:
        """Where in ``text`` is what is at ``place`` in the doubled one."""
        for each in self.places(text):
            place -= len(self._mark) * (each < place)
        return place

    def doubled(self, text: bytes | memoryview) -> bytes | memoryview:
        """The text as readers understand it; itself where they do."""
        places = self.places(text)
        if not places:
            return text
        cuts = [0, *places, len(text)]
        return self._mark.join(bytes(text[a:b]) for a, b in pairwise(cuts))


def side_by_side(text: bytes | memoryview, size: int) -> int:
    """How many bytes of whole records pyarrow may read at once, with others beside: ``size``, or
    all of them where a line is longer than that.

    It refuses to cut such a line, with threads still at work on what is gone then: once in some
    hundred times the process ends of that.
    """
    pieces = (bytes(text[start : start + size]) for start in range(0, len(text) - size, size))
    broken = all(b"\n" in piece or b"\r" in piece for piece in pieces)
    return min(size, len(text) + 1) if broken else len(text) + 1


class _Cutter:
    """Finds the end of the last whole record."""

    def __init__(self, text: Utf8, dialect: CsvDialect) -> None:
        self._text = text
        self._escape = Escape(dialect.escape)
        self._marks = [mark.encode() for mark in (dialect.quote, dialect.escape) if mark]
        self._comment = _comment(dialect.comment_prefix)
        self._dialect = dialect
        self._records = _records(dialect)
        self._open = _open(dialect)
        self._escaped = _escaped(dialect)

    def cut(self, text: bytes, offset: int, *, last: bool) -> tuple[int, bool]:
        """How many bytes are whole records (0: read more first), and if these are plain."""
        end = text.rfind(b"\n") + 1
        plain = not any(mark in text for mark in self._marks)
        if not plain:
            end = self._after_whole(text[:end], offset, last=last)
        if end == 0 and len(text) > LONGEST_RECORD:
            raise HomeError(
                f"{self._text.name}: the record in line {self._text.line_at(offset):,} is longer "
                f"than {LONGEST_RECORD >> 20} MiB",
                hint='is a quote left open? quote = "" gives quotes no meaning',
            )
        return end, plain

    def _after_whole(self, text: bytes, offset: int, *, last: bool) -> int:
        decoded = pl.Series([self._decoded(text, offset)])
        end = decoded.str.extract(self._records, 0).str.len_bytes().item() or 0
        end = self._escape.before_doubling(text, end)
        rest = pl.Series([self._decoded(text[end:], offset + end)])
        escaped = rest.str.contains(self._escaped).item()
        if end < len(text) and (last or not (escaped or rest.str.contains(self._open).item())):
            where = f"{self._text.name}: line {self._text.line_at(offset + end):,}"
            if escaped:
                raise HomeError(
                    f"{where}: the file ends in an escape, with nothing behind it",
                    hint='was the file cut? escape = "" gives it no meaning',
                )
            raise HomeError(
                f"{where}: a quoted field does not end where it should",
                hint='quotes in a quoted field are doubled; quote = "" gives quotes no meaning',
            )
        return int(end)

    def without_comments(self, block: Block) -> Block:
        """Comments as empty lines, which are no records but keep the count of lines."""
        if self._comment is None or self._comment.search(block.view) is None:
            return block
        if block.plain:
            return evolve(block, view=memoryview(self._comment.sub(b"", block.view)))
        # A line inside a record is no comment, whatever it begins with.
        decoded = pl.Series([self._decoded(block.view, block.offset)])
        kept = decoded.str.replace_all(_comment_or_more(self._dialect), "${1}").item()
        return evolve(block, view=memoryview(kept.encode()))

    def _decoded(self, text: bytes | memoryview, offset: int) -> str:
        try:
            decoded = str(text, "utf-8")
        except UnicodeDecodeError as exc:
            raise self._text.not_utf8(exc, offset) from exc
        doubled = self._escape.doubled(text)
        return decoded if doubled is text else str(doubled, "utf-8")


def _comment(prefix: str | None) -> re.Pattern[bytes] | None:
    """A line that begins so. The prefix stands first: what begins with a literal is found fast."""
    if prefix is None:
        return None
    literal = re.escape(prefix.encode())
    return re.compile(rb"%b(?<![^\r\n]%b)[^\r\n]*" % (literal, literal))


def _records(dialect: CsvDialect) -> str:
    """A regular expression for as many whole records as there are."""
    return rf"\A(?:(?:{_skipped(dialect)}{_fields(dialect)}){_BREAK})*"


def _comment_or_more(dialect: CsvDialect) -> str:
    """A regular expression for a comment, or (as a group) a record, or what is no whole one."""
    return rf"{_skipped(dialect)}({_fields(dialect)}{_BREAK}|(?s:.)+)"


def _skipped(dialect: CsvDialect) -> str:
    """A first choice: a comment, without its line break."""
    return rf"{_literal(dialect.comment_prefix)}[^\r\n]*|" if dialect.comment_prefix else ""


def _fields(dialect: CsvDialect) -> str:
    return rf"{_field(dialect)}(?:{_literal(dialect.separator)}{_field(dialect)})*"


def _open(dialect: CsvDialect) -> str:
    """A regular expression for the beginning of a record that ends inside quotes."""
    return rf"\A(?:{_field(dialect)}{_literal(dialect.separator)})*{_quoted(dialect)}\z"


def _escaped(dialect: CsvDialect) -> str:
    """A regular expression for the beginning of a record that ends in an escaped line break."""
    return rf"\A{_fields(dialect)}\z"


def _field(dialect: CsvDialect) -> str:
    """Quoted, or beginning with anything but a quote, or empty."""
    separator, quote, escape = map(_literal, (dialect.separator, dialect.quote, dialect.escape))
    first = rf"[^{separator}{quote}{escape}\r\n]{_taken(escape)}"
    later = rf"[^{separator}{escape}\r\n]{_taken(escape)}"
    quoted = rf"{_quoted(dialect)}{quote}|" if quote else ""
    return rf"(?:{quoted}(?:{first})(?:{later})*)?"


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

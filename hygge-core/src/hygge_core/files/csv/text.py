"""One CSV file as texts: its header, and frames of nothing but strings."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice

import polars as pl
import pyarrow as pa
import pyarrow.csv as pc
from attrs import evolve, frozen

from hygge_core.errors import HomeError
from hygge_core.files.csv.records import Record, records
from hygge_core.files.homes.sources import Source
from hygge_core.files.settings.homes import CsvDialect
from hygge_core.files.text.blocks import (
    BLOCK_BYTES,
    LONGEST_RECORD,
    Block,
    Escape,
    blocks,
    side_by_side,
)
from hygge_core.files.text.utf8 import Utf8, opened

_PARALLEL_BYTES = 1 << 20
#: Behind the number of its fields pyarrow quotes a row, with the values of all columns.
_ROW = re.compile(r"(?<=got )(\d+): .*", re.DOTALL)
_BREAK = re.compile(rb"\r\n|\n|\r")
_EXCELS = re.compile("sep=[^a-z0-9]", re.IGNORECASE)


@frozen
class Texts:
    """The strings of one block, NULL where a field is empty, and the block for its lines."""

    frame: pl.DataFrame
    block: Block


@contextmanager
def opened_csv(
    source: Source, dialect: CsvDialect, block_bytes: int = BLOCK_BYTES
) -> Iterator[CsvText]:
    """The file with its header read. Raises ``HomeError`` for a header that names no columns."""
    with opened(source, dialect.encoding) as text:
        yield CsvText(text, dialect, block_bytes)


class CsvText:
    """An open CSV file. ``names`` are its columns, none for a file with nothing in it."""

    def __init__(self, text: Utf8, dialect: CsvDialect, block_bytes: int) -> None:
        self.name = text.name
        self._text = text
        self._dialect = dialect
        self._escape = Escape(dialect.escape)
        self._blocks = blocks(text, dialect, block_bytes)
        self._first: Block | None = None
        self._parallel = _PARALLEL_BYTES
        self.names: tuple[str, ...] = dialect.columns
        if dialect.header or not dialect.columns:
            self._first = self._named_by_first_record()

    def texts(self, wanted: Sequence[str]) -> Iterator[Texts]:
        """The wanted columns, block by block. Raises ``HomeError`` naming a line that is ragged."""
        if self._first is not None:
            yield self._read(self._first, wanted)
        for block in self._blocks:
            yield self._read(block, wanted)

    def _named_by_first_record(self) -> Block | None:
        """The block that the names were taken from, without its header if it has one."""
        for block in self._blocks:
            try:
                first = next((each for each in self._records(block) if each.fields), None)
            except csv.Error as exc:
                raise HomeError(f"{self.name}: the first record cannot be read: {exc}") from exc
            if first is None:
                continue
            if not self._dialect.header:
                self.names = tuple(f"column_{n}" for n in range(1, len(first.fields) + 1))
                return block
            self._refuse_excels_line(first)
            self.names = _checked(first.fields, self.name)
            size = _size_of_lines(block.view, first.after)
            return evolve(block, view=block.view[size:], offset=block.offset + size)
        return None

    def _refuse_excels_line(self, first: Record) -> None:
        """Raise ``HomeError`` where the first line only tells Excel how to read the others."""
        line = self._dialect.separator.join(first.fields)
        if _EXCELS.fullmatch(line):
            mark = "" if line[-1] == self._dialect.separator else f", separator = {line[-1]!r}"
            raise HomeError(
                f"{self.name}: the first line, {line!r}, names no columns: it tells Excel the "
                "separator",
                hint=f"skip_rows = {self._dialect.skip_rows + 1}{mark}",
            )

    def _read(self, block: Block, wanted: Sequence[str]) -> Texts:
        if not block.view:
            return Texts(pl.DataFrame(schema=dict.fromkeys(wanted, pl.String)), block)
        try:
            table = self._parsed(block, wanted, side_by_side(block.view, self._parallel))
        except pa.ArrowInvalid as exc:
            raise self._why(exc, block) from None  # what pyarrow says has the whole row in it
        frame = pl.from_arrow(table, rechunk=False)  # copying costs as much as parsing
        assert isinstance(frame, pl.DataFrame)
        return Texts(frame, block)

    def _parsed(self, block: Block, wanted: Sequence[str], parallel: int) -> pa.Table:
        dialect = self._dialect
        try:
            return pc.read_csv(
                pa.BufferReader(pa.py_buffer(self._escape.doubled(block.view))),
                read_options=pc.ReadOptions(column_names=self.names, block_size=parallel),
                parse_options=pc.ParseOptions(
                    delimiter=dialect.separator,
                    quote_char=dialect.quote or False,
                    escape_char=dialect.escape or False,
                    newlines_in_values=not block.plain,
                    ignore_empty_lines=not self._has_empty_rows,
                ),
                convert_options=pc.ConvertOptions(
                    column_types=dict.fromkeys(self.names, pa.string()),
                    include_columns=list(wanted),
                    null_values=["", *dialect.null_values],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=dialect.quoted_nulls,
                ),
            )
        except pa.ArrowInvalid as exc:
            if "straddl" not in str(exc) or parallel > len(block.view):
                raise
            # A quoted field of many lines: there will be others, and each could end the process.
            self._parallel = LONGEST_RECORD
            return self._parsed(block, wanted, len(block.view) + 1)

    def line_of(self, block: Block, row: int) -> int:
        """The line in the file of a row of the block's texts."""
        rows = (each for each in self._known_records(block) if self._is_row(each))
        record = next(islice(rows, row, None), None)
        return self._text.line_at(block.offset) + (record.line if record is not None else 0)

    def _records(self, block: Block) -> Iterator[Record]:
        try:
            text = block.text.decode("utf-8")
        except UnicodeDecodeError as exc:
            raise self._text.not_utf8(exc, block.offset) from exc
        return records(text, self._dialect)

    def _known_records(self, block: Block) -> Iterator[Record]:
        """As many as can be read: enough to tell what is wrong, mostly."""
        with suppress(csv.Error):
            yield from self._records(block)

    def _is_row(self, record: Record) -> bool:
        return bool(record.fields) or self._has_empty_rows

    @property
    def _has_empty_rows(self) -> bool:
        """In a file of one column an empty line is a NULL, unless it may be a comment's."""
        return len(self.names) == 1 and self._dialect.comment_prefix is None

    def _why(self, exc: pa.ArrowInvalid, block: Block) -> HomeError:
        """The same in a user's words, with the line: found by reading the block once more."""
        line = self._text.line_at(block.offset)
        for record in self._known_records(block):
            if len(record.fields) not in (0, len(self.names)):
                return HomeError(
                    f"{self.name}: line {line + record.line:,} has {len(record.fields)} fields, "
                    f"and the file {len(self.names)}",
                    hint="look at that line, and at `separator`, `quote` and `escape`",
                )
        said = _ROW.sub(r"\1", str(exc))
        return HomeError(f"{self.name}: near line {line:,}: {said}")


def _size_of_lines(text: memoryview, lines: int) -> int:
    """How many bytes so many lines have."""
    return max(found.end() for found in islice(_BREAK.finditer(text), lines))


def _checked(names: list[str], file: str) -> tuple[str, ...]:
    """The names of a header. Raises ``HomeError`` for one that is empty or there twice."""
    hint = "name the columns yourself: header = false, skip_rows = 1, columns = [...]"
    for position, name in enumerate(names):
        if not name:
            raise HomeError(f"{file}: field {position + 1} of the header has no name", hint=hint)
        if names.index(name) < position:
            raise HomeError(f"{file}: the header has the name {name!r} twice", hint=hint)
    return tuple(names)

"""One NDJSON file, block by block, as frames of exactly the types that were settled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

import polars as pl
import pyarrow as pa

from hygge_core.errors import HomeError, SchemaChanged
from hygge_core.files.ndjson.arrow import is_read_as_text
from hygge_core.files.ndjson.blame import disagreement, first_refused, without_row
from hygge_core.files.ndjson.text import BadLine, may_be_rounded, parse, rewritten
from hygge_core.files.text.blocks import LINES, Block, blocks
from hygge_core.files.text.columns import TextColumn, Wording
from hygge_core.files.text.overrides import toml_line
from hygge_core.files.text.utf8 import Utf8
from hygge_core.scene import Quotes
from hygge_core.types import spell


class NdjsonReader:
    """Reads the ``wanted`` columns; ``known`` has the types of these and of all others.

    ``texts`` are columns whose values become text, whatever they are. ``ignoring`` passes over
    keys that are not known; if not, they are a ``SchemaChanged``.
    """

    def __init__(
        self,
        text: Utf8,
        known: Mapping[str, pl.DataType],
        wanted: Mapping[str, pl.DataType],
        *,
        texts: frozenset[str],
        ignoring: bool,
        quoted: Quotes,
    ) -> None:
        self._text = text
        self._known = known
        self._wanted = wanted
        self._texts = texts
        self._ignoring = ignoring
        self._quoted = quoted
        wording = Wording(trusted=wanted)
        self._cast = [TextColumn(n, t, wording) for n, t in wanted.items() if is_read_as_text(t)]

    def frames(self) -> Iterator[pl.DataFrame]:
        """Raises ``HomeError`` for a line that is no JSON, ``SchemaChanged`` for a misfit."""
        for block in blocks(self._text, LINES):
            yield self._values(block, self._parsed(block))

    def _parsed(self, block: Block) -> pl.DataFrame:
        check_utf8(self._text, block)
        try:
            table = self._table(block.view)
        except (pa.ArrowInvalid, BadLine):
            table = self._forgiven(block)
        if may_be_rounded(table, block.view):
            self._blame(block)
        frame = pl.from_arrow(table.select(list(self._wanted)), rechunk=False)
        assert isinstance(frame, pl.DataFrame)
        return frame

    def _forgiven(self, block: Block) -> pa.Table:
        """The block without the columns that nobody asked for, and with the texts as text."""
        others = self._known.keys() - self._wanted.keys()
        plain = b""
        try:
            plain = rewritten(block.text, drop=others, as_text=self._texts)
            return self._table(plain)
        except (pa.ArrowInvalid, BadLine) as exc:
            self._blame(block)
            line = self._line_of(block, first_refused(plain, self._table))
            said = without_row(self._quoted.foreign(exc, self._known))
            raise HomeError(f"{self._text.name}: line {line:,}: {said}") from None

    def _table(self, text: bytes | memoryview) -> pa.Table:
        return parse(text, self._known, "ignore" if self._ignoring else "error")

    def _blame(self, block: Block) -> None:
        """Raise what is wrong with the block, if that can be found."""
        wanted = self._wanted.keys() - self._texts
        found = disagreement(block.text, self._known, wanted, self._quoted, ignoring=self._ignoring)
        if found is not None:  # what pyarrow said of it may quote a value
            raise found.error(self._text.name, self._text.line_at(block.offset)) from None

    def _values(self, block: Block, frame: pl.DataFrame) -> pl.DataFrame:
        for column in self._cast:
            values, row = column.read(frame)
            if row is not None:
                self._refuse(block, column, str(frame.get_column(column.name)[row]), row)
            frame = frame.with_columns(values)
        return frame

    def _refuse(self, block: Block, column: TextColumn, text: str, row: int) -> None:
        line = self._line_of(block, row)
        raise SchemaChanged(
            f"{self._text.name}: line {line:,}: column {column.name!r} is {spell(column.dtype)}, "
            f"but here is {self._quoted(column.name, text)}",
            seen={column.name: pl.String()},
            hint=toml_line(column.name),
        )

    def _line_of(self, block: Block, row: int) -> int:
        """The line in the file of a row of the block."""
        lines = (n for n, each in enumerate(block.text.split(b"\n")) if each.strip())
        return self._text.line_at(block.offset) + next(islice(lines, row, None), 0)


def check_utf8(text: Utf8, block: Block) -> None:
    """Raise ``HomeError`` for bytes that are not UTF-8: pyarrow would let them pass."""
    try:
        str(block.view, "utf-8")
    except UnicodeDecodeError as exc:
        raise text.not_utf8(exc, block.offset) from exc

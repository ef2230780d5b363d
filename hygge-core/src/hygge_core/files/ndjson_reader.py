"""One NDJSON file, block by block, as frames of exactly the types that were settled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl
import pyarrow as pa

from hygge_core.errors import HomeError, SchemaChanged
from hygge_core.files.blocks import LINES, Block, blocks
from hygge_core.files.json_arrow import is_read_as_text
from hygge_core.files.ndjson_blame import disagreement
from hygge_core.files.ndjson_text import may_be_rounded, parse, rewritten
from hygge_core.files.overrides import toml_line
from hygge_core.files.text_columns import TextColumn, Wording
from hygge_core.files.utf8 import Utf8
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
    ) -> None:
        self._text = text
        self._known = known
        self._wanted = wanted
        self._texts = texts
        self._ignoring = ignoring
        wording = Wording(trusted=wanted)
        self._cast = [TextColumn(n, t, wording) for n, t in wanted.items() if is_read_as_text(t)]

    def frames(self) -> Iterator[pl.DataFrame]:
        """Raises ``HomeError`` for a line that is no JSON, ``SchemaChanged`` for a misfit."""
        for block in blocks(self._text, LINES):
            if block.view.tobytes().strip():
                yield self._values(block, self._parsed(block))

    def _parsed(self, block: Block) -> pl.DataFrame:
        check_utf8(self._text, block)
        beyond = "ignore" if self._ignoring else "error"
        try:
            table = parse(block.view, self._known, beyond)
        except pa.ArrowInvalid as exc:
            table = self._forgiven(block, exc)
        if may_be_rounded(table, block.view):
            self._blame(block)
        frame = pl.from_arrow(table.select(list(self._wanted)), rechunk=False)
        assert isinstance(frame, pl.DataFrame)
        return frame

    def _forgiven(self, block: Block, exc: pa.ArrowInvalid) -> pa.Table:
        """The block without what nobody wants to know: columns not asked for, and kinds of text."""
        keep = None if self._ignoring else self._kept_keys()
        return None

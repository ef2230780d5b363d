"""Parquet files that a home can hand over as they are: what their footers tell, and their bytes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import polars as pl
from attrs import frozen

from hygge_core.files.disk.pieces import pieces_of
from hygge_core.files.homes.border import speaking_hygge
from hygge_core.files.homes.home import Format, Portion
from hygge_core.files.homes.sources import Source
from hygge_core.files.parquet.footers import (
    Footer,
    Footers,
    Layout,
    groups_at,
    layout_of,
    span_in,
)
from hygge_core.files.parquet.pages import by_pages, reads_alike
from hygge_core.records import Mark, Range, Span
from hygge_core.watermark import in_range, span_of


@frozen
class ParquetFile:
    """Implements ``GivenFile`` over a source; ``form`` reads rows where a footer is not enough."""

    source: Source
    form: Format
    footer: Footer
    layout: Layout
    footer_sha256: str

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def rows(self) -> int:
        return self.footer.rows

    @property
    def bytes(self) -> int:
        return self.source.size

    @property
    def schema(self) -> pl.Schema:
        return self.footer.schema

    @property
    def codecs(self) -> frozenset[str]:
        return self.layout.codecs

    @property
    def marks(self) -> frozenset[str]:
        return self.layout.marks

    @property
    def path(self) -> Path | None:
        return self.source.path

    @property
    def footer_bytes(self) -> int:
        return self.layout.footer_bytes

    def span(self, column: str) -> Span:
        with speaking_hygge(self.name):
            try:
                return span_in(self.footer, column)
            except LookupError:
                portion = Portion(schema=pl.Schema({column: self.schema[column]}))
                frames = self.form.frames(self.source, portion)
                return span_of(frame.get_column(column) for frame in frames)

    def rows_at(self, column: str, mark: Mark, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        only = Range(column=column, low=mark, high=mark, include_low=True)
        rule = in_range(only, self.schema[column])
        with speaking_hygge(self.name):
            for frame in self._near(only, mark, columns):
                yield frame.select(columns).filter(rule)

    def _near(self, only: Range, mark: Mark, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Rows among which all those of the range are."""
        wanted = pl.Schema({name: self.schema[name] for name in columns})
        portion = Portion(schema=wanted, range=only)
        try:
            groups = groups_at(self.footer, only.column, mark)
        except LookupError:
            groups = None
        if groups is None or self.path is None or not reads_alike(self.footer, columns):
            yield from self.form.frames(self.source, portion)
            return
        pages = by_pages(self.path, self.footer, columns, portion.batch_rows, groups)
        with closing(pages) as frames:
            yield from frames

    def pieces(self) -> Iterator[memoryview]:
        with speaking_hygge(self.name):
            yield from pieces_of(self.source.open)


def given_file(source: Source, form: Format, footers: Footers) -> ParquetFile:
    """Look at the footer of a file. Raises ``HomeError``."""
    with speaking_hygge(source.name), source.local() as path:
        footer = footers.of(path)
        layout = layout_of(footer, source.size)
        with path.open("rb") as file:
            file.seek(-layout.footer_bytes, os.SEEK_END)
            digest = hashlib.sha256(file.read()).hexdigest()
        return ParquetFile(source, form, footer, layout, digest)

"""The home ``parquet``: footers first, then one pass over the row groups that are wanted.

What is wrong in a footer, a page's header or a compressed page is told with the file's name. A
flipped bit inside the values of an uncompressed page can only be seen where the file has page
checksums and its row groups are so large that pyarrow reads them: polars does not check those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from hygge_core.errors import HomeError
from hygge_core.files.homes.batches import BATCH_BYTES
from hygge_core.files.homes.border import speaking_hygge
from hygge_core.files.homes.home import FileHome, Portion
from hygge_core.files.homes.listing import LocalPlace
from hygge_core.files.homes.sources import SUFFIXES, Source
from hygge_core.files.parquet.footers import Footer, Footers, span_in
from hygge_core.files.parquet.given import ParquetFile, given_file
from hygge_core.files.parquet.int96 import within_reach
from hygge_core.files.parquet.pages import by_pages, reads_alike
from hygge_core.files.settings.homes import ParquetHomeConfig
from hygge_core.records import Ask, Mark, Range
from hygge_core.scene import Scene
from hygge_core.watermark import compare, highest, in_range

#: Polars decodes whole row groups, several at once: so many bytes of them per scan. A row group
#: that is larger is read page by page, by pyarrow: slower, but in little memory.
_SCAN_BYTES = 128 << 20


@contextmanager
def open_parquet_home(config: ParquetHomeConfig, scene: Scene) -> Iterator[ParquetHome]:
    """The home of ``type = "parquet"``."""
    place = LocalPlace(config.path, SUFFIXES["parquet"], scene.entity)
    form = ParquetFormat()
    yield ParquetHome(place, form, scene, batch_rows=config.batch_rows, hive=config.hive)


class ParquetHome(FileHome):
    """Knows the highest watermark before reading, mostly from footers, and gives its files.

    Implements ``Bounds`` and ``GivesFiles`` beyond what every file home does.
    """

    form: ParquetFormat

    def upper(self, ask: Ask) -> Mark | None:
        assert ask.range is not None  # there is no bound without a watermark
        column = ask.range.column
        snapshot = self.snapshot(ask)
        self.require([column], snapshot.schema)
        if column not in snapshot.own:
            return highest(snapshot.hive.values.get_column(column))
        portion = Portion(schema=pl.Schema({column: snapshot.own[column]}))
        return _top(self._highest(source, column, portion) for source in snapshot.sources)

    def files(self, ask: Ask) -> Sequence[ParquetFile]:
        footers = self.form.footers
        return [given_file(source, self.form, footers) for source in self.sources]

    def _highest(self, source: Source, column: str, portion: Portion) -> Mark | None:
        footer = self.form.footer(source)
        if column not in footer.schema:
            return None
        with speaking_hygge(source.name):
            try:
                return span_in(footer, column).highest
            except LookupError:
                frames = self.form.frames(source, portion)
                return _top(highest(frame.get_column(column)) for frame in frames)


class ParquetFormat:
    """Reads Parquet files; their footers are kept as long as this is."""

    def __init__(self) -> None:
        self.footers = Footers()

    def footer(self, source: Source) -> Footer:
        """Raises ``HomeError``."""
        with speaking_hygge(source.name), source.local() as path:
            return self.footers.of(path)

    def schemas(
        self, sources: Sequence[Source], ask: Ask, batch_rows: int
    ) -> Sequence[tuple[str, pl.Schema]]:
        return [(source.name, self.footer(source).schema) for source in sources]

    def frames(self, source: Source, portion: Portion) -> Iterator[pl.DataFrame]:
        with source.local() as path:
            footer = self.footers.of(path)
            # A file with none of the columns still has rows, so one column is read to count them.
            names = [n for n in portion.schema if n in footer.schema] or footer.schema.names()[:1]
            rows = _batch_rows(footer, portion.batch_rows)
            if _is_giant(footer, names):
                frames = _counted(by_pages(path, footer, names, rows), footer, source.name)
            elif (wanted := _filter(portion.range, footer)) is not None:
                frames = _filtered(path, names, rows, wanted)
            else:
                frames = _counted(_by_groups(path, names, rows, footer), footer, source.name)
            yield from within_reach(frames, footer, names, source.name)

    def estimated_rows(self, sources: Sequence[Source]) -> int | None:
        return sum(self.footer(source).rows for source in sources)


def _top(marks: Iterable[Mark | None]) -> Mark | None:
    top: Mark | None = None
    for mark in marks:
        if mark is not None and (top is None or compare(mark, top) > 0):
            top = mark
    return top


def _batch_rows(footer: Footer, wanted: int) -> int:
    """Fewer rows than wanted where they are so large that a batch would not fit in its bytes."""
    each = sum(size for _, size in footer.groups) / max(footer.rows, 1)
    return max(1, min(wanted, round(BATCH_BYTES / each) if each else wanted))


def _counted(batches: Iterator[pl.DataFrame], footer: Footer, name: str) -> Iterator[pl.DataFrame]:
    """All rows that the footer tells of: a damaged page may have lost or made some, unnoticed."""
    found = 0
    for batch in batches:
        found += batch.height
        yield batch
    if found != footer.rows:
        raise HomeError(
            f"{name}: its footer tells of {footer.rows:,} rows, but {found:,} are there",
            hint="the file is damaged; fetch or write it again",
        )


def _filter(asked: Range | None, footer: Footer) -> pl.Expr | None:
    """Only a filter on the whole file is held against the statistics of its row groups."""
    if asked is None or asked.low is None or asked.column not in footer.schema:
        return None
    return in_range(asked, footer.schema[asked.column])


def _filtered(
    path: Path, names: Sequence[str], rows: int, wanted: pl.Expr
) -> Iterator[pl.DataFrame]:
    return _streamed(_scan(path).filter(wanted), names, rows)


def _by_groups(
    path: Path, names: Sequence[str], rows: int, footer: Footer
) -> Iterator[pl.DataFrame]:
    for part in _parts(_scan(path), footer):
        yield from _streamed(part, names, rows)


def _scan(path: Path) -> pl.LazyFrame:
    return pl.scan_parquet(path, glob=False, hive_partitioning=False)


def _streamed(part: pl.LazyFrame, names: Sequence[str], rows: int) -> Iterator[pl.DataFrame]:
    return part.select(names).collect_batches(
        chunk_size=rows, lazy=True, maintain_order=True, engine="streaming"
    )


def _parts(scan: pl.LazyFrame, footer: Footer) -> Iterator[pl.LazyFrame]:
    """The file in pieces of a few row groups, since polars decodes several at once."""
    offset = count = size = 0
    for rows, group in footer.groups:
        if count and size + group > _SCAN_BYTES:
            yield scan.slice(offset, count)
            offset, count, size = offset + count, 0, 0
        count, size = count + rows, size + group
    if count:
        yield scan.slice(offset, count)


def _is_giant(footer: Footer, names: Sequence[str]) -> bool:
    """Whether a row group is too large for memory, and pyarrow reads the same types from it."""
    largest = max((size for _, size in footer.groups), default=0)
    return largest > _SCAN_BYTES and reads_alike(footer, names)

"""The home ``csv``: texts by pyarrow, types by our own rules, in one pass over the files.

Every column is read as text and cast strictly. Types come from the first batch; a later text that
has another type is a ``SchemaChanged`` with its file, line, column and value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import polars as pl

from hygge_core.errors import SchemaChanged
from hygge_core.files.csv.text import CsvText, Texts, opened_csv
from hygge_core.files.homes.batches import regrouped
from hygge_core.files.homes.border import speaking_hygge
from hygge_core.files.homes.home import FileHome, Portion
from hygge_core.files.homes.listing import LocalPlace
from hygge_core.files.homes.sources import SUFFIXES, Source, text_bytes
from hygge_core.files.settings.homes import CsvDialect, CsvHomeConfig
from hygge_core.files.text.columns import TextColumn, Wording
from hygge_core.files.text.overrides import fitting, overrides_of, tell_unknown, toml_line
from hygge_core.files.text.types import infer
from hygge_core.records import Ask
from hygge_core.scene import Scene
from hygge_core.types import spell

_HEADER_BYTES = 1 << 16


@contextmanager
def open_csv_home(config: CsvHomeConfig, scene: Scene) -> Iterator[FileHome]:
    """The home of ``type = "csv"``. Raises ``ConfigError`` for a type that no text can be."""
    place = LocalPlace(config.path, SUFFIXES["csv"], scene.entity)
    form = CsvFormat(config, scene)
    yield FileHome(place, form, scene, batch_rows=config.batch_rows, hive=config.hive)


class CsvFormat:
    """Reads CSV files of one dialect."""

    def __init__(self, dialect: CsvDialect, scene: Scene) -> None:
        self._dialect = dialect
        self._quoted = scene.quoted
        self._warn = scene.warn
        self._overrides = overrides_of(dialect.schema_overrides)
        self._wording = Wording(
            decimal_comma=dialect.decimal_comma,
            date_format=dialect.date_format,
            datetime_format=dialect.datetime_format,
            trusted=self._overrides.keys(),
        )

    def schemas(
        self, sources: Sequence[Source], ask: Ask, batch_rows: int
    ) -> Sequence[tuple[str, pl.Schema]]:
        """Headers of all files; types from the first file that has the column and rows."""
        headers = [(source, self._header(source)) for source in sources]
        self._doubt(headers)
        tell_unknown(self._overrides, {name for _, names in headers for name in names})
        types = {**self._overrides, **(ask.settled or {})}
        for source, names in headers:
            new = [name for name in names if name not in types and _is_needed(name, ask)]
            if new:
                types |= self._inferred(source, new, batch_rows)
        return [
            (source.name, pl.Schema({name: types.get(name, pl.String()) for name in names}))
            for source, names in headers
            if names
        ] or [(sources[0].name, pl.Schema())]

    def frames(self, source: Source, portion: Portion) -> Iterator[pl.DataFrame]:
        with opened_csv(source, self._dialect) as text:
            known = {n: t for n, t in portion.schema.items() if n in text.names}
            # A file with none of the columns still has rows, so one is read to count them.
            known = known or dict.fromkeys(text.names[:1], pl.String())
            columns = [TextColumn(name, dtype, self._wording) for name, dtype in known.items()]
            for texts in text.texts([column.name for column in columns]):
                yield self._values(text, texts, columns)

    def estimated_rows(self, sources: Sequence[Source]) -> int | None:
        """By the length of a file's first lines."""
        largest = max(sources, key=lambda source: source.size)
        with (
            speaking_hygge(largest.name),
            opened_csv(largest, self._dialect, _HEADER_BYTES) as text,
        ):
            sample = next(text.texts(text.names), None)
        if sample is None or not sample.frame.height:
            return 0
        width = len(sample.block.view) / sample.frame.height
        return round(text_bytes(sources) / width)

    def _doubt(self, headers: Sequence[tuple[Source, tuple[str, ...]]]) -> None:
        """Tell of a header that looks as if another separator were in it."""
        for source, names in headers:
            other = next((mark for mark in ";\t|," if mark in names[0]), "") if names else ""
            if len(names) == 1 and other and self._dialect.header:
                self._warn(f"{source.name} has one column, {names[0]!r}: separator = {other!r}?")
                return

    def _header(self, source: Source) -> tuple[str, ...]:
        with speaking_hygge(source.name), opened_csv(source, self._dialect, _HEADER_BYTES) as text:
            return text.names

    def _inferred(
        self, source: Source, names: Sequence[str], batch_rows: int
    ) -> dict[str, pl.DataType]:
        """The types in the first batch of a file; nothing where it has no rows."""
        if not self._dialect.infer:
            return {name: pl.String() for name in names}
        with speaking_hygge(source.name), opened_csv(source, self._dialect) as text:
            frames = (texts.frame for texts in text.texts(names))
            first = next(regrouped(frames, batch_rows), None)
        if first is None:
            return {}
        return {each.name: infer(each, self._wording) for each in first.iter_columns()}

    def _values(self, text: CsvText, texts: Texts, columns: Sequence[TextColumn]) -> pl.DataFrame:
        read = texts.frame.select([column.values for column in columns])
        made = []
        for column in columns:
            values, row = column.finish(texts.frame, read.get_column(column.name))
            if row is not None:
                raise self._misfit(text, texts, column, row)
            made.append(values)
        return pl.DataFrame(made)

    def _misfit(self, text: CsvText, texts: Texts, column: TextColumn, row: int) -> SchemaChanged:
        name = column.name
        given = texts.frame.get_column(name)
        odd = infer(given.slice(row, 1), self._wording)
        line = text.line_of(texts.block, row)
        return SchemaChanged(
            f"{text.name}: line {line:,}: column {name!r} is {spell(column.dtype)}, "
            f"but here is {self._quoted(name, given[row])}",
            seen={name: odd},
            hint=toml_line(name, *fitting(column.dtype, odd)),
        )


def _is_needed(name: str, ask: Ask) -> bool:
    watermark = ask.range is not None and ask.range.column == name
    return watermark or ask.columns is None or name in ask.columns

"""Directories ``column=value`` as columns, in the way that Hive began."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import unquote

import polars as pl
from attrs import frozen

from hygge_core.errors import HomeError, SchemaChanged
from hygge_core.files.homes.sources import Source
from hygge_core.files.text.columns import TextColumn, Wording
from hygge_core.files.text.types import IN_NAMES, infer
from hygge_core.records import Range
from hygge_core.types import spell
from hygge_core.watermark import in_range

_NULL = "__HIVE_DEFAULT_PARTITION__"
_Keys = dict[str, str | None]


@frozen
class Hive:
    """The partition columns of some files: ``values`` has a row for each of ``files`` files."""

    files: int
    values: pl.DataFrame

    @property
    def schema(self) -> pl.Schema:
        return self.values.schema

    def without(self, columns: Sequence[str]) -> Hive:
        """The same but for columns that the files have themselves: the files know better."""
        if self.values.is_empty():
            return self
        return Hive(self.files, self.values.drop(columns, strict=False))

    def wanted(self, asked: Range | None) -> Iterator[bool]:
        """For each file, whether it can have rows of the range. NULL is in every range."""
        if asked is None or asked.column not in self.schema:
            return iter([True] * self.files)
        return iter(self.values.select(in_range(asked, self.schema[asked.column])).to_series())

    def columns(self, number: int, rows: int) -> list[pl.Series]:
        """The partition columns for so many rows of a file."""
        return [each.new_from_index(number, rows) for each in self.values]


def hive_of(sources: Sequence[Source], wanted: bool | None, settled: pl.Schema | None) -> Hive:
    """The partition columns of the files; none where ``wanted`` is false, or there are none.

    Types are integers, dates or strings, or those of ``settled``. Raises ``HomeError`` where files
    disagree on the names, ``SchemaChanged`` where a value is not of its settled type.
    """
    keys = [_keys(source) if wanted is not False else {} for source in sources]
    for source, found in zip(sources, keys, strict=True):
        if found.keys() != keys[0].keys():
            raise HomeError(
                f"{source.name} and {sources[0].name} lie in different partitions: "
                f"{list(found)} and {list(keys[0])}",
                hint="hive = false reads them as plain directories",
            )
    if wanted and not keys[0]:
        raise HomeError(f"{sources[0].name} lies in no directory like column=value")
    texts = [pl.Series(name, [k[name] for k in keys], dtype=pl.String) for name in keys[0]]
    values = pl.DataFrame([_typed(each, settled or pl.Schema()) for each in texts])
    return Hive(len(sources), values)


def _keys(source: Source) -> _Keys:
    pairs = [part.partition("=") for part in source.relative.split("/")[:-1] if "=" in part]
    return {unquote(key): None if text == _NULL else unquote(text) for key, _, text in pairs if key}


def _typed(texts: pl.Series, settled: pl.Schema) -> pl.Series:
    wording = Wording()
    dtype = settled.get(texts.name) or infer(texts, wording, IN_NAMES)
    values, row = TextColumn(texts.name, dtype, wording).read(texts.to_frame())
    if row is not None:
        seen = infer(texts, wording, IN_NAMES)
        raise SchemaChanged(
            f"partition {texts.name}={texts[row]} is no {spell(dtype)}", seen={texts.name: seen}
        )
    return values

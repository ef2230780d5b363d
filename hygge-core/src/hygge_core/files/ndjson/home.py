"""The home ``ndjson``: one JSON object per line, in one pass, with nothing dropped or bent.

Types, nested ones too, come from the first batch. A key that comes later, or a value of another
kind, is a ``SchemaChanged`` with its file, line, column and type; a key that is missing is NULL.
A number with a point or an exponent is the float nearest to it, as JSON's readers have it; one that
is written with more digits than a float keeps is exact where ``schema_overrides`` says decimal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import polars as pl
import pyarrow as pa

from hygge_core.errors import HomeError
from hygge_core.files.homes.batches import BATCH_BYTES
from hygge_core.files.homes.border import speaking_hygge
from hygge_core.files.homes.home import FileHome, Portion
from hygge_core.files.homes.listing import LocalPlace
from hygge_core.files.homes.sources import SUFFIXES, Source, text_bytes
from hygge_core.files.ndjson.arrow import found_types
from hygge_core.files.ndjson.blame import first_refused, mixture, without_row
from hygge_core.files.ndjson.reader import NdjsonReader, check_utf8
from hygge_core.files.ndjson.text import BadLine, parse, rewritten, rows
from hygge_core.files.ndjson.values import joined
from hygge_core.files.settings.homes import NdjsonHomeConfig
from hygge_core.files.text.blocks import LINES, blocks
from hygge_core.files.text.overrides import overrides_of
from hygge_core.files.text.utf8 import Utf8, opened
from hygge_core.records import Ask
from hygge_core.scene import Quotes, Scene

_SAMPLE_BYTES = 1 << 16


@contextmanager
def open_ndjson_home(config: NdjsonHomeConfig, scene: Scene) -> Iterator[FileHome]:
    """The home of ``type = "ndjson"``. Raises ``ConfigError`` for a type that no text can be."""
    place = LocalPlace(config.path, SUFFIXES["ndjson"], scene.entity)
    form = NdjsonFormat(config.schema_overrides, scene.quoted)
    yield FileHome(place, form, scene, batch_rows=config.batch_rows, hive=config.hive)


class NdjsonFormat:
    """Reads NDJSON files. It remembers the columns that it was told of."""

    def __init__(self, schema_overrides: Mapping[str, str], quoted: Quotes) -> None:
        self._quoted = quoted
        self._overrides = overrides_of(schema_overrides)
        self._texts = frozenset(n for n, t in self._overrides.items() if t == pl.String)
        self._told: dict[str, pl.DataType] = {}
        self._known: dict[str, pl.DataType] = {}

    def schemas(
        self, sources: Sequence[Source], ask: Ask, batch_rows: int
    ) -> Sequence[tuple[str, pl.Schema]]:
        """The types in the first batch of the first file with rows; other files as they come."""
        if ask.settled is None or not self._known:
            tried = (self._found(source, batch_rows) for source in sources)
            found = next((types for types in tried if types), {})
            self._known = {**self._widened(found), **self._overrides}
        # What was told once stays known, or a column that nobody needs would be news every time.
        self._told |= ask.settled or {}
        self._known |= ask.settled or {}
        return [(sources[0].name, pl.Schema(self._known))]

    def _widened(self, found: dict[str, pl.DataType]) -> dict[str, pl.DataType]:
        """What was found, with what was told of it before: rows beyond the first batch had it."""
        told = {n: joined(found.get(n, pl.Null()), t) or found[n] for n, t in self._told.items()}
        return {**found, **told}

    def frames(self, source: Source, portion: Portion) -> Iterator[pl.DataFrame]:
        with opened(source) as text:
            yield from NdjsonReader(
                text,
                {**self._known, **portion.schema},
                portion.schema,
                texts=self._texts,
                ignoring=portion.drift.new_columns == "ignore",
                quoted=self._quoted,
            ).frames()

    def estimated_rows(self, sources: Sequence[Source]) -> int | None:
        """By the length of a file's first lines."""
        largest = max(sources, key=lambda source: source.size)
        with speaking_hygge(largest.name), opened(largest) as text:
            sample = text.read(_SAMPLE_BYTES)
        lines = sample.count(b"\n")
        if not lines:
            return len(sample) and len(sources)
        return round(text_bytes(sources) * lines / len(sample))

    def _found(self, source: Source, batch_rows: int) -> dict[str, pl.DataType]:
        with speaking_hygge(source.name), opened(source) as text:
            first = _first_batch(text, batch_rows)
            if not first.strip():
                return {}
            try:
                schema = self._parsed(first).schema
                if "" in schema.names:
                    raise BadLine(0, "a key is empty")
                return dict(found_types(schema))
            except (pa.ArrowInvalid, BadLine) as exc:
                found = mixture(first, self._overrides, self._quoted)
                if found is not None:
                    raise found.error(text.name, 1) from None
                names = {name for _, row in rows(first) for name in row}
                said = without_row(self._quoted.foreign(exc, names))
                line = 1 + first_refused(first, self._parsed)
                raise HomeError(f"{text.name}: line {line:,}: {said}") from None

    def _parsed(self, text: bytes) -> pa.Table:
        try:
            return parse(text, self._overrides, "infer")
        except pa.ArrowInvalid:
            if not self._texts:
                raise
            plain = rewritten(text, drop=(), as_text=self._texts)
            return parse(plain, self._overrides, "infer")


def _first_batch(text: Utf8, rows: int) -> bytes:
    """The blocks that the first ``rows`` lines are in, as far as a batch goes."""
    taken = bytearray()
    for block in blocks(text, LINES):
        check_utf8(text, block)
        taken += block.view
        if taken.count(b"\n") >= rows or len(taken) >= BATCH_BYTES:
            break
    return bytes(taken)

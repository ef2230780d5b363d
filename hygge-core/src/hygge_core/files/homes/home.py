"""A home of files: a place lists them, a format reads one, and here they become one table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import Protocol

import polars as pl
from attrs import evolve, field, frozen

from hygge_core import drift
from hygge_core.errors import HomeError, HyggeError, SchemaChanged
from hygge_core.files.homes.batches import heeding, regrouped
from hygge_core.files.homes.border import speaking_hygge
from hygge_core.files.homes.hive import Hive, hive_of
from hygge_core.files.homes.sources import Place, Source
from hygge_core.nearest import nearest
from hygge_core.records import Ask, DriftPolicy, Range
from hygge_core.scene import Quotes, Scene
from hygge_core.watermark import in_range, sifted


@frozen(kw_only=True)
class Portion:
    """What is wanted of one file.

    * ``schema`` columns and types; the file may lack some of them.
    * ``range`` rows outside of it need not be read; whoever asked filters again.
    * ``batch_rows`` about how many rows a frame should have.
    * ``drift`` what may change from file to file.
    """

    schema: pl.Schema
    range: Range | None = None
    batch_rows: int = 100_000
    drift: DriftPolicy = field(factory=DriftPolicy)


class Format(Protocol):
    """How files of one kind are read. All raise ``HomeError``, or what ``speaking_hygge`` knows."""

    def schemas(
        self, sources: Sequence[Source], ask: Ask, batch_rows: int
    ) -> Sequence[tuple[str, pl.Schema]]:
        """(name, columns and types) of the files, as far as it is known before their rows are.

        ``ask.settled`` wins over what would be guessed, for the columns in it.
        """
        ...

    def frames(self, source: Source, portion: Portion) -> Iterator[pl.DataFrame]:
        """The rows of a file in their order, in frames of bounded size.

        Types are those of the file, or those of ``portion.schema`` where it has none of its own.
        """
        ...

    def estimated_rows(self, sources: Sequence[Source]) -> int | None:
        """About how many rows they have; ``None``: no idea."""
        ...


@frozen
class Snapshot:
    """The files of one read, and the columns of all of them together."""

    sources: tuple[Source, ...]
    hive: Hive
    own: pl.Schema

    @cached_property
    def schema(self) -> pl.Schema:
        partitions = self.hive.schema
        return pl.Schema({**self.own, **partitions}) if partitions else self.own

    def read_by(self, asked: Range | None) -> Iterator[tuple[int, Source]]:
        """The files that can have rows of the range, with their numbers."""
        wanted = self.hive.wanted(asked)
        numbered = enumerate(self.sources)
        return (each for each, yes in zip(numbered, wanted, strict=True) if yes)


class FileHome:
    """Implements ``Home``, ``Estimates`` and ``Checks`` over a place and a format.

    The place is listed once for a read: what is asked before it is asked of the same files.
    """

    def __init__(
        self, place: Place, form: Format, scene: Scene, *, batch_rows: int, hive: bool | None
    ) -> None:
        self.place = place
        self.form = form
        self._scene = scene
        self._batch_rows = batch_rows
        self._hive = hive
        self._listed: Sequence[Source] | None = None
        self._seen: tuple[tuple[object, ...], Snapshot] | None = None
        self._told: tuple[tuple[object, ...], Sequence[tuple[str, pl.Schema]]] | None = None

    @property
    def sources(self) -> Sequence[Source]:
        """The files that the next read is of. Raises ``HomeError``."""
        if self._listed is None:
            self._listed = self.place.sources()
        return self._listed

    def schema(self, ask: Ask) -> pl.Schema:
        schema = self.snapshot(ask).schema
        if ask.columns is None:
            return schema
        return pl.Schema({name: schema[name] for name in _wanted(ask, schema)})

    def read(self, ask: Ask) -> Iterator[pl.DataFrame]:
        return self.read_without(ask, ())

    def read_without(self, ask: Ask, given: Collection[str]) -> Iterator[pl.DataFrame]:
        """The rows of all files but those of these names."""
        batches = regrouped(self._frames(ask, given), self._rows(ask))
        return heeding(sifted(batches, None, ask.limit), self._scene.cancel)

    def estimated_rows(self, ask: Ask) -> int | None:
        if ask.range is not None and ask.range.low is not None:
            return ask.limit  # how many rows are new, nobody knows before they are read
        rows = self.form.estimated_rows(self.sources)
        return rows if rows is None or ask.limit is None else min(rows, ask.limit)

    def check(self) -> Iterator[tuple[str, str, str]]:
        what = f"read {self.place.address}"
        self._forget()  # whoever asks for a check asks how it is now
        ask = Ask(entity=self._scene.entity, settled=pl.Schema())
        try:
            # Whether they fit each other is for those to say who know what may change.
            hive_of(self.sources, self._hive, None)
            self._columns(ask)
        except HyggeError as exc:
            yield what, str(exc), exc.hint or ""
        else:
            yield what, "ok", ""

    def snapshot(self, ask: Ask) -> Snapshot:
        """The files in one schema. Raises ``HomeError``, ``SchemaChanged``."""
        asked = *self._asked(ask), ask.drift
        if self._seen is None or self._seen[0] != asked:
            self._seen = asked, self._looked_at(ask)
        return self._seen[1]

    def _looked_at(self, ask: Ask) -> Snapshot:
        sources = self.sources
        hive = hive_of(sources, self._hive, ask.settled)
        settled = {c: t for c, t in (ask.settled or {}).items() if c not in hive.schema}
        asked = evolve(ask, settled=pl.Schema(settled))
        own = self._settled(drift.union(self._columns(asked), ask.drift), asked)
        return Snapshot(tuple(sources), hive.without(own.names()), own)

    def _columns(self, ask: Ask) -> Sequence[tuple[str, pl.Schema]]:
        """The columns of each file, whatever may change between them: they are looked at once."""
        asked = self._asked(ask)
        if self._told is None or self._told[0] != asked:
            with speaking_hygge(self.place.address):
                self._told = asked, self.form.schemas(self.sources, ask, self._rows(ask))
        return self._told[1]

    def _asked(self, ask: Ask) -> tuple[object, ...]:
        """What the types of columns depend on: only those that are needed are looked for."""
        followed = ask.range and ask.range.column
        return ask.settled, ask.columns, followed, self._rows(ask)

    def _forget(self) -> None:
        self._listed = self._seen = self._told = None

    def require(self, columns: Sequence[str], schema: pl.Schema) -> None:
        """Raise ``HomeError`` for a column that the files do not have."""
        for column in columns:
            if column not in schema:
                near = nearest(column, schema.names())
                raise HomeError(
                    f"{self.place.address} has no column {column!r}",
                    hint=f"did you mean {near!r}?" if near else None,
                )

    def _rows(self, ask: Ask) -> int:
        return ask.batch_rows or self._batch_rows

    def _settled(self, own: pl.Schema, ask: Ask) -> pl.Schema:
        """The files' columns with the types that the load has settled on."""
        settled = ask.settled or pl.Schema()
        gone = dict.fromkeys(column for column in settled if column not in own)
        if gone and ask.drift.removed_columns != "null":
            raise SchemaChanged(
                f"{self.place.address}: no file has the column {', '.join(map(repr, gone))}",
                seen=gone,
            )
        return pl.Schema({**own, **settled}) if settled else own

    def _frames(self, ask: Ask, given: Collection[str]) -> Iterator[pl.DataFrame]:
        snapshot = self.snapshot(ask)
        self._forget()
        schema = snapshot.schema
        wanted = _wanted(ask, schema)
        self.require([*(ask.columns or ()), *([ask.range.column] if ask.range else [])], schema)
        rule = None if ask.range is None else in_range(ask.range, schema[ask.range.column])
        portion = self._portion(snapshot, ask, wanted)
        for number, source in snapshot.read_by(ask.range):
            if source.name in given:
                continue
            with speaking_hygge(source.name):
                for frame in self.form.frames(source, portion):
                    # Here as well: of a range, many frames may go by and give no batch.
                    self._scene.cancel.check()
                    own = _conformed(frame, portion, source, self._scene.quoted)
                    whole = _beside(own, snapshot.hive.columns(number, own.height))
                    kept = whole if rule is None else whole.filter(rule)
                    if kept.height:
                        yield kept if kept.columns == wanted else kept.select(wanted)

    def _portion(self, snapshot: Snapshot, ask: Ask, wanted: Sequence[str]) -> Portion:
        asked = ask.range if ask.range is not None and ask.range.column in snapshot.own else None
        needed = {*wanted, asked.column} if asked else set(wanted)
        schema = {c: t for c, t in snapshot.own.items() if c in needed}
        # Rows without any column could not be counted.
        schema = schema or dict(list(snapshot.own.items())[:1])
        return Portion(
            schema=pl.Schema(schema), range=asked, batch_rows=self._rows(ask), drift=ask.drift
        )


def _wanted(ask: Ask, schema: pl.Schema) -> list[str]:
    return [name for name in schema if ask.columns is None or name in ask.columns]


def _beside(frame: pl.DataFrame, columns: Sequence[pl.Series]) -> pl.DataFrame:
    return frame.with_columns(columns) if columns else frame


def _conformed(
    frame: pl.DataFrame, portion: Portion, source: Source, quoted: Quotes
) -> pl.DataFrame:
    """Exactly the portion's schema. What a file may lack was decided when the schemas met."""
    names = portion.schema.names()
    extra = [name for name in frame.columns if name not in names]
    try:
        return drift.conform(
            frame, portion.schema, portion.drift, ignored=extra, filled=names, quoted=quoted
        )
    except SchemaChanged as exc:
        raise SchemaChanged(f"{source.name}: {exc}", seen=exc.seen, hint=exc.hint) from None

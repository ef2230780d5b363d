"""What a home's rows become on their way to the store: one shape for all rows of a load."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from hygge_core import drift
from hygge_core.engine.modes import has_content, known_schema
from hygge_core.engine.rows.following import demand_marker
from hygge_core.engine.rows.marking import Marking, with_marker
from hygge_core.engine.rows.names import refuse_patterns
from hygge_core.errors import HomeError, SchemaChanged
from hygge_core.markers import ROW_MARKER
from hygge_core.polish.polish import Polish
from hygge_core.protocols import KnowsContent, KnowsSchema
from hygge_core.types import parse_schema

if TYPE_CHECKING:
    from hygge_core.engine.trip import Trip
    from hygge_core.records import Mode
    from hygge_core.scene import Quotes
    from hygge_core.watermark import Follower


class Shaping:
    """From ``raw``, as the home gives them, to ``schema``, as they settle.

    ``everything`` are the columns that the home has; ``needed`` those that it is asked for,
    ``None`` for all.
    """

    def __init__(
        self,
        trip: Trip,
        mode: Mode,
        everything: pl.Schema,
        quoted: Quotes,
        *,
        follower: Follower | None,
    ) -> None:
        task = trip.task
        self._task = task
        self._warn = trip.voice.warn
        self._quoted = quoted
        self._polish = Polish.of(task.polish, entity=task.entity)
        self.needed = self._needed(tuple(everything))
        self.raw = everything
        if self.needed is not None:
            self.raw = pl.Schema({c: t for c, t in everything.items() if c in self.needed})
        self._unneeded = tuple(column for column in everything if column not in self.raw)
        polished = self._polish.schema(self.raw)
        refuse_patterns(polished)
        if follower is not None:
            demand_marker(polished)
        applied = trip.world.applies_markers(task.store)
        whole = follower is not None and follower.whole
        self._marking = Marking(task.deletes, mode, applied=applied, whole=whole)
        incoming = self._marking.rows(polished)
        there, self._emptied = destination_of(trip) if mode == "append" else (None, ())
        self._settled = drift.settle(there, incoming, task.drift)

    def _needed(self, columns: tuple[str, ...]) -> tuple[str, ...] | None:
        needed = self._polish.needed(columns)
        setting = self._task.watermark
        if needed is None or setting is None:
            return needed
        wanted = {*needed, setting.column, *setting.primary_key, ROW_MARKER}
        return tuple(column for column in columns if column in wanted)

    @property
    def schema(self) -> pl.Schema:
        """The columns of the load, the marker among them."""
        return self._marking.load(self._settled.schema)

    @property
    def keeps_rows(self) -> bool:
        """Whether every row comes out as it went in, with all of its columns."""
        return self._polish.changes_nothing and self.needed is None

    def final(self, columns: Sequence[str]) -> tuple[str, ...]:
        """What ``columns`` of the source are called at the destination."""
        return self._polish.final(columns)

    def fitting(self, batch: Any) -> pl.DataFrame:
        """A batch of the home in the columns and types that it told."""
        return self._conformed(batch, self.raw, self._unneeded)

    def finished(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Rows that fit, polished and marked, of the load's exact schema."""
        rows, marker = self._marking.split(self._polish.apply(batch))
        try:
            conformed = drift.conform(
                rows,
                self._settled.schema,
                self._task.drift,
                ignored=self._settled.ignored,
                filled=self._settled.filled,
            )
        except SchemaChanged as exc:  # reading again cannot help: the destination's type is fixed
            raise HomeError(str(exc), hint=exc.hint) from exc
        return with_marker(conformed, marker)

    def of_keys(self, keys: Sequence[str]) -> pl.Schema:
        """The columns that make ``keys``: those alone, unless polish makes a key of others."""
        plain = all(key in self.raw for key in keys)
        return pl.Schema({key: self.raw[key] for key in keys}) if plain else self.raw

    def keyed(self, batch: Any, raw: pl.Schema, keys: Sequence[str]) -> pl.DataFrame:
        """The keys of a batch that has the columns ``raw``, as they are at the destination."""
        others = [name for name in (*self.raw, *self._unneeded) if name not in raw]
        rows = self._conformed(batch, raw, others)
        absent = {n: pl.lit(None, dtype=t) for n, t in self.raw.items() if n not in raw}
        whole = rows.with_columns(**absent).select(self.raw.names())
        return self._polish.apply(whole).select(self.final(keys))

    def grown(self, change: SchemaChanged) -> pl.Schema:
        """A schema for another attempt that fits what was seen; raises ``change`` if none may."""
        seen: dict[str, Any] = {**self.raw, **change.seen}
        incoming = pl.Schema({column: dtype for column, dtype in seen.items() if dtype is not None})
        try:
            wider = drift.settle(self.raw, incoming, self._task.drift).schema
        except SchemaChanged as refused:
            change.hint = change.hint or refused.hint
            raise change from None
        if wider == self.raw:
            raise change
        self._warn(f"the schema changed while reading; reading again: {change}")
        return wider

    def notes(self) -> tuple[str, ...]:
        """What the user should know about the shape of this load."""
        return (*self._emptied, *self._settled.notes, *self._polish.warnings)

    def _conformed(self, batch: Any, raw: pl.Schema, others: Collection[str]) -> pl.DataFrame:
        drifting, quoted = self._task.drift, self._quoted
        return drift.conform(as_frame(batch), raw, drifting, ignored=others, quoted=quoted)


def destination_of(trip: Trip) -> tuple[pl.Schema | None, tuple[str, ...]]:
    """The schema of what rows are added to, and a note where what was moved there is gone."""
    store, last = trip.store, trip.ledger.last_complete()
    if (known := known_schema(trip)) is not None:
        return known, ()
    pairs = last.metadata.get("schema") if last else None
    known = parse_schema([p for p in pairs if p[0] != ROW_MARKER]) if pairs else None
    empty = isinstance(store, KnowsSchema) or (
        isinstance(store, KnowsContent) and not has_content(trip)
    )
    if not (empty and last and last.row_count):
        return known, ()
    return known, (
        "the destination is empty, though rows were moved there: an incremental run adds only "
        f"what is newer; hygge run --full-drop -s {trip.task.name} moves everything again",
    )


def as_frame(batch: Any) -> pl.DataFrame:
    """A home's batch as a frame: the one place where foreign Arrow enters."""
    return batch if isinstance(batch, pl.DataFrame) else pl.DataFrame(batch)

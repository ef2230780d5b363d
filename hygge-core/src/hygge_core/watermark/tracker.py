"""How far one reading of a source gets: what to ask of the home, what to keep, what to remember."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve

from hygge_core.errors import FlowError, HomeError
from hygge_core.nearest import did_you_mean
from hygge_core.records import Mark, Range, Span, Ties, Watermark
from hygge_core.watermark.bounds import in_range
from hygge_core.watermark.marks import (
    compare,
    earlier,
    mark_at,
    physical,
    readable,
    refuse_another,
    usable,
)
from hygge_core.watermark.ties import Crest, Known

if TYPE_CHECKING:
    from hygge_core.task import WatermarkSetting


class Tracker:
    """Follows one attempt to read: make one per attempt, and throw it away with the attempt.

    ``before`` is how far earlier runs got, ``None`` where the content is replaced. First ``range``,
    then ``check`` with the schema, ``take`` for each batch, and in the end ``after``.
    """

    def __init__(self, setting: WatermarkSetting, before: Watermark | None) -> None:
        """Raise ``FlowError`` when the watermark was kept for another column."""
        self._setting = setting
        self._before = before
        refuse_another(setting, before)
        self.column = setting.column
        self._low = before.mark if before is not None else None
        # NULL rows have no place in any order: they are moved once, with the first rows.
        self._first = before is None or (before.mark is None and not before.nulls)
        self._known = self._known_ties()
        self._range = self.range(None)
        self._crest = Crest(setting.primary_key)
        self._dtype: pl.DataType | None = None
        self._nulls = 0

    def range(self, upper: Mark | None) -> Range:
        """What to ask of the home, up to ``upper`` where it could fix an upper bound.

        Rows at the lower bound are asked for again when it is known which of them were moved.
        Raises ``FlowError`` for a lookback into something that is not a time.
        """
        low, lookback = self._low, self._setting.lookback_seconds
        if low is not None and lookback:
            low = earlier(low, lookback)
        include = low is not None and bool(lookback or self._known)
        self._range = Range(column=self.column, low=low, high=upper, include_low=include)
        return self._range

    def check(self, schema: Mapping[str, pl.DataType]) -> None:
        """Raise ``FlowError`` unless rows of this schema can be followed; for before reading."""
        for what, name in (
            ("column", self.column),
            *(("primary_key", key) for key in self._setting.primary_key),
        ):
            if name not in schema:
                raise FlowError(
                    f"watermark.{what}: the source has no column {name!r}"
                    f"{did_you_mean(name, schema)}",
                    hint=f"its columns are {', '.join(schema)}",
                )
        self._dtype = schema[self.column]
        in_range(evolve(self._range, high=None), self._dtype)

    def take(self, batch: pl.DataFrame) -> pl.DataFrame:
        """The rows of ``batch`` that no earlier run has moved.

        Raises ``HomeError`` for rows that the home was not asked for.
        """
        if self._dtype is None:
            self.check(batch.schema)
        column = batch.get_column(self.column)
        fit = usable(column)
        self._nulls += batch.height - int(fit.sum())
        self._verify(batch)
        self._crest.add(_only(batch, fit), _only(column.to_frame(), fit).to_series())
        if self._first:
            return batch
        return _only(batch, fit & ~self._moved(batch, fit) if self._known else fit)

    def identity(self, schema: Mapping[str, pl.DataType]) -> tuple[str, ...]:
        """The columns by which rows at one watermark are told apart."""
        return self._setting.primary_key or tuple(schema)

    def against(self, span: Span) -> str:
        """Why the rows of such a file have to be looked at one by one; empty: all are new.

        Rows exactly at the lower bound may have been moved before, so their file is never whole.
        """
        low, high = self._range.low, self._range.high
        if span.unusable and not self._first:
            return f"rows without {self.column} were moved before"
        if span.lowest is None or span.highest is None:
            return ""
        if low is not None and compare(span.lowest, low) <= 0:
            return "it has rows at or below the watermark"
        if high is not None and compare(span.highest, high) > 0:
            return "it has rows above what was there when the run began"
        return ""

    def passed(self, unusable: int, crest: Iterable[pl.DataFrame]) -> None:
        """Whole files were moved: ``unusable`` of their rows have no watermark, ``crest`` holds the
        rows at the highest one (with the primary key, or with all columns where there is none)."""
        self._nulls += unusable
        for rows in crest:
            self._verify(rows)
            column = rows.get_column(self.column)
            fit = usable(column)
            self._crest.add(_only(rows, fit), _only(column.to_frame(), fit).to_series())

    def after(self) -> Watermark:
        """How far the source is read now; never less far than before.

        Raises ``FlowError`` when new rows at the old watermark cannot be told from moved ones.
        """
        if self._known:
            self._known.check()
        top = self._top()
        if self._before is None or self._low is None or (top and compare(top, self._low) > 0):
            return self._reached(top, self._crest.ties() if top else None)
        if top is None or compare(top, self._low) < 0:
            return evolve(self._before, nulls=self._nulls)
        return self._reached(top, self._merged(self._crest.ties()))

    def notes(self) -> tuple[str, ...]:
        """What the user should know, in sentences."""
        if not self._nulls:
            return ()
        rows = "1 row has" if self._nulls == 1 else f"{self._nulls:,} rows have"
        what = (
            "moved now, but not by incremental runs"
            if self._first
            else "left out, as by every incremental run"
        )
        return (f"{rows} no {self.column} (NULL or NaN): {what}",)

    def _known_ties(self) -> Known | None:
        before, setting = self._before, self._setting
        if before is None or before.mark is None or before.ties is None or setting.lookback_seconds:
            return None
        same_key = before.primary_key == setting.primary_key
        return Known(before.ties, setting.primary_key, same_key=same_key)

    def _verify(self, batch: pl.DataFrame) -> None:
        """Rows beyond the range would be doubled by this run, or lost by the next."""
        asked = self._range
        if asked.high is not None and not readable(asked.high):
            asked = evolve(asked, high=None)
        column = batch.get_column(self.column)
        asked_for = column.to_frame().select(in_range(asked, column.dtype)).to_series()
        if not asked_for.all():
            strays = column.filter(~asked_for)
            raise HomeError(
                f"the home returned {strays.len():,} rows that it was not asked for: "
                f"{self.column} is {mark_at(physical(strays)[0], strays.dtype).value}, "
                f"not {_told(self._range)}",
                hint="this is a defect of the home's plugin: it does not honour Ask.range",
            )

    def _moved(self, batch: pl.DataFrame, fit: pl.Series) -> pl.Series:
        """Which rows stand at the lower bound and were moved by an earlier run."""
        assert self._known is not None
        bound = Range(column=self.column, low=self._low, high=self._low, include_low=True)
        here = fit & batch.select(in_range(bound, batch.schema[self.column])).to_series()
        where = here.arg_true()
        known = ~pl.Series(self._known.is_new(batch.filter(here)), dtype=pl.Boolean)
        return here.clone().scatter(where, known)

    def _top(self) -> Mark | None:
        if self._crest.value is None or self._dtype is None:
            return None
        return mark_at(self._crest.value, self._dtype)

    def _reached(self, mark: Mark | None, ties: Ties | None) -> Watermark:
        return Watermark(
            column=self.column,
            mark=mark,
            primary_key=self._setting.primary_key,
            ties=ties,
            nulls=self._nulls,
        )

    def _merged(self, seen: Ties) -> Ties:
        """The rows at an unmoved watermark: those moved before, though some may be gone by now."""
        return self._known.joined(seen) if self._known else seen


def _only(rows: pl.DataFrame, wanted: pl.Series) -> pl.DataFrame:
    return rows if wanted.all() else rows.filter(wanted)


def _told(asked: Range) -> str:
    parts = []
    if asked.low is not None:
        parts.append(f"{'from' if asked.include_low else 'above'} {asked.low.value}")
    if asked.high is not None:
        parts.append(f"up to {asked.high.value}")
    return " ".join(parts)

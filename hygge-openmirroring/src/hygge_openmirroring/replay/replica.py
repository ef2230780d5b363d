"""One table as the service would have it: files go in, in order; rows come out.

Files are validated as they come, and their rows applied when enough of them wait: each row is
handled a few times in its life, however many files there are.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
from attrs import frozen

from hygge_openmirroring.replay.applying import FILE, OP, OWN, PARTIAL, TICK, UPSERT, Doubt, applied
from hygge_openmirroring.replay.footers import CODECS, MARKER, Footer, footer_of
from hygge_openmirroring.replay.merging import Known, merged
from hygge_openmirroring.replay.metadata import Metadata
from hygge_openmirroring.replay.verdicts import Stuck, Unknown

_SETTLE_ROWS = 500_000
_MARKERS = (0, 1, 2, 4)


@frozen
class _Waiting:
    """A file that was accepted: its rows, the columns of the table after it, and what it is."""

    name: str
    rows: pl.DataFrame
    columns: Known
    at: int
    tick: int


class Replica:
    """A table with ``metadata``. The first ``Stuck`` latches: no file is taken after it (C2).

    ``keys_only`` keeps of each row what is needed to count and to match rows by key.
    """

    def __init__(self, metadata: Metadata, *, keys_only: bool = False) -> None:
        self.metadata = metadata
        self.columns: Known = {}
        self.stuck: Stuck | None = None
        self.applied: list[str] = []
        self._narrow = keys_only and bool(metadata.keys)
        self._live = pl.DataFrame()
        self._waiting: list[_Waiting] = []
        self._ticks = 0

    def take(self, name: str, path: Path, *, tied: bool = False) -> None:
        """The next file; ``tied``: or is it before the last? Nobody knows. Quiet when stuck."""
        if self.stuck is None:
            try:
                self._accept(name, path, tied=tied)
            except Stuck as stuck:
                self._stop(stuck, name)

    def remember(self, metadata: Metadata) -> None:
        """The table's metadata as it is now. Any change but of first keys is *unknown* (A2)."""
        before, self.metadata = self.metadata, metadata
        if self.stuck is None and self.applied:
            same = metadata.keys == before.keys or (not before.keys and not self._narrow)
            flags = (metadata.detection, metadata.upserts) == (before.detection, before.upserts)
            if not same or not flags:
                self._stop(Unknown("A2 D", "the metadata of a live table was changed"), "")

    def frame(self) -> pl.DataFrame:
        """The rows that are live after every file that was applied; their order tells nothing."""
        self._settle()
        return self._live

    # --- accepting ---------------------------------------------------------------------------

    def _accept(self, name: str, path: Path, *, tied: bool) -> None:
        footer = footer_of(path)
        _refuse_codecs(footer)
        _refuse_marker(footer)
        first = not self.applied
        columns = merged(self.columns, footer, self.metadata.keys, first=first)
        partial = not set(columns) <= set(footer.names)
        rows = self._rows(path, footer, columns)
        self._refuse_operations(rows)
        if not tied:
            self._settle_when_enough()
            self._ticks += 1
        at = len(self.applied)
        own = {FILE: at, TICK: self._ticks, PARTIAL: partial}
        rows = rows.with_columns(pl.lit(value, OWN[n]).alias(n) for n, value in own.items())
        self._waiting.append(_Waiting(name, rows, columns, at, self._ticks))
        self.columns = columns
        self.applied.append(name)

    def _rows(self, path: Path, footer: Footer, columns: Known) -> pl.DataFrame:
        names = [name for name in columns if name in footer.names]
        if self._narrow:
            names = [name for name in names if name in self.metadata.keys]
        default = UPSERT if self.metadata.upserts else 0
        marker = pl.col(MARKER) if footer.marked else pl.lit(default)
        try:
            return (
                pl.scan_parquet(path, glob=False, hive_partitioning=False)
                .select(
                    *(pl.col(name).cast(columns[name].type.dtype) for name in names),
                    marker.cast(OWN[OP], strict=False).alias(OP),
                )
                .collect()
            )
        except (pl.exceptions.PolarsError, OSError) as exc:
            # Our reader's no is not the service's: the footer was sound.
            raise Unknown("A4.5 D", f"its rows cannot be read: {exc}") from exc

    def _refuse_operations(self, rows: pl.DataFrame) -> None:
        found = set(rows[OP].unique().to_list())
        if strange := sorted(found - set(_MARKERS), key=str):
            raise Unknown("A5 U", f"{MARKER} is {strange[0]} in some row")
        if found - {0} and not self.metadata.keys:
            raise Unknown("A2 D", "rows are changed by key, but there are no keyColumns")

    # --- settling ----------------------------------------------------------------------------

    def _settle_when_enough(self) -> None:
        waiting = sum(each.rows.height for each in self._waiting)
        if waiting > max(_SETTLE_ROWS, self._live.height):
            self._settle()
            if self.stuck is not None:
                raise self.stuck

    def _settle(self) -> None:
        """Apply what waits. A doubt found only now takes back the files from there on."""
        while self._waiting:
            rows = pl.concat([each.rows for each in self._waiting], how="diagonal")
            if not self._live.width:
                self._live = rows.drop(list(OWN)).clear()
            done = applied(self._live, rows, self.metadata.keys)
            if not isinstance(done, Doubt):
                self._live, self._waiting = done, []
                return
            self._take_back(done)

    def _take_back(self, doubt: Doubt) -> None:
        ticks = {each.at: each.tick for each in self._waiting}
        # Of files that have no order among them none is applied.
        tick = ticks[doubt.file]
        gone = [each for each in self._waiting if each.tick >= tick]
        self._waiting = [each for each in self._waiting if each.tick < tick]
        self.applied = self.applied[: gone[0].at]
        name = next(each.name for each in gone if each.at == doubt.file)
        self.stuck = Unknown(doubt.rule, doubt.why, file=name)

    def _stop(self, stuck: Stuck, name: str) -> None:
        stuck.file = stuck.file or name
        self._settle()  # a doubt about an earlier file comes first
        if self.stuck is None:
            self.stuck = stuck


def _refuse_codecs(footer: Footer) -> None:
    for codec in sorted(footer.codecs - CODECS):
        raise Unknown("A4.1 D", f"it is compressed with {codec}, which is not among those listed")


def _refuse_marker(footer: Footer) -> None:
    if not footer.marked:
        return
    column = footer.columns[-1]
    if column.name != MARKER:
        raise Unknown("A5 D", f"{MARKER} must be the last column; an engine was seen to bear it")
    if column.type.name not in ("integer", "byte", "short", "long"):
        raise Unknown("A5 U", f"{MARKER} is of type {column.type}")

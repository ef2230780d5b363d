"""Contestants of one case: hygge and its peers on one source, each with a folder of its own."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from attrs import frozen
from bench import HERE, HYGGE, Bench, Source
from checking import differences, fingerprint
from projects import project
from report import MIB, Table, ratios
from turns import Contestant, in_turn


@frozen
class Peer:
    """A script in ``peers``; ``needs`` a module without which it stands aside."""

    name: str
    script: str
    needs: str
    words: tuple[str, ...] = ()


SINK = Peer("Polars scan → sink", "polars_sink", "polars")
SINK_AT_3 = Peer("the same at zstd level 3, its default", "polars_sink", "polars", ("--level", "3"))
PYARROW = Peer("pyarrow write_dataset", "arrow_writer", "pyarrow")
DUCKDB = Peer("DuckDB COPY", "duckdb_copy", "duckdb")
DLT = Peer("dlt, Arrow tables", "dlt_arrow", "dlt")
COPY = Peer("cp, fsync", "copied", "shutil")
BY_HAND = Peer("the steps of a commit, by hand", "by_hand", "pyarrow")
EXECUTEMANY = Peer("executemany, one transaction", "sqlite_rows", "polars")
ADBC = Peer("ADBC ingest", "sqlite_adbc", "adbc_driver_sqlite")


class Contest:
    """One case. The first peer is the reference; what they all should write is ``expected``."""

    def __init__(self, bench: Bench, case: str, source: Source) -> None:
        self.out = bench.fresh(case)
        self._case = case
        self._source = source
        self._turns = bench.turns
        self.expected = fingerprint(source.folder, source.form)

    def peer(self, peer: Peer, *, written: str = ".") -> Contestant:
        """A peer; what it wrote is checked in ``written``."""
        source, out = self._source, self.out / f"{peer.script}{''.join(peer.words)}"
        each = ("--each",) if source.tables else ()
        script = HERE / "peers" / f"{peer.script}.py"
        words = ("--form", source.form, *each, *peer.words)
        return Contestant(
            name=peer.name,
            command=(sys.executable, script, source.folder, out, *words),
            out=out,
            needs=peer.needs,
            check=self.checked(out / written),
        )

    def hygge(
        self, store: Mapping[str, Any] | None = None, *, written: str = "lake", lane: str = "rows"
    ) -> Contestant:
        """``hygge run`` with a journal and a watermark; ``store`` is a Parquet one by default.

        ``lane`` is the one that must be taken: ``rows`` or ``files``.
        """
        out = self.out / f"hygge-{lane}"
        folder = project(
            self.out / f"project-{lane}",
            home={"type": self._source.form, "path": self._source.folder},
            store={"path": out / written, **(store or {"type": "parquet"})},
            journal=out / "journal.db",
            entities=self._source.tables,
            flow={
                "lane": "rows" if lane == "rows" else "auto",
                "watermark": {"column": "id", "primary_key": "id"},
            },
        )
        return Contestant(
            name=f"hygge, {lane}",
            command=(*HYGGE, "-C", folder, "-q", "run"),
            out=out,
            check=lambda: self.checked(out / written)() or _other_lanes(out / "journal.db", lane),
        )

    def checked(self, place: Path) -> Callable[[], str]:
        """A check that ``place`` holds the rows of the source."""
        return lambda: differences(self.expected, fingerprint(place))

    def table(self, what: str | None, contestants: Sequence[Contestant]) -> Table:
        """Let them run, and tell how they did. ``what`` is the sentence below the title."""
        source = self._source
        size = f"{source.rows:,} rows, {source.memory / MIB:,.0f} MiB of values in memory"
        standings = in_turn(contestants, self._turns)
        return ratios(self._case, standings, above=f"{what} {size[0].upper()}{size[1:]}.")


def _other_lanes(journal: Path, lane: str) -> str:
    """What a journal tells of tables that came another way than by ``lane``; empty: nothing."""
    with closing(sqlite3.connect(journal)) as connection:
        told = connection.execute(
            "SELECT metadata FROM flow_events WHERE event_type = 'complete' AND entity IS NOT NULL"
        ).fetchall()
    taken = {json.loads(metadata).get("lane", lane) for (metadata,) in told}
    return "" if taken == {lane} else f"the lanes taken are {sorted(taken)}"

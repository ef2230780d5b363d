"""The threads that load a staging table in bulk, each over a connection of its own.

A bulk load is never rolled back by the driver: what it has sent stays. So it only ever goes into a
staging table, and what the server says it took is compared with what was sent.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from hygge_core.errors import StoreError
from hygge_core.scene import Cancel
from hygge_mssql.server.session import Session

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

_LOOK_SECONDS = 0.1
_GRACE_SECONDS = 10.0


@frozen(kw_only=True)
class Bulk:
    """How a table is loaded: quoted ``table``, ``columns``, and the driver's options."""

    table: str
    columns: tuple[str, ...]
    rows_per_batch: int
    seconds: int
    whole_table: bool


class _Stopped(Exception):  # said to the driver, never shown
    """Nobody wants this load any more."""


class Loaders:
    """``count`` loads that take what is ``put``; then ``finish``, or ``stop``."""

    def __init__(self, session: Session, bulk: Bulk, count: int, cancel: Cancel) -> None:
        self._session = session
        self._bulk = bulk
        self._count = count
        self._cancel = cancel
        # Bounded: the writer waits while the server is slower than the source.
        self._frames: queue.Queue[pl.DataFrame | None] = queue.Queue(maxsize=count + 1)
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._failures: list[BaseException] = []
        self._copied: list[int] = []
        self._left = 0

    def put(self, frame: pl.DataFrame) -> None:
        """Hand over a frame; raises what a loader failed with."""
        if not self._threads:
            self._start(frame)
        self._hand_over(frame)

    def finish(self) -> int:
        """Wait until all is loaded: how many rows the server took. Raises ``StoreError``."""
        for _ in self._threads:
            self._hand_over(None)
        for thread in self._threads:
            while thread.is_alive():
                thread.join(_LOOK_SECONDS)
                self._complain()
        self._threads = []
        self._complain()
        return sum(self._copied)

    def stop(self) -> int:
        """End every load, wherever it is; what it has sent stays in the staging table.

        Returns how many still hang in the driver after a while, and are left behind: a server that
        does not answer cannot be told to stop, and a connection of the driver's own not be closed.
        """
        self._stopping.set()
        until = time.monotonic() + _GRACE_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        self._left += sum(thread.is_alive() for thread in self._threads)
        self._threads = []
        return self._left

    def _start(self, first: pl.DataFrame) -> None:
        schema = _table(first[:0]).schema
        self._threads = [
            threading.Thread(target=self._load, args=(schema,), name=f"loader {at}", daemon=True)
            for at in range(1, self._count + 1)
        ]
        for thread in self._threads:
            thread.start()

    def _hand_over(self, frame: pl.DataFrame | None) -> None:
        while True:
            self._complain()
            try:
                self._frames.put(frame, timeout=_LOOK_SECONDS)
            except queue.Full:
                continue
            return

    def _complain(self) -> None:
        if self._failures:
            failure = self._failures[0]
            self.stop()
            raise failure
        self._cancel.check()

    def _load(self, schema: pa.Schema) -> None:
        import pyarrow as pa

        bulk = self._bulk
        try:
            self._copied.append(
                self._session.bulk(
                    bulk.table,
                    pa.RecordBatchReader.from_batches(schema, self._given(schema)),
                    batch_size=bulk.rows_per_batch,
                    timeout=bulk.seconds,
                    # By name: by place the driver takes columns for others, and says nothing.
                    column_mappings=list(bulk.columns),
                    keep_nulls=True,
                    table_lock=bulk.whole_table,
                )
            )
        except BaseException as exc:  # noqa: BLE001  # carried over to the writer, not swallowed
            self._failures.append(exc)

    def _given(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        while True:
            if self._stopping.is_set():
                raise _Stopped("the load was stopped")
            try:
                frame = self._frames.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                continue
            if frame is None:
                return
            table = _table(frame)
            if table.schema != schema:
                raise StoreError(f"a batch is {table.schema}, and the load's first was {schema}")
            yield from table.to_batches()


def _table(frame: pl.DataFrame) -> pa.Table:
    """The frame as Arrow; its texts are not copied: the driver takes views of them."""
    import polars as pl

    return frame.to_arrow(compat_level=pl.CompatLevel.newest())


def demand_all(sent: int, copied: int, counted: int) -> None:
    """Raise ``StoreError`` unless the server took, and has, every row."""
    if not sent == copied == counted:
        raise StoreError(
            f"{sent:,} rows were sent, the server took {copied:,}, and {counted:,} are staged",
            hint="run again; if it happens again, this is a defect of the driver or the server",
        )

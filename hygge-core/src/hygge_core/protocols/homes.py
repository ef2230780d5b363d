"""A home, and what it may offer beside its rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import polars as pl

    from hygge_core.records import Ask, Mark


@runtime_checkable
class Home(Protocol):
    """Where rows are read."""

    def schema(self, ask: Ask) -> pl.Schema:
        """The columns and types that ``read(ask)`` will yield, without reading the rows.

        Called once before reading and by ``hygge plan``; may look at footers, headers, a catalogue
        or a first batch. ``ask.settled`` wins where the home can cast losslessly. Raises
        ``HomeError``; ``SchemaChanged`` when parts disagree and ``ask.drift`` says fail.
        """
        ...

    def read(self, ask: Ask) -> Iterator[pl.DataFrame]:
        """Yield the rows as frames (anything with the Arrow PyCapsule interface will do).

        Called in the reader thread, again from the start for each retry. Each batch has the
        columns and types of ``schema(ask)``; a value that cannot be of its type is a
        ``SchemaChanged``, never a NULL and never another value. Memory stays bounded by a few
        batches whatever the size of the source. Closing the iterator early frees everything.
        """
        ...


@runtime_checkable
class Bounds(Protocol):
    """A home that can fix the upper bound of a range before reading."""

    def upper(self, ask: Ask) -> Mark | None:
        """The highest watermark that is safe to read up to now; ``None``: there are no rows."""
        ...


@runtime_checkable
class Estimates(Protocol):
    """A home that can guess its size cheaply, so that the longest entity starts first."""

    def estimated_rows(self, ask: Ask) -> int | None:
        """About how many rows ``read(ask)`` will yield; ``None``: no idea."""
        ...

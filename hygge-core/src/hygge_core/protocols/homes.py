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
class Follows(Protocol):
    """A home that knows by itself what changed: ``watermark = { kind = "..." }``.

    Its kind's ``follows`` says which words it takes. With ``Ask.changes`` both ``schema`` and
    ``read`` have one more column, the last: ``__rowMarker__`` (see :mod:`hygge_core.markers`), a 4
    for a row as it is now and a 2 for one that is gone, of which only the key is told. Without
    ``since`` every row that is there is a 4. A change that is made while it reads may come in this
    reading or in the next or in both, and is never missing from both.
    """

    def reach(self, ask: Ask) -> Mark:
        """How far the changes go now, in the home's own words: the next reading's ``since``.

        Called before ``read``, in its thread. Raises ``HomeError`` when the changes since
        ``ask.changes.since`` are not all known any more: never a silent gap.
        """
        ...


@runtime_checkable
class Estimates(Protocol):
    """A home that can guess its size cheaply, so that a progress bar has an end."""

    def estimated_rows(self, ask: Ask) -> int | None:
        """About how many rows ``read(ask)`` will yield; ``None``: no idea.

        Of a range it is those above ``low``: where nobody knows how many are new, ``ask.limit``.
        A ``HomeError`` says that it has no idea.
        """
        ...

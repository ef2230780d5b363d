"""The file lane: whole Parquet files that go over as they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import polars as pl

    from hygge_core.records import Ask, Load, Mark, Span


class GivenFile(Protocol):
    """A Parquet file of a home, which may be handed over as it is. Its footer was read.

    * ``name`` its address, for messages; no other file of the home has it.
    * ``rows`` and ``bytes`` as its footer and its storage tell them.
    * ``schema`` the columns and types that Polars reads from it, in order.
    * ``codecs`` of its column chunks, in lower case: ``zstd``, ``snappy``, ``uncompressed``.
    * ``marks`` the keys of its key-value metadata.
    * ``path`` where it is on this host, for file systems that can share blocks; ``None``: it is
      elsewhere.
    * ``footer_bytes`` how many bytes at the end are its footer, and ``footer_sha256`` their digest:
      a copy that ends otherwise is of another file than the one that was looked at.
    """

    @property
    def name(self) -> str: ...
    @property
    def rows(self) -> int: ...
    @property
    def bytes(self) -> int: ...
    @property
    def schema(self) -> pl.Schema: ...
    @property
    def codecs(self) -> Collection[str]: ...
    @property
    def marks(self) -> Collection[str]: ...
    @property
    def path(self) -> Path | None: ...
    @property
    def footer_bytes(self) -> int: ...
    @property
    def footer_sha256(self) -> str: ...

    def span(self, column: str) -> Span:
        """Where its values of a watermark lie, exactly: read from it where its footer is not."""
        ...

    def rows_at(self, column: str, mark: Mark, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """``columns`` of its rows whose ``column`` is ``mark``; rows without a value may be too."""
        ...

    def pieces(self) -> Iterator[memoryview]:
        """Its bytes in order, some MiB at a time; a piece holds until the next is asked for."""
        ...


@runtime_checkable
class GivesFiles(Protocol):
    """A home whose rows lie in Parquet files, each of which may be handed over as it is."""

    def files(self, ask: Ask) -> Sequence[GivenFile]:
        """Every file that ``read(ask)`` would read, in its order. Called in the same threads.

        Whether a file fits (its schema, its rows, its codec) is the flow's and the store's to find.
        """
        ...

    def read_without(self, ask: Ask, given: Collection[str]) -> Iterator[pl.DataFrame]:
        """``read(ask)`` without the rows of the files of these names: they were handed over."""
        ...


@runtime_checkable
class TakesFiles(Protocol):
    """A store that may be handed whole Parquet files; its ``begin`` gives a ``StagesFiles``."""

    def refusal(self, load: Load, file: GivenFile) -> str:
        """Why ``file`` may not settle as it is, in words; empty: it may. Called before ``begin``.

        Its schema is the load's already; what is asked is the store's own: codec, size, layout.
        """
        ...


@runtime_checkable
class StagesFiles(Protocol):
    """A ``Staging`` that takes files too; ``seal`` vouches for them as for rows."""

    def take(self, file: GivenFile, heed: Callable[[int], None]) -> None:
        """Stage the file as it is, with the digest of what was copied.

        ``heed`` is called with the bytes copied so far, every few MiB; what it raises ends the
        copy. Raises ``StoreError``: transient when the file changed meanwhile.
        """
        ...

"""What a filesystem is made of: directories, files, and the bytes that were flushed."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field, frozen

from .errors import Refused
from .leases import Lease
from .stamps import Stamp


@frozen
class Content:
    """Committed bytes, in the blocks they came in: no flush copies what was flushed before."""

    blocks: tuple[bytes, ...] = ()
    size: int = 0

    def plus(self, blocks: list[bytes]) -> Content:
        return Content((*self.blocks, *blocks), self.size + sum(map(len, blocks)))

    def between(self, start: int, stop: int) -> Iterator[memoryview]:
        """The bytes from ``start`` up to ``stop``, as views on the blocks."""
        at = 0
        for block in self.blocks:
            if at < stop and start < at + len(block):
                yield memoryview(block)[max(0, start - at) : stop - at]
            at += len(block)

    def whole(self) -> bytes:
        return b"".join(self.blocks)


@define(eq=False, kw_only=True)
class Node:
    """What a file and a directory have in common. A renamed one is the same node elsewhere."""

    created: Stamp
    changed: Stamp
    metadata: dict[str, str] = field(factory=dict)
    rights: dict[str, str] = field(factory=dict)
    lease: Lease = field(factory=Lease)

    @property
    def etag(self) -> str:
        return self.changed.etag


@define(eq=False, kw_only=True)
class Directory(Node):
    """``children`` by name. Gaining or losing a child does not change the directory's ETag."""

    children: dict[str, Node] = field(factory=dict)


@define(eq=False, kw_only=True)
class File(Node):
    """A file: what readers see (``content``), and what was appended but not flushed."""

    content: Content = Content()
    pending: dict[int, bytes] = field(factory=dict)
    settings: dict[str, str] = field(factory=dict)
    made_by: str = "dfs"

    def append(self, position: int, block: bytes) -> None:
        """Any order, any offset; the same offset again replaces, so a repeat does no harm."""
        self.pending[position] = block

    def flush(self, position: int, *, retain: bool) -> bool:
        """Make the first ``position`` bytes visible; whether there was anything to add.

        What lies after ``position`` is dropped unless ``retain``. ``Refused`` when the appended
        blocks leave a gap before ``position``, or when it is less than what is committed.
        """
        added, at = [], self.content.size
        while at < position:
            block = self.pending.get(at, b"")
            if not block:
                raise Refused("InvalidFlushPosition")
            added.append(block[: position - at])
            at += len(added[-1])
        if at != position:
            raise Refused("InvalidFlushPosition")
        self.content = self.content.plus(added)
        self.pending = self._after(position) if retain else {}
        return bool(added)

    def _after(self, position: int) -> dict[int, bytes]:
        return {
            max(at, position): block[max(0, position - at) :]
            for at, block in self.pending.items()
            if at + len(block) > position
        }

"""One filesystem: a tree of nodes, found, put, taken and walked by path."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field

from .errors import Refused
from .leases import Lease
from .nodes import Directory, File, Node
from .stamps import Clock, Stamp


@define(eq=False)
class Filesystem:
    """``root`` and what the container itself carries. Paths have no slash at either end."""

    name: str
    clock: Clock
    created: Stamp = field(init=False)
    root: Directory = field(init=False)
    metadata: dict[str, str] = field(factory=dict)
    lease: Lease = field(factory=Lease)

    def __attrs_post_init__(self) -> None:
        self.created = self.clock.stamp()
        self.root = Directory(created=self.created, changed=self.created)

    def find(self, path: str) -> Node | None:
        node: Node | None = self.root
        for name in path.split("/") if path else ():
            node = node.children.get(name) if isinstance(node, Directory) else None
        return node

    def get(self, path: str, missing: str = "PathNotFound") -> Node:
        node = self.find(path)
        if node is None:
            raise Refused(missing)
        return node

    def file(self, path: str) -> File:
        node = self.get(path)
        if not isinstance(node, File):
            raise Refused("PathConflict")
        return node

    def folder(self, path: str) -> Directory:
        """The directory at ``path``, made with its parents where it is missing."""
        at = self.root
        for name in path.split("/") if path else ():
            if name not in at.children:
                stamp = self.clock.stamp()
                at.children[name] = Directory(created=stamp, changed=stamp)
            child = at.children[name]
            if not isinstance(child, Directory):
                raise Refused("PathConflict")
            at = child
        return at

    def put(self, path: str, node: Node) -> None:
        parent, _, name = path.rpartition("/")
        self.folder(parent).children[name] = node

    def take(self, path: str) -> Node:
        parent, _, name = path.rpartition("/")
        return self.folder(parent).children.pop(name)

    def files(self, path: str) -> dict[str, File]:
        """The file at ``path``, or every file below it."""
        node = self.find(path)
        if isinstance(node, File):
            return {path: node}
        if not isinstance(node, Directory):
            return {}
        found = walk(node, path, recursive=True)
        return {at: each for at, each in found if isinstance(each, File)}


def walk(
    folder: Directory, prefix: str = "", *, recursive: bool, after: tuple[str, ...] = ()
) -> Iterator[tuple[str, Node]]:
    """Every path below ``folder``, each directory before what it holds, names in code-point order.

    ``after`` holds the names, from ``folder`` downwards, of the last path already told; whatever
    was added or removed since then, nothing is told twice and nothing that stayed is left out.
    """
    last, deeper = (after[0], after[1:]) if after else ("", ())
    for name in sorted(folder.children):
        if name < last:
            continue
        node, path = folder.children[name], f"{prefix}/{name}".lstrip("/")
        told = bool(after) and name == last
        if not told:
            yield path, node
        if recursive and isinstance(node, Directory):
            yield from walk(node, path, recursive=True, after=deeper if told else ())

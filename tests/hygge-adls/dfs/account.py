"""The storage account: its filesystems, its manners, and the clock that all of them go by."""

from __future__ import annotations

from typing import Literal

from attrs import define, field, setters, validators

from .changes import Changes
from .errors import Refused
from .nodes import Content, File, Node
from .stamps import Clock
from .tree import Filesystem


@define(kw_only=True, on_setattr=setters.validate)
class Manners:
    """Where services differ, and what a test may turn while the server runs.

    * ``flat``: the account has no hierarchical namespace, and says so where it is asked.
    * ``onelake``: it behaves as OneLake does: filesystems are workspaces.
    * ``item_spelled``: in listings the item is spelled so, whatever it was asked for by.
    * ``page_items``: how many paths a listing's page holds at most, whatever is asked for.
    * ``empty_pages``: so many empty pages with a continuation come before each other page.
    * ``delete_pages``: a paginated delete answers so often with a continuation before it deletes.
    * ``nonempty_rename``: what a rename onto a directory with children does.
    * ``latency_seconds``: every request waits so long before the work.
    * ``verify_keys``: shared-key signatures are verified against the account's key.
    """

    flat: bool = False
    onelake: bool = False
    item_spelled: str = ""
    page_items: int = field(default=5000, validator=validators.ge(1))
    empty_pages: int = field(default=0, validator=validators.ge(0))
    delete_pages: int = field(default=0, validator=validators.ge(0))
    nonempty_rename: Literal["refuse", "replace"] = field(
        default="refuse", validator=validators.in_(("refuse", "replace"))
    )
    latency_seconds: float = 0.0
    verify_keys: bool = False


@define(eq=False)
class Account:
    """All state. It is touched on the server's loop only, one whole operation at a time.

    ``blocks`` are those put through the blob endpoint for a path and not yet in a list.
    """

    name: str
    manners: Manners
    clock: Clock = field(factory=Clock)
    changes: Changes = field(factory=Changes)
    filesystems: dict[str, Filesystem] = field(factory=dict)
    blocks: dict[tuple[str, str], dict[str, bytes]] = field(factory=dict)

    def filesystem(self, name: str) -> Filesystem:
        if name not in self.filesystems:
            raise Refused("FilesystemNotFound")
        return self.filesystems[name]

    def create_filesystem(self, name: str) -> Filesystem:
        if name in self.filesystems:
            raise Refused("FilesystemAlreadyExists")
        self.filesystems[name] = Filesystem(name, self.clock)
        return self.filesystems[name]

    def touch(self, node: Node) -> None:
        """Give it a new ETag and a new Last-Modified."""
        node.changed = self.clock.stamp()

    def seed(self, filesystem: str, path: str, data: bytes | None) -> None:
        """Put a finished file there without any request, or a directory for None."""
        tree = self.filesystem(filesystem)
        if data is None:
            tree.folder(path)
            return
        stamp = self.clock.stamp()
        file = File(created=stamp, changed=stamp, content=Content().plus([data] if data else []))
        tree.put(path, file)
        self.changes.add(0, "seed", filesystem, appeared=[(path, file)])

"""The configuration as a tree in which every value remembers where it was written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Literal, TypeAlias

from attrs import field, frozen

from hygge_core.errors import Mistake

Level = Literal["project", "defaults", "flow", "entity"]
Key: TypeAlias = str | int
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def dotted(keys: Sequence[Key]) -> str:
    """``("flows", "a b", "tags", 0)`` as TOML would have it: ``flows."a b".tags[0]``."""
    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            bare = (
                key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=not key.isprintable())
            )
            text += f".{bare}" if text else bare
    return text


@frozen
class Origin:
    """Where a value stands: ``path`` within ``file``, relative paths meaning ``folder``.

    ``mount`` is what the place of the file puts before ``path``: ``flows/orders.toml`` holds what
    stands under ``flows.orders``.
    """

    file: str
    path: tuple[str, ...]
    folder: Path
    mount: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """How far down it was said, overlays and ``--set`` counting as what they overlay."""
        whole = self.mount + self.path
        if whole[:1] == ("env",):
            whole = whole[2:]
        if whole[:1] == ("defaults",):
            return "defaults"
        if whole[:1] != ("flows",):
            return "project"
        return "entity" if whole[2:3] == ("entities",) and len(whole) > 3 else "flow"

    def child(self, key: str) -> Origin:
        """The origin of ``key`` in the table that stands here."""
        return Origin(self.file, (*self.path, key), self.folder, self.mount)

    def mistake(self, problem: str, *keys: Key) -> Mistake:
        """A mistake here, or at ``keys`` below here."""
        return Mistake(self.file, dotted((*self.path, *keys)) or "the file", problem)

    def __str__(self) -> str:
        return f"{self.file}: {dotted(self.path)}" if self.path else self.file


@frozen
class Leaf:
    """A scalar or an array, interpolated.

    ``raw`` is as it was written, ``variables`` the names that went into it, and ``lacking`` those
    of them that are not set: ``value`` then still has their ``${...}``. ``secrets`` are the texts,
    by name, of those that must not be written down.
    """

    value: Any
    origin: Origin
    raw: Any = None
    variables: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    secrets: Mapping[str, str] = field(factory=dict, repr=False, eq=False)


@frozen
class Table:
    """A table; merged from several, its origin is the last that said anything."""

    entries: Mapping[str, Leaf | Table]
    origin: Origin

    def table(self, key: str) -> Table | None:
        """The table under ``key``, if there is a table."""
        node = self.entries.get(key)
        return node if isinstance(node, Table) else None

    def scalar(self, key: str) -> Any:
        """The value under ``key``, if it is no table."""
        node = self.entries.get(key)
        return node.value if isinstance(node, Leaf) else None

    def only(self, *keys: str) -> Table:
        """This table with nothing but ``keys``."""
        return Table({k: v for k, v in self.entries.items() if k in keys}, self.origin)

    def without(self, *keys: str) -> Table:
        """This table with ``keys`` left out."""
        return Table({k: v for k, v in self.entries.items() if k not in keys}, self.origin)


Node: TypeAlias = Leaf | Table


@frozen
class Spot:
    """The nearest node to a path, and what of the path lies beyond it."""

    node: Node
    beyond: tuple[Key, ...] = field(default=())

    def mistake(self, problem: str) -> Mistake:
        """A mistake at the path that led here."""
        return self.node.origin.mistake(problem, *self.beyond)


def locate(node: Node, path: Sequence[Key]) -> Spot:
    """Where ``path`` below ``node`` was written, as near as anything was."""
    for depth, key in enumerate(path):
        inner = node.entries.get(str(key)) if isinstance(node, Table) else None
        if inner is None:
            return Spot(node, tuple(path[depth:]))
        node = inner
    return Spot(node)


def leaves(node: Node) -> Iterator[Leaf]:
    """Every leaf below ``node``, in order."""
    if isinstance(node, Leaf):
        yield node
    else:
        for inner in node.entries.values():
            yield from leaves(inner)


def plain(node: Any) -> Any:
    """The values alone, as JSON can hold them: dates and times become their ISO text."""
    if isinstance(node, Leaf):
        return plain(node.value)
    if isinstance(node, Table):
        return {key: plain(inner) for key, inner in node.entries.items()}
    if isinstance(node, list | tuple):
        return [plain(inner) for inner in node]
    if isinstance(node, Mapping):
        return {key: plain(inner) for key, inner in node.items()}
    return node.isoformat() if isinstance(node, datetime | date | time) else node

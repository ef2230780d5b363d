"""What readers could have seen: every change of a visible file, in order, for tests to judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from attrs import frozen

from .nodes import File


@frozen
class Seen:
    """A file as a reader meets it: ``path`` is "filesystem/path", ``size`` in bytes."""

    path: str
    size: int
    etag: str


@frozen
class Change:
    """One atomic step: readers see all of it or nothing of it.

    ``request`` is the number of the request that did it (0: the test itself, by ``seed``).
    """

    request: int
    operation: str
    vanished: tuple[str, ...]
    appeared: tuple[Seen, ...]


class Changes:
    """Patterns are ``fnmatch`` on "filesystem/path", where ``*`` also crosses slashes."""

    def __init__(self) -> None:
        self._all: list[Change] = []

    def __iter__(self) -> Iterator[Change]:
        return iter(tuple(self._all))

    def clear(self) -> None:
        self._all.clear()

    def add(
        self,
        request: int,
        operation: str,
        filesystem: str,
        *,
        vanished: Iterable[str] = (),
        appeared: Iterable[tuple[str, File]] = (),
    ) -> None:
        gone = tuple(f"{filesystem}/{path}" for path in vanished)
        came = tuple(
            Seen(f"{filesystem}/{path}", file.content.size, file.etag) for path, file in appeared
        )
        if gone or came:
            self._all.append(Change(request, operation, gone, came))

    def views(self, pattern: str = "*") -> Iterator[dict[str, Seen]]:
        """The matching files as they stood after each change that touched any of them.

        A change over two filesystems is recorded as two, first the one that gains.
        """
        visible: dict[str, Seen] = {}
        for change in self:
            before = dict(visible)
            for path in change.vanished:
                visible.pop(path, None)
            visible |= {
                seen.path: seen for seen in change.appeared if fnmatchcase(seen.path, pattern)
            }
            if visible != before:
                yield dict(visible)

    def in_place(self, pattern: str = "*") -> list[Seen]:
        """What was written under a matching name itself, so that a reader could meet it unfinished.

        Empty for whoever writes elsewhere and renames.
        """
        return [
            seen
            for change in self
            if change.operation not in ("rename", "seed")
            for seen in change.appeared
            if fnmatchcase(seen.path, pattern)
        ]

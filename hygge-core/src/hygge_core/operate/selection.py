"""Which entities a command is about: flow, flow.entity, globs, ``tag:x``, ``status:failed``.

A comma, or saying ``-s`` again, joins; ``-x`` takes away. A word that matches nothing is a mistake
and never an empty selection.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Protocol, TypeVar

from attrs import frozen

from hygge_core.errors import ConfigError
from hygge_core.nearest import nearest

_SHOWN = 40


class Named(Protocol):
    """What can be selected: an entity of a project."""

    @property
    def name(self) -> str: ...

    @property
    def flow(self) -> str: ...

    @property
    def tags(self) -> Collection[str]: ...


E = TypeVar("E", bound=Named)


@frozen
class Shard:
    """The ``index``-th of ``count`` shares, from 1; a name alone decides which share it is in."""

    index: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """``"2/4"``. Raises ``ValueError`` for anything that is not 1 <= I <= N."""
        index, slash, count = text.partition("/")
        if not (
            slash and index.isascii() and index.isdigit() and count.isascii() and count.isdigit()
        ):
            raise ValueError(f"expected I/N such as 1/4, found {text!r}")
        if not 1 <= int(index) <= int(count):
            raise ValueError(f"expected I from 1 to N in I/N, found {text!r}")
        return cls(int(index), int(count))

    def holds(self, name: str) -> bool:
        """Whether ``name`` is in this share: the same on every machine and in every release."""
        from hashlib import sha256  # only where a run is shared out

        return int.from_bytes(sha256(name.encode()).digest()) % self.count == self.index - 1


def _none_failed() -> Collection[str]:
    return ()


def choose(
    entities: Iterable[E],
    select: Sequence[str] = (),
    exclude: Sequence[str] = (),
    *,
    shard: Shard | None = None,
    failed: Callable[[], Collection[str]] = _none_failed,
) -> tuple[E, ...]:
    """The selected entities in the project's order; all of them when ``select`` is empty.

    ``failed`` gives the names whose last run failed; it is asked only where ``status:failed``
    stands. Raises ``ConfigError`` with every word that matches nothing and what there is.
    """
    known = tuple(entities)
    asked = _Asked(known, failed)
    chosen = asked.union(select) if select else {entity.name for entity in known}
    chosen -= asked.union(exclude)
    asked.complain()
    return tuple(
        entity
        for entity in known
        if entity.name in chosen and (shard is None or shard.holds(entity.name))
    )


class _Asked:
    """Matches words against the known entities and remembers those that match nothing."""

    def __init__(self, known: Sequence[Named], failed: Callable[[], Collection[str]]) -> None:
        self._known = known
        self._failed = failed
        self._unknown: list[str] = []

    def union(self, texts: Sequence[str]) -> set[str]:
        """The names that any word in ``texts`` matches."""
        words = [word.strip() for text in texts for word in text.split(",")]
        return set().union(*map(self._matching, words))

    def _matching(self, word: str) -> set[str]:
        if word == "status:failed":
            return {entity.name for entity in self._known} & set(self._failed())
        matching = {entity.name for entity in self._known if _matches(word, entity)}
        if not matching:
            self._unknown.append(word)
        return matching

    def complain(self) -> None:
        """Raise ``ConfigError`` when a word matched nothing."""
        if self._unknown:
            lines = "\n".join(_nothing_matches(word, self._known) for word in self._unknown)
            raise ConfigError(lines, hint=_what_exists(self._known))


def _matches(word: str, entity: Named) -> bool:
    if word.startswith("tag:"):
        return any(fnmatchcase(tag, word.removeprefix("tag:")) for tag in entity.tags)
    return any(name == word or fnmatchcase(name, word) for name in (entity.name, entity.flow))


def _nothing_matches(word: str, known: Sequence[Named]) -> str:
    short = [entity.name for entity in known if entity.name.rpartition(".")[2] == word]
    meant = short[0] if short else nearest(word, _words(known))
    return f"no entity matches {word!r}" + (f"; did you mean {meant!r}?" if meant else "")


def _words(known: Sequence[Named]) -> set[str]:
    tags = {f"tag:{tag}" for entity in known for tag in entity.tags}
    names = {name for entity in known for name in (entity.name, entity.flow)}
    return {"status:failed"} | tags | names


def _what_exists(known: Sequence[Named]) -> str:
    if not known:
        return "the project has no flows yet: add a [flows.NAME] table"
    names = [entity.name for entity in known]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    tags = sorted({f"tag:{tag}" for entity in known for tag in entity.tags})
    return f"there are {', '.join(names[:_SHOWN] + tags)}{more}"

"""A canary: which secrets a subject names, and whether anything that is told shows one of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import attrs
import pytest

from hygge_core.fields import Secret
from hygge_core.testing.promises import broken, keep

if TYPE_CHECKING:
    from hygge_core.plugins import Offer, Plugins
    from hygge_core.records import Opened

#: A shorter text is found in ordinary words, and proves nothing.
_SHORTEST = 8


def canaries(plugins: Plugins, offer: Offer, opened: Opened) -> frozenset[str]:
    """The secrets that ``opened`` names in its table and its connections.

    Skips where no setting can hold one. Where one can, and the subject names none, nobody watches:
    that is a failure.
    """
    hidden = frozenset([*_revealed(opened.table), *_revealed(opened.connections)])
    if not hidden:
        watched = [config.__name__ for config in _configs(plugins, offer, opened) if holds(config)]
        how = f"{', '.join(watched)}: give {{ env = 'NAME' }} in table() or connections()"
        keep(not watched, "a subject names a secret where its settings can hold one", how)
        pytest.skip("no setting of it can hold a secret")
    short = [name for name in hidden if len(name) < _SHORTEST]
    keep(not short, f"a secret that is watched has {_SHORTEST} characters at least")
    return hidden


def none_shown(told: Iterable[str], hidden: frozenset[str]) -> None:
    """Keep it: no text of ``told`` shows one of ``hidden``."""
    __tracebackhide__ = True
    for text in told:
        for secret in hidden:
            if secret in text:
                broken("a secret is shown nowhere", text.replace(secret, "<the secret>"))


def told_by(error: BaseException | None) -> Iterator[str]:
    """What an exception says: its text, its hint, its notes, and those of its causes."""
    while error is not None:
        yield from (repr(error), str(error), str(getattr(error, "hint", "") or ""))
        yield from getattr(error, "__notes__", ())
        error = error.__cause__


def holds(config: type) -> bool:
    """Whether a config class has a ``Secret`` somewhere, in a class of its own too."""
    return any(
        kind is Secret or (isinstance(kind, type) and attrs.has(kind) and holds(kind))
        for hint in get_type_hints(config).values()
        for kind in _inside(hint)
    )


def _inside(hint: Any) -> Iterator[Any]:
    yield hint
    for each in get_args(hint):
        yield from _inside(each)


def _configs(plugins: Plugins, offer: Offer, opened: Opened) -> Iterator[type]:
    yield plugins.kind(offer, opened.type).kind.config
    for table in opened.connections.values():
        yield plugins.kind("connection", str(table["type"])).kind.config


def _revealed(table: Any) -> Iterator[str]:
    """What stands behind ``{ env = "NAME" }`` and ``{ file = "PATH" }``, anywhere in a table."""
    if not isinstance(table, Mapping):
        return
    if set(table) == {"env"} and str(table["env"]) in os.environ:
        yield os.environ[str(table["env"])]
    elif set(table) == {"file"} and Path(str(table["file"])).is_file():
        yield Path(str(table["file"])).read_text("utf-8").rstrip("\r\n")
    else:
        for value in table.values():
            yield from _revealed(value)


__all__ = ["canaries", "holds", "none_shown", "told_by"]

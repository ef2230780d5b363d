"""What a plugin gave, looked at once for each verb: no type checker of ours saw its code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from hygge_core.errors import HyggeError, PluginError
from hygge_core.jsons import to_json

if TYPE_CHECKING:
    from hygge_core.records import Manifest, Opened

T = TypeVar("T")
_DEFECT = "this is a defect of the plugin: tell its author"


def given(what: T, kind: type, opened: Opened, verb: str) -> T:
    """``what`` a verb of ``opened`` gave, where it is what its protocol says.

    Raises ``PluginError`` naming the distribution and the verb.
    """
    if isinstance(what, kind):
        return what
    found = "None" if what is None else f"a {type(what).__qualname__}"
    lacks = [name for name in _verbs(kind) if not hasattr(what, name)] if what is not None else []
    without = f": it has no {', '.join(lacks)}" if lacks else ""
    told = f"{verb}() gave {found}, which is no {kind.__name__}{without}"
    raise PluginError(f"{_who(opened)}: {told}", hint=_DEFECT)


def given_or_none(what: T | None, kind: type, opened: Opened, verb: str) -> T | None:
    """``what`` a verb gave that may say ``None``: there is none, or it does not know."""
    return what if what is None else given(what, kind, opened, verb)


def each_given(what: Sequence[T], kind: type, opened: Opened, verb: str) -> Sequence[T]:
    """The sequence that a verb gave, each of it looked at."""
    for each in given(what, Sequence, opened, verb):
        given(each, kind, opened, verb)
    return what


def sealed(what: Manifest, opened: Opened) -> Manifest:
    """The manifest that ``seal()`` gave. Raises ``PluginError`` where no journal could keep it."""
    from hygge_core.records import Manifest

    manifest = given(what, Manifest, opened, "seal")
    try:
        to_json([manifest.destination, manifest.extra])  # all else is of our own types
    except (TypeError, ValueError) as exc:
        raise PluginError(
            f"{_who(opened)}: seal() gave a Manifest that is no JSON: {exc}", hint=_DEFECT
        ) from exc
    return manifest


@contextmanager
def opening(opened: Opened) -> Iterator[None]:
    """What an exception of a stranger's ``open`` is told with: it may have no frame of its own."""
    try:
        yield
    except HyggeError:
        raise
    except Exception as exc:
        exc.add_note(f"{_who(opened)}: while open() was called for {opened.type!r}")
        raise


def _verbs(kind: type) -> list[str]:
    """The verbs of a protocol."""
    if not getattr(kind, "_is_protocol", False):
        return []
    return [name for name in vars(kind) if not name.startswith("_")]


def _who(opened: Opened) -> str:
    return opened.plugin or opened.type


__all__ = ["each_given", "given", "given_or_none", "opening", "sealed"]

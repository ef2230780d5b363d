"""The face of a package: its names are known at once, and imported when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def late(
    package: str, where: Mapping[str, str], *, below: str = ""
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The ``__getattr__`` and the ``__dir__`` of ``package``.

    ``where`` says in which module each of its names is, ``below`` a package: its own, unless told.
    """

    def found(name: str) -> Any:
        if name in where:
            return getattr(import_module(f"{below or package}.{where[name]}"), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    def names() -> list[str]:
        return sorted(where)

    return found, names

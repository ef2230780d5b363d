"""About how many rows a home will yield, where it has an idea."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygge_core.errors import HomeError
from hygge_core.protocols import Estimates

if TYPE_CHECKING:
    from hygge_core.protocols import Home
    from hygge_core.records import Ask


def guessed(home: Home, ask: Ask) -> int | None:
    """The home's guess, for the end of a progress bar: that it cannot guess stops nobody."""
    if not isinstance(home, Estimates):
        return None
    try:
        rows = home.estimated_rows(ask)
    except HomeError:
        return None
    return rows if isinstance(rows, int) else None

"""The declarations of parameters, as sp_executesql and its like take them."""

from __future__ import annotations

from ..types import SqlType
from .words import Words


def declarations(text: str) -> dict[str, SqlType]:
    """``@P1 int, @P2 nvarchar(10) OUTPUT`` by name."""
    words = Words(text)
    found: dict[str, SqlType] = {}
    while words.now.kind == "variable":
        name = words.take().text.lower()
        found[name] = words.type()
        words.choose("OUTPUT", "OUT")
        if not words.skip(","):
            break
    return found

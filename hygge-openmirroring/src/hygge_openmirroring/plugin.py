"""What this distribution offers. The store joins when it can be opened."""

from __future__ import annotations

from collections.abc import Iterable

from hygge_core.hookspecs import Kind, hookimpl


@hookimpl
def hygge_stores() -> Iterable[Kind]:
    return []

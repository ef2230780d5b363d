"""What the shell offers after ``-s`` and ``-x``: the names and tags of the project."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import typer


def names(context: typer.Context, incomplete: str) -> list[str]:
    """Flows, entities and tags that begin with ``incomplete``; none where nothing is readable."""
    found: set[str] = set()
    with suppress(Exception):  # a shell that completes has no place for an error
        from hygge_core import config, plugins

        told = {**context.find_root().params, **{k: v for k, v in context.params.items() if v}}
        project = config.load(
            start=told.get("start") or Path(),
            file=told.get("file"),
            env=told.get("env"),
            plugins=plugins.load(),
        )
        for entity in project.entities:
            found |= {entity.flow, entity.name, *(f"tag:{tag}" for tag in entity.tags)}
    return sorted(name for name in found if name.startswith(incomplete))

"""``hygge init`` on the screen."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from hygge_core.cli import streams
from hygge_core.starter import Started

if TYPE_CHECKING:
    from hygge_core.cli.invocation import Invocation


def tell_started(said: Invocation, started: Started) -> None:
    """What was written, and what to do now."""
    if said.verbosity < 0:
        return
    for name in started.written:
        streams.say(f"  wrote {started.directory / name}")
    for name in started.kept:
        streams.say(f"  kept  {started.directory / name}", "dim")
    if not started.journal:
        streams.say(
            "no journal is installed, so every run is a full one; "
            "pip install hygge-journal-sqlite, and take the # from its lines in hygge.toml",
            "warn",
        )
    here = started.directory.resolve() == Path.cwd()
    where = "" if here else f" -C {shlex.quote(str(started.directory))}"
    streams.say(f"next: hygge plan{where}, then hygge run{where}", "bold")

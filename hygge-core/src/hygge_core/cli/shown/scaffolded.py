"""``hygge new-plugin`` on the screen."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from hygge_core.cli import streams

if TYPE_CHECKING:
    from hygge_core.cli.invocation import Invocation
    from hygge_core.scaffold import Written


def tell_written(said: Invocation, written: Written) -> None:
    """What was written, and what to do now."""
    if said.verbosity < 0:
        return
    for name in written.files:
        streams.say(f"  wrote {written.directory / name}")
    where = shlex.quote(str(written.directory))
    streams.say(f'it offers type = "{written.word}" once it is installed')
    streams.say(f"next: cd {where} && pip install -e '.[testing]' && pytest", "bold")

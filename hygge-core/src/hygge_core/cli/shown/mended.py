"""``hygge recover`` on the screen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hygge_core.cli import streams
from hygge_core.jsons import to_plain
from hygge_core.operate.mending import Mended
from hygge_core.task import exit_code

if TYPE_CHECKING:
    from hygge_core.cli.invocation import Invocation


def give_mended(said: Invocation, mended: Iterable[Mended]) -> int:
    """Tell what became of each open run; the exit code is that of what failed."""
    known = list(mended)
    if said.json:
        streams.give_json([to_plain(each) for each in known])
    else:
        _tell(known)
    return exit_code(each.failure for each in known if each.failure)


def _tell(known: Iterable[Mended]) -> None:
    settled = False
    for each in known:
        for run_id in each.runs:
            streams.say(f"{each.name}: run {run_id} is settled", "good")
            settled = True
        for warning in each.warnings:
            streams.say(f"{each.name}: warning: {warning}", "warn")
        if each.failure:
            text = f"{each.name}: {each.failure.text}"
            streams.complain(text, each.failure.hint, each.failure.notes)
            settled = True
    if not settled:
        streams.say("nothing was left to recover")

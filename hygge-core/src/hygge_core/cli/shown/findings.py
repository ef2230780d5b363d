"""``hygge check`` on the screen."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from hygge_core.cli import streams, wording
from hygge_core.jsons import to_plain
from hygge_core.operate.doctor import Finding

if TYPE_CHECKING:
    from hygge_core.cli.invocation import Invocation


def give_findings(said: Invocation, findings: Iterable[Finding]) -> int:
    """Print each finding when it is known; 1 when any is not ok."""
    known = []
    for finding in findings:
        known.append(finding)
        if not said.json and (said.verbosity >= 0 or not finding.ok):
            _give(finding)
    if said.json:
        streams.give_json([{**to_plain(each), "ok": each.ok} for each in known])
    wrong = sum(not finding.ok for finding in known)
    if wrong and not said.json:
        streams.say(wording.count(wrong, "problem"), "bad")
    return int(wrong > 0)


def _give(finding: Finding) -> None:
    mark, style = ("ok  ", "good") if finding.ok else ("FAILED  ", "bad")
    streams.give(finding.what, mark=mark, style=style)
    if not finding.ok:
        streams.give(f"    {wording.hanging(finding.result, 4)}")
    if finding.fix:
        streams.give(f"    try: {finding.fix}")
    sys.stdout.flush()

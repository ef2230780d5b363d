"""``hygge mirror`` on the screen."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from hygge_core.cli import streams, wording
from hygge_core.cli.listing import when
from hygge_core.jsons import to_plain

if TYPE_CHECKING:
    from hygge_core.cli.invocation import Invocation
    from hygge_core.mirrors import Breach, Reported, Swept
    from hygge_core.operate.mirrors import Checked


def give_checks(said: Invocation, checks: Iterable[Checked]) -> int:
    """Print what was found when it is known; 1 when anything is wrong."""
    known = []
    for each in checks:
        known.append(each)
        if not said.json:
            _give_check(each, quiet=said.verbosity < 0)
    if said.json:
        streams.give_json([{**_plain(each), "ok": each.ok} for each in known])
    wrong = sum(not breach.advice for each in known for breach in each.breaches)
    if wrong and not said.json:
        streams.say(wording.count(wrong, "finding"), "bad")
    return int(wrong > 0)


def _give_check(check: Checked, *, quiet: bool) -> None:
    if not quiet and not check.entity and check.ok:
        streams.give(check.mirror, mark="ok  ", style="good")
    elif not quiet and not check.breaches:  # advice may say that it could not be compared
        streams.give(f"{check.entity}: shown as in the source", mark="ok  ", style="good")
    for breach in check.breaches:
        if not (quiet and breach.advice):
            _give_breach(breach, check.entity or check.mirror)
    sys.stdout.flush()


def _give_breach(breach: Breach, place: str) -> None:
    mark, style = ("advice  ", "warn") if breach.advice else ("FAILED  ", "bad")
    streams.give(f"{breach.where or place}: {breach.rule}", mark=mark, style=style)
    streams.give(f"    {breach.what}")
    if breach.fix:
        streams.give(f"    try: {breach.fix}")


def give_reports(said: Invocation, reports: Iterable[tuple[str, Reported]]) -> int:
    """Print what each mirror says; 1 when something is not well."""
    known = list(reports)
    if said.json:
        streams.give_json([{"mirror": mirror, **_plain(each)} for mirror, each in known])
    elif not known:
        streams.say("the mirror has not said anything yet")
    last = ""
    for mirror, each in known if not said.json else ():
        if mirror != last:
            streams.give(mirror)
            last = mirror
        _give_report(each)
    return int(not all(each.ok for _, each in known))


def _give_report(reported: Reported) -> None:
    mark, style = ("  ok  ", "good") if reported.ok else ("  FAILED  ", "bad")
    told = [reported.table or "(all)", reported.status]
    if reported.rows is not None:
        told.append(f"{reported.rows:,} changes handled")
    if reported.when is not None:
        told.append(f"last {when(reported.when)}")
    streams.give(", ".join(told), mark=mark, style=style)
    for text in filter(None, (reported.what, reported.fix and f"try: {reported.fix}")):
        streams.give(f"    {text}")


def give_swept(said: Invocation, swept: Iterable[tuple[str, Swept]], *, dry_run: bool) -> None:
    """Print each file that went, or would go."""
    known = []
    for mirror, each in swept:
        known.append({"mirror": mirror, **_plain(each)})
        if not said.json:
            streams.give(f"{each.name}  {wording.size(each.bytes)}  {when(each.modified)}")
    if said.json:
        streams.give_json(known)
        return
    total = wording.size(sum(each["bytes"] for each in known))
    word = "would go" if dry_run else "removed"
    streams.say(f"{wording.count(len(known), 'file')} {word}, {total}")


def _plain(record: Any) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(record)
    return plain

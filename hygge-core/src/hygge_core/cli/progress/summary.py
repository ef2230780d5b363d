"""The last lines of a run: what moved, how it was verified, what failed and why, what next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hygge_core.cli import wording
from hygge_core.cli.progress.lines import finished
from hygge_core.errors import JournalError
from hygge_core.task import WELL, Result, Summary

_LISTED = 20
_VERDICTS = 5

Styled = tuple[str, str]


def summary(run: Summary, *, journal: bool, quiet: bool = False) -> Iterator[Styled]:
    """(style, line) pairs. ``journal``: there is one, so that looking back and retrying work.

    ``quiet`` says only what went wrong, and what to do about it.
    """
    well = [result for result in run.results if result.outcome in WELL]
    ill = [result for result in run.results if result.outcome not in WELL]
    if not quiet:
        yield from _moved(run, well)
    yield from _told_before(run.results)
    for result in ill:
        yield from _failed(result)
    if run.not_started:
        yield "warn", f"not started: {', '.join(run.not_started)}"
    if not quiet:
        yield from _next(run, ill, journal=journal)


def _moved(run: Summary, well: Sequence[Result]) -> Iterator[Styled]:
    if not (run.results or run.not_started):
        yield "", "nothing was selected, so there was nothing to do"
        return
    complete = [result for result in well if result.outcome == "complete"]
    rows = wording.rows(sum(result.rows_written for result in complete))
    entities = wording.count(len(complete), "entity", "entities")
    took = wording.span(run.seconds)
    idle, ill = len(well) - len(complete), len(run.results) - len(well)
    also = f"; nothing new in {idle}" * bool(idle) + f"; {ill} did not succeed" * bool(ill)
    yield "bold", f"moved {rows} in {entities}, {took}{also}"
    yield from (("", line) for line in _table(complete[:_LISTED]))
    if len(complete) > _LISTED:
        yield "dim", f"  … and {len(complete) - _LISTED} more"
    yield from _verified(complete)


def _table(complete: Sequence[Result]) -> list[str]:
    counts = [wording.rows(result.rows_written) for result in complete]
    widest = max(map(len, counts), default=0)
    table = [
        (
            result.name,
            count.rjust(widest),
            wording.size(result.bytes_written) if result.bytes_written else "",
            result.run_type,
            f"→ {wording.near(result.destination)}" if result.destination else "",
        )
        for result, count in zip(complete, counts, strict=True)
    ]
    return wording.columns(table, indent="  ")


def _verified(complete: Sequence[Result]) -> Iterator[Styled]:
    verified = [result for result in complete if result.verified]
    if len(verified) > _VERDICTS:
        read, visible = (
            sum(getattr(result, which) for result in verified)
            for which in ("rows_read", "rows_written")
        )
        yield (
            "good",
            (
                f"verified: {wording.rows(read)} read = {wording.rows(visible)} visible, "
                f"in {len(verified)} of {wording.count(len(complete), 'entity', 'entities')}"
            ),
        )
        return
    for result in verified:
        yield "good", f"verified: {result.name}: {result.verified}"


def _told_before(results: Sequence[Result]) -> Iterator[Styled]:
    """Warnings were said when they came up; nobody should miss them at the end."""
    warnings = sum(len(result.warnings) for result in results)
    if warnings:
        yield "warn", f"{wording.count(warnings, 'warning')} above"


def _failed(result: Result) -> Iterator[Styled]:
    style, text = finished(result.name, result)
    yield style, wording.hanging(text, 2)
    if result.failure:
        yield from (("", f"  {note}") for note in result.failure.notes)
        if result.failure.hint:
            yield "", f"  try: {result.failure.hint}"


def _next(run: Summary, ill: Sequence[Result], *, journal: bool) -> Iterator[Styled]:
    if ill or run.not_started:
        blocked = [result for result in ill if result.outcome == "blocked"]
        if blocked:
            yield (
                "bold",
                f"next: hygge recover --forward RUN or --undo RUN, for {blocked[0].name}",
            )
        yield "bold", f"next: {_again(run, ill, journal=journal)}"
    elif run.results and journal:
        yield "bold", f"next: hygge journal show {run.run_id}"
    elif run.results:
        yield "bold", "next: hygge preview, or a [journal] table to move only what is new"


def _again(run: Summary, ill: Sequence[Result], *, journal: bool) -> str:
    """A journal that broke cannot tell a retry what failed."""
    if any(result.failure and result.failure.kind == JournalError.__name__ for result in ill):
        return "hygge check, and when the journal is well, hygge run"
    return f"hygge retry {run.run_id}" if journal else "hygge run"

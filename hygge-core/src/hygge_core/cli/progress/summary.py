"""The last lines of a run: what moved, how it was verified, what failed and why, what next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hygge_core.cli import wording
from hygge_core.cli.progress.lines import finished
from hygge_core.task import Result, Summary

_LISTED = 20
_WELL = {"complete", "skip"}

Styled = tuple[str, str]


def name_of(result: Result) -> str:
    """``flow.entity``, or the flow alone where it has no entities of its own."""
    return result.flow if result.entity == result.flow else f"{result.flow}.{result.entity}"


def summary(run: Summary, *, journal: bool) -> Iterator[Styled]:
    """(style, line) pairs. ``journal``: there is one, so that looking back and retrying work."""
    well = [result for result in run.results if result.outcome in _WELL]
    ill = [result for result in run.results if result.outcome not in _WELL]
    yield from _moved(run, well)
    yield from _tidiness(run.results)
    for result in ill:
        yield from _failed(result)
    if run.not_started:
        yield "warn", f"not started: {', '.join(run.not_started)}"
    yield from _next(run, ill, journal=journal)


def _moved(run: Summary, well: Sequence[Result]) -> Iterator[Styled]:
    if not (run.results or run.not_started):
        yield "", "nothing was selected, so there was nothing to do"
        return
    complete = [result for result in well if result.outcome == "complete"]
    rows = wording.rows(sum(result.rows_written for result in complete))
    entities = wording.count(len(complete), "entity", "entities")
    took = wording.span(run.seconds)
    new = f"; nothing new in {len(well) - len(complete)}" if len(well) > len(complete) else ""
    yield "bold", f"moved {rows} in {entities}, {took}{new}"
    if complete:
        table = [_told(result) for result in complete[:_LISTED]]
        yield from (("", line) for line in wording.columns(table, indent="  "))
    if len(complete) > _LISTED:
        yield "dim", f"  … and {len(complete) - _LISTED} more"


def _told(result: Result) -> tuple[str, ...]:
    return (
        name_of(result),
        wording.rows(result.rows_written),
        wording.size(result.bytes_written) if result.bytes_written else "",
        result.run_type,
        result.destination,
        f"verified: {result.verified}" if result.verified else "",
    )


def _tidiness(results: Sequence[Result]) -> Iterator[Styled]:
    for result in results:
        for warning in result.warnings:
            yield "warn", f"warning: {name_of(result)}: {warning}"
        for run_id in result.recovered:
            yield "warn", f"recovered: {name_of(result)}: run {run_id}, left by an earlier start"
        if result.leftovers:
            yield "warn", f"left behind: {name_of(result)}: {', '.join(result.leftovers)}"


def _failed(result: Result) -> Iterator[Styled]:
    style, text = finished(name_of(result), result)
    yield style, text
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
                f"next: hygge recover --forward RUN or --undo RUN, for {name_of(blocked[0])}",
            )
        yield "bold", f"next: hygge retry {run.run_id}" if journal else "next: hygge run"
    elif run.results and journal:
        yield "bold", f"next: hygge journal show {run.run_id}"
    elif run.results:
        yield "bold", "next: hygge preview, or a [journal] table to move only what is new"

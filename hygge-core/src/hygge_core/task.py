"""An entity's task and its result: plain JSON both ways, so that any executor could run it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from attrs import field, frozen

from hygge_core.records import DriftPolicy, Lane, Opened, RunType, Watermark, name_of

Outcome = Literal["complete", "skip", "fail", "blocked", "cancelled", "held"]
#: The outcomes, and the events, of an entity that has all that it should have.
WELL: frozenset[str] = frozenset({"complete", "skip"})
OnEmpty = Literal["fail", "replace", "keep"]


@frozen(kw_only=True)
class WatermarkSetting:
    """``watermark = { column, primary_key, lookback, allow_duplicates }``; lookback in seconds.

    Or ``{ kind }``, and nothing else: the home knows by itself what changed.
    """

    column: str = ""
    primary_key: tuple[str, ...] = ()
    lookback_seconds: float = 0.0
    allow_duplicates: bool = False
    kind: str = ""

    @property
    def name(self) -> str:
        """What it is of, for people: its column, or the home's own word."""
        return self.kind or self.column


@frozen(kw_only=True)
class Deletes:
    """``deletes = { detect, apply, column, max_share }``; ``column`` is a final name."""

    detect: Literal["keys", "column"]
    apply: Literal["delete", "soft"] = "delete"
    column: str = ""
    max_share: float = 0.2


@frozen(kw_only=True)
class Retry:
    """``[retry]``: attempts of an extraction in all; the longest wait between two, in seconds."""

    attempts: int = 3
    max_wait_seconds: float = 60.0


@frozen(kw_only=True)
class Task:
    """One entity, resolved: everything that moving it needs, with secrets as references.

    ``run_id`` is the entity's own and names its staged files; ``coordinator_run_id`` and
    ``flow_run_id`` join it to its run and flow. ``on_empty`` is ``None`` for the default (fail once
    rows were seen). ``polish`` is the TOML table. Paths are absolute.
    """

    run_id: str
    flow_run_id: str
    coordinator_run_id: str
    project: str
    root: str
    flow: str
    entity: str
    run_type: RunType
    home: Opened
    store: Opened
    journal: Opened | None = None
    watermark: WatermarkSetting | None = None
    deletes: Deletes | None = None
    polish: dict[str, Any] = field(factory=dict)
    drift: DriftPolicy = field(factory=DriftPolicy)
    on_empty: OnEmpty | None = None
    lane: Literal["auto", "rows"] = "auto"
    limit: int | None = None
    timeout_seconds: float | None = None
    retry: Retry = field(factory=Retry)

    @property
    def name(self) -> str:
        """``flow.entity``, or the flow alone where it has no entities of its own."""
        return name_of(self.flow, self.entity)


@frozen(kw_only=True)
class Failure:
    """Why an entity failed: the cause's own text, what to try, and whether again may help."""

    kind: str
    text: str
    hint: str | None = None
    transient: bool = False
    exit_code: int = 1
    notes: tuple[str, ...] = ()


def exit_code(failures: Iterable[Failure]) -> int:
    """0 without any; 75 when every one was transient; 3 or 4 when all were of that kind; else 1."""
    known = tuple(failures)
    if known and all(failure.transient for failure in known):
        return 75
    codes = {failure.exit_code for failure in known}
    return codes.pop() if len(codes) == 1 else int(bool(codes))


@frozen(kw_only=True)
class Result:
    """What became of one task.

    ``rows_read`` after the watermark's ties were dropped, ``rows_written`` as the store vouches for
    them; ``verified`` is the verdict in words, empty when nothing was published. ``lane`` is
    ``files`` where whole files were handed over, and ``why_rows`` says why rows were read all the
    same, or ``rows`` alone. ``seconds`` of wall time, waiting for a slot not included.
    """

    run_id: str
    flow: str
    entity: str
    outcome: Outcome
    run_type: RunType
    destination: str = ""
    rows_read: int = 0
    rows_written: int = 0
    bytes_written: int = 0
    parts: int = 0
    seconds: float = 0.0
    lane: Lane = "rows"
    why_rows: str = ""
    verified: str = ""
    watermark: Watermark | None = None
    recovered: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    failure: Failure | None = None
    leftovers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """``flow.entity``, or the flow alone where it has no entities of its own."""
        return name_of(self.flow, self.entity)


@frozen(kw_only=True)
class Summary:
    """A whole run: the results in the order in which the entities finished."""

    run_id: str
    project: str
    results: tuple[Result, ...]
    not_started: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """That of its failures; 1 when something never started though nothing failed."""
        failures = exit_code(result.failure for result in self.results if result.failure)
        return failures or int(bool(self.not_started))

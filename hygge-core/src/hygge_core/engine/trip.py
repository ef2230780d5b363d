"""One entity on its way: everything that moving it needs, opened for the length of a block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from attrs import frozen
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    wait_combine,
    wait_exponential,
    wait_random,
)

from hygge_core.engine.failing import ENDS
from hygge_core.engine.ledger import Ledger, ledger_of
from hygge_core.engine.voice import Voice
from hygge_core.engine.world import quotes_of
from hygge_core.errors import FlowError
from hygge_core.failures import said
from hygge_core.records import LoadRef
from hygge_core.scene import Cancel

if TYPE_CHECKING:
    from hygge_core.engine.world import World
    from hygge_core.protocols import Home, Store
    from hygge_core.scene import Quotes
    from hygge_core.task import Task


T = TypeVar("T")
#: Given an entity's cancel, how it sleeps while it only waits: seconds, or until asked to stop.
Sleep: TypeAlias = Callable[[Cancel], Callable[[float], None]]


@frozen(kw_only=True)
class Visit:
    """An opened home for the length of one attempt.

    ``quoted`` is what may be shown of its values. ``stop`` is its cancel: asked as soon as nobody
    wants its rows any more. ``deadline`` is the ``time.monotonic()`` moment after which that is so.
    """

    home: Home
    quoted: Quotes
    stop: Cancel
    deadline: float | None


@frozen(kw_only=True)
class Trip:
    """What the steps of :mod:`hygge_core.engine.flow` share.

    ``told`` is what a scene of this entity is told.
    """

    task: Task
    world: World
    cancel: Cancel
    store: Store
    ledger: Ledger
    voice: Voice
    told: dict[str, Any]

    @property
    def ref(self) -> LoadRef:
        """The load that this trip stages."""
        return LoadRef(run_id=self.task.run_id, flow=self.task.flow, entity=self.task.entity)

    @contextmanager
    def visit(self, deadline: float | None) -> Iterator[Visit]:
        """Open the home for one attempt: what broke in the one before is opened anew."""
        stop = Cancel(self.cancel)
        quoted = quotes_of(self.task)
        told = {**self.told, "cancel": stop, "quoted": quoted}
        try:
            with self.world.home_of(self.task, **told) as home:
                try:
                    yield Visit(home=home, quoted=quoted, stop=stop, deadline=deadline)
                finally:
                    stop.request("the visit is over")  # a call that still hangs in the home is too
        finally:
            stop.close(self.cancel)

    def attempts(self) -> Retrying:
        """Attempts at something that may fail for a moment; the last failure is raised as it is.

        Waits about 1 s, 2 s, 4 s ... up to ``retry.max_wait`` and up to a second more, so that many
        do not try again at once. Asking to stop ends the wait, and no attempt but one follows.
        """
        longest = self.task.retry.max_wait_seconds
        return Retrying(
            stop=self._enough,
            wait=wait_combine(wait_exponential(max=longest), wait_random(0, min(1.0, longest))),
            retry=retry_if_exception(lambda exc: isinstance(exc, FlowError) and exc.transient),
            sleep=self._rest,
            before_sleep=self._say_retrying,
            reraise=True,
        )

    def _enough(self, state: RetryCallState) -> bool:
        return self.cancel.requested or state.attempt_number >= self.task.retry.attempts

    def _rest(self, seconds: float) -> None:
        self.cancel.wait(seconds)

    def _say_retrying(self, state: RetryCallState) -> None:
        cause = state.outcome.exception() if state.outcome else None
        self.voice.retrying(state.attempt_number, state.upcoming_sleep, cause)


def there_and_back(
    task: Task, world: World, tell: Callable[[Trip], T], *, sleep: Sleep | None = None
) -> tuple[T, tuple[str, ...]]:
    """What ``tell`` makes of the trip, and the warnings. What it returned stands recorded: what
    fails on the way out of it is one of them."""
    told: list[T] = []
    try:
        with embarked(task, world, sleep=sleep) as trip:
            told.append(tell(trip))
    except ENDS as exc:
        if not told:
            raise
        trip.voice.warn(f"all is recorded, but not all could be closed: {said(exc)}")
    return told[0], tuple(trip.voice.warnings)


@contextmanager
def embarked(
    task: Task,
    world: World,
    *,
    sleep: Sleep | None = None,
) -> Iterator[Trip]:
    """T0: open what the task names and hold its lease for the length of the block.

    The home stays closed until it is read: what a crash left is settled without it. Raises what
    opening raises, ``LeaseHeld`` when somebody else moves this entity.
    """
    cancel = Cancel(world.cancel)
    voice = Voice(task, world)
    told: dict[str, Any] = {
        "flow": task.flow,
        "entity": task.entity,
        "cancel": cancel,
        "warn": voice.warn,
        "wait": voice.waiting(sleep(cancel) if sleep else cancel.sleep),
    }
    journal = world.journal(task.journal) if task.journal else None
    with ExitStack() as closing:
        closing.callback(cancel.close, world.cancel)
        store = closing.enter_context(world.store_of(task, **told))
        ledger = closing.enter_context(
            ledger_of(task, journal, store, world.owner, cancel, warn=voice.warn)
        )
        yield Trip(
            task=task,
            world=world,
            cancel=cancel,
            store=store,
            ledger=ledger,
            voice=voice,
            told=told,
        )

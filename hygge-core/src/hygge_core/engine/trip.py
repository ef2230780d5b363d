"""One entity on its way: everything that moving it needs, opened for the length of a block."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_combine,
    wait_exponential,
    wait_random,
)

from hygge_core.engine.ledger import Ledger, ledger_of
from hygge_core.engine.voice import Voice
from hygge_core.errors import FlowError
from hygge_core.records import LoadRef
from hygge_core.scene import Cancel

if TYPE_CHECKING:
    from hygge_core.engine.world import World
    from hygge_core.protocols import Home, Store
    from hygge_core.task import Task


@frozen(kw_only=True)
class Trip:
    """What the steps of :mod:`hygge_core.engine.flow` share.

    ``told`` is what a scene of this entity is told; ``clock`` is its start in monotonic seconds.
    ``reading`` is the home's cancel: it is also asked to stop when nobody wants its rows any more.
    """

    task: Task
    world: World
    cancel: Cancel
    reading: Cancel
    store: Store
    ledger: Ledger
    voice: Voice
    told: dict[str, Any]
    opened_home: Home | None = None
    clock: float = field(factory=time.monotonic)

    @property
    def home(self) -> Home:
        """The home; a trip that only recovers has none."""
        assert self.opened_home is not None
        return self.opened_home

    @property
    def ref(self) -> LoadRef:
        """The load that this trip stages."""
        return LoadRef(run_id=self.task.run_id, flow=self.task.flow, entity=self.task.entity)

    def attempts(self) -> Retrying:
        """Attempts at something that may fail for a moment; the last failure is raised as it is.

        Waits about 1 s, 2 s, 4 s ... up to ``retry.max_wait`` and up to a second more, so that many
        do not try again at once; asking to stop ends the wait.
        """
        retry = self.task.retry
        longest = retry.max_wait_seconds
        return Retrying(
            stop=stop_after_attempt(retry.attempts),
            wait=wait_combine(wait_exponential(max=longest), wait_random(0, min(1.0, longest))),
            retry=retry_if_exception(lambda exc: isinstance(exc, FlowError) and exc.transient),
            sleep=self.cancel.sleep,
            before_sleep=self._say_retrying,
            reraise=True,
        )

    def _say_retrying(self, state: RetryCallState) -> None:
        cause = state.outcome.exception() if state.outcome else None
        self.voice.retrying(state.attempt_number, state.upcoming_sleep, cause)


@contextmanager
def embarked(
    task: Task,
    world: World,
    *,
    sleep: Callable[[float], None] | None = None,
    reads: bool = True,
) -> Iterator[Trip]:
    """T0: open what the task names and hold its lease for the length of the block.

    ``reads=False`` leaves the home closed, for recovery. Raises what opening raises, ``LeaseHeld``
    when somebody else moves this entity.
    """
    cancel = Cancel(world.cancel)
    reading = Cancel(cancel)
    voice = Voice(task, world)
    told: dict[str, Any] = {
        "flow": task.flow,
        "entity": task.entity,
        "cancel": cancel,
        "warn": voice.warn,
        "wait": voice.waiting(sleep or cancel.sleep),
    }
    journal = world.journal(task.journal) if task.journal else None
    with ExitStack() as closing:
        closing.callback(cancel.close, world.cancel)
        store = closing.enter_context(world.store(task.store, world.scene(task.store, **told)))
        ledger = closing.enter_context(ledger_of(task, journal, store, world.owner, cancel))
        home = None
        if reads:
            scene = world.scene(task.home, **{**told, "cancel": reading})
            home = closing.enter_context(_told_of_failure(world.home(task.home, scene)))
        yield Trip(
            task=task,
            world=world,
            cancel=cancel,
            reading=reading,
            store=store,
            ledger=ledger,
            voice=voice,
            told=told,
            opened_home=home,
        )

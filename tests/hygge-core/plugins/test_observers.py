"""Observers see a run and cannot change it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from hygge_core import hookimpl
from hygge_core.events import Heartbeat
from hygge_core.plugins import Plugins


def observer(listen: Callable[[Any], Any]) -> Any:
    """A plugin that is nothing but an observer."""

    class Observer:
        @hookimpl
        def hygge_on_event(self, event: Any) -> None:
            listen(event)

    return Observer()


def event(number: int = 0) -> Heartbeat:
    return Heartbeat(run_id="r", running=(), waiting=0, finished=number, rows=0, seconds=0.0)


def test_every_observer_sees_every_event_in_order() -> None:
    first: list[Any] = []
    second: list[Any] = []
    emit = Plugins.of(observer(first.append), observer(second.append)).observers()
    sent = [event(number) for number in range(5)]
    for each in sent:
        emit(each)
    assert first == second == sent


class Panic(BaseException):
    pass


@pytest.mark.parametrize("raised", [ValueError("no network"), SystemExit(3), Panic("Rust")])
def test_an_observer_that_raises_is_told_of_once_and_not_called_again(
    raised: BaseException,
) -> None:
    calls, seen, told = [], [], []

    def fail(event: Any) -> None:
        calls.append(event)
        raise raised

    emit = Plugins.of(observer(fail), observer(seen.append)).observers(told.append)
    for number in range(3):
        emit(event(number))
    assert len(calls) == 1
    assert [each.finished for each in seen] == [0, 1, 2]
    (line,) = told
    assert line.startswith("the observer of Observer 0 failed and is not called again: ")
    assert str(raised) in line


def test_without_a_listener_the_failure_is_said_on_stderr(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Plugins.of(observer(lambda event: event.nothing)).observers()(event())
    out, err = capsys.readouterr()
    assert out == ""
    assert "is not called again: AttributeError" in err


def test_what_warn_says_may_be_an_event_itself() -> None:
    seen: list[Any] = []
    plugins = Plugins.of(observer(lambda event: 1 / 0), observer(seen.append))
    emit = plugins.observers(lambda text: emit(event(99)))
    emit(event(1))
    assert sorted(each.finished for each in seen) == [1, 99]


def test_ctrl_c_reaches_the_run() -> None:
    def interrupt(event: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Plugins.of(observer(interrupt)).observers()(event())


def test_observers_are_called_by_one_thread_at_a_time() -> None:
    inside = threading.Semaphore(1)
    overlaps: list[Any] = []

    def slow(event: Any) -> None:
        if not inside.acquire(blocking=False):
            overlaps.append(event)
            return
        time.sleep(0.002)
        inside.release()

    emit = Plugins.of(observer(slow)).observers()
    threads = [threading.Thread(target=lambda: [emit(event()) for _ in range(10)]) for _ in "1234"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not overlaps


def test_a_plugin_that_only_offers_is_not_an_observer() -> None:
    class Silent:
        @hookimpl
        def hygge_stores(self) -> list[Any]:
            return []

    plugins = Plugins.of(Silent())
    plugins.observers()(event())
    assert not plugins.broken

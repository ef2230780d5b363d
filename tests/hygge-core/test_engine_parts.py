"""The small parts that the engine stands on: the pipe, the slots, the event stream, the cancel."""

import threading
import time

import polars as pl
import pytest

from hygge_core.engine.coordinator import new_run_id
from hygge_core.engine.threads import stream
from hygge_core.engine.threads.pipe import Pipe
from hygge_core.engine.threads.slots import Slots
from hygge_core.engine.threads.stream import Stream
from hygge_core.errors import Cancelled, FlowError
from hygge_core.events import RunStarted
from hygge_core.scene import Cancel


def frame(rows: int) -> pl.DataFrame:
    return pl.DataFrame({"n": pl.int_range(rows, eager=True)})


def in_thread(work) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_batches_come_out_in_the_order_in_which_they_went_in():
    pipe = Pipe(Cancel(), max_bytes=100)

    def read():
        for rows in range(1, 20):
            pipe.put(frame(rows))
        pipe.end()

    in_thread(read)
    assert [batch.height for batch in pipe] == list(range(1, 20))


def test_what_lies_between_reader_and_writer_stays_under_the_bound():
    pipe = Pipe(Cancel(), max_bytes=frame(10).estimated_size() * 2)
    put = []

    def read():
        for number in range(5):
            pipe.put(frame(10))
            put.append(number)
        pipe.end()

    in_thread(read)
    time.sleep(0.1)
    assert put == [0, 1]
    assert sum(batch.height for batch in pipe) == 50


def test_a_batch_larger_than_the_bound_passes_alone():
    pipe = Pipe(Cancel(), max_bytes=1)
    in_thread(lambda: (pipe.put(frame(1000)), pipe.end()))
    assert [batch.height for batch in pipe] == [1000]


def test_the_readers_own_error_reaches_the_writer():
    pipe = Pipe(Cancel(), max_bytes=1000)
    pipe.end(ValueError("row 7 is odd"))
    with pytest.raises(ValueError, match="row 7 is odd"):
        list(pipe)


def test_a_cancel_wakes_a_waiting_reader_and_a_waiting_writer_at_once():
    cancel = Cancel()
    full, empty = Pipe(cancel, max_bytes=1), Pipe(cancel, max_bytes=1)
    full.put(frame(10))
    woken = []

    def wait(on):
        began = time.monotonic()
        try:
            on()
        except Cancelled as exc:
            woken.append((str(exc), time.monotonic() - began))

    threads = [
        in_thread(lambda: wait(lambda: full.put(frame(10)))),
        in_thread(lambda: wait(lambda: list(empty))),
    ]
    time.sleep(0.05)
    cancel.request("the operator said stop")
    for thread in threads:
        thread.join(5)
    assert [text for text, _ in woken] == ["the operator said stop"] * 2


def test_a_writer_gives_up_at_the_deadline_and_says_so():
    pipe = Pipe(Cancel(), max_bytes=1, deadline=time.monotonic() + 0.05)
    with pytest.raises(FlowError, match="longer than its timeout"):
        list(pipe)


def test_asking_a_run_to_stop_asks_each_of_its_entities():
    run = Cancel()
    entity = Cancel(run)
    run.request("enough")
    with pytest.raises(Cancelled, match="enough"):
        entity.check()


def test_asking_an_entity_to_stop_leaves_the_run_alone():
    run = Cancel()
    Cancel(run).request("only me")
    run.check()


def test_a_child_of_a_stopped_run_is_stopped_from_birth():
    run = Cancel()
    run.request("too late")
    assert Cancel(run).requested


def test_a_sleep_ends_when_somebody_asks_to_stop():
    cancel = Cancel()
    threading.Timer(0.05, cancel.request, ["up"]).start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        cancel.sleep(60)
    assert time.monotonic() - began < 30


def test_slots_are_full_when_no_entity_can_start_whatever_it_needs():
    slots = Slots(1, {"erp": 0})
    assert not slots.full
    assert slots.try_take({})
    assert slots.full
    slots.give({})
    assert not slots.full


def test_an_entity_takes_all_the_slots_it_needs_or_none():
    slots = Slots(4, {"erp": 2})
    assert slots.try_take({"erp": 1})
    assert not slots.try_take({"erp": 2})
    assert slots.try_take({"erp": 1})
    assert not slots.try_take({"erp": 1})
    assert slots.try_take({})
    slots.give({"erp": 1})
    assert slots.try_take({"erp": 1})


def test_a_connection_without_a_cap_is_as_wide_as_the_run():
    slots = Slots(3, {})
    assert slots.try_take({"lake": 2})
    assert slots.try_take({"lake": 1})
    slots.give({"lake": 2})
    assert slots.try_take({"lake": 7})


def test_a_slot_is_somebody_elses_while_its_owner_only_waits():
    freed = threading.Event()
    slots = Slots(1, {}, freed.set)
    assert slots.try_take({})
    cancel = Cancel()
    waiting = in_thread(lambda: slots.given_away({}, cancel)(0.05))
    assert freed.wait(5)
    assert slots.try_take({})
    waiting.join(0.2)
    assert waiting.is_alive(), "the owner came back without a slot"
    slots.give({})
    waiting.join(5)
    assert not waiting.is_alive()


def test_the_end_of_a_stream_waits_for_its_last_event_and_for_no_others(monkeypatch):
    monkeypatch.setattr(stream, "_GATHERING_SECONDS", 20.0)
    seen = []
    began = time.monotonic()
    with Stream(seen.append) as events:
        for number in range(2):
            events.emit(RunStarted(run_id=str(number), project="p", entities=(), concurrency=1))
    assert [event.run_id for event in seen] == ["0", "1"]
    assert time.monotonic() - began < 10


def test_a_slow_observer_delays_no_emitter_and_loses_no_event():
    seen = []

    def observe(event):
        time.sleep(0.002)
        seen.append(event.project)

    with Stream(observe) as events:
        for number in range(50):
            events.emit(RunStarted(run_id="r", project=str(number), entities=(), concurrency=1))
    assert seen == [str(number) for number in range(50)]


def test_run_ids_sort_by_time_to_the_microsecond_and_are_all_different():
    ids = [new_run_id() for _ in range(2000)]
    moments = [run_id[:21] for run_id in ids]
    assert len(set(ids)) == len(ids)
    assert moments == sorted(moments)
    assert len(set(moments)) > 1

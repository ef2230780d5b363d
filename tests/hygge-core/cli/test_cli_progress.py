"""What a person and a program are told while a run goes on, and at its end."""

from __future__ import annotations

import io
import json
import os
import re
from datetime import UTC, datetime

import pytest
import typer
from rich.console import Console

from hygge_core import events, secrets
from hygge_core.cli import streams, terminal, wording
from hygge_core.cli.progress.audience import Audience
from hygge_core.cli.progress.board import Board
from hygge_core.cli.progress.live import Live
from hygge_core.cli.progress.ndjson import NdJson
from hygge_core.cli.progress.plain import Plain
from hygge_core.cli.progress.summary import summary
from hygge_core.jsons import to_plain
from hygge_core.task import Failure, Result, Summary

AT = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)


def of(event, **told):
    return event(run_id="r1", flow="erp", entity="orders", at=AT, **told)


def result(entity="orders", outcome="complete", **told):
    told = {"run_type": "full_drop", "seconds": 0.25, **told}
    return Result(run_id="e1", flow="erp", entity=entity, outcome=outcome, **told)


def ended(made):
    return of(events.EntityFinished, result=to_plain(made))


BROKEN = Failure(kind="HomeError", text="orders.csv: line 17: ragged", hint="mend line 17")
STORY = [
    events.RunStarted(run_id="r1", project="shop", entities=("erp.orders",), concurrency=4, at=AT),
    of(events.EntityStarted, run_type="full_drop", source="a.csv", destination="lake/orders"),
    of(events.Recovered, recovered_run_id="r0", direction="forward", rows=7),
    of(events.Stage, step="read"),
    of(events.Progress, rows=500, bytes=4000, expected_rows=1000),
    of(events.Retrying, attempt=1, wait_seconds=2.0, cause="reset by peer"),
    of(events.Warned, text="3 rows have no watermark"),
    of(events.Stage, step="wait", detail="300 s: the folder is being deleted"),
    ended(result(rows_written=1000)),
    events.Heartbeat(
        run_id="r1", running=("erp.x",), waiting=2, finished=1, rows=1000, seconds=60, at=AT
    ),
]


def test_plain_says_one_line_for_each_change_of_state(capsys):
    plain = Plain()
    for event in STORY:
        plain(event)
    out, err = capsys.readouterr()
    assert out == ""
    stamp = f"{AT.astimezone():%H:%M:%S} "
    assert err.splitlines() == [
        stamp + "shop: 1 entity, 4 at a time, run r1",
        stamp + "erp.orders: full_drop, a.csv → lake/orders",
        stamp + "erp.orders: finished what run r0 had decided (7 rows)",
        stamp + "erp.orders: attempt 1 failed, again in 2.0 s: reset by peer",
        stamp + "erp.orders: warning: 3 rows have no watermark",
        stamp + "erp.orders: wait 300 s: the folder is being deleted",
        stamp + "erp.orders: 1,000 rows in 0.2 s",
        stamp
        + "still here after 1:00: 1 running (erp.x), 2 waiting, 1 finished, 1,000 rows so far",
    ]


def test_quiet_says_only_what_went_wrong_and_verbose_every_step(capsys):
    quiet, verbose = Plain(quiet=True), Plain(steps=True)
    for event in (*STORY, ended(result(outcome="fail", failure=BROKEN))):
        quiet(event)
    told = capsys.readouterr().err
    assert "line 17" in told
    assert "no watermark" in told
    assert "1,000 rows" not in told
    verbose(STORY[3])
    assert "erp.orders: read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("skip", "nothing new"),
        ("held", "held: orders.csv"),
        ("cancelled", "nothing of it was published"),
        ("blocked", "blocked"),
        ("fail", "fail after 0.2 s: orders.csv: line 17: ragged"),
    ],
)
def test_every_end_has_its_sentence(outcome, told, capsys):
    Plain()(ended(result(outcome=outcome, failure=BROKEN)))
    assert told in capsys.readouterr().err


def test_ndjson_is_one_object_for_each_event_and_nothing_else(capsys):
    with NdJson() as ndjson:
        for event in STORY:
            ndjson(event)
    out, err = capsys.readouterr()
    assert err == ""
    told = [json.loads(line) for line in out.splitlines()]
    assert [each["kind"] for each in told] == [event.kind for event in STORY]
    assert told[1]["destination"] == "lake/orders"
    assert told[0]["at"] == "2025-03-01T12:00:00+00:00"


def test_a_secret_is_scrubbed_before_json_could_quote_it(capsys):
    secrets.remember('pass"w\\ord')
    NdJson()(of(events.Warned, text='login pass"w\\ord refused'))
    assert json.loads(capsys.readouterr().out)["text"] == "login *** refused"


def test_whatever_is_printed_is_scrubbed(capsys):
    secrets.remember("hunter2hunter2")
    with streams.scrubbed():
        streams.give("data hunter2hunter2")
        streams.say("talk hunter2hunter2")
        typer.echo("stray hunter2hunter2")
    out, err = capsys.readouterr()
    assert "hunter2" not in out + err
    assert out == "data ***\nstray ***\n"


def test_the_last_lines_of_a_quiet_run_say_what_to_do_about_what_went_wrong():
    run = Summary(
        run_id="r", project="p", results=(result(), result(outcome="fail", failure=BROKEN))
    )
    told = [line for _, line in summary(run, journal=True, quiet=True)]
    assert told == [
        "erp.orders: fail after 0.2 s: orders.csv: line 17: ragged",
        "  try: mend line 17",
    ]


def test_data_gives_no_orders_to_a_terminal(capsys):
    nasty = Failure(kind="HomeError", text="\x1b[2J\x07bad\x9b31m\nvalue", hint="\x1b]0;x")
    Plain()(ended(result(outcome="fail", failure=nasty)))
    for _, line in summary(
        Summary(run_id="r", project="p", results=(result(outcome="fail", failure=nasty),)),
        journal=False,
    ):
        streams.say(line)
    streams.complain(nasty.text, nasty.hint)
    screen = io.StringIO()
    with Live(Console(file=screen, width=200, force_terminal=True, color_system=None)) as live:
        live(ended(result(outcome="fail", failure=nasty)))
    told = capsys.readouterr().err + re.sub(r"\x1b\[(\?25[lh]|J|\d*A)", "", screen.getvalue())
    assert not re.search(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f]", told)
    assert "\\x1b[2J" in told


def test_who_watches_and_fails_is_left_out_and_the_others_are_told(capsys):
    heard = []

    def breaks(event):
        raise BrokenPipeError("gone")

    audience = Audience(breaks, heard.append)
    for event in STORY:
        audience(event)
    assert heard == STORY
    assert capsys.readouterr().err.count("BrokenPipeError") == 1


def test_the_board_counts_what_runs_and_what_is_over():
    now = [100.0]
    board = Board(clock=lambda: now[0])
    for event in STORY[:5]:
        board(event)
    now[0] = 102.0
    line = board.lines["erp.orders"]
    assert (line.rows, line.expected_rows, line.step) == (500, 1000, "read")
    assert board.seconds(line.read_since) == 2.0
    board(STORY[5])
    assert (line.rows, line.read_since) == (0, None)  # a retry starts from nothing
    board(ended(result(outcome="fail", failure=BROKEN)))
    assert (board.finished, board.failed, board.lines) == (1, 1, {})


@pytest.mark.parametrize("width", [8, 20, 31, 45, 55, 65, 80, 200])
def test_no_line_of_the_live_view_is_wider_than_the_window(width):
    screen = io.StringIO()
    live = Live(
        Console(file=screen, width=width, height=12, force_terminal=True, color_system=None)
    )
    for n in range(30):
        event = events.EntityStarted(
            run_id="r",
            flow="a_rather_long_flow_name",
            entity=f"and_a_long_entity_{n:02}",
            run_type="full_drop",
            source="",
            destination="",
        )
        live.board(event)
    live.board(of(events.EntityStarted, run_type="full_drop", source="", destination=""))
    live.board(of(events.Progress, rows=123_456_789, bytes=1, expected_rows=None))
    live.console.print(live.frame())
    lines = screen.getvalue().splitlines()
    assert len(lines) < 12
    assert max(map(len, lines)) <= width
    assert any("more" in line for line in lines) or width < 12


def test_the_last_lines_say_what_moved_how_it_was_verified_and_what_next():
    run = Summary(
        run_id="r1",
        project="shop",
        seconds=1.5,
        results=(
            result(
                rows_written=1000,
                bytes_written=23_000,
                verified="1,000 rows read = staged",
                destination=f"{os.getcwd()}/lake/orders",
            ),
            result("lines", "skip", warnings=("2 rows have no watermark",)),
        ),
    )
    text = "\n".join(line for _, line in summary(run, journal=True))
    assert text.splitlines() == [
        "moved 1,000 rows in 1 entity, 1.5 s; nothing new in 1",
        "  erp.orders  1,000 rows  23.0 kB  full_drop  → lake/orders",
        "verified: erp.orders: 1,000 rows read = staged",
        "1 warning above",
        "next: hygge journal show r1",
    ]


def test_the_last_lines_give_each_failure_its_own_text_and_hint():
    note = Failure(kind="StoreError", text="disk full", notes=("while sealing",))
    run = Summary(
        run_id="r1",
        project="shop",
        seconds=61,
        results=(
            result(outcome="fail", failure=BROKEN),
            result("lines", "fail", failure=note),
        ),
        not_started=("erp.rates",),
    )
    assert [line for _, line in summary(run, journal=True)] == [
        "moved 0 rows in 0 entities, 1:01; 2 did not succeed",
        "erp.orders: fail after 0.2 s: orders.csv: line 17: ragged",
        "  try: mend line 17",
        "erp.lines: fail after 0.2 s: disk full",
        "  while sealing",
        "not started: erp.rates",
        "next: hygge retry r1",
    ]


def test_a_journal_that_broke_is_looked_at_before_anything_is_run_again():
    broken = Failure(kind="JournalError", text="journal.db: file is not a database")
    run = Summary(run_id="r1", project="shop", results=(result(outcome="fail", failure=broken),))
    (*_, (_, last)) = summary(run, journal=True)
    assert last == "next: hygge check, and when the journal is well, hygge run"


def test_an_empty_selection_is_said_to_be_one():
    run = Summary(run_id="r1", project="shop", results=())
    assert [line for _, line in summary(run, journal=True)] == [
        "nothing was selected, so there was nothing to do"
    ]


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "lively", "colourful"),
    [
        (Tty(), {}, True, True),
        (Tty(), {"NO_COLOR": "1"}, True, False),
        (Tty(), {"NO_COLOR": ""}, True, True),
        (Tty(), {"TERM": "dumb"}, False, False),
        (Tty(), {"CI": "true"}, False, False),
        (io.StringIO(), {}, False, False),
    ],
)
def test_the_terminal_and_the_environment_decide_what_is_drawn(stream, environ, lively, colourful):
    assert terminal.lively(stream, environ) is lively
    assert terminal.colourful(stream, environ) is colourful


def test_numbers_are_written_for_people():
    assert [wording.rows(n) for n in (0, 1, 1234567)] == ["0 rows", "1 row", "1,234,567 rows"]
    assert [wording.size(n) for n in (999, 1500, 2.5e9)] == ["999 B", "1.5 kB", "2.5 GB"]
    assert [wording.span(s) for s in (0.25, 42.4, 185, 7209)] == [
        "0.2 s",
        "42 s",
        "3:05",
        "2:00:09",
    ]
    assert [wording.rate(n, 2) for n in (0, 900, 3000, 4_000_000)] == [
        "",
        "450/s",
        "1.5k/s",
        "2.0M/s",
    ]

"""The commands that look back, repair and edit: the example of ``hygge init``, with its journal."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from shops import add_an_order, break_customers, orders

from hygge_core import plugins
from hygge_core.engine.world import World
from hygge_core.records import FlowEvent, Opened, now


def test_the_second_run_moves_only_what_is_new_and_plan_says_so(shop, hygge):
    assert hygge("run")[0] == 0
    add_an_order(shop)
    _, out, _ = hygge("plan", "-s", "shop.orders")
    assert "range    ordered_at > 2025-11-06T13:55:37 (datetime[us])" in out
    code, _, err = hygge("run")
    assert code == 0
    assert "shop.orders" in err
    assert "1 row " in err
    assert orders(shop) == [*range(10001, 11002)]


def test_plan_makes_no_journal(shop, hygge):
    before = sorted(shop.rglob("*"))
    for command in (["plan"], ["journal", "runs"], ["journal", "watermarks"], ["recover"]):
        assert hygge(*command)[0] == 0
    assert sorted(shop.rglob("*")) == before


def test_a_limit_never_moves_a_watermark(shop, hygge):
    code, out, _ = hygge("plan", "--limit", "5", "-s", "shop.orders")
    assert code == 3
    assert "--full-drop" in out
    assert hygge("run", "--limit", "5", "-s", "shop.orders")[0] == 3
    assert orders(shop) == []
    assert hygge("run", "--limit", "5", "-s", "shop.orders", "--full-drop")[0] == 0
    assert len(orders(shop)) == 5
    assert hygge("run", "-s", "shop.orders", "--full-drop")[0] == 0
    assert len(orders(shop)) == 1000


def test_retry_runs_what_failed_and_nothing_else(shop, hygge):
    away = break_customers(shop)
    code, _, err = hygge("run")
    assert code == 1
    assert "next: hygge retry" in err
    assert "shop.customers: full_drop" in hygge("plan", "-s", "status:failed")[1]
    away.rename(shop / "data/customers.csv")
    code, _, err = hygge("retry")
    assert code == 0
    assert "shop.orders" not in err
    assert "moved 200 rows in 1 entity" in err
    code, _, err = hygge("retry")
    assert code == 0
    assert "is moved" in err


def test_retry_runs_what_never_ran_too_and_takes_the_id_of_a_run(shop, hygge):
    away = break_customers(shop)
    code, _, err = hygge("run", "-j", "1", "--fail-fast", "--run-id", "monday")
    assert code == 1
    assert "not started: shop.orders" in err
    away.rename(shop / "data/customers.csv")
    assert hygge("run", "-s", "shop.customers")[0] == 0
    code, _, err = hygge("retry", "monday")
    assert code == 0
    assert "moved 1,200 rows in 2 entities" in err
    code, _, err = hygge("retry", "tuesday")
    assert code == 3
    assert "hygge journal runs" in err


def test_runs_events_and_one_run_are_shown(shop, hygge):
    hygge("run", "--run-id", "monday")
    runs = json.loads(hygge("journal", "runs", "--json")[1])
    assert {run["ref"]["entity"] for run in runs} == {"customers", "orders"}
    assert {run["coordinator_run_id"] for run in runs} == {"monday"}
    table = hygge("journal", "runs", "-s", "shop.orders")[1].splitlines()
    assert len(table) == 2
    assert "1,000" in table[1]
    [orders] = [run["ref"]["run_id"] for run in runs if run["ref"]["entity"] == "orders"]
    for run_id in ("monday", orders):
        assert "done" in hygge("journal", "show", run_id)[1]
        assert "1,000 in 1 part\n" in hygge("journal", "show", run_id)[1]
    assert hygge("journal", "show", "monday")[1].endswith("shop: 2 complete; 1,200 rows moved\n")
    shown = json.loads(hygge("journal", "show", "monday", "--json")[1])
    assert len(shown["runs"]) == 2
    assert (shown["flows"]["shop"]["complete"], shown["flows"]["shop"]["rows"]) == (2, 1200)
    flow = [event for event in shown["events"] if event["entity"] is None]
    assert [event["event_type"] for event in flow] == ["complete", "start"]
    assert flow[0]["row_count"] == 1200
    assert flow[1]["metadata"]["selected"] == ["customers", "orders"]
    assert hygge("journal", "show", "nobody")[0] == 3
    assert len(hygge("journal", "events", "--limit", "3")[1].splitlines()) == 4


def test_a_run_of_more_entities_than_a_page_is_shown_whole(tmp_path, monkeypatch, hygge):
    names = [f"e{number:03}" for number in range(120)]
    for name in names:
        (tmp_path / f"{name}.csv").write_text("id\n1\n")
    (tmp_path / "hygge.toml").write_text(
        "\n".join(
            (
                '[journal]\ntype = "sqlite"\npath = "journal.db"',
                '[flows.many]\nhome = { type = "csv", path = "{entity}.csv" }',
                'store = { type = "parquet", path = "lake/{entity}" }',
                *(f"[flows.many.entities.{name}]" for name in names),
            )
        )
    )
    monkeypatch.chdir(tmp_path)
    assert hygge("run", "--run-id", "monday")[0] == 0
    shown = json.loads(hygge("journal", "show", "monday", "--json")[1])
    assert (len(shown["runs"]), len(shown["events"])) == (120, 242)
    assert shown["flows"]["many"]["complete"] == 120


def test_a_watermark_can_be_set_and_forgotten_and_every_edit_is_journalled(shop, hygge):
    hygge("run")
    code, _, err = hygge("journal", "watermarks", "set", "shop.orders", "2025-11-01 00:00")
    assert code == 0
    assert "was 2025-11-06T13:55:37" in err
    kept = json.loads(hygge("journal", "watermarks", "--json")[1])
    assert kept[0]["watermark"]["mark"] == {"type": "datetime[us]", "value": "2025-11-01T00:00:00"}
    assert hygge("journal", "watermarks", "reset", "shop.orders")[0] == 0
    assert "no watermark" in hygge("journal", "watermarks", "get")[2]
    edits = [
        event
        for event in json.loads(hygge("journal", "events", "--json")[1])
        if event["event_type"] == "edit"
    ]
    assert [edit["metadata"]["what"] for edit in edits] == ["watermark reset", "watermark set"]
    assert all("@" in edit["metadata"]["who"] for edit in edits)
    assert edits[1]["metadata"]["before"]["mark"]["value"] == "2025-11-06T13:55:37"
    assert edits[1]["metadata"]["after"]["mark"]["value"] == "2025-11-01T00:00:00"
    assert edits[0]["metadata"]["after"] is None


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["shop.orders", "yesterday"], "'yesterday' is not of the type datetime[us]"),
        (["shop.orders", "3", "--type", "integer"], "--type"),
        (["shop.customers", "3", "--type", "int64"], "has no watermark"),
        (["shop", "3"], "expected one entity"),
        (["shop.ordres", "3"], "did you mean 'shop.orders'?"),
    ],
)
def test_an_edit_that_means_nothing_changes_nothing(shop, hygge, args, told):
    hygge("run")
    before = hygge("journal", "watermarks", "--json")[1]
    assert "datetime[us]" in before
    code, _, err = hygge("journal", "watermarks", "set", *args)
    assert code == 3
    assert told in err
    assert hygge("journal", "watermarks", "--json")[1] == before


def test_the_first_watermark_needs_its_type(shop, hygge):
    code, _, err = hygge("journal", "watermarks", "set", "shop.orders", "2025-06-01")
    assert code == 3
    assert "--type" in err
    moment = ["shop.orders", "2025-06-01 00:00:00", "--type", "datetime[us]"]
    assert hygge("journal", "watermarks", "set", *moment)[0] == 0
    assert hygge("run", "-s", "shop.orders")[0] == 0
    assert 0 < len(orders(shop)) < 1000


def test_plan_foresees_that_appending_would_double(shop, hygge):
    hygge("run")
    hygge("journal", "watermarks", "reset", "shop.orders")
    code, out, _ = hygge("plan", "-s", "shop.orders")
    assert code == 1
    assert "would double them" in out
    assert hygge("run", "-s", "shop.orders")[0] == 1
    assert hygge("run", "-s", "shop.orders", "--full-drop")[0] == 0
    assert "range    ordered_at > 2025-11-06" in hygge("plan", "-s", "shop.orders")[1]


def test_prune_keeps_what_is_needed_and_is_journalled(shop, hygge):
    for _ in range(3):
        hygge("run", "-s", "shop.customers")
    hygge("run")
    code, _, err = hygge("journal", "prune", "--keep", "0s")
    assert code == 0
    assert "forgot" in err
    runs = json.loads(hygge("journal", "runs", "--json")[1])
    assert sorted(run["ref"]["entity"] for run in runs) == ["customers", "orders"]
    assert "shop.orders" in hygge("journal", "watermarks")[1]
    assert "prune by" in hygge("journal", "events", "--limit", "1")[1]


@pytest.mark.parametrize(("retention", "kept"), [("", False), ('retention = "400d"', True)])
def test_prune_keeps_what_the_journal_is_configured_to_keep(shop, hygge, retention, kept):
    toml = (shop / "hygge.toml").read_text()
    (shop / "hygge.toml").write_text(toml.replace('retention = "180d"', retention))
    hygge("run")
    opened = Opened(type="sqlite", table={"path": str(shop / ".hygge/journal.db")})
    old = FlowEvent(event_type="start", flow_name="shop", timestamp=now() - timedelta(days=200))
    with World(plugins.load(), root=shop) as world:
        world.journal(opened).record_event(old)
    assert hygge("journal", "prune")[0] == 0
    assert (old.id in hygge("--json", "journal", "events")[1]) is kept
    assert hygge("journal", "prune", "--keep", "190d")[0] == 0
    assert old.id not in hygge("--json", "journal", "events")[1]


def test_a_watermark_is_shown_by_its_name(shop, hygge):
    hygge("run")
    code, out, _ = hygge("journal", "watermarks", "get", "shop.orders")
    assert code == 0
    assert "2025-11-06" in out
    assert hygge("journal", "watermarks", "get", "shop.nothing")[0] == 3

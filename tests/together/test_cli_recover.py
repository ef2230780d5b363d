"""The commands that put right: what a killed run left, and an entity that somebody else moves."""

from __future__ import annotations

import json

import pytest
from shops import killed, orders

from hygge_core.engine.world import World
from hygge_core.records import Opened, Owner


def test_recover_undoes_what_was_not_decided(shop, hygge):
    killed(shop, 1)
    assert "first    undo run" in hygge("plan", "-s", "shop.orders")[1]
    assert "shop.orders" in hygge("plan", "-s", "status:failed")[1]
    code, _, err = hygge("recover")
    assert code == 0
    assert "is settled" in err
    assert orders(shop) == []
    assert "nothing was left" in hygge("recover")[2]


def test_recover_finishes_what_was_decided(shop, hygge):
    killed(shop, 2)
    assert "first    finish run" in hygge("plan", "-s", "shop.orders")[1]
    assert orders(shop) == []
    settled = json.loads(hygge("recover", "--json")[1])
    assert [each["name"] for each in settled] == ["shop.orders"]
    assert len(orders(shop)) == 1000
    assert "2025-11-06T13:55:37" in hygge("journal", "watermarks")[1]


@pytest.mark.parametrize(("direction", "rows"), [("--forward", 1000), ("--undo", 0)])
def test_an_operators_word_decides_a_decided_run(shop, hygge, direction, rows):
    killed(shop, 2)
    run_id = json.loads(hygge("plan", "--json", "-s", "shop.orders")[1])[0]["recovery"][0]["run_id"]
    assert hygge("recover", direction, "nobody")[0] == 3
    assert hygge("recover", direction, run_id)[0] == 0
    assert len(orders(shop)) == rows
    assert hygge("run", "-s", "shop.orders")[0] == 0
    assert orders(shop) == [*range(10001, 11001)]


def test_an_entity_that_somebody_else_moves_is_temporary_and_names_the_owner(shop, hygge):
    journal = Opened(type="sqlite", table={"path": str(shop / ".hygge/journal.db")})
    from hygge_core.plugins import load

    with World(load(), root=shop) as world:
        owner = Owner(host="elsewhere", pid=4711, started="today", name="shop")
        lease = world.journal(journal).acquire("shop", "orders", owner)
        code, _, err = hygge("run", "-s", "shop.orders")
        assert code == 75
        assert "pid 4711 on elsewhere" in err
        world.journal(journal).release(lease)
    assert hygge("run", "-s", "shop.orders")[0] == 0


def test_check_looks_at_the_journal_too(shop, hygge):
    assert hygge("run")[0] == 0
    assert "journal" in hygge("check")[1]
    (shop / ".hygge/journal.db").write_bytes(b"not a database at all" * 100)
    code, out, _ = hygge("check")
    assert code == 1
    assert "FAILED  journal" in out

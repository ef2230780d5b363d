"""Which value wins."""

from __future__ import annotations

import pytest

LEVELS = """
[defaults]
home.type = "csv"
home.path = "in"
home.dialect.quote = "'"
tags = ["defaults"]
watermark = {{ column = "a", primary_key = "k" }}
{defaults}
[flows.shop]
store = {{ type = "parquet", path = "out" }}
{flow}
[flows.shop.entities.orders]
{entity}
[env.prod.defaults]
{env_defaults}
[env.prod.flows.shop]
{env_flow}
[env.prod.flows.shop.entities.orders]
{env_entity}
"""
ORDER = ("defaults", "flow", "entity", "env_defaults", "env_flow", "env_entity")
SETS = ("defaults", "flows.shop", "flows.shop.entities.orders")


def levels(**said: str) -> str:
    return LEVELS.format(**dict.fromkeys(ORDER, "") | said)


def the_entity(desk, text, **how):
    [entity] = desk.load(text, **how).entities
    return entity


@pytest.mark.parametrize("highest", range(len(ORDER)))
def test_each_level_wins_over_those_below_it(desk, highest):
    said = {level: f"home.batch_rows = {n + 1}" for n, level in enumerate(ORDER) if n <= highest}
    entity = the_entity(desk, levels(**said), env="prod")
    assert entity.home.table["batch_rows"] == highest + 1


@pytest.mark.parametrize("highest", range(len(SETS)))
def test_set_wins_over_everything(desk, highest):
    text = levels(**dict.fromkeys(ORDER, "home.batch_rows = 1"))
    sets = [f"{where}.home.batch_rows={n + 10}" for n, where in enumerate(SETS[: highest + 1])]
    entity = the_entity(desk, text, env="prod", sets=sets)
    assert entity.home.table["batch_rows"] == highest + 10


def test_an_overlay_counts_only_where_it_was_chosen(desk):
    text = levels(flow="home.batch_rows = 1", env_flow="home.batch_rows = 2")
    assert the_entity(desk, text).home.table["batch_rows"] == 1


def test_options_merge_key_by_key_at_any_depth(desk):
    entity = the_entity(desk, levels(flow="home.dialect.separator = ';'"))
    assert entity.home.table["dialect"] == {"quote": "'", "separator": ";"}
    assert entity.home.table["path"] == str(desk.root / "in" / "orders")


def test_facts_are_replaced_whole(desk):
    entity = the_entity(desk, levels(flow='tags = ["flow"]', entity='watermark = { column = "b" }'))
    assert entity.tags == ("flow",)
    assert entity.watermark.column == "b"
    assert entity.watermark.primary_key == ()


def test_another_type_starts_its_table_afresh(desk):
    entity = the_entity(desk, levels(flow='home = { type = "parquet", path = "there" }'))
    assert entity.home.type == "parquet"
    assert entity.home.table == {"path": str(desk.root / "there" / "orders")}


def test_the_same_type_again_starts_nothing_afresh(desk):
    entity = the_entity(desk, levels(entity='home = { type = "csv", batch_rows = 2 }'))
    assert entity.home.table["dialect"] == {"quote": "'"}


def test_another_place_of_a_secret_is_another_secret(desk):
    connection = (
        '[connections.c]\ntype = "mssql"\nserver = "s"\ndatabase = "d"\npassword = { env = "A" }\n'
        '[env.prod.connections.c]\npassword = { file = "b" }\n'
    )
    project = desk.load(connection, env="prod")
    assert project.connections["c"].table["password"] == {"file": str(desk.root / "b")}


def test_a_flow_without_entities_is_one_entity_named_like_it(desk):
    text = '[flows.shop]\nhome = { type = "parquet", path = "in" }\n'
    text += 'store = { type = "parquet", path = "out/{flow}/{entity}" }'
    entity = the_entity(desk, text)
    assert (entity.flow, entity.entity, entity.name) == ("shop", "shop", "shop")
    assert entity.home.table["path"] == str(desk.root / "in")
    assert entity.store.table["path"] == str(desk.root / "out" / "shop" / "shop")


def test_a_flow_that_discovers_is_not_one_entity(desk):
    text = '[flows.shop]\nhome = { type = "parquet", path = "in" }\n'
    text += 'store = { type = "parquet", path = "out" }\ndiscover = { include = ["dbo.*"] }'
    project = desk.load(text)
    assert project.entities == ()
    [discovery] = project.discoveries
    assert discovery.flow == "shop"
    assert discovery.settings.include == ("dbo.*",)


PLACES = """
[flows.shop]
home = { type = "parquet", path = "in/" }
store = { type = "adls", account_url = "https://x/{flow}", filesystem = "f", path = "landing" }
[flows.shop.entities.orders]
[flows.shop.entities.items]
home = { path = "here/items.parquet" }
"""


def test_the_entitys_name_is_appended_to_places_that_entities_share(desk):
    orders, items = desk.load(PLACES).entities
    assert orders.home.table["path"] == str(desk.root / "in" / "orders")
    assert orders.store.table["path"] == "landing/orders"
    assert orders.store.table["account_url"] == "https://x/shop"
    assert items.home.table["path"] == str(desk.root / "here" / "items.parquet")


def test_an_empty_place_is_a_mistake_and_not_the_root_of_the_disk(desk):
    text = PLACES.replace('path = "in/"', 'path = ""')
    assert desk.complaints(text) == [
        "hygge.toml: flows.shop.home.path: expected a path, found the string ''"
    ]


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("flows.shop.entities.orders", "there"),
        ("flows.shop", "there/orders"),
        ("defaults", "there/orders"),
    ],
)
def test_a_place_that_is_set_for_one_entity_is_taken_as_it_is(desk, key, path):
    sets = [f"{key}.store.path=there", "flows.shop.entities.items.store.path=x"]
    orders, _ = desk.load(PLACES, sets=sets).entities
    assert orders.store.table["path"] == path


def test_a_kinds_default_may_name_the_entity(desk):
    text = '[connections.c]\ntype = "mssql"\nserver = "s"\ndatabase = "d"\n[flows.shop]\n'
    text += 'home = { type = "mssql", connection = "c" }\n'
    text += 'store = { type = "parquet", path = "out" }\nentities = { orders = {} }'
    assert the_entity(desk, text).home.table["table"] == "orders"


def test_a_kinds_default_is_left_out_where_it_does_not_fit(desk):
    text = '[connections.c]\ntype = "mssql"\nserver = "s"\ndatabase = "d"\n[flows.shop]\n'
    text += 'home = { type = "mssql", connection = "c", query = "select 1" }\n'
    text += 'store = { type = "parquet", path = "out" }\n'
    assert "table" not in the_entity(desk, text).home.table
    [mistake] = desk.mistakes(text + "home.table = 't'".replace("home", "entities.a.home"))
    assert mistake.problem == "expected either 'table' or 'query', found both"


def test_connections_are_recorded_with_what_uses_them(desk):
    text = '[connections.c]\ntype = "mssql"\nserver = "s"\ndatabase = "d"\nmax_connections = 3\n'
    text += '[flows.shop]\nhome = { type = "mssql", connection = "c" }\n'
    text += 'store = { type = "mssql", connection = "c", table = "t" }\n'
    project = desk.load(text)
    [entity] = project.entities
    whole = {"type": "mssql", "server": "s", "database": "d", "max_connections": 3}
    assert entity.home.connections == {"c": whole}
    assert entity.home.plugin == "fake-kinds 0"
    assert entity.slots == {"c": 3}
    assert project.caps == {"c": 3}


def test_a_timeout_is_the_entitys_or_the_runs(desk):
    text = levels(entity='timeout = "90s"') + '\n[flows.shop.entities.items]\n[run]\ntimeout = "2h"'
    orders, items = desk.load(text).entities
    assert (orders.timeout_seconds, items.timeout_seconds) == (90.0, 7200.0)


def test_a_task_is_plain_json_that_any_process_can_open(desk, plugins):
    from hygge_core.config import structure
    from hygge_core.jsons import from_json, to_json
    from hygge_core.task import Task

    text = levels(flow="home.dialect.separator = ';'", entity='polish = { mask = { E = "null" } }')
    entity = the_entity(desk, text)
    task = entity.task(run_id="r", flow_run_id="f", coordinator_run_id="c", limit=5)
    again = from_json(to_json(task), Task)
    assert again == task
    assert again.polish == {"mask": {"E": "null"}}
    config = structure(plugins.kind("home", again.home.type).kind.config, again.home.table)
    assert config.dialect.separator == ";"
    assert config.path == desk.root / "in" / "orders"

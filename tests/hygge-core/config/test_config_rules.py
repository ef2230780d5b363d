"""What must hold between the parts of an entity, and between entities."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from attrs import frozen

from hygge_core.errors import ConfigError, PluginError
from hygge_core.hookspecs import Kind, hookimpl

JOURNAL = '[journal]\ntype = "sqlite"\npath = "j.db"\n'
FLOW = """
[flows.shop]
home = {{ type = "{home}", path = "in" }}
store = {{ type = "{store}", path = "out" }}
run_type = "{run_type}"
{more}
[flows.shop.entities.orders]
[flows.shop.entities.items]
"""
WATERMARK = 'watermark = { column = "id" }'


FOLLOWED = """
[connections.erp]
type = "mssql"
server = "s"
database = "d"
[flows.shop]
home = {{ type = "mssql", connection = "erp", {home} }}
store = {{ {store} }}
run_type = "incremental"
watermark = {{ kind = "{kind}"{more} }}
{last}
"""
KEYED = 'type = "mssql", connection = "erp", table = "copy", key_columns = ["id"]'


def followed(home='table = "t"', store=KEYED, kind="change_log", more="", last="") -> str:
    return JOURNAL + FOLLOWED.format(home=home, store=store, kind=kind, more=more, last=last)


def flow(home="parquet", store="parquet", run_type="incremental", more=WATERMARK) -> str:
    return FLOW.format(home=home, store=store, run_type=run_type, more=more)


def test_an_incremental_run_needs_a_watermark_and_a_journal(desk):
    assert desk.complaints(flow(more="")) == [
        "hygge.toml: flows.shop.watermark: "
        "expected a table with a column, for an incremental run, found nothing",
        "hygge.toml: flows.shop.journal: "
        "expected a journal, for an incremental run, found none here or in the project",
    ]
    assert desk.load(JOURNAL + flow()).entities


@pytest.mark.parametrize("mask", ["id", "i*"])
def test_a_column_that_is_followed_is_not_masked_since_the_journal_keeps_its_highest_value(
    desk, mask
):
    masked = WATERMARK + f'\npolish = {{ mask = {{ "{mask}" = "null", x = "null" }} }}'
    for run_type in ("incremental", "full_drop"):
        [mistake] = desk.mistakes(JOURNAL + flow(run_type=run_type, more=masked))
        assert mistake.path == "flows.shop.polish.mask"
        assert "the watermark's column 'id' is masked" in mistake.problem
    assert desk.load(JOURNAL + flow(more=masked.replace(f'"{mask}" = "null", ', ""))).entities


def test_a_mistake_of_the_flow_is_said_once_and_of_an_entity_there(desk):
    text = JOURNAL + flow(run_type="full_drop", more="") + 'run_type = "incremental"\n'
    [mistake] = desk.mistakes(text)
    assert mistake.path == "flows.shop.entities.items.watermark"


@pytest.mark.parametrize(
    ("parts", "path", "problem"),
    [
        (
            {"home": "pipe"},
            "flows.shop.home.type",
            "a home of type 'pipe' cannot be read incrementally",
        ),
        (
            {"store": "once"},
            "flows.shop.store.type",
            "a store of type 'once' cannot be appended to",
        ),
    ],
)
def test_an_incremental_run_needs_kinds_that_can(desk, parts, path, problem):
    [mistake] = desk.mistakes(JOURNAL + flow(**parts))
    assert (mistake.path, mistake.problem) == (path, problem)
    assert desk.load(JOURNAL + flow(**parts, run_type="full_drop")).entities


LOOKBACK = 'watermark = { column = "id", lookback = "15m"%s }'


def test_a_lookback_that_would_append_twice_is_refused(desk):
    [mistake] = desk.mistakes(JOURNAL + flow(more=LOOKBACK % ""))
    assert mistake.path == "flows.shop.watermark.lookback"
    assert "allow_duplicates" in mistake.problem
    [entity, _] = desk.load(JOURNAL + flow(more=LOOKBACK % ", allow_duplicates = true")).entities
    assert entity.watermark.lookback_seconds == 900.0


def test_a_lookback_into_a_store_that_replaces_by_key_is_fine(desk):
    text = (
        JOURNAL
        + """
    [connections.c]
    type = "mssql"
    server = "s"
    database = "d"
    [flows.shop]
    home = { type = "parquet", path = "in" }
    store = { type = "mssql", connection = "c", %s }
    run_type = "incremental"
    watermark = { column = "id", lookback = "15m" }
    """
    )
    assert desk.load(text % 'key_columns = "id"').entities
    assert desk.mistakes(text % 'table = "t"')
    [mistake] = desk.mistakes(text % 'key_columns = "id", plainly = true')
    assert mistake.path == "flows.shop.watermark.lookback"
    assert "twice (plainly = true looks for no key)" in mistake.problem


def test_another_run_type_is_refused_when_its_task_is_made(desk):
    [entity, _] = desk.load(flow(run_type="full_drop", more="")).entities
    ids = {"run_id": "r", "flow_run_id": "f", "coordinator_run_id": "c"}
    assert entity.task(**ids).run_type == "full_drop"
    with pytest.raises(ConfigError, match=r"flows\.shop\.watermark"):
        entity.task(**ids, run_type="incremental")
    [entity, _] = desk.load(JOURNAL + flow(run_type="full_drop")).entities
    assert entity.task(**ids, run_type="incremental").run_type == "incremental"


def test_an_entity_that_needs_more_connections_than_there_are_is_a_mistake(desk):
    text = """
    [connections.c]
    type = "mssql"
    server = "s"
    database = "d"
    max_connections = 2
    [flows.shop]
    home = { type = "mssql", connection = "c" }
    store = { type = "mssql", connection = "c", table = "copy_of_{entity}" }
    entities = { orders = {}, items = {} }
    """
    assert desk.complaints(text) == [
        "hygge.toml: connections.c.max_connections: "
        "expected at least 3 for shop.orders alone, found 2"
    ]


def test_an_unknown_connection_is_a_mistake(desk):
    text = '[flows.shop]\nhome = { type = "mssql", connection = "epr" }\n'
    text += 'store = { type = "parquet", path = "out" }\n[connections.erp]\ntype = "mssql"\n'
    assert desk.complaints(text + 'server = "s"\ndatabase = "d"') == [
        "hygge.toml: flows.shop.home.connection: no such connection: 'epr'; did you mean 'erp'?"
    ]


def test_an_unknown_kind_is_said_in_the_plugins_words_and_place(desk):
    [mistake] = desk.mistakes(flow(home="parket", run_type="full_drop"))
    assert mistake.path == "flows.shop.home.type"
    assert "no plugin offers a home 'parket'" in mistake.problem
    assert "parquet" in mistake.problem


@pytest.mark.parametrize(
    "name",
    [
        "",
        " a",
        "..",
        "a..b",
        ".hidden",
        "a/b",
        "a\\b",
        "/etc",
        "C:x",
        "a\u0000b",
        "a\nb",
        "a\u202eb",
        "a*",
        "a,b",
        "{entity}",
        "x" * 201,
        "\u00e9" * 128,
    ],
)
@pytest.mark.parametrize("of", ["flow", "entity"])
def test_hostile_names_are_refused(desk, name, of):
    import json

    quoted = json.dumps(name)
    entity = quoted if of == "entity" else "fine"
    shop = quoted if of == "flow" else "shop"
    text = f'[flows.{shop}]\nhome = {{ type = "parquet", path = "in" }}\n'
    text += f'store = {{ type = "parquet", path = "out" }}\n[flows.{shop}.entities.{entity}]\n'
    mistake = desk.mistakes(text)[0]
    assert mistake.problem.startswith("expected a name ")
    assert str(mistake).isprintable()


@pytest.mark.parametrize(
    ("one", "other"),
    [("orders", "Orders"), ("ORDERS", "Orders"), ("\u00f3rders", "o\u0301rders")],
)
def test_names_that_differ_only_in_case_are_refused(desk, one, other):
    text = flow(run_type="full_drop").replace("entities.orders", f'entities."{one}"')
    text += f'[flows.shop.entities."{other}"]\n'
    assert "differ in more than case" in desk.mistakes(text)[0].problem


def test_a_flow_and_an_entity_with_one_name_are_a_mistake(desk):
    text = (
        flow(run_type="full_drop")
        + """
    [flows."shop.orders"]
    home = { type = "parquet", path = "in" }
    store = { type = "parquet", path = "elsewhere" }
    """
    )
    [mistake] = desk.mistakes(text)
    assert "another entity called 'shop.orders'" in mistake.problem


@pytest.mark.parametrize("key", ["journal", "discover"])
def test_what_belongs_to_the_flow_is_refused_in_an_entity(desk, key):
    text = flow(run_type="full_drop") + f"{key} = {{}}\n"
    [mistake] = desk.mistakes(text)
    assert mistake.path == f"flows.shop.entities.items.{key}"


def test_a_mistake_at_a_flow_is_said_once_for_all_its_entities(desk):
    text = flow(run_type="full_drop", more='lane = "row"\nhom = {}\nstore.x = 1')
    text = text.replace('store = { type = "parquet", path = "out" }\n', 'store.type = "parquet"\n')
    assert [each.path for each in desk.mistakes(text)] == [
        "flows.shop.lane",
        "flows.shop.hom",
        "flows.shop.store.x",
        "flows.shop.store.path",
    ]


@frozen(kw_only=True)
class Cornered:
    """A store whose defaults are relative, and whose plugin has a mistake."""

    path: Path = Path("corner/{flow}/{entity}")


def _cornered(address):
    module = ModuleType("cornered")
    kind = Kind(
        name="corner", config=Cornered, open=print, capabilities={"full_drop"}, address=address
    )
    module.hygge_stores = hookimpl(lambda: [kind], specname="hygge_stores")
    return module


CORNER = '[flows.shop]\nhome = { type = "parquet", path = "in" }\nstore.type = "corner"\n'


def test_a_default_path_is_relative_to_the_project(desk, offers, monkeypatch):
    monkeypatch.chdir("/")
    [entity] = desk.load(CORNER, plugins=offers(_cornered(lambda c: str(c.path)))).entities
    assert entity.store.table == {"path": str(desk.root / "corner" / "shop" / "shop")}


def test_a_plugin_that_fails_while_it_is_asked_is_named(desk, offers):
    with pytest.raises(PluginError, match="asked for its address: ZeroDivisionError") as caught:
        desk.load(CORNER, plugins=offers(_cornered(lambda c: 1 // 0)))
    assert str(caught.value).startswith("hygge.toml: flows.shop.store: cornered 0 failed over")


def test_a_home_that_cannot_list_its_tables_discovers_nothing_silently(tmp_path):
    from hygge_core import config, plugins
    from hygge_core.errors import ConfigError

    (tmp_path / "hygge.toml").write_text(
        '[flows.f]\nhome = { type = "csv", path = "in" }\n'
        'store = { type = "parquet", path = "out" }\ndiscover = { include = ["*"] }\n'
    )
    with pytest.raises(ConfigError, match=r"flows\.f\.discover: .*cannot list its tables"):
        config.load(start=tmp_path, plugins=plugins.load())


def test_what_a_home_follows_by_itself_needs_no_column(desk):
    (entity,) = desk.load(followed()).entities
    assert entity.watermark.kind == "change_log"
    assert desk.load(followed(store='type = "parquet", path = "out"')).entities


@pytest.mark.parametrize(
    ("asked", "where", "said"),
    [
        ({"kind": "change_lgo"}, "watermark.kind", "does not know 'change_lgo'; did you mean"),
        ({"home": 'query = "q"'}, "watermark.kind", "it knows no kind"),
        ({"store": KEYED.partition(", key")[0]}, "watermark.kind", "set the store's keys"),
        ({"more": ', column = "id"'}, "watermark.kind", "stands alone"),
        ({"last": 'deletes = { detect = "keys" }'}, "deletes", "leave out `deletes`"),
        ({"last": "[flows.shop.entities.a]\nwatermark = {}"}, "", "neither"),
    ],
)
def test_a_kind_that_cannot_be_followed_is_told(desk, asked, where, said):
    told = "\n".join(desk.complaints(followed(**asked)))
    assert f"flows.shop.{where}".rstrip(".") in told
    assert said in told

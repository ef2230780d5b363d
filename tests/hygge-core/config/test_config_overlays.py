"""``[env.NAME]`` and ``--set`` change what is there, and nothing else passes unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

PROJECT = """
[run]
concurrency = 2
[connections.erp]
type = "mssql"
server = "s"
database = "d"
[flows.shop]
home = { type = "csv", path = "in" }
store = { type = "parquet", path = "out" }
[flows.shop.entities.orders]
[flows.shop.entities."dbo.Items"]
"""


def test_an_unknown_environment_is_a_mistake(desk):
    assert desk.complaints(PROJECT + "[env.prod]\n", env="prd") == [
        "--env: prd: no such [env.NAME]; did you mean 'prod'?"
    ]


def test_a_mistake_is_one_line_that_no_terminal_obeys(desk):
    [mistake] = desk.mistakes(PROJECT + '[env."\\n\\u001b[31m"]', env="prod")
    assert str(mistake) == "--env: prod: no such [env.NAME]; there is \\n\\x1b[31m"


@pytest.mark.parametrize("env", [None, "prod", "test"])
def test_an_overlay_is_checked_whether_it_is_chosen_or_not(desk, env):
    overlay = """
    [env.test]
    [env.prod.run]
    concurency = 4
    [env.prod.flows.shop.home]
    bach_rows = 5
    [env.prod.flows.shop.entities.orders.store]
    compression = "zip"
    [env.prod.connections.erp]
    max_connections = 0
    [env.prod.defaults]
    lanes = "rows"
    [env.prod.flow]
    """
    assert desk.complaints(PROJECT + overlay, env=env) == [
        "hygge.toml: env.prod.flow: not a known table; did you mean 'flows'?",
        *sorted(
            [
                "hygge.toml: env.prod.run.concurency: not a known setting; "
                "did you mean 'concurrency'?",
                "hygge.toml: env.prod.flows.shop.home.bach_rows: not a known setting; "
                "did you mean 'batch_rows'?",
                "hygge.toml: env.prod.flows.shop.entities.orders.store.compression: "
                "expected 'zstd' or 'snappy', found the string 'zip'",
                "hygge.toml: env.prod.connections.erp.max_connections: "
                "expected an integer of at least 1, found the integer 0",
                "hygge.toml: env.prod.defaults.lanes: not a known setting; did you mean 'lane'?",
            ],
            key=lambda line: desk.complaints(env=env).index(line),
        ),
    ]


@pytest.mark.parametrize(
    ("overlay", "problem"),
    [
        ("flows.shp", "no such flow; did you mean 'shop'?"),
        ("flows.shop.entities.order", "no such entity of shop; did you mean 'orders'?"),
        ("connections.erq", "no such connection; did you mean 'erp'?"),
        ("flows.zzz", "no such flow; there is shop"),
    ],
)
def test_an_overlay_of_nothing_is_a_mistake(desk, overlay, problem):
    mistake = desk.mistakes(PROJECT + f"[env.prod.{overlay}]\nx = 1\n")[0]
    assert (mistake.path, mistake.problem) == (f"env.prod.{overlay}", problem)


def test_an_overlay_may_bring_a_whole_connection(desk):
    overlay = """
    [env.prod.connections.new]
    type = "mssql"
    server = "s"
    database = "d"
    [env.prod.flows.shop]
    home = { type = "mssql", connection = "new" }
    """
    orders, _ = desk.load(PROJECT + overlay, env="prod").entities
    assert orders.home.connections["new"]["server"] == "s"
    assert "new" not in desk.load().connections


def test_what_an_overlay_covers_is_checked_all_the_same(desk):
    text = PROJECT + "[env.prod.flows.shop.home]\nbatch_rows = 5\n[env.prod.run]\nconcurrency = 3\n"
    text = text.replace('path = "in"', 'path = "in", batch_rows = "x"')
    text = text.replace("concurrency = 2", "concurrency = 0")
    paths = {each.path for each in desk.mistakes(text, env="prod")}
    assert paths == {"flows.shop.home.batch_rows", "run.concurrency"}


def test_defaults_that_every_flow_replaces_are_checked_all_the_same(desk):
    text = '[defaults]\nhome = { type = "parquet", batch_row = 5 }\n' + PROJECT
    [mistake] = desk.mistakes(text)
    assert mistake.path == "defaults.home.batch_row"


def test_a_part_without_a_type_must_fit_some_kind(desk):
    desk.load('[defaults]\nhome = { dialect = { quote = "a" } }')
    assert desk.complaints('[defaults]\nhome = { dialect = { quot = "a" } }') == [
        "hygge.toml: defaults.home.dialect.quot: not a known setting; did you mean 'quote'?"
    ]


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("run.concurrency=5", lambda p: p.run.concurrency == 5),
        ("run . concurrency = 5", lambda p: p.run.concurrency == 5),
        ("flows.shop.tags=['a','b']", lambda p: p.entities[0].tags == ("a", "b")),
        ("flows.shop.lane=rows", lambda p: p.entities[0].lane == "rows"),
        ("flows.shop.lane='rows'", lambda p: p.entities[0].lane == "rows"),
        ("connections.erp.database=8 days", lambda p: "8 days" in str(p.connections)),
        ('connections.erp.database="8"', lambda p: p.connections["erp"].table["database"] == "8"),
        ("connections.erp.database=", lambda p: p.connections["erp"].table["database"] == ""),
        ("connections.erp.database=a=b", lambda p: "a=b" in str(p.connections)),
        ('flows.shop.entities."dbo.Items".lane=rows', lambda p: p.entities[1].lane == "rows"),
        (
            "flows.shop.home.dialect={ quote = 'q' }",
            lambda p: p.entities[0].home.table["dialect"] == {"quote": "q"},
        ),
        ("retry.attempts=1", lambda p: p.retry.attempts == 1),
    ],
)
def test_set_takes_a_toml_value_or_else_a_string(desk, text, check):
    assert check(desk.load(PROJECT, sets=[text]))


def test_of_two_sets_the_later_wins(desk):
    assert desk.load(PROJECT, sets=["run.concurrency=5", "run.concurrency=6"]).run.concurrency == 6


def test_a_path_that_is_set_is_relative_to_where_the_command_was_typed(desk, monkeypatch):
    (desk.root / "below").mkdir()
    monkeypatch.chdir(desk.root / "below")
    orders, _ = desk.load(PROJECT, sets=["flows.shop.home.path=x"]).entities
    assert orders.home.table["path"] == str(Path.cwd() / "x" / "orders")


@pytest.mark.parametrize(
    ("text", "path", "problem"),
    [
        ("flows.shp.lane=rows", "flows.shp", "no such flow; did you mean 'shop'?"),
        ("flow.shop.lane=rows", "flow", "not a known table; did you mean 'flows'?"),
        ("flows.shop.lame=rows", "flows.shop.lame", "did you mean 'lane'?"),
        ("flows.shop.home.pth=x", "flows.shop.home.pth", "did you mean 'path'?"),
        ("flows.shop.lane=row", "flows.shop.lane", "did you mean 'rows'?"),
        ("env.prod.run.concurrency=1", "env", "not a known table"),
        ("run=5", "run", "expected a table, found the integer 5"),
        ("concurrency", "concurrency", "expected a.b.c=VALUE"),
        ("=5", "the argument", "expected a.b.c=VALUE"),
        ("run..concurrency=5", "run..concurrency", "expected a.b.c=VALUE"),
        ("run.concurrency=\udcff", "run.concurrency", "expected a.b.c=VALUE"),
    ],
)
def test_a_set_of_nothing_is_a_mistake(desk, text, path, problem):
    [mistake] = desk.mistakes(PROJECT, sets=[text])
    assert (mistake.file, mistake.path) == ("--set", path)
    assert problem in mistake.problem


def test_sets_that_contradict_each_other_are_a_mistake(desk):
    [mistake] = desk.mistakes(PROJECT, sets=["run.concurrency=5", "run.concurrency.x=5"])
    assert mistake.problem == "expected a table, found a value set before"

"""Entities that are found in the source: what is moved, under which name, and with which keys."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from hygge_core.cli import main

TABLES = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, total REAL);
CREATE TABLE lines (id INTEGER, no INTEGER, PRIMARY KEY (id, no));
CREATE TABLE tmp_x (id INTEGER);
INSERT INTO orders VALUES (1, 1.5);
INSERT INTO lines VALUES (1, 1);
INSERT INTO tmp_x VALUES (1);
"""
FLOW = """
[project]
name = "shop"
[journal]
type = "sqlite"
path = "journal.db"
[flows.shop]
home = {{ type = "sqlite", path = "shop.db" }}
store = {{ type = "sqlite", path = "mart.db" }}
discover = {{ {discover} }}
{more}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.executescript(TABLES)
    return tmp_path


def write(shop: Path, discover: str = "", more: str = "") -> None:
    (shop / "hygge.toml").write_text(FLOW.format(discover=discover, more=more))


def moved(shop: Path) -> set[str]:
    if not (shop / "mart.db").exists():
        return set()
    with closing(sqlite3.connect(shop / "mart.db")) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {name for (name,) in rows if not name.startswith(("__hygge", "sqlite"))}


def test_every_table_that_is_included_is_an_entity(shop: Path) -> None:
    write(shop, 'include = ["*"], exclude = ["tmp_*"]')
    assert main(["run", "-C", str(shop)]) == 0
    assert moved(shop) == {"orders", "lines"}


def test_a_primary_key_becomes_the_key_of_the_store(shop: Path) -> None:
    write(shop, 'include = ["orders"]', 'watermark = { column = "id" }\nrun_type = "incremental"')
    for total in (1.5, 2.5):
        with closing(sqlite3.connect(shop / "shop.db")) as connection:
            connection.execute("INSERT INTO orders (total) VALUES (?)", (total,))
            connection.commit()
        assert main(["run", "-C", str(shop)]) == 0
    query = "SELECT id FROM orders ORDER BY id"
    with closing(sqlite3.connect(shop / "mart.db")) as connection:
        assert pl.read_database(query, connection)["id"].to_list() == [1, 2, 3]


def test_only_what_was_asked_for_is_moved(shop: Path) -> None:
    write(shop)
    assert main(["run", "-C", str(shop), "-s", "shop.orders"]) == 0
    assert moved(shop) == {"orders"}


def test_what_somebody_wrote_about_a_table_counts(shop: Path) -> None:
    more = '[flows.shop.entities.lines]\nstore = { table = "order_lines" }'
    write(shop, 'include = ["*"], exclude = ["tmp_*"]', more)
    assert main(["run", "-C", str(shop)]) == 0
    assert moved(shop) == {"orders", "order_lines"}


def test_an_entity_that_names_the_table_is_that_table(shop: Path) -> None:
    more = '[flows.shop.entities.sales]\nhome = { table = "orders" }'
    write(shop, 'include = ["orders"]', more)
    assert main(["run", "-C", str(shop)]) == 0
    assert moved(shop) == {"sales"}


def test_too_few_tables_stop_the_run(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(shop, "min_tables = 4")
    assert main(["run", "-C", str(shop)]) == 1
    assert "min_tables expects 4" in capsys.readouterr().err
    assert not moved(shop)


@pytest.mark.parametrize(("policy", "code"), [("add", 0), ("ignore", 0), ("fail", 3)])
def test_a_new_table_is_added_ignored_or_fails(
    shop: Path, policy: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    write(shop, f'include = ["orders", "new*"], on_new_table = "{policy}"')
    assert main(["run", "-C", str(shop)]) == 0
    with closing(sqlite3.connect(shop / "shop.db")) as connection:
        connection.executescript("CREATE TABLE new_one (id); INSERT INTO new_one VALUES (1);")
    assert main(["run", "-C", str(shop)]) == code
    assert ("new_one" in moved(shop)) == (policy == "add")
    told = capsys.readouterr().err
    assert {"ignore": "left out: new_one", "fail": "new tables: new_one", "add": "2 rows"}[
        policy
    ] in told


def test_what_a_flow_settles_in_its_own_source_is_no_table_of_it(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each run would have found what the last one made, and moved that as well."""
    write(shop, 'include = ["*"], exclude = ["tmp_*"]')
    text = (shop / "hygge.toml").read_text()
    own = text.replace('path = "mart.db"', 'path = "shop.db", table = "C_{entity}"')
    (shop / "hygge.toml").write_text(own)
    assert main(["run", "-C", str(shop)]) == 3
    told = capsys.readouterr().err
    assert "hygge.toml: flows.shop.discover: shop." in told
    assert 'exclude = ["C_*"]' in told
    assert told.count("one more table to move") == 1
    (shop / "hygge.toml").write_text(own.replace('["tmp_*"]', '["tmp_*", "C_*"]'))
    for _ in range(2):
        assert main(["run", "-C", str(shop)]) == 0
    assert main(["tables", "-C", str(shop), "shop", "C_*"]) == 0
    assert capsys.readouterr().out.splitlines() == ["C_lines", "C_orders"]


def test_a_flow_that_is_not_selected_is_not_looked_into(shop: Path) -> None:
    other = (
        '[flows.other]\nhome = { type = "sqlite", path = "shop.db", table = "orders" }\n'
        'store = { type = "sqlite", path = "other.db" }'
    )
    write(shop, "", other)
    text = (shop / "hygge.toml").read_text()
    (shop / "hygge.toml").write_text(
        text.replace('path = "shop.db" }\nstore', 'path = "no.db" }\nstore', 1)
    )
    assert main(["run", "-C", str(shop), "-s", "other"]) == 0
    assert main(["run", "-C", str(shop), "-s", "shop"]) == 1


def test_tables_lists_them_and_writes_toml(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(shop)
    assert main(["tables", "-C", str(shop), "shop", "*s"]) == 0
    assert capsys.readouterr().out.splitlines() == ["lines (id, no)", "orders (id)"]
    assert main(["tables", "-C", str(shop), "shop", "lines", "--toml"]) == 0
    told = capsys.readouterr().out
    assert '[flows.shop.entities.lines]\nhome = { table = "lines" }' in told
    assert 'store = { key_columns = ["id", "no"] }' in told


@pytest.mark.parametrize("store", ["sqlite", "parquet"])
def test_the_toml_of_tables_can_be_pasted_as_it_is(
    shop: Path, capsys: pytest.CaptureFixture[str], store: str
) -> None:
    write(shop)
    toml = shop / "hygge.toml"
    before = toml.read_text().replace('store = { type = "sqlite"', f'store = {{ type = "{store}"')
    for flow in (before, before.replace("discover", "# discover")):
        toml.write_text(flow)
        assert main(["tables", "-C", str(shop), "shop", "lines", "--toml"]) == 0
        toml.write_text(flow + capsys.readouterr().out)
        assert main(["config", "check", "-C", str(shop)]) == 0, flow


def test_tables_of_nothing_says_what_there_is(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(shop)
    assert main(["tables", "-C", str(shop), "shap"]) == 3
    assert "did you mean 'shop'" in capsys.readouterr().err

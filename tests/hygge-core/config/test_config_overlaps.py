"""Which homes and stores may lie in each other: no run deletes its source or reads its own rows."""

from __future__ import annotations

import pytest

TWO = """
[flows.a]
home = {{ type = "parquet", path = "in" }}
store = {{ type = "{}", path = "{}" }}
[flows.b]
home = {{ type = "parquet", path = "in" }}
store = {{ type = "{}", path = "{}" }}
"""

ONE = """
[flows.a]
home = {{ type = "{}", path = "{}" }}
store = {{ type = "parquet", path = "{}" }}
"""

#: What ``b`` settles in ``lake/x``, ``a`` reads.
CHAIN = """
[flows.b]
home = {{ type = "parquet", path = "in" }}
store = {{ type = "parquet", path = "lake/x" }}
[flows.a]
home = {{ type = "parquet", path = "{}" }}
store = {{ type = "parquet", path = "out" }}
"""

TABLES = """
[connections.reader]
type = "mssql"
server = "s"
database = "d"
[connections.writer]
type = "mssql"
server = "s"
database = "{}"
[flows.a]
home = {{ type = "mssql", connection = "reader", table = "dbo.Orders" }}
store = {{ type = "mssql", connection = "writer", table = "{}" }}
"""


@pytest.mark.parametrize("other", ["out", "./out/", "x/../out"])
def test_two_entities_with_one_destination_are_a_mistake_naming_both(desk, other):
    assert desk.complaints(TWO.format("parquet", "out", "parquet", other)) == [
        f"hygge.toml: flows.b.store: b and a have the same destination, {desk.root / 'out'}"
    ]


def test_a_destination_inside_another_is_a_mistake_naming_both(desk):
    [mistake] = desk.mistakes(TWO.format("parquet", "out/x/y", "parquet", "out"))
    assert mistake.path == "flows.a.store"
    assert "lies inside that of b" in mistake.problem
    assert desk.load(TWO.format("parquet", "out2", "parquet", "out")).entities


@pytest.mark.parametrize("home", ["lake/x", "./lake/X/", "lake/x/*.parquet", "lake/x/**/*.parquet"])
def test_an_entity_does_not_settle_in_its_own_source(desk, home):
    [mistake] = desk.mistakes(ONE.format("parquet", home, "lake/x"))
    assert mistake.path == "flows.a.home"
    assert "and settles there too" in mistake.problem
    assert "let it settle elsewhere" in mistake.problem


@pytest.mark.parametrize("home", ["lake/x/raw", "lake/x/one.parquet", "lake/x/raw/*.parquet"])
def test_a_home_does_not_lie_where_a_run_replaces_everything(desk, home):
    [mistake] = desk.mistakes(ONE.format("parquet", home, "lake/x"))
    assert mistake.path == "flows.a.home"
    assert f"lies inside the destination of a, {desk.root / 'lake/x'}" in mistake.problem


@pytest.mark.parametrize("home", ["data", "data/**", "data/*/day/*.parquet", "data/o[tu]t/*/*"])
def test_a_home_does_not_read_what_its_own_entity_moved(desk, home):
    [mistake] = desk.mistakes(ONE.format("parquet", home, "data/out/day"))
    assert mistake.path == "flows.a.home"
    assert f"holds its destination, {desk.root / 'data/out/day'}" in mistake.problem


@pytest.mark.parametrize(
    ("word", "home", "store"),
    [
        ("parquet", "data/*.parquet", "data/out"),
        ("parquet", "data/2*/*.parquet", "data/out"),
        ("parquet", "data", "data/_out/x"),
        ("parquet", "data", "data2/out"),
        ("parquet", "lake/x.parquet", "lake/x"),
        ("csv", "data", "data/out"),
        ("csv", "out/raw", "out"),
    ],
)
def test_a_home_beside_its_destination_is_none_of_its_business(desk, word, home, store):
    assert desk.load(ONE.format(word, home, store)).entities


@pytest.mark.parametrize("home", ["lake/x", "lake/x/*.parquet", "lake", "lake/**/*.parquet"])
def test_a_flow_may_read_what_another_has_settled(desk, home):
    assert len(desk.load(CHAIN.format(home)).entities) == 2


def test_a_home_inside_another_entitys_destination_is_a_mistake(desk):
    [mistake] = desk.mistakes(CHAIN.format("lake/x/raw"))
    assert mistake.path == "flows.a.home"
    assert f"lies inside the destination of b, {desk.root / 'lake/x'}" in mistake.problem


@pytest.mark.parametrize(("database", "table"), [("d", "dbo.Orders"), ("D", "dbo.orders")])
def test_a_table_is_the_same_through_every_connection_to_its_database(desk, database, table):
    """A reader and a writer are two connections, and often one database."""
    [mistake] = desk.mistakes(TABLES.format(database, table))
    assert mistake.path == "flows.a.home"
    assert "a reads reader: dbo.Orders and settles there too" in mistake.problem


def test_tables_of_other_names_or_databases_are_others(desk):
    assert desk.load(TABLES.format("d", "dbo.Copy")).entities
    assert desk.load(TABLES.format("e", "dbo.Orders")).entities

"""Which journal a flow has."""

from __future__ import annotations

import pytest

FLOW = """
[flows.shop]
home = {{ type = "{home}", path = "in/{{entity}}" }}
store = {{ type = "{store}", path = "out/{{entity}}" }}
{more}
[flows.shop.entities.orders]
[flows.shop.entities.items]
"""
PROJECT = '[journal]\ntype = "sqlite"\npath = ".hygge/journal.db"\nretention = "180d"\n'


def flow(more="", home="parquet", store="parquet") -> str:
    return FLOW.format(home=home, store=store, more=more)


def journal(desk, text):
    entities = desk.load(text).entities
    first = entities[0].journal
    assert all(each.journal == first for each in entities)
    return first


def test_without_any_table_there_is_no_journal(desk):
    assert journal(desk, flow()) is None


def test_the_projects_journal_is_every_flows(desk):
    found = journal(desk, PROJECT + flow())
    assert found.type == "sqlite"
    assert found.table == {"path": str(desk.root / ".hygge" / "journal.db"), "retention": "180d"}
    assert desk.load().entities[0].retention_seconds == 180 * 86400


@pytest.mark.parametrize(
    ("table", "folder"),
    [
        ("{}", "out"),
        ('{ location = "store" }', "out"),
        ('{ location = "home" }', "in"),
        ("{ busy_seconds = 5 }", "out"),
    ],
)
@pytest.mark.parametrize("project", [True, False])
def test_a_journal_lies_beside_the_store_or_the_home_once_for_the_flow(
    desk, table, folder, project
):
    text = f"journal = {table}\n{flow()}" if project else flow(f"journal = {table}")
    found = journal(desk, text)
    assert found.table["path"] == str(desk.root / folder / "journal.db")


def test_another_location_starts_the_journal_afresh(desk):
    found = journal(desk, PROJECT + flow('journal = { location = "store", busy_seconds = 5 }'))
    assert found.table == {"path": str(desk.root / "out" / "journal.db"), "busy_seconds": 5}


def test_a_flows_own_journal_wins_and_may_change_the_projects(desk):
    own = flow('journal = { type = "sqlite", path = "own.db" }')
    assert journal(desk, PROJECT + own).table["path"] == str(desk.root / "own.db")
    changed = journal(desk, PROJECT + flow("journal = { busy_seconds = 5 }"))
    assert changed.table["path"] == str(desk.root / ".hygge" / "journal.db")
    assert changed.table["busy_seconds"] == 5


def test_an_overlay_of_the_projects_journal_leaves_a_flows_own_alone(desk):
    text = PROJECT + flow('journal = { location = "store" }')
    desk.write(text + '[env.prod.journal]\npath = "prod.db"\n')
    for env in (None, "prod"):
        [entity, _] = desk.load(env=env).entities
        assert entity.journal.table["path"] == str(desk.root / "out" / "journal.db")


@pytest.mark.parametrize(
    ("text", "path", "problem"),
    [
        (
            flow('journal = { location = "home" }', home="csv"),
            "flows.shop.journal.location",
            "expected a home that a journal can be beside, and shop has none; "
            'say location = "custom" with a type and a path',
        ),
        (
            flow('journal = { location = "custom" }'),
            "flows.shop.journal.type",
            "expected the kind of journal, found nothing; known here: sqlite",
        ),
        (
            flow('journal = { location = "custom", type = "sqlite" }'),
            "flows.shop.journal.path",
            "expected a path, found nothing",
        ),
        (
            flow('journal = { location = "store", path = "x" }'),
            "flows.shop.journal.path",
            "chosen by location = 'store'; leave it out, or say location = 'custom'",
        ),
        (
            flow('journal = { location = "stoer" }'),
            "flows.shop.journal.location",
            "expected 'store', 'home' or 'custom', found the string 'stoer'; did you mean 'store'?",
        ),
        (
            flow('journal = { type = "sqlite", path = "{entity}.db" }'),
            "flows.shop.journal",
            "expected one journal for the whole flow, found {entity} in its table",
        ),
        (
            flow('journal = { retention = "0s" }'),
            "flows.shop.journal.retention",
            "expected a duration such as '90s', '15m', '2h' or '180d' above 0s, "
            "found the string '0s'",
        ),
        (
            flow("journal = { pth = 1 }"),
            "flows.shop.journal.pth",
            "not a known setting; did you mean 'path'?",
        ),
        ('[journal]\ntype = "sqlit"\n', "journal.type", None),
    ],
)
def test_a_journal_that_cannot_be_is_a_mistake(desk, text, path, problem):
    mistake = desk.mistakes(text)[0]
    assert mistake.path == path
    assert problem is None or mistake.problem == problem


OWN = """
[flows.shop]
home = { type = "parquet", path = "in" }
store = { type = "parquet" }
journal = { location = "store" }
[flows.shop.entities.orders]
store = { path = "%s" }
[flows.shop.entities.items]
store = { path = "%s" }
"""


def test_where_only_entities_say_where_they_must_agree(desk):
    found = journal(desk, OWN % ("out/orders", "out/items"))
    assert found.table["path"] == str(desk.root / "out" / "journal.db")
    [mistake] = desk.mistakes(OWN % ("a/orders", "b/items"))
    assert mistake.path == "flows.shop.journal.location"
    assert "shop.orders and shop.items" in mistake.problem

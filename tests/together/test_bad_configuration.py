"""Bad input in the configuration: keys, names, files, secrets."""

import os

import pytest
from bad_input import GOOD, mended, refused, without_rights


def test_a_key_that_stands_twice(filled):
    household = filled()
    text = (household.root / "hygge.toml").read_text()
    household.text("hygge.toml", text + 'polish = { mask = { id = "null" } }\n')
    refused(household, "hygge.toml: line", "the same key stands here again", code=3)
    household.text("hygge.toml", text)
    mended(household)


@pytest.mark.parametrize(
    ("text", "naming"),
    [
        (b"\xff\xfe[flows]", "hygge.toml"),
        (b"[flows.f\n", "line 1"),
        (b"x = 1\n", "x: "),
        (b"[flows.f]\nhome = 3\n", "flows.f.home"),
    ],
)
def test_a_configuration_that_is_none(filled, text, naming):
    household = filled()
    before = (household.root / "hygge.toml").read_text()
    household.text("hygge.toml", text)
    refused(household, naming, code=3)
    household.text("hygge.toml", before)
    mended(household)


def test_a_configuration_that_may_not_be_read(filled):
    household = filled()
    (household.root / "hygge.toml").chmod(0)
    refused(household, "hygge.toml", "ermission denied", code=3, before=without_rights)
    (household.root / "hygge.toml").chmod(0o644)
    mended(household)


@pytest.mark.parametrize(
    "name",
    [
        "..",
        ".",
        "../out",
        "/etc/passwd",
        "a/b",
        "a\\\\b",
        "C:x",
        "a\\u0000b",
        "a\\nb",
        "n" * 300,
        "",
        " ",
        ".hygge",
        "a{entity}",
        "a,b",
        "a*",
    ],
)
def test_an_entity_whose_name_would_lead_elsewhere(filled, name):
    household = filled()
    text = (household.root / "hygge.toml").read_text()
    household.text("hygge.toml", f'{text}[flows.g]\n[flows.g.entities."{name}"]\n')
    everything = sorted(household.root.parent.rglob("*"))
    done = refused(household, "flows.g.entities", code=3)
    assert "\0" not in done.err
    assert max(map(len, done.err.splitlines())) < 1000
    assert sorted(household.root.parent.rglob("*")) == everything


def test_two_entities_that_differ_only_in_case(filled):
    household = filled()
    text = (household.root / "hygge.toml").read_text()
    household.text("hygge.toml", f"{text}[flows.f.entities]\nOrders = {{}}\norders = {{}}\n")
    refused(household, "differ in more than case", "Orders", code=3)


def test_a_secret_that_is_not_there(filled, monkeypatch):
    household = filled()
    monkeypatch.delenv("CANARY")
    done = refused(household, "CANARY", code=4)
    assert "export CANARY=" in done.err
    planned, checked = household.call("plan"), household.call("check")
    assert (planned.code, checked.code) == (4, 1)
    assert "export CANARY=" in planned.out
    assert "export CANARY=" in checked.out
    assert os.environ.get("CANARY") is None


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ('watermark = { column = "nam" }', "watermark.column: the source has no column 'nam'"),
        (
            'polish = { columns = { drop = ["nam"] } }',
            "columns.drop: the source has no column 'nam'",
        ),
        ('polish = { columns = { rename = { id = "name" } } }', "would both be called 'name'"),
        ('store.key_columns = ["nam"]', "store.key_columns: the source has no column 'nam'"),
    ],
)
def test_a_column_that_is_not_there_is_named_before_a_run_too(household, more, why):
    household.toml(
        "[flows.f]\nhome = { type = 'csv', path = 'in.csv' }\n"
        f"store.type = 'sqlite'\nstore.path = 'out.db'\n{more}\n"
    )
    household.text("in.csv", GOOD["csv"])
    planned, checked, done = map(household.call, ("plan", "check", "run"))
    assert planned.code == done.code in (1, 3)
    assert checked.code == 1
    assert all(why in said for said in (planned.out, checked.out, done.err))
    problem = planned.out.partition("  problem  ")[2].splitlines()
    assert all(line.startswith((" " * 11, "  try ")) for line in problem[1:])


@pytest.mark.parametrize(
    ("home", "store", "why"),
    [
        ('"parquet", path = "in"', '"parquet", path = "in"', "settles there too"),
        ('"parquet", path = "in/1.parquet"', '"parquet", path = "in"', "lies inside"),
        ('"parquet", path = "."', '"parquet", path = "out"', "holds its destination"),
        (
            '"sqlite", path = "d.db", table = "T"',
            '"sqlite", path = "d.db", table = "t"',
            "settles there too",
        ),
    ],
)
def test_a_home_that_its_own_run_would_change(filled, home, store, why):
    household = filled()
    before = (household.root / "hygge.toml").read_text()
    household.toml(f"[flows.f]\nhome = {{ type = {home} }}\nstore = {{ type = {store} }}\n")
    refused(household, "flows.f.home", why, "elsewhere", code=3)
    household.text("hygge.toml", before)
    mended(household)

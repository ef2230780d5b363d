"""A value that a flow masks or leaves out is told by no message and kept in no journal."""

import sqlite3
from contextlib import closing

import polars as pl
import pytest
from secrecy import contents, everything_said

VALUE = "v4lue-of-a-person"
PROJECT = """
[flows.f]
home = {{ {home} }}
store = {{ type = "parquet", path = "out" }}
polish = {{ {polish} }}
"""
#: A masked column is known by its source's name; one may also be masked or left out by a glob.
POLISHES = (
    'mask = { ssn = "sha256" }',
    'mask = { "s*" = "redact" }',
    'columns = { select = ["id"] }, hash_ids = [{ name = "key", from_columns = ["ssn"] }]',
)
COMMANDS = (
    ["run", "-vv"],
    ["preview", "-s", "f", "-n", "9", "-vv"],
    ["journal", "events", "--json"],
)


def lines(path, *rows: str) -> None:
    path.write_text("".join(f"{row}\n" for row in rows))


def csv(path) -> None:
    lines(path, "id,ssn", "1,2", f"2,{VALUE}")


def json_of_two_kinds(path) -> None:
    lines(path, '{"id":1,"ssn":2}', f'{{"id":2,"ssn":"{VALUE}"}}')


def json_of_two_batches(path) -> None:
    lines(path, *['{"id":1,"ssn":2}'] * 9, f'{{"id":2,"ssn":["{VALUE}"]}}')


def json_of_texts(path) -> None:
    lines(path, '{"id":1,"ssn":"2024-02-29"}', f'{{"id":2,"ssn":"{VALUE}"}}')


def sqlite(path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            f"create table f (id int, ssn int); insert into f values (2,'{VALUE}')"
        )


SOURCES = {
    "csv": (csv, 'type = "csv", path = "in.csv", schema_overrides = { ssn = "int64" }'),
    "two kinds": (json_of_two_kinds, 'type = "ndjson", path = "in.ndjson"'),
    "two batches": (json_of_two_batches, 'type = "ndjson", path = "in.ndjson", batch_rows = 2'),
    "a decimal": (
        json_of_two_kinds,
        'type = "ndjson", path = "in.ndjson", schema_overrides = { ssn = "decimal(9, 2)" }',
    ),
    "a moment": (
        json_of_texts,
        'type = "ndjson", path = "in.ndjson", schema_overrides = { ssn = "date" }',
    ),
    "sqlite": (sqlite, 'type = "sqlite", path = "in.db"'),
}


def silent(household, capsys, commands=COMMANDS) -> None:
    """Every command fails where it meets the value, says so, and keeps what it is to itself."""
    said = everything_said(household, capsys, commands)
    assert "***" in said
    assert VALUE not in said
    kept = [path for path in household.root.rglob("*") if path.is_file()]
    assert [str(p) for p in kept if p.stem != "in" and VALUE in contents(p)] == []


@pytest.mark.parametrize("source", SOURCES)
def test_a_value_that_does_not_fit_is_told_by_its_place_alone(household, capsys, source):
    write, home = SOURCES[source]
    household.toml(PROJECT.format(home=home, polish=POLISHES[0]))
    kind = home.split('"')[3].rpartition(".")[2]
    write(household.root / f"in.{kind}")
    silent(household, capsys)


@pytest.mark.parametrize("polish", POLISHES[1:], ids=["by a glob", "left out"])
def test_a_value_is_hidden_however_its_column_is_kept_back(household, capsys, polish):
    household.toml(PROJECT.format(home=SOURCES["two kinds"][1], polish=polish))
    json_of_two_kinds(household.root / "in.ndjson")
    commands = (["check", "-vv"], ["plan", "-vv"], ["--json", "run"])
    silent(household, capsys, commands)


def test_a_value_of_a_strangers_home_is_not_told_either(household, capsys, stranger, monkeypatch):
    home = 'type = "scripted", script = "changes"'
    household.toml(PROJECT.format(home=home, polish=POLISHES[0]))

    @stranger.script
    def changes(play):
        yield pl.DataFrame({"id": [1], "ssn": [VALUE]})

    changes.schema = pl.Schema({"id": pl.Int64, "ssn": pl.Int64})
    silent(household, capsys)


def test_a_row_that_pyarrow_quotes_is_not_told(household, capsys):
    home = 'type = "csv", path = "in.csv", columns = ["id", "ssn"], header = false'
    household.toml(PROJECT.format(home=home, polish=POLISHES[0]))
    # A field so long that Python's reader gives up before it finds the line.
    lines(household.root / "in.csv", f"1,{'x' * (1 << 18)}", f"2,{VALUE},3")
    said = everything_said(household, capsys, COMMANDS)
    assert "near line 1: CSV parse error: Expected 2 columns, got 3" in said
    assert VALUE not in said


def test_a_value_that_everybody_may_see_is_told(household, capsys):
    household.toml(PROJECT.format(home=SOURCES["two kinds"][1], polish='mask = { name = "null" }'))
    lines(household.root / "in.ndjson", '{"id":1,"name":"a"}', '{"id":"x","name":"b"}')
    assert 'but here is "x"' in everything_said(household, capsys, [["run"]])

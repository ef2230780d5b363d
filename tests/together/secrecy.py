"""A project with a canary for a secret, and all the places where it must not be found."""

import json
import sqlite3
from contextlib import closing

import polars as pl

from hygge_core.cli import main

PROJECT = """
[retry]
attempts = 2
max_wait = "0s"
[flows.f]
home = {{ type = "scripted", script = "$SCRIPT", password = {password} }}
store = {{ type = "stumbling", path = "out", stumble = "looks around" }}
polish = {{ mask = {{ name = "sha256" }}, salt = {salt} }}
"""


#: Everything that a user may type about this project; the first ones move rows, or fail to.
COMMANDS = (
    ["run"],
    ["run", "-v"],
    ["run", "-vv"],
    ["--json", "run", "-vv"],
    ["retry", "-vv"],
    ["recover", "-vv"],
    ["plan", "-vv"],
    ["plan", "--json"],
    ["check", "-vv"],
    ["check", "--json"],
    ["preview", "-s", "f", "-vv"],
    ["preview", "-s", "f", "--json"],
    ["config", "show"],
    ["config", "show", "--json"],
    ["config", "check", "-vv"],
    ["schema"],
    ["journal", "runs"],
    ["journal", "runs", "--json"],
    ["journal", "show", "RUN", "-vv"],
    ["journal", "events"],
    ["journal", "events", "--json"],
    ["journal", "watermarks", "--json"],
)


NAMED = pl.Schema({"id": pl.Int64, "name": pl.String})


def named(batches):
    """The same with a column that is masked."""
    return (batch.with_columns(name=pl.lit("Ada")) for batch in batches)


def keep(canary, place, household, monkeypatch, tmp_path_factory) -> None:
    """Write a project whose secrets are kept in ``place``, which is no part of the project."""
    told = {"env": "ERP_PASSWORD"}
    monkeypatch.setenv("ERP_PASSWORD", canary)
    if place == "file":
        monkeypatch.delenv("ERP_PASSWORD")
        file = tmp_path_factory.mktemp("vault") / "erp.txt"
        file.write_text(f"{canary}\n")
        told = {"file": str(file)}
    [(key, value)] = told.items()
    reference = f"{{ {key} = {json.dumps(value)} }}"
    household.toml(PROJECT.format(password=reference, salt=reference))


def everything_said(household, capsys, commands=COMMANDS) -> str:
    """Both streams of all commands, one after the other."""
    capsys.readouterr()
    for words in commands:
        known = household.records() if "RUN" in words else ()
        last = known[0].ref.run_id if known else "none"
        main(["-C", str(household.root), *(last if word == "RUN" else word for word in words)])
    return "".join(capsys.readouterr())


def contents(path) -> str:
    """A file as text: what it says when it is read, and its very bytes."""
    raw = path.read_bytes().decode("latin-1")
    if path.suffix == ".parquet":
        return raw + pl.read_parquet(path).write_json()
    if path.suffix == ".db":
        with closing(sqlite3.connect(path)) as database:
            return raw + "\n".join(database.iterdump())
    return raw


def nowhere_in(root, canary: str) -> None:
    """``canary`` is in no file below ``root`` and in no name."""
    files = [path for path in root.rglob("*") if path.is_file()]
    assert [str(path) for path in files if canary in f"{path}{contents(path)}"] == []

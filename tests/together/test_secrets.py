"""A secret is used and is seen nowhere: not in what is said, not in what is kept."""

import json
import logging
import os
import sqlite3
import sys
import urllib.parse
from contextlib import closing
from uuid import uuid4

import polars as pl
import pytest

from hygge_core import errors, secrets
from hygge_core.cli import main
from hygge_core.engine.world import World
from hygge_core.jsons import to_json

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


@pytest.fixture
def canary(monkeypatch) -> str:
    """A secret that no test before this one has revealed."""
    monkeypatch.setattr(secrets, "_revealed", set())
    return f"c4n4ry-{uuid4().hex}"


@pytest.fixture(params=["env", "file"])
def project(request, household, stranger, canary, monkeypatch, tmp_path_factory):
    """A flow whose home has a password and whose polish has a salt, in either place.

    Its store looks around before each step: whatever is staged then is searched too.
    """
    keep(canary, request.param, household, monkeypatch, tmp_path_factory)
    monkeypatch.setitem(
        stranger.STUMBLES,
        "looks around",
        lambda step, batch, scene: nowhere_in(household.root, canary),
    )
    monkeypatch.setenv("SCRIPT", "faithful")

    @stranger.script
    def faithful(play):
        assert play.config.password.reveal() == canary
        yield from named(stranger.ten(play))

    @stranger.script
    def unfaithful(play):
        yield from named(stranger.telltale(play))

    faithful.schema = unfaithful.schema = NAMED
    return household


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


def test_a_good_run_says_and_keeps_no_secret(project, canary, capsys):
    said = everything_said(project, capsys)
    assert project.ids() == list(range(10))
    assert {run.state for run in project.records()} == {"done"}
    assert canary not in said
    nowhere_in(project.root, canary)


def test_a_failed_run_says_what_happened_without_the_secret_that_its_driver_said(
    project, canary, capsys, monkeypatch
):
    monkeypatch.setenv("SCRIPT", "unfaithful")
    said = everything_said(project, capsys)
    assert "erp: cannot reach Server=erp;Uid=me;Pwd=***; after 3 tries" in said
    assert "is *** still valid?" in said
    assert "Traceback" in said, "-vv shows where it was raised"
    assert canary not in said
    assert project.told()[0].metadata["error"].endswith("Pwd=***; after 3 tries")
    nowhere_in(project.root, canary)


def test_no_event_and_no_result_has_a_secret(project, canary, stranger, monkeypatch):
    heard = []
    stranger.LISTENERS.append(heard.append)
    for script in ("faithful", "unfaithful"):
        monkeypatch.setenv("SCRIPT", script)
        summary = project.run()
        assert canary not in to_json(summary)
        assert canary not in "".join(map(to_json, project.events))
        assert canary not in repr(project.events)
    project.call("run")
    assert "signing in with ***" in "".join(map(to_json, heard))
    assert canary not in "".join(map(to_json, heard))


def test_a_process_says_no_secret_and_tells_its_observers_none(household, canary, tmp_path_factory):
    heard = tmp_path_factory.mktemp("webhook") / "events"
    reference = "{ env = 'ERP_PASSWORD' }"
    household.toml(PROJECT.format(password=reference, salt=reference).replace("polish", "# polish"))
    done = household.hygge(
        "run", "-v", SCRIPT="telltale", ERP_PASSWORD=canary, STRANGER_EVENTS=str(heard)
    )
    assert done.code == 1
    assert "Pwd=***; after 3 tries" in done.err
    assert canary not in done.out + done.err
    assert "signing in with ***" in heard.read_text()
    assert canary not in heard.read_text()
    nowhere_in(household.root, canary)


INTERPOLATED = """
[flows.f]
home = { type = "scripted", script = "ten" }
[flows.f.store]
type = "stumbling"
path = "out"
stumble = "trips"
account = "https://$$lake/?${LAKE_SAS}$"
"""


def test_a_secret_inside_of_a_string_is_a_reference_in_what_is_kept_and_is_looked_up_anew(
    household, stranger, canary, monkeypatch, capsys
):
    monkeypatch.setenv("LAKE_SAS", canary)
    monkeypatch.setattr(stranger, "ACCOUNTS", [])
    household.toml(INTERPOLATED)

    def trips(step, batch, scene):
        nowhere_in(household.root, canary)
        if step == "commit" and os.environ["LAKE_SAS"] == canary:
            raise errors.StoreError("the signature has expired")

    monkeypatch.setitem(stranger.STUMBLES, "trips", trips)
    said = everything_said(household, capsys, [["run", "-vv"], ["plan"], ["config", "show"]])
    assert "the signature has expired" in said
    assert canary not in said
    [record] = household.records()
    assert record.state == "decided"
    assert record.store.table["account"] == "https://$$$$lake/?${LAKE_SAS}$$"
    assert set(stranger.ACCOUNTS) == {f"https://$$lake/?{canary}$"}
    monkeypatch.setenv("LAKE_SAS", "renewed")
    household.toml(INTERPOLATED.replace('path = "out"', 'path = "elsewhere"'))
    assert household.call("recover").code == 0
    assert stranger.ACCOUNTS[-1] == "https://$$lake/?renewed$"
    assert household.ids() == list(range(10))
    nowhere_in(household.root, canary)


def test_a_secret_inside_of_a_string_that_is_gone_is_named(household, stranger, monkeypatch):
    monkeypatch.setenv("LAKE_SAS", "sooner-or-later")
    household.toml(INTERPOLATED)
    project = household.project()
    monkeypatch.delenv("LAKE_SAS")
    with (
        World(household.plugins, root=household.root) as world,
        pytest.raises(errors.AuthError, match="LAKE_SAS is not set"),
    ):
        world.config_of("store", project.entities[0].store)


@pytest.mark.parametrize("place", ["password", "connection_string"])
def test_every_variable_in_a_place_for_secrets_is_one(household, canary, monkeypatch, place):
    monkeypatch.setenv("ERP", canary)
    household.toml(f"""
        [flows.f]
        home = {{ type = "scripted", script = "ten" }}
        store = {{ type = "stumbling", path = "out", {place} = "Server=x;${{ERP}}" }}
        """)
    done = household.call("run")
    assert done.code == 3
    assert canary not in done.err
    assert secrets.scrub(canary) == "***"


def raises(secret: str) -> None:
    raise ValueError(f"bad login: {secret}")


def raises_a_note(secret: str) -> None:
    error = errors.HomeError("bad login", transient=True)
    error.add_note(f"tried {secret}")
    raise error


def raises_a_chain(secret: str) -> None:
    try:
        raises(secret)
    except ValueError as exc:
        raise errors.AuthError("bad login", hint=f"renew {secret}") from exc


def leaves(secret: str) -> None:
    sys.exit(f"goodbye, {secret}")


def prints(secret: str) -> None:
    sys.stdout.write(f"DEBUG {secret}\n")


def logs(secret: str) -> None:
    """As it is where nobody set logging up, which pytest does."""
    told = {"msg": "connecting with %s", "args": (secret,), "levelno": logging.WARNING}
    logging.lastResort.handle(logging.makeLogRecord(told))


WAYS = (raises, raises_a_note, raises_a_chain, leaves, prints, logs)


@pytest.mark.parametrize("blurt", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("when", ["opened", "asked", "read"])
def test_whatever_a_plugin_does_with_a_secret_it_is_not_shown(
    household, stranger, canary, monkeypatch, tmp_path_factory, capsys, when, blurt
):
    keep(canary, "env", household, monkeypatch, tmp_path_factory)
    monkeypatch.setenv("SCRIPT", "ten")

    class Blurting(stranger.ScriptedHome):
        def __init__(self, config, scene):
            super().__init__(config, scene)
            self.secret = config.password.reveal()
            if when == "opened":
                blurt(self.secret)

        def schema(self, ask):
            if when == "asked":
                blurt(self.secret)
            return NAMED

        def read(self, ask):
            yield from named([stranger.rows(0, 1)])
            if when == "read":
                blurt(self.secret)

    monkeypatch.setattr(stranger, "ScriptedHome", Blurting)
    commands = (["run", "-vv"], ["--json", "run"], ["check"], ["plan"], ["preview", "-vv"])
    said = everything_said(household, capsys, commands)
    assert "***" in said
    assert canary not in said
    nowhere_in(household.root, canary)


@pytest.mark.parametrize(
    "spelled",
    [
        pytest.param(str, id="as it is"),
        pytest.param(repr, id="as Python writes it"),
        pytest.param(lambda text: repr(f"'\"{text}"), id="inside of more that Python writes"),
        pytest.param(json.dumps, id="as JSON writes it"),
        pytest.param(lambda text: urllib.parse.quote(text, safe=""), id="as addresses have it"),
        pytest.param(urllib.parse.quote_plus, id="as forms have it"),
    ],
)
def test_a_secret_of_odd_signs_is_known_however_it_is_spelled(
    household, stranger, canary, monkeypatch, tmp_path_factory, capsys, spelled
):
    odd = f"Pä\\ss\"w'o+r/d =&%\t\n\x07{canary}\\"
    keep(odd, "env", household, monkeypatch, tmp_path_factory)
    monkeypatch.setenv("SCRIPT", "spells")

    @stranger.script
    def spells(play):
        yield from named([stranger.rows(0, 1)])
        raise errors.HomeError(f"bad login: {spelled(play.config.password.reveal())} was refused")

    spells.schema = NAMED
    commands = (
        ["run", "-vv"],
        ["--json", "run"],
        ["preview", "-s", "f", "-vv"],
        ["journal", "events", "--json"],
    )
    said = everything_said(household, capsys, commands)
    assert "was refused" in said
    assert canary not in said
    nowhere_in(household.root, canary)

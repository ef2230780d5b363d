"""A plugin that says its secret aloud, raises it, prints it or logs it: nobody sees it."""

import json
import logging
import sys
import urllib.parse

import pytest
from secrecy import NAMED, everything_said, keep, named, nowhere_in

from hygge_core import errors


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

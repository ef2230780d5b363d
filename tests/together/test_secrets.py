"""A secret is used and is seen nowhere: not in what is said, not in what is kept."""

import os

import pytest
from secrecy import NAMED, PROJECT, everything_said, keep, named, nowhere_in

from hygge_core import errors, secrets
from hygge_core.engine.world import World
from hygge_core.jsons import to_json


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

"""Every identity over TLS with an authority of the test's own, from TOML to rows, and its check."""

import logging
import os
import time

import polars as pl
import pytest
from azure.core.pipeline.transport import HttpTransport
from dfs.identity import IdentityServer, People
from lakes import PLUGINS, Mover, issued

from hygge_adls import auth
from hygge_adls.lake import retries
from hygge_core.engine.world import World
from hygge_core.records import Opened

ROWS = pl.DataFrame({"id": [1, 2, 3]})
FAKE_AZ = """#!/bin/sh
{says}
"""


@pytest.fixture(autouse=True)
def nobody_is_signed_in(monkeypatch, tmp_path):
    """No identity of the machine that the tests run on is found, and no tool that has one."""
    auth._made.clear()
    for name in list(os.environ):
        if name.startswith(("AZURE_", "IDENTITY_", "MSI_")):
            monkeypatch.delenv(name)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    yield
    auth._made.clear()


@pytest.fixture
def authority(secure_dfs, certificates):
    people = People(tenant=secure_dfs.door.tenant, clients={"robot": "a secret"})
    with IdentityServer(secure_dfs.tokens, people, tls=certificates.context) as server:
        yield server


@pytest.fixture
def machine(authority, monkeypatch):
    """This machine has managed identities."""
    for name, value in authority.machine().items():
        monkeypatch.setenv(name, value)
    return authority


@pytest.fixture
def table(secure_dfs, certificates):
    """The table of a store, but for how it signs in."""

    def table(**told):
        place = {"account_url": secure_dfs.secure_url, "filesystem": "lake", "path": "out/orders"}
        return {**place, "ca_bundle": str(certificates.ca), **told}

    return table


@pytest.fixture
def principal(authority, monkeypatch):
    def principal(secret="a secret", **told):
        monkeypatch.setenv("ROBOT_SECRET", secret)
        return {
            "auth": "service_principal",
            "tenant_id": authority.people.tenant,
            "client_id": "robot",
            "client_secret": {"env": "ROBOT_SECRET"},
            "authority": authority.secure_url,
            **told,
        }

    return principal


@pytest.fixture
def az(tmp_path):
    """An Azure CLI that says what it is told to."""

    def az(says):
        tool = tmp_path / "bin" / "az"
        tool.write_text(FAKE_AZ.format(says=says))
        tool.chmod(0o755)

    return az


def token_of(secure_dfs) -> str:
    token = secure_dfs.tokens.issue()
    told = f'"accessToken": "{token}", "expires_on": 4102444800, "expiresOn": "2100-01-01 00:00:00"'
    return f'echo \'{{{told}, "tokenType": "Bearer"}}\''


@pytest.fixture
def moves(secure_dfs, tmp_path):
    """Rows go to the lake and come back, all of it as this table says."""

    def moves(table):
        lake = Mover(secure_dfs, tmp_path)
        lake.table = lambda **told: {**table, **told}
        assert lake.store(ROWS).outcome == "complete"
        assert lake.rows().equals(ROWS)

    return moves


def test_a_managed_identity_moves_rows(moves, table, machine):
    moves(table(auth="managed_identity"))
    assert len(machine.asked) == 1


def test_an_app_services_identity_moves_rows(moves, table, authority, monkeypatch):
    for name, value in authority.app_service().items():
        monkeypatch.setenv(name, value)
    moves(table(auth="managed_identity"))


def test_a_service_principal_moves_rows(moves, table, principal):
    moves(table(**principal()))


def test_the_default_chain_finds_the_identity_that_is_there(moves, table, machine):
    moves(table(auth="default"))


def test_who_is_signed_in_at_the_azure_cli_moves_rows(moves, table, az, secure_dfs):
    az(token_of(secure_dfs))
    moves(table(auth="cli"))


def test_a_callable_of_a_notebook_moves_rows(moves, table, secure_dfs):
    issued[:] = [secure_dfs.tokens.issue()]
    moves(table(auth="token", token="lakes:token"))


# --- what hygge check says -----------------------------------------------------------------------


@pytest.fixture
def wrong(tmp_path):
    """The first thing that is wrong with a store."""

    def wrong(table):
        opened = Opened(type="adls", table=table)
        with World(PLUGINS, root=tmp_path) as world, world.store(opened) as store:
            return next(each for each in store.check() if each[1] != "ok")

    return wrong


def test_a_sound_lake_is_sound_for_an_identity_too(table, machine, tmp_path):
    opened = Opened(type="adls", table=table(auth="managed_identity"))
    with World(PLUGINS, root=tmp_path) as world, world.store(opened) as store:
        assert [result for _, result, _ in store.check()] == ["ok"] * 4


def test_nobody_signed_in_is_told_way_by_way_with_what_to_run(
    wrong, table, machine, monkeypatch, capfd
):
    machine.people.managed = set()
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # as in a process of hygge's
    what, result, fix = wrong(table(auth="default"))
    assert what == "default signs in"
    assert "nobody is signed in: environment variables: " in result
    assert "managed identity: " in result
    assert "az login: Azure CLI not found on path" in result
    assert capfd.readouterr().err == ""
    assert "\n" not in result
    assert fix.startswith("run: az login; or set AZURE_TENANT_ID")


def test_a_machine_without_an_identity_is_told(wrong, table, machine):
    machine.people.managed = set()
    _, result, fix = wrong(table(auth="managed_identity"))
    assert "ManagedIdentityCredential" in result
    assert "managed identity" in fix


@pytest.mark.parametrize(
    ("says", "fix"),
    [
        (None, "install the Azure CLI"),
        ("echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1", "run: az login"),
        (
            "echo 'ERROR: AADSTS700082: The refresh token has expired.' >&2; exit 1",
            "the sign-in has ended; run: az login",
        ),
    ],
)
def test_a_missing_or_expired_sign_in_at_the_azure_cli_says_what_to_run(
    wrong, table, az, says, fix
):
    if says:
        az(says)
    what, _, told = wrong(table(auth="cli"))
    assert what == "cli signs in"
    assert fix in told


@pytest.mark.parametrize(
    ("told", "result", "fix"),
    [
        ({"tenant_id": "elsewhere"}, "AADSTS90002", "no such tenant: look at tenant_id"),
        ({"client_id": "nobody"}, "AADSTS700016", "client_id is not known in this tenant"),
        ({"secret": "another"}, "AADSTS7000215", "the client secret is wrong"),
    ],
)
def test_a_wrong_tenant_client_or_secret_is_told(wrong, table, principal, told, result, fix):
    what, said, hint = wrong(table(**principal(**told)))
    assert what == "service_principal signs in"
    assert result in said
    assert fix in hint


def test_a_token_of_another_tenant_or_one_that_has_ended_is_told(wrong, table, secure_dfs):
    issued[:] = [secure_dfs.tokens.issue(seconds=-1)]
    what, result, fix = wrong(table(auth="token", token="lakes:token"))
    assert "hierarchical namespace" in what
    assert "InvalidAuthenticationInfo" in result
    assert "tenant_id" in fix


def test_a_missing_role_is_told_with_the_role_to_give(wrong, table, machine):
    machine.people.role = "reader"
    what, _, fix = wrong(table(auth="managed_identity"))
    assert "out/orders can be written" in what
    assert "Storage Blob Data Contributor" in fix


def test_a_certificate_that_is_not_trusted_is_told_at_once(wrong, table, monkeypatch):
    slept = []
    monkeypatch.setattr(HttpTransport, "sleep", lambda _, seconds: slept.append(seconds))
    key = {"auth": "key", "key": {"env": "HYGGE_TEST_LAKE_KEY"}}
    told = {name: value for name, value in table(**key).items() if name != "ca_bundle"}
    _, result, fix = wrong(told)
    assert "CERTIFICATE" in result.upper()
    assert "ca_bundle" in fix
    assert slept == []


def test_a_signature_that_has_ended_is_told_before_anything_is_asked(wrong, table, monkeypatch):
    monkeypatch.setenv("SAS", "sv=2023-01-03&se=2024-01-01T00%3A00%3A00Z&sp=rlwcd&sig=c2VjcmV0")
    with pytest.raises(Exception, match="ended at 2024-01-01T00:00:00Z") as ended:
        wrong(table(auth="sas", sas={"env": "SAS"}))
    assert ended.value.exit_code == 4
    assert "c2VjcmV0" not in str(ended.value)


def test_a_name_that_nobody_knows_is_told(wrong, table):
    key = {"auth": "key", "key": {"env": "HYGGE_TEST_LAKE_KEY"}}
    what, _, fix = wrong(table(**key, account_url="https://contoso.dfs.core.invalid"))
    assert what == "contoso.dfs.core.invalid can be reached"
    assert "DNS" in fix


def test_a_service_that_never_answers_has_failed_after_five_times_the_patience(dfs, tmp_path):
    held = dfs.faults.add(operation="access_control", hold=True, times=None)
    lake = Mover(dfs, tmp_path, path="out/orders", read_seconds=0.2)
    began = time.monotonic()
    result = lake.store(ROWS)
    held.release()
    assert result.failure.transient
    assert time.monotonic() - began >= 2 * retries.ATTEMPTS * 0.2  # the run tries it all twice
    assert len(dfs.log.select(operation="access_control")) == 2 * retries.ATTEMPTS

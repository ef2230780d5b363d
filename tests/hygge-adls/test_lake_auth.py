"""Signing in, with real credentials against a local identity server, over TLS where it must be."""

import threading
from datetime import UTC, datetime

import pytest
from lakes import issued

from hygge_adls import auth
from hygge_adls.account import Account
from hygge_adls.settings.connections import AdlsConnection, OneLakeConnection
from hygge_adls.settings.kinds import OneLakeStoreConfig
from hygge_core import secrets
from hygge_core.config import structure
from hygge_core.errors import AuthError, ConfigError, StoreError

LIVE = "https://contoso.dfs.core.windows.net"
ID = "b1218984-0000-4000-8000-000000000001"


@pytest.fixture(autouse=True)
def nobody_is_signed_in():
    auth._made.clear()
    yield
    auth._made.clear()


@pytest.fixture
def at(real_names):
    """Opens an account with a real host name, and looks at a file in it."""
    opened = []

    def at(**told):
        config = structure(AdlsConnection, {"account_url": LIVE, **told})
        opened.append(Account(config, transport=real_names))
        return opened[-1].lake("lake")

    yield at
    for account in opened:
        account.close()


def test_a_managed_identity_is_asked_once_for_all_that_use_it(at, identity, monkeypatch):
    for name, value in identity.machine().items():
        monkeypatch.setenv(name, value)
    for _ in range(3):
        assert at(auth="managed_identity").entry("a") is None
    assert len(identity.asked) == 1
    assert len(auth._made) == 1


@pytest.mark.parametrize("way", ["managed_identity", "default"])
def test_a_user_assigned_identity_is_asked_for_by_its_id(at, identity, monkeypatch, way):
    for name, value in {**identity.machine(), "AZURE_TOKEN_CREDENTIALS": "prod"}.items():
        monkeypatch.setenv(name, value)
    identity.people.managed = {"robot-7"}
    assert at(auth=way, client_id="robot-7").entry("a") is None
    with pytest.raises(AuthError) as unknown:
        at(auth=way, client_id="robot-8").entry("a")
    assert "managed identity" in unknown.value.hint


def principal(identity, certificates, **told):
    return {
        "auth": "service_principal",
        "tenant_id": identity.people.tenant,
        "client_id": "robot",
        "client_secret": {"env": "ROBOT_SECRET"},
        "authority": identity.secure_url,
        "ca_bundle": str(certificates.ca),
        **told,
    }


def test_a_service_principal_signs_in_over_tls(at, identity, certificates, monkeypatch):
    monkeypatch.setenv("ROBOT_SECRET", "a secret")
    assert at(**principal(identity, certificates)).entry("a") is None
    assert any(path.endswith("/oauth2/v2.0/token") for path, _ in identity.asked)


def test_a_wrong_secret_is_told_with_what_to_do_and_not_shown(
    at, identity, certificates, monkeypatch
):
    monkeypatch.setenv("ROBOT_SECRET", "the wrong one")
    with pytest.raises(AuthError, match="AADSTS7000215") as wrong:
        at(**principal(identity, certificates)).entry("a")
    assert "secret is wrong" in wrong.value.hint
    assert "the wrong one" not in str(wrong.value)
    with pytest.raises(AuthError, match="AADSTS700016"):
        at(**principal(identity, certificates, client_id="nobody")).entry("a")


def test_a_callable_gives_tokens_and_is_asked_again_when_one_has_ended(at, dfs):
    issued[:] = [dfs.tokens.issue()]
    lake = at(auth="token", token="lakes:token")
    assert lake.entry("a") is None
    dfs.tokens.revoke(issued[-1])
    issued.append(dfs.tokens.issue())
    lake.upload("a", b"x")
    assert lake.entry("a").bytes == 1


def test_a_token_that_ends_in_the_middle_of_an_upload_is_replaced(at, dfs, tmp_path):
    issued[:] = [dfs.tokens.issue()]
    lake = at(auth="token", token="lakes:token")
    path = tmp_path / "large"
    path.write_bytes(b"x" * (9 << 20))
    fault = dfs.faults.add(operation="append", nth=2, hold=True)

    def expire():
        fault.reached.wait(60)
        dfs.tokens.revoke(issued[-1])
        issued.append(dfs.tokens.issue())
        fault.release()

    thread = threading.Thread(target=expire)
    thread.start()
    lake.upload("large", path)
    thread.join()
    assert lake.entry("large").bytes == 9 << 20
    assert dfs.log.select(status=401)


def test_a_callable_that_fails_or_is_not_there_is_told(at, tmp_path, monkeypatch):
    issued[:] = []
    with pytest.raises(AuthError, match="gave no token"):
        at(auth="token", token="lakes:token").entry("a")
    for odd in (7, "", (), ("t", datetime(2026, 12, 1, tzinfo=UTC)), ("t", 1, 2)):
        issued[:] = [odd]
        with pytest.raises(AuthError, match=r"gave .*: expected a token, or a token and when"):
            at(auth="token", token="lakes:token").entry("a")
    with pytest.raises(ConfigError, match="cannot be found"):
        at(auth="token", token="lakes:nowhere")
    (tmp_path / "unsound_tokens.py").write_text("import os\nkey = os.environ['NOT_SET_HERE']\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match=r"cannot be found.*NOT_SET_HERE"):
        at(auth="token", token="unsound_tokens:get")


def test_a_reader_may_read_and_not_write(at, dfs):
    issued[:] = [dfs.tokens.issue("reader")]
    lake = at(auth="token", token="lakes:token")
    assert lake.entry("a") is None
    with pytest.raises(AuthError) as forbidden:
        lake.upload("a", b"x")
    assert "Contributor" in forbidden.value.hint


def test_a_token_for_another_service_is_refused(at, dfs):
    issued[:] = [dfs.tokens.issue(audience="https://api.fabric.microsoft.com")]
    with pytest.raises(AuthError):
        at(auth="token", token="lakes:token").entry("a")


def test_a_shared_access_signature_signs_renames_too_and_is_never_shown(dfs, monkeypatch):
    monkeypatch.setenv("LAKE_SAS", "?sv=2023-01-03&sp=rlwcd&sig=c2VjcmV0%3D")
    dfs.door.signatures = {"c2VjcmV0="}
    told = {"account_url": dfs.url, "auth": "sas", "sas": {"env": "LAKE_SAS"}}
    account = Account(structure(AdlsConnection, told))
    lake = account.lake("lake")
    lake.upload("a", b"x")
    lake.rename("a", "b/c")
    assert lake.entry("b/c").bytes == 1
    dfs.stop()
    with pytest.raises(StoreError) as dead:
        lake.entry("a")
    account.close()
    assert "c2VjcmV0" not in secrets.scrub(str(dead.value))


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        (LIVE, {"contoso.dfs.core.windows.net", "contoso.blob.core.windows.net"}),
        (
            "https://contoso.dfs.core.chinacloudapi.cn",
            {"contoso.dfs.core.chinacloudapi.cn", "contoso.blob.core.chinacloudapi.cn"},
        ),
        (
            "https://onelake.dfs.fabric.microsoft.com",
            {"onelake.dfs.fabric.microsoft.com", "onelake.blob.fabric.microsoft.com"},
        ),
        ("https://lake.contoso.example/", {"lake.contoso.example"}),
    ],
)
def test_every_cloud_and_every_endpoint_of_ones_own_is_dialled_by_its_names(
    at, dfs, real_names, url, hosts
):
    issued[:] = [dfs.tokens.issue()]
    lake = at(auth="token", token="lakes:token", account_url=url)
    lake.upload("a", b"x")
    assert lake.entry("a").bytes == 1
    assert lake.read("a") == b"x"
    assert set(real_names.hosts) == hosts


def test_a_token_never_travels_without_tls():
    with pytest.raises(ConfigError, match="without TLS"):
        Account(structure(AdlsConnection, {"account_url": "http://localhost:1", "auth": "cli"}))


def test_tls_with_an_authority_of_ones_own(secure_dfs, certificates, monkeypatch):
    told = {"account_url": secure_dfs.secure_url, "auth": "key", "key": {"env": "KEY"}}
    monkeypatch.setenv("KEY", secure_dfs.key)
    account = Account(structure(AdlsConnection, {**told, "ca_bundle": str(certificates.ca)}))
    assert account.lake("lake").entry("a") is None
    account.close()
    distrusting = Account(structure(AdlsConnection, told))
    with pytest.raises(StoreError) as untrusted:
        distrusting.lake("lake").entry("a")
    distrusting.close()
    assert "ca_bundle" in untrusted.value.hint


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"auth": "key"}, "needs key"),
        ({"auth": "sas"}, "needs sas"),
        ({"auth": "service_principal", "tenant_id": "t"}, "needs client_id"),
        ({"auth": "cli", "key": {"env": "K"}}, "key is for auth"),
        ({"auth": "cli", "client_id": "robot"}, "client_id is for auth"),
        ({"auth": "default", "tenant_id": "t"}, "tenant_id is for auth"),
        ({"auth": "anyhow"}, "anyhow"),
        ({"account_url": "contoso"}, "account_url"),
        ({"account_url": LIVE.replace(".dfs.", ".blob.")}, f"endpoint '{LIVE}', found that for"),
        ({"account_url": f"{LIVE}/raw"}, f"expected '{LIVE}', for the container"),
    ],
)
def test_a_sign_in_that_cannot_be_is_a_mistake_in_the_configuration(told, problem):
    with pytest.raises(ConfigError, match=problem):
        structure(AdlsConnection, {"account_url": LIVE, **told})


def test_onelake_hears_no_keys_and_needs_no_url():
    assert structure(OneLakeConnection, {}).account_url.startswith("https://onelake.dfs.fabric")
    with pytest.raises(ConfigError):
        structure(OneLakeConnection, {"auth": "key"})


@pytest.mark.parametrize(("workspace", "item"), [("Sales", ID), (ID, "Raw.Lakehouse")])
def test_onelake_takes_two_ids_or_two_names_and_names_with_spaces(workspace, item):
    for told in (
        {"workspace": ID, "item": ID},
        {"workspace": "My Team", "item": "My Raw.Lakehouse"},
    ):
        assert structure(OneLakeStoreConfig, told).container == told["workspace"]
    with pytest.raises(ConfigError, match="OneLake takes ids for both, or names for both"):
        structure(OneLakeStoreConfig, {"workspace": workspace, "item": item})

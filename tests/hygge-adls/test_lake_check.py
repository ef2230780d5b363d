"""``hygge check`` says what is wrong between here and the lake, and what to do about it."""

import subprocess
import sys

import pytest
from lakes import PLUGINS, account_at, issued, sign_in

from hygge_adls import auth
from hygge_adls.account import Account
from hygge_adls.settings.connections import AdlsConnection
from hygge_core.config import structure
from hygge_core.engine.world import World
from hygge_core.errors import StoreError
from hygge_core.records import Opened


@pytest.fixture
def check(dfs, tmp_path):
    """What the store finds; the first thing that is wrong, or ``None``."""

    def check(**told):
        table = {**sign_in(dfs), "filesystem": "lake", "path": "out/orders", **told}
        opened = Opened(type="adls", table=table)
        with World(PLUGINS, root=tmp_path) as world, world.store(opened) as store:
            return next((each for each in store.check() if each[1] != "ok"), None)

    return check


def test_a_sound_lake_is_written_to_and_left_as_it_was(check, dfs):
    assert check() is None
    assert dfs.files("lake") == {}


@pytest.mark.parametrize("proxy", ["", "http://127.0.0.1:9"])
def test_a_host_that_is_not_there_is_named(check, monkeypatch, proxy):
    """Hosts that ``NO_PROXY`` names, and those of another scheme, are asked without a proxy."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    what, result, fix = check(account_url="http://127.0.0.1:9")
    assert "can be reached" in what
    assert "Connection refused" in result
    assert "account_url" in fix


def test_a_missing_filesystem_is_told(check):
    _, result, fix = check(filesystem="nowhere")
    assert "nowhere" in result
    assert "filesystem" in fix


def test_a_flat_account_is_told(check, dfs):
    dfs.manners.flat = True
    what, result, fix = check()
    assert "hierarchical namespace" in what
    assert "hns-migration" in fix
    assert "half done" in result


def test_a_path_that_may_not_be_written_names_the_role(check, dfs):
    dfs.faults.add(operation="create", status=403, code="AuthorizationPermissionMismatch")
    what, _, fix = check()
    assert "out/orders can be written" in what
    assert "Storage Blob Data Contributor" in fix


def test_an_account_key_that_is_not_the_accounts_is_told(check, dfs):
    dfs.manners.verify_keys = True
    _, result, fix = check()
    assert "AuthenticationFailed" in result
    assert "auth" in fix


@pytest.mark.parametrize(
    ("audience", "seconds"), [("https://storage.azure.com", -1.0), ("https://example.com", 60.0)]
)
def test_an_expired_token_and_one_for_somebody_else_are_told(real_names, dfs, audience, seconds):
    issued[:] = [dfs.tokens.issue(audience=audience, seconds=seconds)]
    told = {"account_url": "https://contoso.dfs.core.windows.net", "auth": "token"}
    account = Account(
        structure(AdlsConnection, {**told, "token": "lakes:token"}), transport=real_names
    )
    with pytest.raises(Exception, match="InvalidAuthenticationInfo") as refused:
        account.require_hierarchy("lake")
    account.close()
    assert "auth" in refused.value.hint


@pytest.mark.parametrize(
    ("status", "code", "advice"),
    [
        (404, "ArtifactNotFound", "the item (of a mirror: `mirror_name`)"),
        (404, "CapacityNotActive", "resume the Fabric capacity"),
        (400, "FriendlyNameSupportDisabled", "write the ids"),
    ],
)
def test_an_item_that_onelake_does_not_know_is_no_file_that_is_not_there(dfs, status, code, advice):
    dfs.faults.add(status=status, code=code, times=None)
    with account_at(dfs) as account:
        lake = account.lake("lake")
        for look in (lake.entry, lake.folder_etag, lake.read, lambda path: list(lake.list(path))):
            with pytest.raises(StoreError) as refused:
                look("Sales.Lakehouse/Files/a")
            assert advice in refused.value.hint


def test_nothing_of_azure_is_imported_before_a_connection_is_opened():
    code = (
        "import sys; from hygge_core import plugins; p = plugins.load();"
        "[p.kinds(offer) for offer in ('home', 'store', 'journal', 'connection')];"
        "print([name for name in sys.modules if name.split('.')[0] in"
        " ('azure', 'polars', 'pyarrow', 'requests')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_identity_that_gives_no_token_is_told_at_the_connection(real_names, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # no host is looked for by itself
    auth._made.clear()
    issued[:] = []
    told = {"account_url": "https://contoso.dfs.core.windows.net", "auth": "token"}
    account = Account(
        structure(AdlsConnection, {**told, "token": "lakes:token"}), transport=real_names
    )
    findings = [each for each in account.check() if "signs in" in each[0]]
    account.close()
    ((what, result, _),) = findings
    assert what == "token signs in"
    assert "gave no token" in result

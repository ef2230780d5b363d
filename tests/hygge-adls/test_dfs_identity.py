"""The server's word on where tokens come from: identities of the cloud, and OneLake's names."""

from __future__ import annotations

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.identity import (
    ClientSecretCredential,
    DefaultAzureCredential,
    ManagedIdentityCredential,
)
from azure.storage.filedatalake import (
    FileSystemClient,
)
from dfs import Certificates, DfsServer, IdentityServer
from dfs.asking import code, why, written
from dfs.fixtures import Connect, Fixed
from dfs.transport import ToServer

REAL = "https://hyggelake.dfs.core.windows.net"
WORKSPACE = "https://onelake.dfs.fabric.microsoft.com"
SCOPE = "https://storage.azure.com/.default"


class TestIdentity:
    @pytest.fixture
    def alone(self, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
        """No identity but the test's own."""
        for name in ("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID"):
            monkeypatch.delenv(name, raising=False)
        return monkeypatch

    def opens(self, credential, dfs: DfsServer, connect: Connect) -> bool:
        service = connect(REAL, credential, transport=ToServer(dfs.url))
        list(service.get_file_system_client("lake").get_paths())
        return dfs.log.select(operation="list")[-1].status == 200

    def test_a_managed_identity_gets_a_token_that_opens_and_keeps_it(
        self, alone, dfs: DfsServer, connect: Connect, identity: IdentityServer
    ) -> None:
        for name, value in identity.machine().items():
            alone.setenv(name, value)
        with ManagedIdentityCredential() as credential:
            assert self.opens(credential, dfs, connect)
            assert self.opens(credential, dfs, connect)
        ((path, asked),) = identity.asked
        assert path == "/metadata/identity/oauth2/token"
        assert asked["resource"] == "https://storage.azure.com"

    def test_so_does_the_default_chain_and_a_user_assigned_one(
        self, alone, dfs: DfsServer, connect: Connect, identity: IdentityServer
    ) -> None:
        alone.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
        identity.people.managed = {"robot"}
        for name, value in identity.machine().items():
            alone.setenv(name, value)
        with DefaultAzureCredential(managed_identity_client_id="robot") as credential:
            assert self.opens(credential, dfs, connect)
        with (
            ManagedIdentityCredential(client_id="stranger") as credential,
            pytest.raises(ClientAuthenticationError),
        ):
            credential.get_token(SCOPE)

    def test_app_service_has_its_own_way(
        self, alone, dfs: DfsServer, connect: Connect, identity: IdentityServer
    ) -> None:
        for name, value in identity.app_service().items():
            alone.setenv(name, value)
        with ManagedIdentityCredential() as credential:
            assert self.opens(credential, dfs, connect)
        assert identity.asked[0][0] == "/msi/token"

    def test_a_failing_endpoint_is_told_as_no_response(
        self, alone, identity: IdentityServer
    ) -> None:
        identity.people.fails = 400
        for name, value in identity.machine().items():
            alone.setenv(name, value)
        with (
            ManagedIdentityCredential() as credential,
            pytest.raises(ClientAuthenticationError, match="ManagedIdentityCredential"),
        ):
            credential.get_token(SCOPE)

    @pytest.mark.parametrize(
        ("tenant", "client", "secret", "told"),
        [
            ("", "robot", "a secret", ""),
            ("", "robot", "wrong", "AADSTS7000215"),
            ("", "stranger", "a secret", "AADSTS700016"),
            ("elsewhere", "robot", "a secret", "AADSTS90002"),
        ],
    )
    def test_a_service_principal_proves_itself_over_tls(
        self,
        dfs: DfsServer,
        connect: Connect,
        identity: IdentityServer,
        certificates: Certificates,
        tenant: str,
        client: str,
        secret: str,
        told: str,
    ) -> None:
        with ClientSecretCredential(
            tenant or identity.people.tenant,
            client,
            secret,
            authority=identity.secure_url,
            disable_instance_discovery=True,
            connection_verify=str(certificates.ca),
        ) as credential:
            if not told:
                assert self.opens(credential, dfs, connect)
                return
            with pytest.raises(ClientAuthenticationError, match=told):
                credential.get_token(SCOPE)


class TestOneLake:
    @pytest.fixture
    def workspace(self, dfs: DfsServer, connect: Connect, real_names: ToServer):
        dfs.manners.onelake = True
        dfs.seed("lake", {"db.Lakehouse/Files": None, "db.Lakehouse/Tables": None})
        service = connect(WORKSPACE, Fixed(dfs.tokens.issue()), transport=real_names)
        return service.get_file_system_client("lake")

    def test_below_the_managed_folders_everything_goes(
        self, workspace: FileSystemClient, dfs: DfsServer, real_names: ToServer
    ) -> None:
        written(workspace, "db.Lakehouse/Files/t/_1")
        file = workspace.get_file_client("db.Lakehouse/Files/t/_1")
        file.rename_file("lake/db.Lakehouse/Files/t/1")
        assert workspace.get_file_client("db.Lakehouse/Files/t/1").exists()
        workspace.delete_directory("db.Lakehouse/Files/t")
        assert dfs.paths("lake")[1:] == ["db.Lakehouse/Files/", "db.Lakehouse/Tables/"]
        assert set(real_names.hosts) == {
            "onelake.dfs.fabric.microsoft.com",
            "onelake.blob.fabric.microsoft.com",
        }

    def test_the_first_two_levels_belong_to_fabric(
        self, workspace: FileSystemClient, connect: Connect
    ) -> None:
        written(workspace, "db.Lakehouse/Files/f")
        folder = workspace.get_directory_client("db.Lakehouse/Files")
        for forbidden in (
            lambda: workspace.create_directory("db2.Lakehouse"),
            lambda: workspace.create_directory("db.Lakehouse/New"),
            lambda: workspace.create_file("db.Lakehouse/f"),
            lambda: folder.rename_directory("lake/db.Lakehouse/Files/x/y"),
            lambda: workspace.get_file_client("db.Lakehouse/Files/f").rename_file("lake/f"),
            folder.delete_directory,
            workspace.create_file_system,
            workspace.delete_file_system,
        ):
            with pytest.raises(HttpResponseError) as refused:
                forbidden()
            assert code(refused.value) == (400, "OperationNotAllowedOnThePath")
        with pytest.raises(HttpResponseError) as missing:
            workspace.create_file("other.Lakehouse/Files/f")
        assert code(missing.value) == (404, "PathNotFound")

    def test_rights_cannot_be_set_and_what_is_not_heard_is_named(
        self, workspace: FileSystemClient, dfs: DfsServer
    ) -> None:
        heard = []
        file = workspace.get_file_client("db.Lakehouse/Files/f")
        file.create_file(
            permissions="rwxrwxrwx",
            raw_response_hook=lambda response: heard.append(response.http_response.headers),
        )
        assert heard[0]["x-ms-rejected-headers"] == "x-ms-permissions"
        assert file.get_access_control()["permissions"] == "---------"
        with pytest.raises(HttpResponseError) as refused:
            file.set_access_control(owner="me")
        assert refused.value.status_code == 400

    def test_account_keys_open_nothing(self, workspace, dfs: DfsServer, connect: Connect) -> None:
        assert why(connect().get_file_system_client("lake")) == (
            401,
            "NoAuthenticationInformation",
        )

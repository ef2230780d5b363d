"""The server's word on who comes in: keys, signatures, tokens and where tokens come from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, quote

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.identity import (
    ClientSecretCredential,
    DefaultAzureCredential,
    ManagedIdentityCredential,
)
from azure.storage.filedatalake import (
    DirectorySasPermissions,
    FileSystemClient,
    FileSystemSasPermissions,
    generate_directory_sas,
    generate_file_system_sas,
)
from dfs import Certificates, DfsServer, IdentityServer
from dfs.asking import code, raw, written
from dfs.fixtures import Connect, Fixed
from dfs.transport import ToServer

ABSENT = {"match_condition": MatchConditions.IfMissing}
REAL = "https://hyggelake.dfs.core.windows.net"
WORKSPACE = "https://onelake.dfs.fabric.microsoft.com"
SCOPE = "https://storage.azure.com/.default"


def why(lake: FileSystemClient) -> tuple[int | None, str]:
    with pytest.raises(HttpResponseError) as refused:
        list(lake.get_paths())
    return code(refused.value)


class TestKey:
    def test_signatures_are_verified_where_that_is_wished(
        self, dfs: DfsServer, connect: Connect
    ) -> None:
        dfs.manners.verify_keys = True
        lake = connect().get_file_system_client("lake")
        file = written(lake, "day=1/a b é.csv")
        file.download_file(offset=1, length=1).readall()
        file.rename_file("lake/g", **ABSENT)
        assert [path.name for path in lake.get_paths(max_results=1)] == ["day=1", "g"]
        lake.delete_file("g")

    def test_a_wrong_key_is_refused_only_then(self, dfs: DfsServer, connect: Connect) -> None:
        wrong = connect(credential={"account_name": "hyggelake", "account_key": "d3Jvbmc="})
        lake = wrong.get_file_system_client("lake")
        assert list(lake.get_paths()) == []
        dfs.manners.verify_keys = True
        with pytest.raises(ClientAuthenticationError) as refused:
            list(lake.get_paths())
        assert code(refused.value) == (403, "AuthenticationFailed")

    def test_nobody_is_asked_who_they_are(self, dfs: DfsServer) -> None:
        answer = raw(dfs, "HEAD", "/lake/f", headers={"Authorization": ""})
        assert (answer.status, answer.headers["x-ms-error-code"]) == (
            401,
            "NoAuthenticationInformation",
        )
        assert answer.headers["WWW-Authenticate"] == (
            f"Bearer authorization_uri=https://login.microsoftonline.com/{dfs.door.tenant}"
            "/oauth2/authorize resource_id=https://storage.azure.com"
        )


class TestSignature:
    def sas(self, dfs: DfsServer, permissions: str, hours: float = 1) -> str:
        return generate_file_system_sas(
            "hyggelake",
            "lake",
            dfs.key,
            permission=FileSystemSasPermissions.from_string(permissions),
            expiry=datetime.now(UTC) + timedelta(hours=hours),
        )

    def test_it_opens_what_it_permits_until_it_expires(
        self, dfs: DfsServer, connect: Connect
    ) -> None:
        lake = connect(credential=self.sas(dfs, "rwdlm")).get_file_system_client("lake")
        written(lake, "f").rename_file("lake/g")
        reader = connect(credential=self.sas(dfs, "rl")).get_file_system_client("lake")
        assert reader.get_file_client("g").download_file().readall() == b"abc"
        with pytest.raises(HttpResponseError) as refused:
            reader.delete_file("g")
        assert code(refused.value) == (403, "AuthorizationPermissionMismatch")
        dfs.clock.advance(3601)
        with pytest.raises(ClientAuthenticationError) as expired:
            list(lake.get_paths())
        assert code(expired.value) == (403, "AuthenticationFailed")

    def test_a_rename_needs_one_for_its_source(self, dfs: DfsServer) -> None:
        dfs.seed("lake", {"f": b"x"})
        sas = self.sas(dfs, "rwdlm")
        without = {"x-ms-rename-source": "/lake/f", "Authorization": ""}
        assert raw(dfs, "PUT", f"/lake/g?mode=legacy&{sas}", headers=without).status == 403
        given = {**without, "x-ms-rename-source": f"/lake/f?{sas}"}
        assert raw(dfs, "PUT", f"/lake/g?mode=legacy&{sas}", headers=given).status == 201

    def test_only_known_ones_are_good_where_that_is_wished(
        self, dfs: DfsServer, connect: Connect
    ) -> None:
        dfs.door.signatures = set()
        lake = connect(credential=self.sas(dfs, "rl")).get_file_system_client("lake")
        assert why(lake) == (403, "AuthenticationFailed")

    def test_no_log_ever_holds_one(self, dfs: DfsServer, connect: Connect) -> None:
        sas = generate_directory_sas(
            "hyggelake",
            "lake",
            "d",
            dfs.key,
            permission=DirectorySasPermissions(read=True, write=True, move=True),
            expiry=datetime.now(UTC) + timedelta(hours=1),
        )
        lake = connect(credential=sas).get_file_system_client("lake")
        written(lake, "f").rename_file("lake/g")
        (secret,) = parse_qs(sas)["sig"]
        logged = "".join(map(repr, dfs.log))
        assert secret not in logged
        assert quote(secret, safe="") not in logged
        list(connect().get_file_system_client("lake").get_paths())
        assert dfs.log.select(operation="list")[-1].headers["authorization"] == "SharedKey"


class TestToken:
    @pytest.fixture
    def names(self, connect: Connect, real_names: ToServer):
        def client(token: str) -> FileSystemClient:
            service = connect(REAL, Fixed(token), transport=real_names)
            return service.get_file_system_client("lake")

        return client

    def test_the_sdk_sends_none_over_plain_http(self, dfs: DfsServer, connect: Connect) -> None:
        with pytest.raises(ValueError, match="only supported with HTTPS"):
            connect(credential=Fixed(dfs.tokens.issue()))

    def test_over_tls_it_opens_and_so_do_real_names(
        self, secure_dfs: DfsServer, connect: Connect, certificates: Certificates, dfs, names
    ) -> None:
        credential = Fixed(secure_dfs.tokens.issue())
        secure = connect(secure_dfs.secure_url, credential, connection_verify=str(certificates.ca))
        for lake in (secure.get_file_system_client("lake"), names(dfs.tokens.issue())):
            assert written(lake, "f").download_file().readall() == b"abc"

    def test_it_expires_in_the_middle_and_a_new_one_goes_on(
        self, dfs: DfsServer, connect: Connect, real_names: ToServer
    ) -> None:
        credential = Fixed(dfs.tokens.issue(seconds=60))
        file = connect(REAL, credential, transport=real_names).get_file_client("lake", "f")
        file.create_file()
        dfs.clock.advance(61)
        with pytest.raises(ClientAuthenticationError) as expired:
            file.append_data(b"abc", 0, 3)
        assert code(expired.value) == (401, "InvalidAuthenticationInfo")
        credential.token = dfs.tokens.issue()
        file.append_data(b"abc", 0, 3)
        file.flush_data(3)
        assert dfs.files("lake") == {"f": b"abc"}

    @pytest.mark.parametrize("token", ["never issued", "revoked", "for another audience"])
    def test_one_that_is_not_good_is_refused_with_a_challenge(
        self, dfs: DfsServer, names, token: str
    ) -> None:
        if token == "revoked":
            token = dfs.tokens.issue()
            dfs.tokens.revoke(token)
        if token == "for another audience":
            token = dfs.tokens.issue(audience="https://api.fabric.microsoft.com")
        assert why(names(token)) == (401, "InvalidAuthenticationInfo")
        assert len(dfs.log) == 2, "the SDK heard the challenge and asked for a token again"

    def test_a_role_that_is_missing_is_403(self, dfs: DfsServer, names) -> None:
        assert why(names(dfs.tokens.issue("none"))) == (403, "AuthorizationPermissionMismatch")
        reader = names(dfs.tokens.issue("reader"))
        assert list(reader.get_paths()) == []
        with pytest.raises(HttpResponseError) as refused:
            reader.create_directory("d")
        assert code(refused.value) == (403, "AuthorizationPermissionMismatch")


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

"""The server's word on who comes in: keys, signatures and tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, quote

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.storage.filedatalake import (
    DirectorySasPermissions,
    FileSystemClient,
    FileSystemSasPermissions,
    generate_directory_sas,
    generate_file_system_sas,
)
from dfs import Certificates, DfsServer
from dfs.asking import code, raw, why, written
from dfs.fixtures import Connect, Fixed
from dfs.transport import ToServer

ABSENT = {"match_condition": MatchConditions.IfMissing}
REAL = "https://hyggelake.dfs.core.windows.net"


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

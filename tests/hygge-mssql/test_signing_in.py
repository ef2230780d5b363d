"""How hygge signs in: what the driver is told, Entra's tokens, and certificates."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from project import Project
from tds.certificates import Certificates
from tds.server import TdsServer

from hygge_core.config import structure
from hygge_mssql.server import auth, driver
from hygge_mssql.settings.connections import MssqlConnectionConfig

READ = """
[flows.read]
home = { type = "mssql", connection = "sql", table = "dbo.source" }
store = { type = "parquet", path = "lake" }
"""
SQL_SCOPE = "https://database.windows.net/.default"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def secure(certificates: Certificates, tmp_path: Path) -> Iterator[Project]:
    with TdsServer(tls=certificates.context, tls_required=True) as server:
        server.execute("CREATE TABLE dbo.source ([id] int)")
        server.execute("INSERT INTO dbo.source VALUES (1)")
        made = Project(tmp_path, server)
        made.ground.table["server"] = "localhost"
        yield made


def test_a_certificate_that_nobody_trusts_is_refused(
    secure: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    secure.write(READ, encrypt="yes")
    assert secure.hygge("run") != 0
    told = capsys.readouterr().err
    assert "certificate verify failed" in told
    assert "trust_server_certificate" in told
    assert secure.hygge("check") == 1
    assert "certificate" in capsys.readouterr().out


def test_it_may_be_trusted_unseen_on_a_desk_of_ones_own(secure: Project) -> None:
    secure.write(READ, encrypt="yes", trust_server_certificate=True)
    assert secure.hygge("run") == 0
    assert secure.settled()["id"].to_list() == [1]


def test_a_certificate_names_the_server_or_what_the_connection_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    certificates = Certificates(tmp_path, "erp.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    with TdsServer(tls=certificates.context, tls_required=True) as server:
        server.execute("CREATE TABLE dbo.source ([id] int)")
        made = Project(tmp_path, server)
        made.ground.table["server"] = "localhost"
        made.write(READ, encrypt="yes")
        assert made.hygge("run") != 0
        assert "does not match host name" in capsys.readouterr().err
        made.write(READ, encrypt="yes", hostname_in_certificate="erp.example")
        assert made.hygge("run") == 0


def config(**more: Any) -> MssqlConnectionConfig:
    return structure(MssqlConnectionConfig, {"server": "sql1", "database": "ERP", **more})


def test_an_integrated_login_gives_no_name_and_no_password() -> None:
    told = driver.arguments(config(auth="integrated", port=1444, encrypt="strict"))
    assert told["Trusted_Connection"] == "yes"
    assert (told["Server"], told["Encrypt"]) == ("sql1,1444", "strict")
    assert not {"UID", "PWD", "token_provider"} & set(told)


@pytest.mark.parametrize(
    ("table", "credential"),
    [
        ({"auth": "managed_identity", "client_id": "some-id"}, "ManagedIdentityCredential"),
        ({"auth": "cli"}, "AzureCliCredential"),
        ({"auth": "default"}, "DefaultAzureCredential"),
    ],
)
def test_entra_signs_in_by_one_credential_of_its_kind(
    table: dict[str, Any], credential: str
) -> None:
    told = driver.arguments(config(**table))
    assert type(told["token_provider"]).__name__ == credential
    assert driver.arguments(config(**table))["token_provider"] is told["token_provider"]
    assert not {"UID", "PWD", "Trusted_Connection"} & set(told)


class Entra(HTTPServer):
    """A token endpoint: what it was asked for, and tokens that it gives."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), _Desk)


class _Desk(BaseHTTPRequestHandler):
    server: Entra

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        known = self.headers.get("X-IDENTITY-HEADER") == "secret-header"
        answer = {"access_token": "a-token", "expires_on": "4102444800", "resource": SQL_SCOPE}
        body = json.dumps(answer if known else {}).encode()
        self.send_response(200 if known else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *told: object) -> None:
        """Say nothing."""


@pytest.fixture
def entra() -> Iterator[Entra]:
    with Entra() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_managed_identity_gets_its_token_for_the_database(
    entra: Entra, monkeypatch: pytest.MonkeyPatch
) -> None:
    """App Service's own endpoint, which azure-identity asks where the environment names it."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{entra.server_port}/token")
    monkeypatch.setenv("IDENTITY_HEADER", "secret-header")
    monkeypatch.setattr(auth, "_made", {})
    told = driver.arguments(config(auth="managed_identity", client_id="some-id"))
    assert told["token_provider"].get_token(SQL_SCOPE).token == "a-token"
    (asked,) = entra.asked
    assert "resource=https://database.windows.net" in asked.replace("%3A", ":").replace("%2F", "/")
    assert "client_id=some-id" in asked


def test_a_service_principal_keeps_its_secret_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENT_SECRET", "hunter2")
    made = config(
        auth="service_principal",
        tenant_id="11111111-1111-1111-1111-111111111111",
        client_id="some-id",
        client_secret={"env": "CLIENT_SECRET"},
    )
    provider = driver.arguments(made)["token_provider"]
    assert type(provider).__name__ == "ClientSecretCredential"
    assert "hunter2" not in repr(made)
    assert "hunter2" not in str(driver.arguments(made))

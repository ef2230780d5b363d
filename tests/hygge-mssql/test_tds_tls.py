"""TLS as the driver's two halves ask for it, with an authority of the tests' own."""

import polars as pl
import pytest
from tds.certificates import Certificates
from tds.server import TdsServer

mssql_python = pytest.importorskip("mssql_python")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def secure(certificates):
    with TdsServer(tls=certificates.context, tls_required=True) as server:
        server.execute("CREATE TABLE t (a int)")
        yield server


def connected(server, **words):
    mssql_python.pooling(enabled=False)
    words = {"Database": "hygge", "UID": server.user, "PWD": server.password, **words}
    return mssql_python.connect(Server=f"localhost,{server.port}", autocommit=True, **words)


def test_an_unknown_authority_is_refused(secure):
    with pytest.raises(mssql_python.Error, match="certificate verify failed"):
        connected(secure, Encrypt="yes")


@pytest.mark.parametrize("encrypt", ["yes", "strict"])
def test_a_trusted_authority_is_enough_for_rows(secure, certificates, monkeypatch, encrypt):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    connection = connected(secure, Encrypt=encrypt)
    assert connection.cursor().execute("SELECT N'é' AS a").fetchval() == "é"
    connection.close()


def test_a_bulk_load_goes_through_tls_too(secure):
    connection = connected(secure, Encrypt="yes", TrustServerCertificate="yes")
    frame = pl.DataFrame({"a": range(5000)}, schema={"a": pl.Int32})
    connection.cursor().bulkcopy_arrow("[dbo].[t]", frame, timeout=0, column_mappings=["a"])
    assert secure.rows("SELECT COUNT(*), MAX(a) FROM t") == [(5000, 4999)]
    connection.close()


def test_a_server_without_tls_says_so(server):
    with pytest.raises(mssql_python.Error, match="Encryption not supported"):
        connected(server, Encrypt="yes", TrustServerCertificate="yes")

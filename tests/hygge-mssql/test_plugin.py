"""The plugin's face: what it offers, what its tables take, and that listing it loads no driver."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hygge_core.config import structure
from hygge_core.errors import ConfigError
from hygge_core.fields import Secret
from hygge_mssql import plugin
from hygge_mssql.settings.connections import MssqlConnectionConfig
from hygge_mssql.settings.kinds import MssqlHomeConfig, MssqlJournalConfig, MssqlStoreConfig

SERVER = {"server": "sql1", "database": "ERP"}


def test_listing_the_kinds_loads_no_driver_and_no_polars() -> None:
    code = (
        "import sys; from hygge_mssql import plugin as p;"
        "[list(getattr(p, name)()) for name in dir(p) if name.startswith('hygge_')];"
        "print([m for m in ('mssql_python', 'polars', 'pyarrow', 'azure') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_each_way_to_sign_in_says_what_it_needs() -> None:
    with pytest.raises(ConfigError, match="auth = 'password' needs user"):
        structure(MssqlConnectionConfig, {**SERVER, "auth": "password"})
    with pytest.raises(ConfigError, match="needs client_id"):
        structure(MssqlConnectionConfig, {**SERVER, "auth": "service_principal"})
    with pytest.raises(ConfigError, match="user is not for auth = 'default'"):
        structure(MssqlConnectionConfig, {**SERVER, "user": "sa"})
    # Its credential has no place for one: the token would be of one's own tenant.
    with pytest.raises(ConfigError, match="tenant_id is not for auth = 'default'"):
        structure(MssqlConnectionConfig, {**SERVER, "tenant_id": "elsewhere"})


@pytest.mark.parametrize(
    ("config", "key", "seconds"),
    [
        (MssqlConnectionConfig, "lock_seconds", 3e6),
        (MssqlConnectionConfig, "lock_seconds", float("inf")),
        (MssqlConnectionConfig, "connect_seconds", 2**31),
        (MssqlConnectionConfig, "query_seconds", 2**31),
        (MssqlJournalConfig, "lease_seconds", float("inf")),
        (MssqlJournalConfig, "lease_seconds", 0.0001),
        (MssqlStoreConfig, "load_seconds", 2**31),
    ],
)
def test_a_time_is_one_that_the_server_and_the_driver_can_count(
    config: type, key: str, seconds: float
) -> None:
    """A lock's and a lease's are milliseconds in an int; the others whole seconds."""
    told = SERVER if config is MssqlConnectionConfig else {"connection": "sql"}
    with pytest.raises(ConfigError, match=f"{key}: expected an? (number|integer) of at"):
        structure(config, {**told, key: seconds})


def test_a_password_is_a_secret_and_never_a_string() -> None:
    table = {**SERVER, "auth": "password", "user": "sa", "password": "plain"}
    with pytest.raises(ConfigError, match="password"):
        structure(MssqlConnectionConfig, table)
    config = structure(MssqlConnectionConfig, {**table, "password": {"env": "ERP_PASSWORD"}})
    assert config.password == Secret(env="ERP_PASSWORD")


@pytest.mark.parametrize("server", ["sql1;Uid=sa", "a{b}", "a,1433", ""])
def test_a_server_cannot_smuggle_in_another_setting(server: str) -> None:
    with pytest.raises(ConfigError, match=r"the host alone .its port is `port`., found"):
        structure(MssqlConnectionConfig, {"server": server, "database": "ERP"})


def test_a_home_reads_one_thing() -> None:
    with pytest.raises(ConfigError, match="expected one of table, query and query_file"):
        structure(MssqlHomeConfig, {"connection": "erp", "table": "a", "query": "SELECT 1"})


def test_a_column_type_cannot_smuggle_in_a_statement() -> None:
    types = {"connection": "erp", "column_types": {"a": "nvarchar(50)", "b": "decimal(18, 4)"}}
    assert structure(MssqlStoreConfig, types).column_types["b"] == "decimal(18, 4)"
    for bad in ("int); DROP TABLE t --", "int NOT NULL", "nvarchar('x')"):
        with pytest.raises(ConfigError):
            structure(MssqlStoreConfig, {"connection": "erp", "column_types": {"a": bad}})


def test_a_load_never_has_batches_that_a_column_store_would_not_compress() -> None:
    with pytest.raises(ConfigError, match="rows_per_batch"):
        structure(MssqlStoreConfig, {"connection": "erp", "rows_per_batch": 12_800})


def test_the_slots_of_an_entity_are_all_that_it_can_open() -> None:
    (home,), (store,) = plugin.hygge_homes(), plugin.hygge_stores()
    parts = {"column": "Id", "parts": 4}
    read = structure(MssqlHomeConfig, {"connection": "erp", "partition_read": parts})
    assert home.connections(read) == 5
    assert home.connections(structure(MssqlHomeConfig, {"connection": "erp"})) == 1
    load = structure(MssqlStoreConfig, {"connection": "erp", "parallel_loaders": 3})
    assert store.connections(load) == 4


def test_the_journal_beside_a_store_is_in_its_database() -> None:
    (store,) = plugin.hygge_stores()
    told = store.journal_beside(structure(MssqlStoreConfig, {"connection": "erp"}))
    assert told == {"type": "mssql", "connection": "erp"}
    assert structure(MssqlJournalConfig, {"connection": "erp"}).schema == "hygge"


def test_a_table_has_one_address_however_it_is_written() -> None:
    [home], [store] = plugin.hygge_homes(), plugin.hygge_stores()
    for written in ("Orders", "dbo.Orders", "[dbo].[Orders]"):
        assert home.address(MssqlHomeConfig(connection="erp", table=written)) == "erp:dbo.Orders"
        assert store.address(MssqlStoreConfig(connection="erp", table=written)) == "erp:dbo.Orders"
    assert store.address(MssqlStoreConfig(connection="erp", table="a.b.c")) == "erp:a.b.c"

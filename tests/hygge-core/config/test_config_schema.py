"""``hygge schema``: what editors are told agrees with what ``load`` does."""

from __future__ import annotations

import pytest
import tomli
from jsonschema import Draft7Validator

from hygge_core.config.shown.schema import json_schema

CONTRACT = """
#:schema ./.hygge/hygge.schema.json
[project]
name = "contoso"
requires = ["hygge-core>=0"]
[run]
concurrency = 8
on_error = "continue"
timeout = "2h"
[retry]
attempts = 3
max_wait = "60s"
[journal]
type = "sqlite"
path = ".hygge/journal.db"
retention = "180d"
[connections.erp]
type = "mssql"
server = "${ERP_SERVER:-localhost}"
database = "ERP"
auth = "password"
user = "reader"
password = { env = "ERP_PASSWORD" }
max_connections = 8
[defaults]
run_type = "full_drop"
[flows.erp_to_lake]
home = { type = "mssql", connection = "erp" }
store = { type = "adls", account_url = "https://x.dfs.core.windows.net", filesystem = "lake", path = "landing/{entity}" }
run_type = "incremental"
watermark = { column = "ModifiedAt", primary_key = "Id", lookback = "15m", allow_duplicates = true }
journal = { location = "custom" }
polish = { columns = { case = "snake", drop = ["*_enc"] }, mask = { Email = "sha256" } }
on_empty = "fail"
discover = { include = ["dbo.*"], exclude = ["dbo.tmp_*"], keys = "primary_key" }
tags = ["nightly"]
[flows.erp_to_lake.entities.orders]
home = { table = "dbo.Orders" }
store = { key_columns = ["Id"] }
[env.prod.flows.erp_to_lake.store]
filesystem = "prod"
"""  # noqa: E501  # as the contract has it


def test_the_contracts_example_loads_and_is_accepted(desk, editor):
    [entity] = desk.load(CONTRACT).entities
    assert entity.name == "erp_to_lake.orders"
    assert editor(CONTRACT) == []


@pytest.mark.parametrize(
    "text",
    [
        "[rum]",
        "[run]\nconcurency = 1",
        "[run]\nconcurrency = 0",
        "[run]\nconcurrency = '8'",
        "[run]\ntimeout = 5",
        "[run]\ntimeout = '5'",
        "[flows.a]\nhom = {}",
        "[flows.a.home]\ntype = 'parket'",
        "[flows.a.home]\ntype = 'parquet'\nbach_rows = 1",
        "[flows.a.home]\ntype = 'parquet'\ndialect = {}",
        "[flows.a.home]\nbach_rows = 1",
        "[flows.a.home]\ndialect = { seperator = ';' }",
        "[flows.a]\nwatermark = { lookback = '1h' }",
        "[flows.a]\nrun_type = 'append'",
        "[flows.a.entities.b]\njournal = {}",
        "[flows.a.entities.b]\nstore = { compression = 5 }",
        "[connections.c]\ntype = 'mssql'\npassword = 'hunter2'",
        "[connections.c]\ntype = 'mssql'\npassword = { env = 'A', file = 'b' }",
        "[journal]\nlocation = 'stoer'",
        "[journal]\ntype = 'sqlite'\npth = 'x'",
        "[env.prod.flows.a.home]\ntype = 'parquet'\nbach_rows = 1",
        "[flows.a.polish]\nhash_ids = [{ name = 'a' }]",
    ],
)
def test_typos_are_refused(editor, text):
    assert editor(text)


@pytest.mark.parametrize(
    "text",
    [
        "[flows.a.entities.b.home]\nbatch_rows = 5",
        "[defaults.home]\ntype = 'csv'",
        "[flows.a]\nlane = '${LANE}'",
        "[flows.a]\ntimeout = '1h 30m'",
        "[flows.a.home]\ntype = 'fake-kinds/csv'\ndialect = { quote = 'x' }",
        "[flows.a.home]\ntype = '${KIND}'\npath = 'x'",
        "[journal]\nretention = '180d'",
    ],
)
def test_parts_are_accepted_at_any_level(editor, text):
    assert editor(text) == []


@pytest.mark.parametrize(
    ("file", "text"),
    [("flow", "home = { type = 'csv' }\n[entities.a]"), ("entity", "home = { table = 'x' }")],
)
def test_the_files_of_flows_have_schemas_of_their_own(plugins, file, text):
    schema = json_schema(plugins, file=file)
    Draft7Validator.check_schema(schema)
    validator = Draft7Validator(schema)
    assert validator.is_valid(tomli.loads(text))
    assert not validator.is_valid(tomli.loads(f"hom = 1\n{text}"))


def test_keys_are_described_by_their_classs_docstring(plugins):
    definitions = json_schema(plugins)["definitions"]
    assert definitions["home.csv"]["properties"]["batch_rows"] == {
        "type": "integer",
        "minimum": 1,
        "default": 100_000,
        "description": "rows per batch.",
    }
    assert definitions["flow"]["properties"]["run_type"]["description"].startswith("replace the")

"""The merged configuration, with where each value is from, and without secrets."""

from __future__ import annotations

import json

from hygge_core.config.shown.show import rows, show

PROJECT = """
[connections.erp]
type = "mssql"
server = "${SERVER:-localhost}"
database = "d;Password=hunter2"
user = "${USER_TOKEN}"
password = { env = "ERP_PASSWORD" }
[defaults]
tags = ["nightly"]
home.batch_rows = 5
[flows.shop]
home = { type = "csv", path = "in" }
store = { type = "parquet", path = "https://me:hunter2@host/{entity}" }
polish = { mask = { Email = "sha256" }, salt = { file = "salt.txt" } }
[flows.shop.entities.orders]
home = { dialect = { separator = ";" }, overrides = { api_key = "hunter2" } }
[env.prod.flows.shop]
lane = "rows"
"""


def shown(desk, **how):
    desk.environ |= {"USER_TOKEN": "hunter2", "ERP_PASSWORD": "hunter2"}
    return desk.load(PROJECT, **how)


def lines(project) -> dict[str, str]:
    """Each line without the padding before its comment."""
    return {
        line.partition(" = ")[0]: " ".join(line.partition(" = ")[2].split())
        for line in show(project).splitlines()
        if " = " in line
    }


def test_each_value_stands_beside_where_it_is_from(desk):
    project = shown(desk, env="prod", sets=["flows.shop.entities.orders.on_empty=keep"])
    found = lines(project)
    assert found["lane"] == '"rows" # hygge.toml: env.prod.flows.shop.lane'
    assert found["on_empty"] == '"keep" # --set: flows.shop.entities.orders.on_empty'
    assert found["tags"] == '["nightly"] # hygge.toml: defaults.tags'
    assert found["batch_rows"] == "5 # hygge.toml: defaults.home.batch_rows"
    assert found["compression"] == '"zstd" # default'
    assert found["dialect.separator"] == (
        '";" # hygge.toml: flows.shop.entities.orders.home.dialect.separator'
    )
    assert found["server"] == ('"localhost" # hygge.toml: connections.erp.server, from ${SERVER}')
    assert found["patience"] == '"30s" # default'
    assert found["schema.new_columns"] == '"add" # default'
    assert found["path"].endswith('/orders" # hygge.toml: flows.shop.store.path')
    assert "[flows.shop.entities.orders.home]" in show(project)


def test_secrets_are_shown_as_references_and_never_as_themselves(desk):
    project = shown(desk)
    text = show(project) + json.dumps([row.value for row in rows(project)])
    assert "hunter2" not in text
    assert 'password = { env = "ERP_PASSWORD" }' in text
    assert lines(project)["user"].startswith('"${USER_TOKEN}" #')
    assert str(desk.root / "salt.txt") in text


def test_the_records_have_whole_paths_and_plain_values(desk):
    project = shown(desk)
    found = {row.path: row for row in rows(project, project.entities)}
    row = found["flows.shop.entities.orders.home.batch_rows"]
    assert (row.value, row.file, row.written, row.level) == (
        5,
        "hygge.toml",
        "defaults.home.batch_rows",
        "defaults",
    )
    assert found["flows.shop.entities.orders.lane"].level == "default"
    json.dumps([row.value for row in found.values()])

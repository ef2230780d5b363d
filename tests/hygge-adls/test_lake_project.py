"""A project as a user writes it: TOML in, a lake out, the journal beside the data."""

import json
import subprocess
import sys

import polars as pl
import pytest
from lakes import connection

from hygge_core.cli import main

TOML = """
[project]
name = "contoso"

{connection}max_connections = 2

[flows.up]
home = {{ type = "parquet", path = "in" }}
store = {{ type = "adls", connection = "lake", filesystem = "lake", path = "shop" }}
run_type = "incremental"
watermark = {{ column = "id" }}
journal = {{ location = "store" }}

[flows.up.entities.orders]
[flows.up.entities.lines]

[flows.down]
home = {{ type = "adls", connection = "lake", filesystem = "lake", path = "shop/orders" }}
store = {{ type = "parquet", path = "back" }}
"""


@pytest.fixture
def project(dfs, tmp_path):
    (tmp_path / "hygge.toml").write_text(TOML.format(connection=connection(dfs)))
    for name in ("orders", "lines"):
        (tmp_path / "in" / name).mkdir(parents=True)
        pl.DataFrame({"id": [1, 2, 3], "name": name}).write_parquet(
            tmp_path / "in" / name / "1.parquet"
        )
    return tmp_path


@pytest.fixture
def hygge(project, capsys):
    """Says ``hygge`` with words, as one process after another would; what it prints."""

    def hygge(*words, code=0):
        assert main(["-C", str(project), *words]) == code, capsys.readouterr()
        return capsys.readouterr().out

    return hygge


def test_a_project_moves_up_and_down_and_checks_itself(hygge, project, dfs):
    hygge("check", "up")
    hygge("run", "-s", "up")
    pl.DataFrame({"id": [3, 4], "name": "orders"}).write_parquet(
        project / "in" / "orders" / "2.parquet"
    )
    hygge("run", "-s", "up")
    hygge("run", "-s", "down")
    back = pl.read_parquet(project / "back" / "*.parquet").sort("id")
    assert back["id"].to_list() == [1, 2, 3, 3, 4]
    assert "shop/.hygge_journal/head.json" in dfs.files("lake")
    runs = json.loads(hygge("--json", "journal", "runs", "-s", "up"))
    assert len(runs) >= 3


def test_what_is_wrong_with_the_lake_is_said_with_what_to_do(hygge, dfs):
    dfs.faults.add(
        operation="create", status=403, code="AuthorizationPermissionMismatch", times=None
    )
    out = hygge("check", "up.orders", code=1)
    assert "Storage Blob Data Contributor" in " ".join(out.split())


HERE = """
[flows.here]
home = { type = "parquet", path = "in/orders" }
store = { type = "parquet", path = "o" }
"""
WITHOUT_AZURE = """
import sys
from hygge_core.cli import main
sys.argv = ["hygge", *sys.argv[1:]]
code = main()
loaded = {name.split(".")[0] for name in sys.modules} & {"azure", "requests", "msal"}
raise SystemExit(f"{code} {sorted(loaded)}" if code or loaded else 0)
"""


@pytest.mark.parametrize(
    "words",
    [
        ["run", "-s", "here"],
        ["plan", "--offline"],
        ["config", "show"],
        ["plugins"],
        ["check", "here"],
    ],
    ids=" ".join,
)
def test_nothing_of_azure_is_loaded_before_a_flow_that_uses_it(project, words):
    text = (project / "hygge.toml").read_text()
    (project / "hygge.toml").write_text(text + HERE)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_AZURE, "-C", str(project), *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr

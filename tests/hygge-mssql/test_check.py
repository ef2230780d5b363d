"""``hygge check``: what is wrong between here and the database, each with a line that mends it."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from project import Project
from tds.server import TdsServer

FLOW = """
[flows.load]
home = { type = "mssql", connection = "sql", table = "dbo.source" }
store = { type = "mssql", connection = "sql", table = "dbo.target" }
"""


@pytest.fixture
def project(tmp_path: Path, server: TdsServer) -> Project:
    made = Project(tmp_path, server)
    made.ground.execute("CREATE TABLE dbo.source ([id] int)")
    return made


def told(
    project: Project, capsys: pytest.CaptureFixture[str], flow: str = FLOW, **connection: object
) -> str:
    """What a check says that finds something."""
    project.write(flow, **connection)
    capsys.readouterr()
    assert project.hygge("check") == 1
    said = capsys.readouterr()
    text = said.out + said.err
    assert project.server.password not in text
    return " ".join(text.split())


def test_all_is_well(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.write(FLOW)
    assert project.hygge("check") == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "signs in to hygge" in text
    assert "dbo.source can be read (id int32)" in text
    assert "dbo.target will be made" in text


def test_a_server_that_does_not_answer(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    text = told(project, capsys, port=free)
    assert f"127.0.0.1:{free}" in text
    assert "look at server and port" in text


@pytest.mark.parametrize("meaning", ["5 no such login", "8 wrong password", "38 no such database"])
def test_a_login_that_failed_says_what_the_states_in_the_servers_log_mean(
    project: Project, capsys: pytest.CaptureFixture[str], meaning: str
) -> None:
    """The client is told state 1, whatever it was: only the server's own log has it."""
    state = int(meaning.split(maxsplit=1)[0])
    project.server.fail("login", error=18456, state=state, times=None)
    text = told(project, capsys)
    assert "Login failed for user" in text
    assert meaning in text


def test_a_database_that_is_not_there(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    text = told(project, capsys, database="nowhere")
    assert "the database 'nowhere' that is not there, or not for it" in text
    assert "CREATE USER" in text


@pytest.mark.parametrize(
    ("permission", "on"),
    [
        ("CREATE TABLE", "*"),
        ("ALTER", "*"),
        ("SELECT", "dbo"),
        ("INSERT", "dbo"),
        ("DELETE", "dbo"),
    ],
)
def test_a_permission_that_is_missing_and_what_grants_it(
    project: Project, capsys: pytest.CaptureFixture[str], permission: str, on: str
) -> None:
    project.server.denied.add((permission, on))
    text = told(project, capsys)
    assert f"this login has no {permission}" in text
    assert f"GRANT {permission}" in text


def test_who_updates_rows_has_to_be_allowed_to_and_nobody_else(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.ground.execute("CREATE TABLE dbo.target ([id] int)")
    project.server.denied.add(("UPDATE", "dbo.target"))
    project.write(FLOW)
    assert project.hygge("check") == 0
    keyed = FLOW.replace('"dbo.target"', '"dbo.target", key_columns = ["id"]')
    text = told(project, capsys, flow=keyed)
    assert "this login has no UPDATE" in text
    assert "GRANT UPDATE ON OBJECT::[dbo].[target]" in text


def test_a_schema_that_is_not_there_is_no_missing_permission(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    there = FLOW.replace("dbo.target", "[sales.eu].target")
    assert "the schema [sales.eu] is not there" in told(project, capsys, flow=there)
    project.ground.execute("CREATE SCHEMA [sales.eu]")
    project.write(there)
    assert project.hygge("check") == 0


def test_a_table_that_may_not_be_read(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.server.fail("statement", sql="FROM [dbo].[source]", error=229, times=None)
    text = told(project, capsys)
    assert "The SELECT permission was denied" in text
    assert "GRANT" in text


def test_a_table_that_is_not_there(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.ground.execute("DROP TABLE dbo.source")
    text = told(project, capsys)
    assert "has no table or view dbo.source" in text
    assert "hygge tables" in text


def test_a_server_without_tls(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    text = told(project, capsys, encrypt="yes")
    assert "Encryption not supported" in text


def test_a_library_of_the_system_that_is_missing(project: Project) -> None:
    """In a process whose driver cannot be loaded, as on a fresh machine."""
    project.write(FLOW)
    broken = project.root / "broken" / "mssql_py_core"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text(
        "raise ImportError('libltdl.so.7: cannot open shared object file')"
    )
    code = (
        f"import sys; sys.path.insert(0, {str(broken.parent)!r});"
        f"from hygge_core.cli import main; sys.exit(main(['check', '-C', {str(project.root)!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120
    )
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode in (1, 3), said
    assert "libltdl.so.7" in said
    assert "apt-get install libltdl7" in said

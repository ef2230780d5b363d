"""Each distribution from its wheel, in a fresh environment, with nothing but what it declares."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from workbench import CORE, DISTRIBUTIONS, OTHERS, ROOT, environment, run, wheel_of

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheel of every distribution."""
    out = tmp_path_factory.mktemp("wheels")
    return {name: wheel_of(ROOT / name, out / name) for name in DISTRIBUTIONS}


def test_core_alone_runs_the_main_job_without_a_journal(
    wheels: dict[str, Path], tmp_path: Path
) -> None:
    python = environment(tmp_path / "venv", wheels[CORE])
    names = ("azure", "mssql_python", "pyodbc", *(name.replace("-", "_") for name in OTHERS))
    code = "import importlib.util as u, sys; print([n for n in sys.argv[1:] if u.find_spec(n)])"
    assert run(python, "-c", code, *names, cwd=tmp_path).strip() == "[]"
    run(python, "-m", "hygge_core", "init", "demo", cwd=tmp_path)
    run(python, "-m", "hygge_core", "-C", "demo", "run", cwd=tmp_path)
    assert list((tmp_path / "demo").rglob("*.parquet"))


@pytest.mark.parametrize("name", OTHERS)
def test_a_plugin_works_from_its_wheel_with_the_wheels_it_declares(
    wheels: dict[str, Path], tmp_path: Path, name: str
) -> None:
    places = (f"--find-links={wheel.parent}" for wheel in wheels.values())
    python = environment(tmp_path / "venv", *places, wheels[name])
    told = json.loads(run(python, "-m", "hygge_core", "plugins", "--json", cwd=tmp_path))
    (found,) = [each for each in told["plugins"] if each["distribution"] == name]
    assert found["health"] == "ok"
    assert found["kinds"]
    assert found["made_for"]

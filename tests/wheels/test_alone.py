"""hygge-core alone, from its wheel, in a fresh environment: it moves data without any other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = "hygge-core"
OTHERS = sorted(
    path.parent.name for path in ROOT.glob("*/pyproject.toml") if path.parent.name != CORE
)
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")

pytestmark = pytest.mark.timeout(600)


def run(*command: object, cwd: Path) -> str:
    """What a command prints; it has to end well."""
    done = subprocess.run(
        [str(each) for each in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of every distribution."""
    out = tmp_path_factory.mktemp("wheels")
    for name in (CORE, *OTHERS):
        run(sys.executable, "-m", "build", "--wheel", "--outdir", out, ROOT / name, cwd=out)
    return out


def environment(where: Path, *wheels: Path) -> Path:
    """The python of a fresh environment with these wheels, and what they declare."""
    run(sys.executable, "-m", "venv", where, cwd=where.parent)
    python = where / "bin" / "python"
    run(python, *PIP, "install", "--find-links", wheels[0].parent, *wheels, cwd=where)
    run(python, *PIP, "check", cwd=where)
    return python


def wheel_of(wheels: Path, name: str) -> Path:
    (found,) = wheels.glob(f"{name.replace('-', '_')}-*.whl")
    return found


def test_core_alone_runs_the_main_job_without_a_journal(wheels: Path, tmp_path: Path) -> None:
    python = environment(tmp_path / "venv", wheel_of(wheels, CORE))
    names = ("azure", "mssql_python", *(name.replace("-", "_") for name in OTHERS))
    code = "import importlib.util as u, sys; print([n for n in sys.argv[1:] if u.find_spec(n)])"
    assert run(python, "-c", code, *names, cwd=tmp_path).strip() == "[]"
    run(python, "-m", "hygge_core", "init", "demo", cwd=tmp_path)
    run(python, "-m", "hygge_core", "-C", "demo", "run", cwd=tmp_path)
    assert list((tmp_path / "demo").rglob("*.parquet"))


@pytest.mark.parametrize("name", OTHERS)
def test_a_plugin_works_from_its_wheel_with_the_wheels_it_declares(
    wheels: Path, tmp_path: Path, name: str
) -> None:
    python = environment(tmp_path / "venv", wheel_of(wheels, name))
    told = json.loads(run(python, "-m", "hygge_core", "plugins", "--json", cwd=tmp_path))
    (found,) = [each for each in told["plugins"] if each["distribution"] == name]
    assert found["health"] == "ok"
    assert found["kinds"]

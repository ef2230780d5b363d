"""What ``hygge new-plugin`` writes, as its users would get it: wheels, and nothing but core's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("home", "journal", "store")
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")
PROJECT = """
[project]
name = "contoso"

[journal]
type = "acme_journal"
path = "journal"

[flows.shop]
home = { type = "acme_home", path = "in" }
store = { type = "acme_store", path = "out" }
run_type = "incremental"
watermark = { column = "id" }

[flows.shop.entities.orders]
"""
FILL = "import polars as pl; pl.DataFrame({'id': [1, 2]}).write_parquet('in/orders/a.parquet')"

pytestmark = pytest.mark.timeout(900)


def run(*command: object, cwd: Path) -> str:
    """What a command prints; it has to end well, and sees nothing of this environment."""
    done = subprocess.run(
        [str(each) for each in command],
        cwd=cwd,
        env={name: text for name, text in os.environ.items() if not name.startswith("PYTHON")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory where an author wrote all three, beside a fresh environment ``venv``.

    Core comes from its wheel with ``[testing]``; its own command writes the three; each of them is
    built into a wheel, and installed.
    """
    here = tmp_path_factory.mktemp("workshop")
    build = (sys.executable, "-m", "build", "--wheel", "--outdir", here / "wheels")
    run(*build, ROOT / "hygge-core", cwd=here)
    (core,) = (here / "wheels").glob("*.whl")
    run(sys.executable, "-m", "venv", here / "venv", cwd=here)
    python = python_of(here)
    run(python, *PIP, "install", f"{core}[testing]", cwd=here)
    for kind in KINDS:
        run(python, "-m", "hygge_core", "new-plugin", kind, f"acme-{kind}", cwd=here)
        run(*build, here / f"acme-{kind}", cwd=here)
    made = sorted((here / "wheels").glob("acme_*.whl"))
    run(python, *PIP, "install", *made, cwd=here)
    run(python, *PIP, "check", cwd=here)
    return here


def python_of(workshop: Path) -> Path:
    return workshop / "venv" / "bin" / "python"


def test_hygge_plugins_lists_them_with_what_they_promise(workshop: Path) -> None:
    told = json.loads(
        run(python_of(workshop), "-m", "hygge_core", "plugins", "--json", cwd=workshop)
    )
    assert told["api_level"] == 1
    found = {each["distribution"]: each for each in told["plugins"]}
    assert set(found) == {"hygge-core", *(f"acme-{kind}" for kind in KINDS)}
    for kind in KINDS:
        each = found[f"acme-{kind}"]
        assert (each["version"], each["health"]) == ("0.1.0", "ok")
        assert list(each["kinds"]) == [kind]
    assert "atomic" in found["acme-store"]["kinds"]["store"]["acme_store"]


def test_hygge_run_moves_with_all_three(workshop: Path, tmp_path: Path) -> None:
    python = python_of(workshop)
    (tmp_path / "in" / "orders").mkdir(parents=True)
    run(python, "-c", FILL, cwd=tmp_path)
    (tmp_path / "hygge.toml").write_text(PROJECT)
    for _ in range(2):
        run(python, "-m", "hygge_core", "run", cwd=tmp_path)
    index = json.loads((tmp_path / "out" / "orders" / "index.json").read_text())
    assert sum(index["loads"].values()) == 2
    told = json.loads(run(python, "-m", "hygge_core", "journal", "runs", "--json", cwd=tmp_path))
    assert told


@pytest.mark.parametrize("kind", KINDS)
def test_its_tests_pass_as_they_were_generated(workshop: Path, kind: str) -> None:
    command = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
    said = run(python_of(workshop), *command, cwd=workshop / f"acme-{kind}")
    assert " passed" in said
    assert "failed" not in said

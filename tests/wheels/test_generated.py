"""What ``hygge new-plugin`` writes, as its users would get it: wheels, and nothing but core's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from workbench import CORE, ROOT, environment, pip, run, wheel_of

KINDS = ("home", "journal", "store")
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


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory where an author wrote all three, beside a fresh environment ``venv``.

    Core comes from its wheel with ``[testing]``; its own command writes the three; each of them is
    built into a wheel, and installed.
    """
    here = tmp_path_factory.mktemp("workshop")
    core = wheel_of(ROOT / CORE, here / "wheels" / CORE)
    python = environment(here / "venv", f"{core}[testing]")
    made = []
    for kind in KINDS:
        name = f"acme-{kind}"
        run(python, "-m", "hygge_core", "new-plugin", kind, name, cwd=here)
        made.append(wheel_of(here / name, here / "wheels" / name))
    pip(python, "install", *made)
    pip(python, "check")
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

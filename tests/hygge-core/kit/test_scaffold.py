"""``hygge new-plugin`` writes a distribution that works and passes its tests as it stands."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hygge_core.errors import ConfigError
from hygge_core.scaffold import write

CORE = Path(__file__).resolve().parents[3] / "hygge-core"
KINDS = ("home", "journal", "store")


def run(*command, cwd, path=None, code=0):
    """A command's output; ``path`` is where a plugin was put without pip."""
    environ = {**os.environ, **({"PYTHONPATH": str(path)} if path else {})}
    done = subprocess.run(
        [str(each) for each in command],
        cwd=cwd,
        env=environ,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def put(written, site):
    """What a wheel of it would put there: the package, its metadata, its entry point."""
    package = written.distribution.replace("-", "_")
    shutil.copytree(written.directory / "src" / package, site / package)
    info = site / f"{package}-0.1.0.dist-info"
    info.mkdir()
    needs = "Requires-Dist: hygge-core<0.2,>=0.1\n"
    (info / "METADATA").write_text(f"Name: {written.distribution}\nVersion: 0.1.0\n{needs}")
    (info / "entry_points.txt").write_text(f"[hygge]\n{written.word} = {package}.plugin\n")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Where the three are installed, beside what they were made from."""
    root = tmp_path_factory.mktemp("scaffold")
    site = root / "site"
    site.mkdir()
    for kind in KINDS:
        put(write(kind, f"acme-{kind}", root), site)
    return site


@pytest.mark.parametrize("kind", KINDS)
def test_it_passes_the_kit_as_generated(site, kind):
    tests = site.parent / f"acme-{kind}"
    run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tests, path=site)


def test_it_is_listed_and_healthy(site):
    told = json.loads(
        run(sys.executable, "-m", "hygge_core", "plugins", "--json", cwd=site, path=site)
    )
    found = {each["distribution"]: each for each in told["plugins"]}
    for kind in KINDS:
        assert found[f"acme-{kind}"]["health"] == "ok"
        assert list(found[f"acme-{kind}"]["kinds"][kind]) == [f"acme_{kind}"]


def test_it_runs_in_hygge_run(site, tmp_path):
    (tmp_path / "in" / "orders").mkdir(parents=True)
    code = "import polars as pl; pl.DataFrame({'id': [1, 2]}).write_parquet('in/orders/a.parquet')"
    run(sys.executable, "-c", code, cwd=tmp_path)
    (tmp_path / "hygge.toml").write_text("""
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
    """)
    for _ in range(2):
        run(sys.executable, "-m", "hygge_core", "run", cwd=tmp_path, path=site)
    index = json.loads((tmp_path / "out" / "orders" / "index.json").read_text())
    assert sum(index["loads"].values()) == 2
    assert (tmp_path / "journal" / "log.ndjson").exists()


def test_a_second_one_of_that_name_is_refused(tmp_path):
    write("store", "acme-lake", tmp_path)
    with pytest.raises(ConfigError, match="there already; nothing was written"):
        write("store", "acme-lake", tmp_path)


@pytest.mark.parametrize("name", ["", "-", "a b", "../up", "class", "Größe", "polars", "hygge"])
def test_a_name_that_cannot_be_one_is_refused(tmp_path, name):
    with pytest.raises(ConfigError):
        write("store", name, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_built_as_wheels_they_work_with_the_wheel_of_core_alone(tmp_path):
    wheels = tmp_path / "wheels"
    written = [write(kind, f"acme-{kind}", tmp_path) for kind in KINDS]
    pip = ["pip", "--disable-pip-version-check", "--quiet"]
    sources = [CORE, *(each.directory for each in written)]
    build = [sys.executable, "-m", *pip, "wheel", "--no-deps", "--wheel-dir", wheels]
    run(*build, *sources, cwd=tmp_path)
    run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    run(python, "-m", *pip, "install", *sorted(wheels.iterdir()), "pytest>=8", cwd=tmp_path)
    run(python, "-m", *pip, "check", cwd=tmp_path)
    for each in written:
        run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=each.directory)

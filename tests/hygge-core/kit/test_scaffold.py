"""``hygge new-plugin`` writes a distribution that works and passes its tests as it stands."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import timedelta
from importlib import import_module

import polars as pl
import pytest
from power import Synced

from hygge_core.errors import ConfigError, JournalError
from hygge_core.records import FlowEvent, Load, LoadRef, Opened, Owner, RunRecord, now
from hygge_core.scaffold import write

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


@pytest.mark.slow  # the tests of the wheels run the same tests, as an author would
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


@pytest.fixture
def installed(site, monkeypatch):
    """Imports what the site has."""
    monkeypatch.syspath_prepend(site)
    yield import_module
    for name in [name for name in sys.modules if name.startswith("acme_")]:
        del sys.modules[name]


@pytest.fixture
def synced(monkeypatch):
    return Synced(monkeypatch)


def test_what_its_store_has_sealed_or_committed_outlives_a_power_cut(installed, synced, tmp_path):
    store = installed("acme_store.store").Store(tmp_path / "deep" / "out")
    ref = LoadRef(run_id="r1", flow="shop", entity="orders")
    staging = store.begin(Load(ref=ref, mode="append", schema=pl.Schema({"id": pl.Int64})))
    staging.write(pl.DataFrame({"id": [1, 2]}))
    manifest = staging.seal()
    assert synced.lost(tmp_path) == []
    store.commit(manifest)
    assert synced.lost(tmp_path) == []
    store.cleanup(manifest)
    assert synced.lost(tmp_path) == []


def test_what_its_store_keeps_of_runs_outlives_a_power_cut(installed, synced, tmp_path):
    run = RunRecord(
        ref=LoadRef(run_id="r1", flow="shop", entity="orders"),
        state="open",
        run_type="full_drop",
        epoch=0,
        destination="there",
        store=Opened(type="acme_store", table={}),
    )
    installed("acme_store.store").Store(tmp_path / "out").advance(run)
    assert synced.lost(tmp_path) == []


def test_what_its_journal_has_recorded_outlives_a_power_cut(installed, synced, tmp_path):
    journal = installed("acme_journal.journal").Journal(tmp_path / "deep" / "j", 60.0)
    for days in (99, 99, 0):
        then = now() - timedelta(days=days)
        journal.record_event(FlowEvent(event_type="complete", flow_name="shop", timestamp=then))
        assert synced.lost(tmp_path) == []
    assert journal.prune(timedelta(days=1))
    assert synced.lost(tmp_path) == []


def test_its_journal_names_the_log_that_a_process_left_unnamed(installed, synced, tmp_path):
    (tmp_path / "log.ndjson").touch()
    installed("acme_journal.journal").Journal(tmp_path, 60.0).events()
    assert synced.lost(tmp_path) == []


def test_its_journal_says_in_its_own_words_that_a_lock_is_in_the_way(installed, tmp_path):
    journal = installed("acme_journal.journal").Journal(tmp_path, 60.0)
    owner = Owner(host="here", pid=1, started="2013-01-01T00:00:00+00:00")
    journal.release(journal.acquire("shop", "e" * 250, owner))
    (lock,) = tmp_path.glob("*.lease")
    lock.unlink()
    lock.mkdir()
    with pytest.raises(JournalError, match=r"[Dd]irectory|denied"):
        journal.acquire("shop", "e" * 250, owner)


def test_a_second_one_of_that_name_is_refused(tmp_path):
    write("store", "acme-lake", tmp_path)
    with pytest.raises(ConfigError, match="there already; nothing was written"):
        write("store", "acme-lake", tmp_path)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "'' cannot name a distribution"),
        ("-", "'-' cannot name a distribution"),
        ("a b", "'a b' cannot name a distribution"),
        ("../up", "cannot name a distribution"),
        ("acme-lake/", "cannot name a distribution"),
        ("acme; rm -rf", "cannot name a distribution"),
        ("Größe", "cannot name a distribution"),
        ("1st", "cannot name a distribution"),
        ("a" * 300, "cannot name a distribution"),
        ("class", "a word of Python's"),
        ("Import", "a word of Python's"),
        ("hygge", "'hygge' means something else already"),
        ("tests", "means something else already"),
        ("CON", "means something else already"),
        ("hygge-adls", "means something else already"),
        ("polars", "a package 'polars' is installed already"),
        ("hygge-parquet", "the store 'parquet' is offered by hygge-core"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused_and_nothing_is_written(tmp_path, name, told):
    with pytest.raises(ConfigError, match=re.escape(told)) as raised:
        write("store", name, tmp_path)
    assert raised.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_name_is_written_as_indexes_write_it(tmp_path):
    written = write("home", "Acme_Lake.S3", tmp_path)
    assert (written.distribution, written.word) == ("acme-lake-s3", "acme_lake_s3")
    assert (tmp_path / "acme-lake-s3" / "src" / "acme_lake_s3" / "home.py").is_file()


@pytest.mark.parametrize("kind", KINDS)
def test_the_longest_name_makes_no_line_longer_than_its_formatter_allows(tmp_path, kind):
    made = write(kind, "a" * 60, tmp_path).directory
    allowed = tomllib.loads((made / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]
    lines = (line for path in made.rglob("*.py") for line in path.read_text("utf-8").splitlines())
    assert [line for line in lines if len(line) > allowed["line-length"]] == []


OFFLINE = """
import socket, sys

def refuse(*args, **kwargs):
    raise AssertionError("a connection was asked for")

socket.socket.connect = socket.getaddrinfo = refuse
from hygge_core.cli import main
sys.argv = ["hygge", "new-plugin", "store", "acme-lake"]
main()
"""


def test_it_is_written_without_any_network(tmp_path):
    run(sys.executable, "-c", OFFLINE, cwd=tmp_path)
    assert (tmp_path / "acme-lake" / "pyproject.toml").is_file()


@pytest.mark.parametrize("kind", KINDS)
def test_no_template_word_is_left_in_what_is_written(site, kind):
    there = (path for path in (site.parent / f"acme-{kind}").rglob("*") if path.is_file())
    written = (path for path in there if path.suffix != ".pyc")  # Python's own, from other tests
    words = re.compile(r"\b(DISTRIBUTION|PACKAGE|EXAMPLE|OFFER|WORD|LOWEST|HIGHEST)\b")
    assert [path.name for path in written if words.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_its_readme_shows_is_a_project(site, tmp_path, kind):
    readme = (site.parent / f"acme-{kind}" / "README.md").read_text("utf-8")
    (toml,) = re.findall(r"^```toml\n(.+?)^```$", readme, re.M | re.S)
    flow = '[flows.a]\nhome = { type = "csv", path = "x" }\nstore = { type = "csv", path = "y" }\n'
    (tmp_path / "hygge.toml").write_text(toml if "[flows" in toml else flow + toml)
    run(sys.executable, "-m", "hygge_core", "config", "check", cwd=tmp_path, path=site)

"""What hygge sees of this distribution before anything is opened."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from hygge_core import plugins
from hygge_core.config import structure
from hygge_core.errors import ConfigError
from hygge_core.scene import Scene
from hygge_journal_sqlite import plugin


@pytest.fixture(scope="module")
def found():
    return plugins.load()


@pytest.mark.parametrize("offer", ["journal", "home", "store"])
def test_it_offers_sqlite_under_its_own_name(found, offer):
    offered = found.kind(offer, "sqlite")
    assert offered.plugin.distribution == "hygge-journal-sqlite"


def test_being_found_costs_neither_polars_nor_a_database():
    code = (
        "import sys, hygge_journal_sqlite.plugin as p;"
        "[list(offer()) for offer in (p.hygge_homes, p.hygge_stores, p.hygge_journals)];"
        "dear = {'cattrs', 'polars', 'portalocker', 'pyarrow', 'sqlite3'};"
        "print(sorted(dear & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("offer", ["journal", "home", "store"])
def test_each_kind_opens_from_its_table(found, offer, tmp_path, run):
    run("CREATE TABLE orders (id INTEGER)")
    kind = found.kind(offer, "sqlite").kind
    name = "journal.db" if offer == "journal" else "shop.db"
    config = structure(kind.config, {"path": str(tmp_path / name)})
    with kind.open(config, Scene(flow="sales", entity="orders")) as opened:
        assert [verdict for _, verdict, _ in opened.check()] == ["ok"] * (1 + (offer == "journal"))


@pytest.mark.parametrize(
    ("offer", "table"),
    [
        ("journal", {}),
        ("journal", {"path": "j.db", "lease_seconds": 0}),
        ("home", {"path": "x.db", "table": "t", "query": "SELECT 1"}),
        ("home", {"path": "x.db", "batch_rows": 0}),
        ("store", {"path": "x.db", "nan": "keep"}),
        ("store", {"path": "x.db", "key_columns": "id"}),
        ("store", {"path": "x.db", "write": "upsert"}),
    ],
)
def test_a_table_that_cannot_be_meant_is_a_mistake(found, offer, table):
    with pytest.raises(ConfigError):
        structure(found.kind(offer, "sqlite").kind.config, table)


def test_retention_is_written_as_a_duration(found):
    table = {"path": "j.db", "retention": "180d"}
    config = structure(found.kind("journal", "sqlite").kind.config, table)
    assert config.retention == timedelta(days=180)


@pytest.mark.parametrize(
    ("path", "beside"),
    [
        ("/data/mart.db", "/data/.hygge_journal.db"),
        ("/data/{entity}.db", "/data/.hygge_journal.db"),
        ("/data/{flow}/{entity}/x.db", "/data/.hygge_journal.db"),
    ],
)
@pytest.mark.parametrize("offer", ["home", "store"])
def test_the_journal_beside_is_shared_by_the_flows_entities(found, offer, path, beside):
    kind = found.kind(offer, "sqlite").kind
    config = kind.config(path=Path(path))
    assert dict(kind.journal_beside(config)) == {"type": "sqlite", "path": beside}


def test_an_address_is_one_line_for_a_person(found):
    home, store = (found.kind(offer, "sqlite").kind for offer in ("home", "store"))
    path = Path("/data/mart.db")
    assert store.address(store.config(path=path, table="t")) == "/data/mart.db#t"
    assert home.address(home.config(path=path, query="SELECT 1")) == "/data/mart.db (query)"


def test_the_journal_beside_is_hidden():
    assert plugin.JOURNAL_NAME.startswith(".hygge")

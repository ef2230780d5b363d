"""The built-in plugin's kinds, and that its homes read what its stores wrote."""

import datetime as dt
import decimal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from hygge_core.files import plugin
from hygge_core.plugins import Plugins
from hygge_core.protocols import Home, Store
from hygge_core.records import Ask, Load, LoadRef
from hygge_core.scene import Scene

D = decimal.Decimal
AT = dt.datetime.fromisoformat("2013-01-01T05:00:00.123456")
NULLABLE = pl.DataFrame(
    {
        "text": ["", None, 'a"b,c\nd\r', " x ", "NA"],
        "whole": [2**63 - 1, None, -(2**63), 0, 1],
        "float": [0.1, None, 1e300, 5e-324, -0.0],
        "flag": [True, None, False, True, False],
        "day": [dt.date(2013, 1, 1), None, dt.date(1900, 2, 28), dt.date(9999, 12, 31), None],
        "at": [AT, None, AT, AT, AT],
        "utc": pl.Series([AT, None, AT, AT, AT]).dt.replace_time_zone("UTC"),
    }
)
PRICES = pl.DataFrame(
    {"price": pl.Series([D("1.10"), None, D("-99999999999999999999.99")], dtype=pl.Decimal(38, 2))}
)


@pytest.fixture
def kinds():
    plugins = Plugins.of(plugin)
    assert not plugins.broken
    return lambda offer, word: plugins.kind(offer, word).kind


def there_and_back(kinds, word, rows, path, store=None, home=None):
    settles, reads = kinds("store", word), kinds("home", word)
    with settles.open(settles.config(path=path, **(store or {})), Scene()) as opened:
        assert isinstance(opened, Store)
        ref = LoadRef(run_id="r", flow="f", entity="t")
        staging = opened.begin(Load(ref=ref, mode="full_drop", schema=rows.schema))
        staging.write(rows)
        manifest = staging.seal()
        assert opened.commit(manifest).rows == rows.height
        opened.cleanup(manifest)
    with reads.open(reads.config(path=path, **(home or {})), Scene(entity="t")) as opened:
        assert isinstance(opened, Home)
        asked = Ask(entity="t")
        return pl.concat([opened.schema(asked).to_frame(), *opened.read(asked)])


def test_the_kinds_are_those_of_the_contract(kinds):
    for word in ("parquet", "csv", "ndjson", "memory"):
        assert {"range"} <= kinds("home", word).capabilities
        assert {"append", "full_drop"} <= kinds("store", word).capabilities
    assert "atomic" not in kinds("store", "parquet").capabilities  # an append shows file by file
    assert "binary" not in kinds("store", "csv").capabilities
    assert kinds("store", "parquet").address(
        kinds("store", "parquet").config(path=Path("/lake/orders"))
    ) == str(Path("/lake/orders"))
    assert (
        kinds("store", "memory").address(kinds("store", "memory").config(table="t")) == "memory:t"
    )


@pytest.mark.parametrize(
    ("path", "journal"),
    [
        ("lake/{entity}", "lake/.hygge_journal.db"),
        ("lake/raw_{entity}/data", "lake/.hygge_journal.db"),
        ("lake/orders", "lake/.hygge_journal.db"),
        ("lake/*/x.csv", "lake/.hygge_journal.db"),
        ("/{entity}", "/.hygge_journal.db"),
    ],
)
def test_the_journal_lies_beside_the_tables_never_inside_one(kinds, path, journal):
    for offer in ("home", "store"):
        kind = kinds(offer, "parquet")
        beside = kind.journal_beside(kind.config(path=Path(path)))
        assert beside == {"type": "sqlite", "path": journal}
    memory = kinds("store", "memory")
    assert memory.journal_beside(memory.config(table="t")) is None


def test_offering_kinds_imports_nothing_that_moves_rows():
    code = (
        "import sys; from hygge_core.files import plugin; "
        "list(plugin.hygge_stores()), list(plugin.hygge_homes()); "
        "print({'polars', 'pyarrow', 'portalocker'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout == "set()\n"


def test_csv_comes_back_as_it_was(kinds, tmp_path):
    back = there_and_back(kinds, "csv", NULLABLE, tmp_path / "t")
    assert back.equals(NULLABLE)


def test_a_csv_of_one_column_keeps_its_nulls(kinds, tmp_path):
    rows = pl.DataFrame({"text": ["a", None, "", None]})
    assert there_and_back(kinds, "csv", rows, tmp_path / "t").equals(rows)


def test_ndjson_comes_back_as_it_was_when_its_types_are_told(kinds, tmp_path):
    told = {"day": "date", "at": "datetime[us]", "utc": "datetime[us, UTC]"}
    back = there_and_back(
        kinds, "ndjson", NULLABLE, tmp_path / "t", home={"schema_overrides": told}
    )
    assert back.select(NULLABLE.columns).equals(NULLABLE)


@pytest.mark.parametrize("word", ["csv", "ndjson", "parquet"])
def test_decimals_come_back_digit_by_digit(kinds, tmp_path, word):
    told = {} if word == "parquet" else {"schema_overrides": {"price": "decimal(38,2)"}}
    assert there_and_back(kinds, word, PRICES, tmp_path / "t", home=told).equals(PRICES)


def test_parquet_comes_back_as_it_was_in_partitions_too(kinds, tmp_path):
    assert there_and_back(kinds, "parquet", NULLABLE, tmp_path / "a").equals(NULLABLE)
    rows = pl.DataFrame({"id": range(6), "k": ["a", "ä/b", None, "a", "x=y", "%41"]})
    back = there_and_back(kinds, "parquet", rows, tmp_path / "b", store={"partition_by": ("k",)})
    assert back.sort("id").equals(rows)


@pytest.mark.parametrize("word", ["csv", "parquet"])
def test_an_empty_table_comes_back_empty_with_its_columns(kinds, tmp_path, word):
    back = there_and_back(kinds, word, NULLABLE.clear(), tmp_path / "t")
    assert (back.height, back.columns) == (0, NULLABLE.columns)


def test_memory_opens_both_ways(kinds):
    from hygge_core.files.memory import tables

    tables["here"] = NULLABLE
    home, store = kinds("home", "memory"), kinds("store", "memory")
    with (
        home.open(home.config(table="here"), Scene()) as opened_home,
        store.open(store.config(table="there"), Scene()) as opened_store,
    ):
        assert isinstance(opened_home, Home)
        assert isinstance(opened_store, Store)
        assert pl.concat(opened_home.read(Ask(entity="e"))).equals(NULLABLE)
    del tables["here"]

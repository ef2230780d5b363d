"""A full disk and a closed place, as the system really says it: nothing is lost or half shown."""

import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl
import pytest

LOAD = """
import os, sys
from pathlib import Path
import polars as pl
from hygge_core.errors import StoreError
from hygge_core.files.settings.stores import *
from hygge_core.files.stores.store import *
from hygge_core.records import Load, LoadRef, Owner

word, table = sys.argv[1], Path(sys.argv[2])
rows = pl.DataFrame({"id": range(200_000)}).with_columns(text=pl.col("id").hash().cast(pl.String))
ref = LoadRef(run_id="new", flow="f", entity="orders")
store = {
    "parquet": lambda: ParquetStore(ParquetStoreConfig(path=table)),
    "csv": lambda: CsvStore(CsvStoreConfig(path=table)),
    "ndjson": lambda: NdjsonStore(NdjsonStoreConfig(path=table)),
}[word]()

def limited():
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

def closed():
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)

def move():
    staging = store.begin(Load(ref=ref, mode="full_drop", schema=rows.schema))
    staging.write(rows)
    staging.seal()
"""


def told(body, *arguments):
    """Run ``LOAD`` and ``body`` in a process of their own; what it printed, in lines."""
    command = [sys.executable, "-c", LOAD + body, *map(str, arguments)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


@pytest.mark.parametrize("word", ["parquet", "csv", "ndjson"])
def test_a_file_that_cannot_be_finished_leaves_the_table_as_it_was(tmp_path, word):
    table = tmp_path / "lake" / "orders"
    table.mkdir(parents=True)
    (table / f"old.{word}").write_text("old")
    body = """
limited()
try:
    move()
except StoreError as exc:
    print(exc)
    print(exc.transient, exc.hint)
store.rollback(ref)
"""
    said, advice = told(body, word, table)
    stage = table.parent / ".hygge" / "stage"
    assert said == f"{stage}/new/files/new-00001.{word}: File too large"
    assert advice.startswith("False raise the limit on file sizes")
    assert [path.name for path in table.iterdir()] == [f"old.{word}"]
    assert list(stage.iterdir()) == []


@pytest.mark.parametrize("verb", ["move()", "store.lock(Owner(host='h', pid=1, started='s'))"])
def test_a_place_that_is_closed_to_us_is_named_with_what_to_do(verb):
    lake = Path(tempfile.mkdtemp())  # a test's own directory may be closed to other users
    table = lake / "orders"
    table.mkdir()
    pl.DataFrame({"id": [1]}).write_parquet(table / "old.parquet")
    lake.chmod(0o555)
    body = f"""
closed()
try:
    {verb}
except StoreError as exc:
    print(exc)
    print(exc.transient, exc.hint)
print([said for _, said, _ in store.check()][1])
"""
    said, advice, checked = told(body, "parquet", table)
    assert said.startswith(str(lake))
    assert said.endswith("Permission denied")
    assert advice.startswith("False give this user the right to write")
    assert checked == f"{lake}: Permission denied"
    assert [path.name for path in lake.iterdir()] == ["orders"]

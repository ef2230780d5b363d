"""How these tests move a table into a real directory, and look at what is there."""

import polars as pl

from hygge_core.files.settings.stores import ParquetStoreConfig
from hygge_core.files.stores.store import ParquetStore
from hygge_core.records import Load, LoadRef, Owner

ROWS = pl.DataFrame({"id": [1, 2, 3, 4, 5], "day": ["a", "b", None, "a", "ä/b"]})
MODES = ["append", "full_drop"]
OWNER = Owner(host="here", pid=7, started="noon", name="contoso")


def opened(table, **settings):
    return ParquetStore(ParquetStoreConfig(path=table, **settings))


def load_of(run_id, mode="append", rows=ROWS):
    ref = LoadRef(run_id=run_id, flow="f", entity="orders")
    return Load(ref=ref, mode=mode, schema=rows.schema)


def sealed(store, run_id, mode="append", rows=ROWS):
    staging = store.begin(load_of(run_id, mode, rows))
    for batch in rows.iter_slices(2):
        staging.write(batch)
    return staging.seal()


def moved(store, run_id, mode="append", rows=ROWS):
    manifest = sealed(store, run_id, mode, rows)
    receipt = store.commit(manifest)
    assert store.cleanup(manifest).names == ()
    return receipt


def ids(table):
    return sorted(i for file in table.rglob("*.parquet") for i in pl.read_parquet(file)["id"])


def leftovers(table):
    own = table.parent / ".hygge"
    return [path for path in own.rglob("*") if path.is_file() and path.parent.name != "locks"]

"""A storage that is far: several files of one load travel at once."""

import threading
from contextlib import contextmanager

import polars as pl
import pytest
from staged_orders import ids, leftovers, load_of, opened, sealed

from hygge_core.errors import StoreError
from hygge_core.files.local import LocalShelf
from hygge_core.records import LoadRef


class FarShelf(LocalShelf):
    """Leaving a staged file takes as long as the test says."""

    files_at_once = 3

    def __init__(self, root):
        super().__init__(root)
        self.travelling = 0
        self.most = 0
        self.gate = threading.Event()
        self.counting = threading.Lock()
        self.full = threading.Event()
        self.broken = set()

    @contextmanager
    def staging_file(self, name):
        with super().staging_file(name) as path:
            yield path
            with self.counting:
                self.travelling += 1
                self.most = max(self.most, self.travelling)
                if self.travelling == self.files_at_once:
                    self.full.set()
            try:
                assert self.gate.wait(10)
                if any(name.endswith(each) for each in self.broken):
                    raise StoreError(f"{name} got lost")
            finally:
                with self.counting:
                    self.travelling -= 1


@pytest.fixture
def far(table):
    store = opened(table, rows_per_file=2)
    store.shelf = FarShelf(table.parent)
    yield store
    store.shelf.gate.set()
    store.close()


MANY = pl.DataFrame({"id": range(20), "day": "a"})


def test_files_travel_beside_each_other_while_others_are_encoded_and_stay_in_order(far, table):
    staging = far.begin(load_of("r", rows=MANY))
    staging.write(MANY[:6])  # it returns although nothing has arrived
    assert far.shelf.full.wait(10)
    assert far.shelf.travelling == 3
    far.shelf.gate.set()
    staging.write(MANY[6:])
    manifest = staging.seal()
    assert far.shelf.most == 3
    assert [part.staged[-13:] for part in manifest.parts] == [
        f"{n:05}.parquet" for n in range(1, 11)
    ]
    assert all(part.etag and part.sha256 for part in manifest.parts)
    far.commit(manifest)
    assert ids(table) == list(range(20))


def test_one_that_gets_lost_stops_the_load_when_nothing_is_under_way_any_more(far, table):
    far.shelf.broken = {"00002.parquet"}
    far.shelf.gate.set()
    with pytest.raises(StoreError, match=r"00002\.parquet got lost"):
        sealed(far, "r", rows=MANY)
    assert far.shelf.travelling == 0
    far.rollback(LoadRef(run_id="r", flow="f", entity="orders"))
    assert leftovers(table) == []


@pytest.mark.parametrize("verb", ["rollback", "begin", "close"])
def test_what_was_given_up_does_not_arrive_later(far, table, verb):
    staging = far.begin(load_of("r", rows=MANY))
    staging.write(MANY[:6])
    threading.Timer(0.2, far.shelf.gate.set).start()
    if verb == "rollback":
        far.rollback(LoadRef(run_id="r", flow="f", entity="orders"))
    elif verb == "begin":
        far.begin(load_of("r", rows=MANY))
    else:
        far.close()
    assert far.shelf.travelling == 0
    assert verb == "close" or leftovers(table) == []

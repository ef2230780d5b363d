"""Every fault point of a load: crash, error, lost answer; then a fresh store recovers it."""

from contextlib import closing, contextmanager, suppress
from pathlib import Path
from sqlite3 import connect
from tempfile import TemporaryDirectory

import polars as pl
import pytest

from hygge_core.errors import StoreError
from hygge_core.faults import planned
from hygge_core.jsons import from_json, to_json
from hygge_core.records import Load, LoadRef, Manifest, Receipt
from hygge_core.scene import Scene
from hygge_core.testing.plans import At, Count, Crash
from hygge_journal_sqlite.settings import SqliteStoreConfig
from hygge_journal_sqlite.store.store import open_store

#: Memory, where there is some: a walk makes a thousand fsyncs and asserts none of them.
FAST = Path("/dev/shm") if Path("/dev/shm").is_dir() else None

OLD = pl.DataFrame({"id": [1, 2], "name": ["a", "b"]})
NEW = pl.DataFrame({"id": [3, 4, 5], "name": ["c", None, "e"]})
WIDER = NEW.with_columns(extra=pl.col("id") * 1.5)
NARROWER = NEW.select("id")

CASES = {
    "append": ("append", NEW, pl.concat([OLD, NEW])),
    "append with a new column": ("append", WIDER, pl.concat([OLD, WIDER], how="diagonal")),
    "full_drop": ("full_drop", NEW, NEW),
    "full_drop with other columns": ("full_drop", NARROWER, NARROWER),
    "full_drop of nothing": ("full_drop", NEW.clear(), NEW.clear()),
}


class Life:
    """A process's life with the store; what it knows outside is only its journal's manifest."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest: str | None = None
        self.ref = LoadRef(run_id="r2", flow="f", entity="t")

    def store(self):
        return open_store(SqliteStoreConfig(path=self.path, table="t"), Scene())

    def move(self, frame: pl.DataFrame, mode: str, ref: LoadRef) -> None:
        with self.store() as store:
            staging = store.begin(Load(ref=ref, mode=mode, schema=frame.schema))
            for batch in frame.iter_slices(2):
                staging.write(batch)
            manifest = staging.seal()
            self.manifest = to_json(manifest)
            store.commit(manifest)
            store.cleanup(manifest)

    def recover(self) -> Receipt | None:
        """What the engine does: back before the decision, forward after it."""
        with self.store() as store:
            if self.manifest is None:
                store.rollback(self.ref)
                return None
            manifest = from_json(self.manifest, Manifest)
            receipt = store.commit(manifest)
            store.cleanup(manifest)
            assert store.status(manifest) == "done"
            return receipt

    def visible(self) -> pl.DataFrame:
        with closing(connect(self.path)) as connection:
            cursor = connection.execute("SELECT * FROM t ORDER BY id")
            names = [each[0] for each in cursor.description]
            return pl.DataFrame(cursor.fetchall(), schema=names, orient="row")

    def leftovers(self) -> set[str]:
        with closing(connect(self.path)) as connection:
            found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {name for (name,) in found} - {"t", "__hygge_loads"}


def same(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    return one.columns == other.columns and one.rows() == other.rows()


@contextmanager
def a_life():
    """A database with the old rows in it, as they were published by an earlier run."""
    with TemporaryDirectory(dir=FAST) as folder:
        made = Life(Path(folder) / "mart.db")
        made.move(OLD, "append", LoadRef(run_id="r1", flow="f", entity="t"))
        made.manifest = None
        yield made


@pytest.fixture
def life():
    with a_life() as made:
        yield made


def points_of(frame: pl.DataFrame, mode: str) -> int:
    with a_life() as undisturbed, planned(Count()) as counted:
        undisturbed.move(frame, mode, undisturbed.ref)
    assert {"sqlite.begin:before", "sqlite.commit:after"} < set(counted.names())
    return len(counted.points)


@pytest.mark.parametrize("action", ["crash", "error"])
@pytest.mark.parametrize("case", CASES)
def test_whatever_happens_at_any_point_of_a_load_a_fresh_store_puts_right(case, action):
    mode, frame, wanted = CASES[case]
    for k in range(points_of(frame, mode)):
        with a_life() as life:
            plan = At(k, action)
            with planned(plan), pytest.raises((Crash, StoreError)):
                life.move(frame, mode, life.ref)
            place = plan.points[k][0]
            assert same(life.visible(), OLD) or same(life.visible(), wanted), place
            decided = life.manifest is not None
            receipt = life.recover()
            assert same(life.visible(), wanted if decided else OLD), place
            assert receipt is None or receipt.rows == frame.height, place
            assert life.leftovers() == set(), place


@pytest.mark.parametrize("action", ["crash", "error"])
@pytest.mark.parametrize("mode", ["append", "full_drop"])
def test_a_recovery_that_is_disturbed_itself_is_put_right_by_the_next_one(mode, action):
    wanted = pl.concat([OLD, NEW]) if mode == "append" else NEW
    for first in range(points_of(NEW, mode)):
        for second in range(4):
            with a_life() as life:
                with planned(At(first, "crash")), pytest.raises(Crash):
                    life.move(NEW, mode, life.ref)
                with planned(At(second, action)), suppress(Crash, StoreError):
                    life.recover()
                assert same(life.visible(), OLD) or same(life.visible(), wanted)
                life.recover()
                assert same(life.visible(), wanted if life.manifest else OLD)
                assert life.leftovers() == set()


def test_a_commit_whose_answer_was_lost_is_settled_by_its_mark(life):
    with planned(Count()) as counted, life.store() as store:
        staging = store.begin(Load(ref=life.ref, mode="append", schema=NEW.schema))
        staging.write(NEW)
        manifest = staging.seal()
    lost = At(1, "error")
    with life.store() as store, planned(lost), pytest.raises(StoreError, match="injected"):
        store.commit(manifest)
    assert lost.points[1][0] == "sqlite.commit:after"
    assert "sqlite.commit:before" not in counted.names()
    with life.store() as store:
        assert store.status(manifest) == "done"
        assert store.commit(manifest).rows == 3
    assert same(life.visible(), pl.concat([OLD, NEW]))


KILLED = """
import os, signal, sys
from pathlib import Path
import polars as pl
from hygge_core import faults
from hygge_core.jsons import to_json
from hygge_core.records import Load, LoadRef
from hygge_core.scene import Scene
from hygge_core.testing.plans import At
from hygge_journal_sqlite.settings import SqliteStoreConfig
from hygge_journal_sqlite.store.store import open_store
frame = pl.DataFrame({"id": [3, 4, 5], "name": ["c", None, "e"]})
with faults.planned(At(int(sys.argv[2]), "kill")):
    with open_store(SqliteStoreConfig(path=Path(sys.argv[1]), table="t"), Scene()) as store:
        ref = LoadRef(run_id="r2", flow="f", entity="t")
        staging = store.begin(Load(ref=ref, mode=sys.argv[3], schema=frame.schema))
        staging.write(frame)
        manifest = staging.seal()
        print(to_json(manifest), flush=True)
        store.commit(manifest)
        store.cleanup(manifest)
"""


@pytest.mark.parametrize("mode", ["append", "full_drop"])
@pytest.mark.parametrize("k", [0, 2, 3, 6, 7, 8])
def test_a_real_process_killed_at_a_point_leaves_what_a_fresh_store_puts_right(
    life, python, mode, k
):
    process = python(KILLED, life.path, k, mode)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == -9
    life.manifest = output.strip() or None
    wanted = pl.concat([OLD, NEW]) if mode == "append" else NEW
    life.recover()
    assert same(life.visible(), wanted if life.manifest else OLD)
    assert life.leftovers() == set()

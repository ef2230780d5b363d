"""Every fault point of staging, sealing, publishing and tidying, and what must be there after it.

The test plays the flow: the manifest that it keeps as JSON is the decision. Whoever comes later is
a fresh store object that knows nothing else.
"""

import errno
import shutil
from contextlib import contextmanager, suppress

import polars as pl
import pytest
from shares import share

from hygge_core.errors import FlowError
from hygge_core.faults import planned
from hygge_core.files.disk import renames
from hygge_core.files.settings.stores import ParquetStoreConfig
from hygge_core.files.stores.store import ParquetStore
from hygge_core.jsons import from_json, to_json
from hygge_core.records import Load, LoadRef, Manifest
from hygge_core.testing.plans import At, Count, Crash

OLD = pl.DataFrame({"id": [1, 2, 3], "name": ["a", None, ""]})
NEW = pl.DataFrame({"id": [4, 5, 6, 7, 8], "name": ["d", "e", None, "", "h"]})
MODES = ["append", "full_drop"]


def lacking_renameat2():
    return None


@pytest.fixture(params=["renameat2", "link and two renames"])
def system(request, monkeypatch):
    """A system with the renames of Linux, and one without."""
    if request.param != "renameat2":
        monkeypatch.setattr(renames, "_renameat2", lacking_renameat2)
    return request.param


class Place:
    """One destination, and whoever looks at it."""

    def __init__(self, root, mode):
        self.root = root
        self.table = root / "lake" / "orders"
        self.mode = mode
        self.decided = None  # the journal: a manifest as JSON, or nothing
        self.left = ()
        shutil.rmtree(root, ignore_errors=True)
        self.table.mkdir(parents=True)
        OLD.write_parquet(self.table / "old-00001.parquet")

    def store(self):
        return ParquetStore(ParquetStoreConfig(path=self.table, rows_per_file=2))

    def move(self, run_id, mode, rows):
        store = self.store()
        ref = LoadRef(run_id=run_id, flow="f", entity="orders")
        staging = store.begin(Load(ref=ref, mode=mode, schema=rows.schema))
        for batch in rows.iter_slices(3):
            staging.write(batch)
        manifest = staging.seal()
        self.decided = to_json(manifest)
        self.finish(store, manifest)

    def finish(self, store, manifest):
        receipt = store.commit(manifest)
        assert receipt.rows == manifest.rows
        assert store.status(manifest) == "done"
        self.left = store.cleanup(manifest).names

    def run(self):
        self.move("new", self.mode, NEW)

    def start_again(self):
        """What the next start does, with nothing but the decision's JSON."""
        store = self.store()
        if self.decided is None:
            store.rollback(LoadRef(run_id="new", flow="f", entity="orders"))
        else:
            self.finish(store, from_json(self.decided, Manifest))

    def ids(self):
        """What a reader finds, in order; ``None``: no table."""
        if not self.table.exists():
            return None
        return sorted(
            i for file in self.table.rglob("*.parquet") for i in pl.read_parquet(file)["id"]
        )

    def before(self):
        return OLD["id"].to_list()

    def after(self):
        rows = NEW if self.mode == "full_drop" else pl.concat([OLD, NEW])
        return sorted(rows["id"])

    def leftovers(self):
        own = self.table.parent / ".hygge"
        return [path for path in own.rglob("*") if path.is_file() and path.parent.name != "locks"]

    def assert_never_mixed(self, at, system):
        seen = self.ids()
        if self.mode == "append":
            assert set(self.before()) <= set(seen) <= set(self.after()), at
            assert len(seen) == len(set(seen)) or system != "renameat2", at
            assert self.decided or seen == self.before(), at
        elif system == "renameat2":
            assert seen in (self.before(), self.after()), at
        else:  # two renames: for a moment the table is not there, its content is
            assert seen in (self.before(), self.after(), None), at
            assert seen is not None or (self.table.parent / ".hygge/old/new").exists(), at

    def assert_settled(self, at):
        """Recovered: all or nothing by the decision, and nothing lies around."""
        assert self.ids() == (self.after() if self.decided else self.before()), at
        assert (self.left, self.leftovers()) == ((), []), at


@contextmanager
def crashing(k):
    with planned(At(k, "crash")) as plan, suppress(Crash):
        yield plan


def error_of(call):
    """What ``call`` raised of hygge's own; anything else is a defect."""
    try:
        call()
    except FlowError as exc:
        return exc
    return None


def points_of(call):
    with planned(Count()) as counted:
        call()
    return counted.names()


@pytest.mark.parametrize("mode", MODES)
def test_a_crash_at_any_point_loses_nothing_doubles_nothing_and_leaves_nothing(
    tmp_path, mode, system
):
    total = len(points_of(Place(tmp_path / "x", mode).run))
    assert total > 50
    for k in range(total):
        place = Place(tmp_path / "x", mode)
        with crashing(k) as plan:
            place.run()
        at = f"crash at {k}, {plan.points[-1]}"
        assert len(plan.points) == k + 1, at  # nothing was done after death
        place.assert_never_mixed(at, system)
        place.start_again()
        place.assert_settled(at)


@pytest.mark.parametrize("mode", MODES)
def test_a_failure_at_any_point_even_a_lost_answer_is_followed_by_a_clean_finish(
    tmp_path, mode, system
):
    total = len(points_of(Place(tmp_path / "x", mode).run))
    for k in range(total):
        place = Place(tmp_path / "x", mode)
        with planned(At(k, "error")) as plan:
            error = error_of(place.run)
        assert error is None or error.transient
        at = f"error at {k}, {plan.points[k]}"
        place.assert_never_mixed(at, system)
        place.start_again()
        place.assert_settled(at)


@pytest.mark.parametrize("mode", MODES)
def test_a_full_disk_at_any_point_is_a_store_error_that_names_the_place(tmp_path, mode):
    total = len(points_of(Place(tmp_path / "x", mode).run))
    for k in range(total):
        place = Place(tmp_path / "x", mode)

        def full(point):
            return OSError(errno.ENOSPC, f"injected at {point}")

        with planned(At(k, "error", error=full)) as plan:
            error = error_of(place.run)
        if error is not None:  # a cleanup reports what it could not remove instead
            assert str(tmp_path) in str(error), plan.points[k]
            assert "No space left" in str(error), plan.points[k]
            assert "free some space" in error.hint
            assert not error.transient
        place.start_again()
        place.assert_settled(plan.points[k])


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize("mode", MODES)
def test_a_crash_at_any_point_of_any_recovery_is_recovered_too(tmp_path, mode, system):
    for k in range(len(points_of(Place(tmp_path / "x", mode).run))):
        place = Place(tmp_path / "x", mode)
        with crashing(k):
            place.run()
        for j in share(range(len(points_of(place.start_again)))):
            place = Place(tmp_path / "x", mode)
            with crashing(k) as first:
                place.run()
            with crashing(j) as second:
                place.start_again()
            at = f"crash at {first.points[-1]}, then at {second.points[-1]}"
            place.assert_never_mixed(at, system)
            place.start_again()
            place.assert_settled(at)


@pytest.mark.parametrize("mode", MODES)
def test_a_retried_extraction_starts_from_empty_staging(tmp_path, mode):
    place = Place(tmp_path, mode)
    ref = LoadRef(run_id="new", flow="f", entity="orders")
    load = Load(ref=ref, mode=mode, schema=NEW.schema)
    failed = place.store().begin(load)
    failed.write(NEW)
    assert len(place.leftovers()) == 2
    staging = place.store().begin(load)
    assert place.leftovers() == []
    staging.write(NEW.head(1))
    manifest = staging.seal()
    assert manifest.rows == 1
    place.finish(place.store(), manifest)
    assert place.ids() == ([4] if mode == "full_drop" else [1, 2, 3, 4])
    assert place.leftovers() == []

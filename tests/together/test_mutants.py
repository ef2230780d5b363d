"""Mistakes that a healthy suite catches: each is made on purpose here, and the walk must go red.

A mutant replaces one function for the length of a test. ``numbers chosen at commit`` is made on a
small store with numbered files, as a landing zone has them; correct, that store passes the walk.
"""

from contextlib import contextmanager
from functools import partial

import pytest
from attrs import evolve, frozen
from branching import every_step
from grounds import ACTIONS, ParquetGround, SqliteGround, fresh

from hygge_core.engine import flow, journal_copy, publishing
from hygge_core.engine.ledger import JournalLedger
from hygge_core.engine.world import World
from hygge_core.errors import StoreError
from hygge_core.files import plugin as files
from hygge_core.files.settings.stores import ParquetStoreConfig
from hygge_core.files.stores.store import ParquetStore
from hygge_core.hookspecs import Kind, hookimpl
from hygge_core.plugins import Plugins
from hygge_core.records import Load, LoadRef, Opened, Receipt
from hygge_core.staged import StagedWriter
from hygge_core.testing.walk import OLD, Walk
from hygge_journal_sqlite import plugin as sqlite
from hygge_journal_sqlite.journal.journal import SqliteJournal
from hygge_journal_sqlite.store import loads


def red(walk: Walk) -> None:
    with pytest.raises(AssertionError):
        every_step(walk, ACTIONS)


def on(ground, run_type: str) -> Walk:
    return Walk(make=partial(fresh, ground, True), run_type=run_type)


@pytest.mark.parametrize("ground", [ParquetGround, SqliteGround])
def test_a_watermark_recorded_before_the_commit_is_caught(ground, monkeypatch):
    def hasty(trip, store, run):
        manifest = publishing.manifest_of(run)
        run = publishing.record(trip, run, Receipt(rows=manifest.rows))
        receipt = publishing.commit(trip, store, run)
        return receipt, publishing.tidy(trip, store, run)

    monkeypatch.setattr(flow, "finish", hasty)
    red(on(ground, "incremental"))


@pytest.mark.parametrize("ground", [ParquetGround, SqliteGround])
def test_a_commit_before_the_decision_is_caught(ground, monkeypatch):
    decide = flow._decide

    def hasty(trip, run, mode, loaded):
        trip.store.commit(loaded.manifest)
        return decide(trip, run, mode, loaded)

    monkeypatch.setattr(flow, "_decide", hasty)
    red(on(ground, "incremental"))


def test_staging_under_the_final_name_is_caught(monkeypatch):
    monkeypatch.setattr(StagedWriter, "staged_name", StagedWriter.final_name)
    red(on(ParquetGround, "incremental"))


def test_a_publishing_transaction_without_its_mark_is_caught(monkeypatch):
    monkeypatch.setattr(loads, "put", lambda connection, manifest: None)
    red(on(SqliteGround, "incremental"))


def test_a_retry_on_top_of_what_the_failed_attempt_staged_is_caught(monkeypatch):
    monkeypatch.setattr(StagedWriter, "discard", lambda self, ref: None)
    red(on(ParquetGround, "incremental"))


# --- a store with numbers ----------------------------------------------------------------------


class NumberedStore(ParquetStore):
    """Files are numbered without a gap; SEAL assigns the numbers, the manifest has them."""

    def assigned(self, load, parts):
        highest = self._highest()
        return tuple(
            evolve(part, final=self._numbered(highest + index))
            for index, part in enumerate(parts, start=1)
        )

    def _highest(self) -> int:
        names = [entry.name for entry in self.shelf.list(self.places.live)]
        return max((int(name.rpartition("/")[2].split(".")[0]) for name in names), default=0)

    def _numbered(self, number: int) -> str:
        return f"{self.places.live}/{number:020d}.parquet"

    def replace(self, manifest):
        raise NotImplementedError("this store only adds")


class NumberedAtCommit(NumberedStore):
    """The mutant: the listing of the moment decides, again at every try."""

    def commit(self, manifest):
        return super().commit(evolve(manifest, parts=self.assigned(None, manifest.parts)))


class NumberedGround(ParquetGround):
    made = NumberedStore

    def __init__(self, root, *, journal):
        super().__init__(root, journal=journal)
        self.plugins = Plugins.of(files, sqlite, numbered(self.made))
        self.store = evolve(self.store, type="numbered")


class NumberedAtCommitGround(NumberedGround):
    made = NumberedAtCommit


def numbered(store):
    """A stranger's plugin that offers ``store``."""

    @contextmanager
    def opened(config, scene):
        yield store(config)

    class Stranger:
        @hookimpl
        def hygge_stores(self):
            yield Kind(
                name="numbered",
                config=ParquetStoreConfig,
                open=opened,
                capabilities={"append"},
                run_type=lambda config, run_type: "incremental",
            )

    return Stranger()


def incremental_from_the_start(ground) -> Walk:
    """Its first content is an append as well: a numbered store has no full_drop."""

    class Numbered(Walk):
        def prepare(self, there):
            there.offer(OLD)
            first = there.run("incremental")
            assert first.outcome == "complete", first
            there.offer(self.source)

    return Numbered(make=partial(fresh, ground, True), run_type="incremental")


def test_numbers_assigned_at_seal_survive_the_walk():
    every_step(incremental_from_the_start(NumberedGround), ACTIONS)


def test_numbers_chosen_at_commit_are_caught():
    red(incremental_from_the_start(NumberedAtCommitGround))


# --- what one walk alone cannot see --------------------------------------------------------------


def other_loads_survive_a_cleanup(tmp_path) -> None:
    """Two entities of one root are staged; one finishes; the other can still publish."""
    config = ParquetStoreConfig(path=tmp_path / "orders")
    mine, other = ParquetStore(config), ParquetStore(evolve(config, path=tmp_path / "items"))
    begun = {}
    for name, store in (("mine", mine), ("other", other)):
        ref = LoadRef(run_id=f"run-{name}", flow="f", entity=name)
        begun[name] = store.begin(Load(ref=ref, mode="append", schema=OLD.schema))
        begun[name].write(OLD)
    first, second = begun["mine"].seal(), begun["other"].seal()
    mine.commit(first)
    mine.cleanup(first)
    assert other.commit(second).rows == OLD.height


def test_a_cleanup_leaves_what_others_have_staged(tmp_path):
    other_loads_survive_a_cleanup(tmp_path)


def test_a_cleanup_of_everything_but_the_newest_is_caught(tmp_path, monkeypatch):
    cleanup = StagedWriter.cleanup

    def greedy(self, manifest):
        self.shelf.delete_tree(f"{self.places.own}/stage")
        return cleanup(self, manifest)

    monkeypatch.setattr(StagedWriter, "cleanup", greedy)
    with pytest.raises(StoreError, match="gone"):
        other_loads_survive_a_cleanup(tmp_path)


class Shown:
    """A store that shows the journal, and a process that commits something else meanwhile."""

    def __init__(self, meanwhile):
        self.meanwhile = meanwhile
        self.times = 0

    def publish_journal(self, journal):
        self.times += 1
        if self.times == 1:
            self.meanwhile()


@frozen
class RunTask:
    """As much of a task."""

    journal: Opened


@frozen
class OnTheWay:
    """As much of a trip as publishing the journal needs."""

    store: Shown
    ledger: JournalLedger
    world: World
    task: RunTask


def a_commit_during_a_publish_is_published_next(ground) -> None:
    ground.offer(OLD)
    ground.run("full_drop")
    with World(ground.plugins, root=ground.root) as world:
        journal = world.journal(ground.journal)
        shown = Shown(meanwhile=lambda: ground.run("full_drop"))
        lease = journal.acquire("mirror", "mirror", world.owner)
        task = RunTask(journal=ground.journal)
        trip = OnTheWay(shown, JournalLedger(journal, lease, ground.journal), world, task)
        assert journal_copy.publish(trip)
        assert journal_copy.publish(trip)
        assert shown.times == 2
        assert journal_copy.publish(trip)
        assert shown.times == 2, "a clean journal was published again"


def test_a_commit_that_arrives_during_a_publish_is_published_next():
    with fresh(SqliteGround, True) as ground:
        a_commit_during_a_publish_is_published_next(ground)


def test_a_dirty_flag_instead_of_counters_is_caught(monkeypatch):
    published = SqliteJournal.published

    def clean_now(self, version):
        published(self, self.counters()[0])

    monkeypatch.setattr(SqliteJournal, "published", clean_now)
    with fresh(SqliteGround, True) as ground, pytest.raises(AssertionError):
        a_commit_during_a_publish_is_published_next(ground)

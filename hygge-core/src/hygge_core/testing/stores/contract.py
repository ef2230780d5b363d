"""``StoreContract``: what every store promises, one test to a promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest
from attrs import evolve

from hygge_core.engine.coordinator import new_run_id
from hygge_core.engine.world import World
from hygge_core.errors import FlowError, StoreError
from hygge_core.protocols import Staging, Store
from hygge_core.records import Leftovers, Load, Mode
from hygge_core.testing.contract import MODES, Contract
from hygge_core.testing.promises import broken, keep, none_of, promised, same
from hygge_core.testing.stores.abilities import StoreAbilities
from hygge_core.testing.stores.aside import StoreAside
from hygge_core.testing.stores.faults import StoreFaults
from hygge_core.testing.stores.files import StoreFiles
from hygge_core.testing.stores.journal_copy import StoreJournalCopy
from hygge_core.testing.stores.loads import StoreLoads
from hygge_core.testing.stores.mirror_words import StoreMirrorWords
from hygge_core.testing.stores.mirrors import StoreMirrors
from hygge_core.testing.stores.place import (
    Models,
    StorePlace,
    declared,
    expected,
    fresh_root,
    halves,
    incoming,
    reference,
    rolling_back,
)
from hygge_core.testing.stores.rows import StoreRows
from hygge_core.testing.stores.values import StoreValues
from hygge_core.testing.stores.walk import StoreWalk
from hygge_core.testing.subjects import StoreSubject
from hygge_core.testing.walk import MORE, OLD


class StoreContract(
    StoreAbilities,
    StoreAside,
    StoreFaults,
    StoreFiles,
    StoreJournalCopy,
    StoreLoads,
    StoreMirrors,
    StoreMirrorWords,
    StoreRows,
    StoreValues,
    StoreWalk,
    Contract,
):
    """Give ``subject``, a fixture that returns a ``StoreSubject``::

        class TestLakeStore(StoreContract):
            @pytest.fixture
            def subject(self) -> StoreSubject:
                return StoreSubject(plugin=..., type="lake", table=..., visible=..., leftovers=...)

    Each failure names the promise that is broken, and what was found instead of it.
    """

    @pytest.fixture
    def subject(self) -> StoreSubject:
        """Yours to give."""
        raise NotImplementedError("give a fixture 'subject' that returns a StoreSubject")

    @pytest.fixture
    def place(self, subject: StoreSubject, root: object) -> StorePlace:
        """A fresh destination without any content."""
        return StorePlace(subject, root)  # type: ignore[arg-type]  # a Path, see ``Contract.root``

    @pytest.fixture
    def fresh(
        self, subject: StoreSubject
    ) -> Iterator[Callable[..., AbstractContextManager[StorePlace]]]:
        """Makes as many of them as one likes."""
        with ExitStack() as roots:
            models = Models(subject, roots)

            @contextmanager
            def make(*, journal: bool = True) -> Iterator[StorePlace]:
                with fresh_root() as root:
                    yield StorePlace(subject, root, journal=journal, models=models)

            yield make

    def test_it_is_a_store_that_can_load(self, place: StorePlace) -> None:
        modes = place.capabilities & {"append", "full_drop"}
        keep(modes, "a store declares 'append', 'full_drop' or both", set(place.capabilities))
        with place.opened() as store:
            keep(isinstance(store, Store), "what open() yields has every verb of Store", store)
            staging = store.begin(_load(place.first))
            keep(isinstance(staging, Staging), "what begin() returns has write and seal", staging)

    def test_its_address_touches_nothing(self, place: StorePlace) -> None:
        kind = place.plugins.kind("store", place.subject.type).kind
        before = set(place.root.rglob("*"))
        with World(place.plugins, root=place.root) as world:
            told = kind.address(world.config_of("store", place.store))
        made = set(map(str, place.root.rglob("*"))) - set(map(str, before))
        none_of(made, "an address touches nothing: it makes no file and no folder")
        keep(isinstance(told, str) and "\n" not in told, "an address is one line", told)

    @MODES
    def test_what_is_staged_is_invisible(self, place: StorePlace, mode: Mode) -> None:
        declared(place, mode)
        place.settle(OLD, place.first)
        with place.opened() as store:
            staging = store.begin(_load(mode))
            same(place.seen(OLD), OLD, "begin() changes nothing visible")
            for batch in halves(incoming(mode)):
                staging.write(batch)
                same(place.seen(OLD), OLD, "write() stages: no reader sees it before the commit")
            manifest = staging.seal()
            same(place.seen(OLD), OLD, "seal() publishes nothing: only the commit decides")
            keep(store.status(manifest) == "none", "the status of a sealed load is 'none'")

    @MODES
    def test_the_manifest_says_what_was_written(self, place: StorePlace, mode: Mode) -> None:
        declared(place, mode)
        manifest = place.staged(incoming(mode), mode)
        rows = incoming(mode).height
        keep(manifest.rows == rows, f"Manifest.rows counts what was staged, {rows}", manifest)
        total = sum(part.rows for part in manifest.parts)
        keep(total == rows, "the parts of a manifest hold all of its rows", manifest)
        keep(manifest.mode == mode, "a manifest keeps its load's mode", manifest)
        keep(dict(manifest.schema).keys() == set(OLD.columns), "it spells the schema", manifest)

    @MODES
    def test_a_commit_shows_every_row_once(self, place: StorePlace, mode: Mode) -> None:
        declared(place, mode)
        place.settle(OLD, place.first)
        manifest = place.staged(incoming(mode), mode)
        with place.opened() as store:
            receipt = store.commit(manifest)
            same(place.seen(OLD), expected(mode), "a commit publishes every row once")
            keep(store.status(manifest) == "done", "after the commit the status is 'done'")
        keep(receipt.rows == manifest.rows, "the receipt counts this load's rows", receipt)
        counted = receipt.bytes >= 0 and receipt.parts >= 1
        keep(counted, "where rows came, a receipt has parts, and no bytes below 0", receipt)

    @MODES
    def test_a_commit_is_idempotent(self, place: StorePlace, mode: Mode) -> None:
        declared(place, mode)
        place.settle(OLD, place.first)
        manifest = place.staged(incoming(mode), mode)
        first = place.with_store(lambda store: store.commit(manifest))
        for _ in range(2):
            with promised("a repeated commit changes nothing: idempotent"):
                again = place.with_store(lambda store: store.commit(manifest))
            keep(again == first, "a repeated commit gives the same receipt", (first, again))
            same(place.seen(OLD), expected(mode), "a repeated commit changes nothing: idempotent")

    @MODES
    def test_a_rollback_leaves_nothing_and_repeats(self, place: StorePlace, mode: Mode) -> None:
        declared(place, mode)
        place.settle(OLD, place.first)
        with place.opened() as store:
            store.begin(_load(mode, unsealed := new_run_id())).write(incoming(mode).clone())
        sealed = place.staged(incoming(mode), mode).ref.run_id
        for run_id in (unsealed, sealed, unsealed, sealed, new_run_id()):
            with promised("a rollback may be repeated, and may come before anything was staged"):
                place.with_store(rolling_back(reference(run_id)))
            same(place.seen(OLD), OLD, "a rollback changes nothing visible")
        none_of(place.leftovers(), "a rollback removes everything that was staged")

    @MODES
    def test_a_published_load_is_never_taken_back(self, place: StorePlace, mode: Mode) -> None:
        declared(place, mode)
        manifest = place.staged(OLD, mode)
        place.with_store(lambda store: store.commit(manifest))
        try:
            place.with_store(lambda store: store.rollback(manifest.ref))
        except FlowError as exc:
            keep(not exc.transient, "a refused rollback is no transient error", repr(exc))
        same(place.seen(OLD), OLD, "a rollback never removes what readers see")

    @MODES
    def test_a_cleanup_leaves_nothing_and_repeats(self, place: StorePlace, mode: Mode) -> None:
        declared(place, mode)
        place.settle(OLD, place.first)
        manifest = place.settle(incoming(mode), mode)
        with promised("a cleanup may be repeated"):
            left = place.with_store(lambda store: store.cleanup(manifest))
        keep(isinstance(left, Leftovers), "cleanup() gives Leftovers", repr(left))
        none_of(left.names, "a repeated cleanup reports nothing")
        none_of(place.leftovers(), "a cleanup removes staging and what this load superseded")
        same(place.seen(OLD), expected(mode), "a cleanup changes nothing visible")
        status = place.with_store(lambda store: store.status(manifest))
        keep(status == "done", "a published load stays 'done' after its cleanup", status)

    def test_a_cleanup_leaves_what_others_have_staged(self, place: StorePlace) -> None:
        declared(place, "append")
        mine = place.staged(OLD, "append")
        with place.opened() as store:
            another = evolve(_load("append"), ref=evolve(reference(new_run_id()), flow="another"))
            staging = store.begin(another)
            staging.write(MORE.clone())
            other = staging.seal()
        with place.opened() as store:
            store.commit(mine)
            store.cleanup(mine)
            store.rollback(reference(new_run_id()))
            store.begin(_load("append"))
        with promised("cleanup, rollback and begin touch only their own load: others can commit"):
            place.with_store(lambda store: store.commit(other))
        same(place.seen(OLD), OLD.vstack(MORE), "two loads at once are both published")

    @MODES
    def test_a_load_begun_again_starts_empty(self, place: StorePlace, mode: Mode) -> None:
        declared(place, mode)
        run_id = new_run_id()
        for seals in (False, True):
            _fails(place, mode, run_id, seals=seals)
        with promised("a load may be begun again"):
            manifest = place.staged(OLD, mode, run_id)
            place.with_store(lambda store: store.commit(manifest))
        same(place.seen(OLD), OLD, "rows of a failed attempt never reach the destination")

    @MODES
    def test_a_full_drop_never_overwrites_who_was_faster(
        self, place: StorePlace, mode: Mode
    ) -> None:
        declared(place, "full_drop")
        declared(place, mode)
        place.settle(OLD, "full_drop")
        slow = place.staged(OLD[:1], "full_drop")
        place.settle(incoming(mode), mode)
        promise = "a commit refuses when somebody else was faster: their data stays"
        try:
            place.with_store(lambda store: store.commit(slow))
        except StoreError as exc:
            keep(not exc.transient, "a lost race is no transient error", repr(exc))
        else:
            broken(promise, f"commit() returned; a reader sees:\n{place.seen(OLD)}")
        same(place.seen(OLD), expected(mode), promise)


def _fails(place: StorePlace, mode: Mode, run_id: str, *, seals: bool) -> None:
    """An attempt of more batches than the next one has, so that this does not cover all of it."""
    with place.opened() as store:
        staging = store.begin(_load(mode, run_id))
        for batch in OLD.vstack(MORE).iter_slices(1):
            staging.write(batch)
        if seals:
            staging.seal()


def _load(mode: Mode, run_id: str = "") -> Load:
    ref = reference(run_id or new_run_id())
    return evolve(Load(ref=ref, mode=mode, schema=OLD.schema), epoch=1)


__all__ = ["StoreContract"]

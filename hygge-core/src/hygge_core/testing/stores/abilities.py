"""A store's abilities: what it has beyond its verbs, found by ``isinstance``, has to be so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from attrs import evolve

from hygge_core.errors import LeaseHeld, StoreError
from hygge_core.protocols import Checks, KeepsLedger, KnowsContent, KnowsSchema, Locks
from hygge_core.records import Owner, RunRecord
from hygge_core.testing.promises import broken, keep
from hygge_core.testing.stores.place import committing, declared, reference, tidying
from hygge_core.testing.walk import MORE, OLD

if TYPE_CHECKING:
    from hygge_core.records import RunState
    from hygge_core.testing.stores.place import StorePlace

ONE = Owner(host="here", pid=1, started="2013-01-01T00:00:00+00:00", name="one")
TWO = Owner(host="here", pid=2, started="2013-01-01T00:00:00+00:00", name="two")


class StoreAbilities:
    """The part of ``StoreContract`` for the small protocols."""

    def test_it_knows_its_destination(self, place: StorePlace) -> None:
        with place.opened() as store:
            if not isinstance(store, KnowsSchema | KnowsContent):
                pytest.skip("it knows nothing of its destination")
            if isinstance(store, KnowsSchema):
                known = store.known_schema()
                keep(known is None, "where nothing is, known_schema() is None", known)
            if isinstance(store, KnowsContent):
                keep(store.has_content() is False, "where nothing is, has_content() is False")
        place.settle(OLD, place.first)
        with place.opened() as store:
            if isinstance(store, KnowsSchema):
                known = store.known_schema()
                names = sorted(known or ())
                keep(names == sorted(OLD.columns), "known_schema() has every column", known)
            if isinstance(store, KnowsContent):
                keep(store.has_content() is True, "where rows are, has_content() is True")

    def test_it_knows_every_column_that_was_added(self, place: StorePlace) -> None:
        declared(place, "append")
        with place.opened() as store:
            if not isinstance(store, KnowsSchema):
                pytest.skip("it does not know the columns of its destination")
        place.settle(OLD, place.first)
        wider = MORE.with_columns(note=pl.lit("new"))
        try:
            manifest = place.staged(wider, "append")
        except StoreError as exc:
            pytest.skip(f"it takes no further column: {exc}")
        place.with_store(committing(manifest))
        place.with_store(tidying(manifest))
        with place.opened() as store:
            assert isinstance(store, KnowsSchema)
            known = store.known_schema()
        promise = "known_schema() has the columns of every load, not of one"
        keep(sorted(known or ()) == sorted(wider.columns), promise, known)

    def test_its_lock_shuts_others_out(self, place: StorePlace) -> None:
        with place.opened() as store, place.opened() as other:
            if not (isinstance(store, Locks) and isinstance(other, Locks)):
                pytest.skip("it has no lock: the journal's lease is what there is")
            with store.lock(ONE):
                try:
                    with other.lock(TWO):
                        broken("a lock is held by one owner at a time: LeaseHeld for others")
                except LeaseHeld as exc:
                    keep(ONE.name in exc.owner, "LeaseHeld names who holds it", exc.owner)
            with other.lock(TWO):
                """What was let go can be had."""

    def test_its_ledger_remembers_unfinished_runs(self, place: StorePlace) -> None:
        run = RunRecord(
            ref=reference("20130101T000000-0123456789abcdef"),
            state="open",
            run_type="full_drop",
            epoch=0,
            destination="there",
            store=place.store,
        )
        with place.opened() as store:
            if not isinstance(store, KeepsLedger):
                pytest.skip("it keeps no ledger: its flows need a journal")
            states: tuple[RunState, ...] = ("open", "decided", "decided", "committed")
            for state in states:
                run = evolve(run, state=state)
                store.advance(run)
        with place.opened() as store:
            assert isinstance(store, KeepsLedger)
            found = list(store.open_runs(run.ref.flow, run.ref.entity))
            keep(found == [run], "an unfinished run comes back as it was recorded", found)
            others = list(store.open_runs(run.ref.flow, "another"))
            keep(not others, "open_runs are this entity's", others)
            store.advance(evolve(run, state="done"))
            store.advance(evolve(run, state="done"))
            left = list(store.open_runs(run.ref.flow, run.ref.entity))
            keep(not left, "a run that is done is forgotten", left)

    def test_it_can_examine_itself(self, place: StorePlace) -> None:
        with place.opened() as store:
            if not isinstance(store, Checks):
                pytest.skip("it does not examine itself for `hygge check`")
            for tried, found, fix in store.check():
                told = (tried, found, fix)
                keep(tried and found, "a check says what was tried, and what was found", told)
                keep(found == "ok" or fix, "what is wrong comes with what to do about it", told)

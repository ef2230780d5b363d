"""``HomeContract``: what every home promises, one test to a promise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from hygge_core.engine.world import World
from hygge_core.errors import ConfigError, FlowError, HomeError, SchemaChanged
from hygge_core.faults import planned
from hygge_core.protocols import Discovers, Estimates, Home
from hygge_core.records import Mark, Range
from hygge_core.scene import Cancel
from hygge_core.testing import matrix
from hygge_core.testing.canary import canaries, none_shown, told_by
from hygge_core.testing.contract import Contract
from hygge_core.testing.homes.changes import HomeChanges
from hygge_core.testing.homes.files import HomeFiles
from hygge_core.testing.homes.parts import HomeParts
from hygge_core.testing.homes.place import HomePlace
from hygge_core.testing.homes.ranges import HomeRanges
from hygge_core.testing.homes.walk import HomeWalk
from hygge_core.testing.outliving import closes
from hygge_core.testing.plans import At, Count
from hygge_core.testing.promises import alike, broken, difference, keep, same
from hygge_core.testing.walk import OLD, persistent_error

if TYPE_CHECKING:
    from hygge_core.records import Ask
    from hygge_core.testing.subjects import HomeSubject

#: Some more than fill whole batches.
MANY = pl.DataFrame({"id": range(1007), "name": [f"name {n}" for n in range(1007)]})
#: Whoever knows a column by its first rows knows nothing of this one.
LATE = pl.DataFrame(
    {"id": range(600), "value": pl.Series([None] * 590 + [0.5] * 10, dtype=pl.Float64)}
)


class HomeContract(HomeChanges, HomeFiles, HomeParts, HomeRanges, HomeWalk, Contract):
    """Give ``subject``, a fixture that returns a ``HomeSubject``::

        class TestLakeHome(HomeContract):
            @pytest.fixture
            def subject(self) -> HomeSubject:
                return HomeSubject(plugin=..., type="lake", table=..., offer=...)

    Each failure names the promise that is broken, and what was found instead of it.
    """

    @pytest.fixture
    def subject(self) -> HomeSubject:
        """Yours to give."""
        raise NotImplementedError("give a fixture 'subject' that returns a HomeSubject")

    @pytest.fixture
    def place(self, subject: HomeSubject, root: Path) -> HomePlace:
        """A fresh source that holds nothing yet."""
        return HomePlace(subject, root)

    def test_it_is_a_home(self, place: HomePlace) -> None:
        place.offer(OLD)
        with place.opened() as home:
            keep(isinstance(home, Home), "what open() yields has every verb of Home", home)
            if isinstance(home, Estimates):
                rows = home.estimated_rows(place.ask())
                keep(rows is None or rows >= 0, "an estimate is a number of rows, or None", rows)

    def test_its_estimate_is_of_what_is_asked(self, place: HomePlace) -> None:
        place.offer(MANY)
        with place.opened() as home:
            if not isinstance(home, Estimates):
                pytest.skip("it guesses nothing of its size")
            few = home.estimated_rows(place.ask(limit=7))
            keep(few is None or few <= 7, "an estimate heeds Ask.limit", few)
            if "range" in place.capabilities:
                asked = Range(column="id", low=Mark("int64", str(MANY.height - 1)))
                none = home.estimated_rows(place.ask(range=asked))
                promise = "an estimate is of the range, or None: not of rows that were moved before"
                keep(none is None or none < MANY.height // 2, promise, none)

    def test_it_reads_every_row_once(self, place: HomePlace) -> None:
        place.offer(OLD)
        same(place.read(), OLD, "a home yields every row, once")

    def test_each_batch_has_the_schema_that_was_told(self, place: HomePlace) -> None:
        place.offer(MANY)
        ask = place.ask(batch_rows=100)
        with place.opened() as home:
            told = home.schema(ask)
            batches = [pl.DataFrame(batch) for batch in home.read(ask)]
        for batch in batches:
            keep(batch.schema == told, "every batch has the columns and types of schema()", batch)
        largest = max(batch.height for batch in batches)
        keep(largest <= 200, "a batch holds about batch_rows rows at most, 100", largest)
        same(pl.concat(batches), MANY, "a home yields every row, once")

    def test_it_reads_again_from_the_start(self, place: HomePlace) -> None:
        place.offer(MANY)
        ask = place.ask(batch_rows=100)
        with place.opened() as home:
            left = iter(home.read(ask))
            next(left)
            getattr(left, "close", lambda: None)()
            frames = [pl.DataFrame(batch) for batch in home.read(ask)]
        same(pl.concat(frames), MANY, "read() begins from the start, whatever was read before")

    def test_what_was_left_early_is_freed(self, place: HomePlace) -> None:
        place.offer(MANY)
        with place.opened() as home:
            left = iter(home.read(place.ask(batch_rows=10)))
            next(left)
            getattr(left, "close", lambda: None)()
            place.offer(OLD)
        same(place.read(), OLD, "a home that was left holds no lock on its source")

    def test_it_gives_the_columns_that_were_asked_for(self, place: HomePlace) -> None:
        place.offer(OLD)
        seen = place.read(place.ask(columns=("name",)))
        keep("name" in seen.columns, "a home yields at least Ask.columns", seen.columns)
        same(seen.select("name"), OLD.select("name"), "fewer columns are the same rows")

    def test_what_is_asked_for_has_the_schema_that_was_told(self, place: HomePlace) -> None:
        place.offer(OLD)
        for asked in (place.ask(columns=("name",)), place.ask(columns=("name", "id"), limit=2)):
            with place.opened() as home:
                told = pl.Schema(home.schema(asked))
                seen = [pl.DataFrame(batch).schema for batch in home.read(asked)]
            promise = "every batch has the columns and types of schema(ask), whatever is asked"
            keep(all(each == told for each in seen), promise, (asked.columns, told, seen))

    @pytest.mark.parametrize("settled", [LATE.schema, None], ids=["settled", "not_settled"])
    def test_a_value_that_comes_late_is_kept_or_told(
        self, place: HomePlace, settled: pl.Schema | None
    ) -> None:
        place.offer_or_skip(LATE)
        try:
            seen = place.read(place.ask(settled=settled, batch_rows=100))
        except HomeError:
            return
        promise = "a value that comes after many NULLs is kept, or a HomeError: never NULL"
        alike(seen, (LATE,), promise)

    def test_it_leaves_nothing_open(self, place: HomePlace) -> None:
        place.offer(MANY)

        def read() -> None:
            place.read()
            with place.opened() as home:
                left = iter(home.read(place.ask(batch_rows=10)))
                next(left)

        closes(read, "a home that was closed")

    def test_it_stops_at_the_limit(self, place: HomePlace) -> None:
        place.offer(MANY)
        rows = place.read(place.ask(limit=7)).height
        keep(rows == 7, "a home yields Ask.limit rows and no more", rows)

    def test_a_missing_column_is_told(self, place: HomePlace) -> None:
        place.offer(OLD)
        try:
            seen = place.read(place.ask(columns=("not_there",)))
        except HomeError:
            return
        keep("not_there" not in seen.columns, "a column that is not there is not made up", seen)

    def test_a_missing_source_is_an_error_and_never_empty(self, place: HomePlace) -> None:
        try:
            seen = place.read()
        except FlowError as exc:
            keep(isinstance(exc, HomeError), "a source that is not there is a HomeError", repr(exc))
            return
        broken("a source that is not there is a HomeError: empty would delete the copy", seen)

    def test_an_empty_source_has_a_schema_and_no_rows(self, place: HomePlace) -> None:
        place.offer_or_skip(OLD.clear())
        with place.opened() as home:
            told = home.schema(place.ask())
        keep(told.names() == OLD.columns, "an empty source still knows its columns", told)
        keep(not place.read().height, "an empty source yields no rows")

    @pytest.mark.parametrize("case", list(matrix.VALUES))
    def test_a_value_is_read_exactly(self, place: HomePlace, case: str) -> None:
        need = matrix.NEEDS.get(case)
        must = case in matrix.MUST - {"only_nulls", "no_rows"} or need in place.capabilities
        frame = matrix.typed(case)
        try:
            place.subject.offer(place.root, frame)
        except NotImplementedError:
            keep(not must, f"a source of this kind holds {case}, so offer() can write it")
            pytest.skip(f"such a source has no {case}")
        try:
            seen = place.read(place.ask(settled=frame.schema))
        except HomeError as exc:
            keep(not must, f"every home reads {case}", repr(exc))
            return
        same(seen, frame, "a value is read exactly, or a HomeError: never changed, never NULL")

    @pytest.mark.parametrize("case", list(matrix.NAMES))
    def test_a_name_is_read_exactly(self, place: HomePlace, case: str) -> None:
        place.offer_or_skip(matrix.named(case))
        ask = place.ask(columns=(matrix.NAMES[case],))
        seen = place.read(ask)
        column = matrix.NAMES[case]
        keep(column in seen.columns, f"a column named {column!r} is read by that name", seen)
        same(seen.select(column), matrix.named(case).select(column), "its values are its own")

    def test_a_value_that_is_not_of_its_type_is_told(self, place: HomePlace) -> None:
        whole = pl.Schema({"id": pl.Int64(), "value": pl.Int64()})
        texts = pl.DataFrame({"id": [1, 2, 3], "value": ["1", "x", None]})
        place.offer_or_skip(texts)
        try:
            seen = place.read(place.ask(settled=whole))
        except HomeError as exc:
            promise = "a value that cannot be of the settled type is a SchemaChanged"
            keep(isinstance(exc, SchemaChanged), promise, repr(exc))
            return
        same(seen, texts, "a value that cannot be of its type is never NULL and never another")

    def test_what_it_declares_to_discover_is_listed(self, place: HomePlace) -> None:
        if "discover" not in place.capabilities:
            pytest.skip(f"{place.subject.type} does not declare 'discover'")
        place.offer(OLD)
        with place.opened() as home, place.connections() as connections:
            able = [each for each in (home, *connections) if isinstance(each, Discovers)]
            keep(able, "'discover': the home or its connection lists tables (Discovers)")
            tables = [table for each in able for table in each.tables()]
        keep(tables, "a source that holds a table lists it")
        for name, keys in tables:
            told = isinstance(name, str) and isinstance(keys, tuple)
            keep(told, "a table is told as (name, key columns)", (name, keys))
        offered = [each for each in tables if _holds(place.of(each[0]), OLD)]
        keep(offered, "a table is told by the name by which home.table reads it", tables)
        for name, keys in offered:
            keep({*keys} <= {*OLD.columns}, "the keys of a table are columns of it", (name, keys))

    def test_a_cancelled_read_ends(self, place: HomePlace) -> None:
        place.offer(MANY)
        cancel = Cancel()
        read = 0
        with place.opened(cancel) as home:
            try:
                for _ in home.read(place.ask(batch_rows=10)):
                    read += 1
                    cancel.request("the kit asked to stop")
            except FlowError as exc:
                told = type(exc).__name__
                keep(told == "Cancelled", "a read that was asked to stop raises Cancelled", told)
        keep(read <= 10, "a cancelled read ends within a few batches", read)

    def test_no_secret_is_ever_shown(self, place: HomePlace) -> None:
        hidden = canaries(place.plugins, "home", place.home)
        place.offer(OLD)
        with World(place.plugins, root=place.root) as world:
            config = world.config_of("home", place.home)
            told = [repr(config), world.address("home", place.home)]
        counted = Count()
        for ask in (place.ask(), place.ask(columns=("not_there",))):
            told += _told_of_reading(place, ask, counted)
        for k in range(len(counted.points)):
            told += _told_of_reading(place, place.ask(), At(k, "error", error=persistent_error))
        none_shown(told, hidden)


def _holds(place: HomePlace, rows: pl.DataFrame) -> bool:
    """Whether it reads these rows, and no other; of others' tables nothing is expected."""
    try:
        return not difference(place.read(place.ask(limit=rows.height + 1)), rows)
    except (ConfigError, HomeError):
        return False


def _told_of_reading(place: HomePlace, ask: Ask, plan: Count) -> list[str]:
    """What a read says, well or not, and the points that it passes."""
    said: list[str] = []
    try:
        with planned(plan), place.opened() as home:
            list(home.read(ask))
    except FlowError as exc:
        said += told_by(exc)
    return [*said, *map(str, plan.points)]


__all__ = ["HomeContract"]

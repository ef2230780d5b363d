"""A home in whole runs: moved, moved again, and moved on from where the watermark stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import polars as pl
import pytest

from hygge_core.testing.plans import At, Count
from hygge_core.testing.promises import completes, keep, same, told_of
from hygge_core.testing.thinning import points_of_calls
from hygge_core.testing.walk import MORE, OLD, OTHER, persistent_error

if TYPE_CHECKING:
    from hygge_core.records import RunType
    from hygge_core.testing.homes.place import HomePlace

TIED = pl.DataFrame({"id": [9, 10], "name": ["tied", "new"]})


class HomeWalk:
    """The part of ``HomeContract`` that runs the engine."""

    every_step: ClassVar[int]

    def test_a_full_drop_moves_what_is_there(self, place: HomePlace) -> None:
        for rows in (OLD, OTHER, MORE):
            place.offer(rows)
            completes(place.run("full_drop"))
            same(place.visible(), rows, "a full_drop makes the destination equal to the source")

    def test_an_incremental_run_loses_and_doubles_nothing(self, place: HomePlace) -> None:
        if "range" not in place.capabilities:
            pytest.skip(f"{place.subject.type} does not declare 'range'")
        source = pl.DataFrame(schema=OLD.schema)
        for added in (OLD, MORE, TIED):
            source = pl.concat([source, added])
            place.offer(source)
            for _ in range(2):
                result = place.run("incremental")
                keep(
                    result and result.outcome in ("complete", "skip"),
                    "it is moved",
                    told_of(result),
                )
            same(place.visible(), source, "rows at the watermark are neither lost nor doubled")

    @pytest.mark.parametrize("run_type", ["full_drop", "incremental"])
    def test_a_disturbed_read_is_read_again(self, place: HomePlace, run_type: RunType) -> None:
        if run_type == "incremental" and "range" not in place.capabilities:
            pytest.skip(f"{place.subject.type} does not declare 'range'")
        place.offer(OLD)
        completes(place.run("full_drop"))
        counted = Count()
        place.offer(pl.concat([OLD, MORE]))
        completes(place.run("full_drop", counted))
        for k in points_of_calls(counted.names(), self.every_step):
            place.offer(OLD)
            completes(place.run("full_drop"))
            place.offer(pl.concat([OLD, MORE]))
            place.run(run_type, At(k, "error", error=persistent_error))
            place.run(run_type)
            promise = f"what failed is read again, whole (point {k}, {counted.points[k][0]})"
            same(place.visible(), pl.concat([OLD, MORE]), promise)

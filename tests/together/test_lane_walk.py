"""Every point of a run that hands files over, and of the recovery from it."""

from functools import partial

import polars as pl
import pytest
from grounds import ACTIONS, ParquetGround, fresh
from lanes import put
from shares import share

from hygge_core.records import Opened
from hygge_core.testing.thinning import some_steps, steps
from hygge_core.testing.walk import Walk


class FilesGround(ParquetGround):
    """Its source is a directory of files, and the old rows have a file of their own."""

    def __init__(self, root, *, journal):
        super().__init__(root, journal=journal)
        self.home = Opened(type="parquet", table={"path": str(root / "in")})
        self.store = Opened(type="parquet", table={"path": str(self.live)})

    def offer(self, offered):
        old = pl.col("id") <= 5
        for number, frame in enumerate((offered.filter(old), offered.filter(~old))):
            put(self.root / f"in/{number}.parquet", frame)


@pytest.fixture(params=[("incremental", True), ("full_drop", True), ("full_drop", False)])
def walk(request):
    run_type, journal = request.param
    return Walk(make=partial(fresh, FilesGround, journal), run_type=run_type)


def test_the_walk_goes_through_the_file_lane(walk):
    with walk.make() as ground:
        walk.prepare(ground)
        assert ground.run(walk.run_type).lane == "files"


@pytest.mark.timeout(300)
def test_whatever_happens_while_files_are_handed_over_the_next_start_puts_right(walk):
    for k, action in some_steps(walk.points(), ACTIONS, 13):
        walk.step(k, action)


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.timeout(900)
def test_whatever_happens_at_any_point_while_files_are_handed_over(walk):
    for k, action in share(steps(walk.points(), ACTIONS)):
        walk.step(k, action)


@pytest.mark.timeout(300)
def test_a_disturbed_recovery_of_handed_over_files_is_put_right(walk):
    for k, action, j, again in walk.some_doubles(ACTIONS, 13):
        walk.double_step(k, action, j, again)

"""Links that lead elsewhere, in a source and at a destination."""

import polars as pl
import pytest
from bad_input import FILES, ROWS, mended, refused


def test_a_link_that_leads_out_of_a_home(household, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "passwd.parquet"
    ROWS.with_columns(id=pl.col("id") + 100).write_parquet(elsewhere)
    household.toml(FILES.format(kind="parquet").replace("in.parquet", "in"))
    household.put("in/1.parquet", ROWS)
    assert household.call("run").code == 0
    (household.root / "in/2.parquet").symlink_to(elsewhere)
    refused(household, "in/2.parquet", "leads out of")
    (household.root / "in/2.parquet").unlink()
    mended(household)


@pytest.mark.parametrize("place", ["out", ".hygge/stage", ".hygge/old", "out/part"])
def test_a_link_that_leads_out_of_a_store(filled, tmp_path_factory, place):
    """Nothing is ever written, replaced or removed behind a link that somebody put there."""
    household = filled()
    treasure = tmp_path_factory.mktemp("elsewhere") / "treasure.parquet"
    ROWS.write_parquet(treasure)
    link, away = household.root / place, household.root / "away"
    if link.exists():
        link.rename(away)
    link.symlink_to(treasure.parent)
    done = household.call("run")
    assert done.code == 1
    assert str(link) in done.err
    assert list(treasure.parent.iterdir()) == [treasure]
    link.unlink()
    if away.exists():
        away.rename(link)
    mended(household)


def test_a_link_among_the_files_of_a_destination_goes_alone(filled, tmp_path_factory):
    household = filled()
    treasure = tmp_path_factory.mktemp("elsewhere") / "treasure.parquet"
    ROWS.write_parquet(treasure)
    (household.root / "out/link.parquet").symlink_to(treasure)
    mended(household)
    assert treasure.exists()

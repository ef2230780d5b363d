"""What happens to a load when its source changes its columns: between files, batches and runs."""

import polars as pl
import pytest
from household import Household

POLICIES = """
[flows.f]
home = {{ type = "{kind}", path = "in", batch_rows = 2 }}
store = {{ type = "parquet", path = "out" }}
schema = {{ {policy} }}
{more}
"""
INCREMENTAL = 'run_type = "incremental"\nwatermark = { column = "id" }'
FIRST = pl.DataFrame({"id": [1, 2], "price": [10, 20]})
WITH_MORE = pl.DataFrame({"id": [3], "price": [30], "note": ["new"]})
WITH_LESS = pl.DataFrame({"id": [3]})
WITH_CENTS = pl.DataFrame({"id": [3], "price": [30.5]})


@pytest.fixture
def drifting(household):
    """Write the project with this ``schema`` policy."""

    def write(policy: str = "", *, kind: str = "parquet", more: str = "") -> Household:
        household.toml(POLICIES.format(kind=kind, policy=policy, more=more))
        return household

    return write


def visible(household) -> pl.DataFrame:
    """What is at the destination, files of different columns put under each other."""
    files = [pl.read_parquet(f) for f in sorted((household.root / "out").glob("*.parquet"))]
    return pl.concat(files, how="diagonal_relaxed").sort("id")


def two_files(household, second: pl.DataFrame):
    household.put("in/1.parquet", FIRST)
    household.put("in/2.parquet", second)
    return household.move()


def two_runs(household, second: pl.DataFrame):
    household.put("in/1.parquet", FIRST)
    assert household.move().outcome == "complete"
    household.put("in/1.parquet", second)
    return household.move()


ways = pytest.mark.parametrize(
    ("way", "more"), [(two_files, ""), (two_runs, INCREMENTAL)], ids=["files", "runs"]
)


@ways
def test_a_new_column_is_added_and_null_where_it_was_not_known(drifting, way, more):
    household = drifting(more=more)
    assert way(household, WITH_MORE).failure is None
    assert visible(household)["note"].to_list() == [None, None, "new"]


@ways
def test_a_new_column_is_left_out_where_that_was_asked(drifting, way, more):
    household = drifting('new_columns = "ignore"', more=more)
    result = way(household, WITH_MORE)
    assert result.failure is None
    assert visible(household).columns == ["id", "price"]
    assert visible(household)["id"].to_list() == [1, 2, 3]


@ways
def test_a_new_column_stops_the_load_where_that_was_asked(drifting, way, more):
    household = drifting('new_columns = "fail"', more=more)
    result = way(household, WITH_MORE)
    assert result.failure.exit_code == 1
    assert "'note'" in result.failure.text
    assert household.leftovers() == []


@ways
def test_a_column_that_is_gone_stops_the_load_by_default(drifting, way, more):
    household = drifting(more=more)
    result = way(household, WITH_LESS)
    assert "'price'" in result.failure.text
    assert household.leftovers() == []


@ways
def test_a_column_that_is_gone_is_null_where_that_was_asked_and_it_is_told(drifting, way, more):
    household = drifting('removed_columns = "null"', more=more)
    result = way(household, WITH_LESS)
    assert result.failure is None
    assert visible(household)["price"].to_list() == [10, 20, None]


@ways
def test_another_type_stops_the_load_by_default_and_never_becomes_a_wrong_cast(drifting, way, more):
    household = drifting(more=more)
    result = way(household, WITH_CENTS)
    assert "'price'" in result.failure.text
    assert "float64" in result.failure.text
    assert household.leftovers() == []


@pytest.mark.parametrize(("policy", "code"), [("", 1), ('removed_columns = "null"', 0)])
def test_a_check_heeds_what_the_flow_lets_change(drifting, policy, code):
    household = drifting(policy)
    household.put("in/1.parquet", FIRST)
    household.put("in/2.parquet", WITH_LESS)
    done = household.call("check")
    assert done.code == code, done.out
    assert ("'price' (int64) is missing" in done.out) == bool(code)


def test_another_type_is_widened_between_files_where_no_value_changes(drifting):
    household = drifting('type_changes = "widen"')
    household.put("in/1.parquet", FIRST.cast({"price": pl.Int16}))
    household.put("in/2.parquet", WITH_CENTS)
    assert household.move().failure is None
    assert visible(household)["price"].to_list() == [10.0, 20.0, 30.5]


def test_a_destination_is_not_widened_behind_its_readers_backs(drifting):
    household = drifting('type_changes = "widen"', more=INCREMENTAL)
    result = two_runs(household, WITH_CENTS)
    assert "'price'" in result.failure.text
    assert visible(household).equals(FIRST)


def test_a_narrower_type_is_widened_to_the_destinations(drifting):
    household = drifting('type_changes = "widen"', more=INCREMENTAL)
    result = two_runs(household, pl.DataFrame({"id": [3], "price": [30]}).cast({"price": pl.Int8}))
    assert result.failure is None
    assert household.rows().sort("id")["price"].to_list() == [10, 20, 30]


CSV = "id,price\n1,10\n2,20\n3,30\n4,40.5\n"
NDJSON = '{"id": 1}\n{"id": 2}\n{"id": 3}\n{"id": 4, "note": "new"}\n'


def test_a_wider_value_in_a_later_batch_starts_the_load_again_and_nothing_is_doubled(drifting):
    household = drifting('type_changes = "widen"', kind="csv")
    household.text("in/1.csv", "id,at\n1,2013-01-01\n2,2013-01-02\n3,2013-01-03 05:00:00\n")
    result = household.move()
    assert result.failure is None
    assert any("reading again" in warning for warning in result.warnings)
    assert visible(household)["at"].dt.hour().to_list() == [0, 0, 5]
    assert household.leftovers() == []


@pytest.mark.parametrize("policy", ["", 'type_changes = "widen"'])
def test_a_value_of_a_type_that_would_change_others_stops_the_load(drifting, policy):
    """D30: not every int64 is a float64, so this is never done behind anybody's back."""
    household = drifting(policy, kind="csv")
    household.text("in/1.csv", CSV)
    result = household.move()
    assert "1.csv: line 5: column 'price' is int64, but here is '40.5'" in result.failure.text
    assert not (household.root / "out").exists()
    assert household.leftovers() == []


def test_a_key_that_comes_late_starts_the_load_again(drifting):
    """D30: a key that was not in the first chunk was a failure."""
    household = drifting(kind="ndjson")
    household.text("in/1.ndjson", NDJSON)
    assert household.move().failure is None
    assert visible(household)["note"].to_list() == [None, None, None, "new"]


def test_a_home_that_does_not_heed_what_was_settled_fails_instead_of_reading_for_ever(
    household, stranger
):
    @stranger.script
    def naive(play):
        play.note("attempt")
        yield stranger.rows(0, 2)
        yield stranger.rows(2, 2).with_columns(note=pl.lit("new"))

    household.toml(
        """
        [flows.f]
        home = { type = "scripted", script = "naive", diary = "diary" }
        store = { type = "parquet", path = "out" }
        """
    )
    result = household.move()
    assert "'note' is new" in result.failure.text
    assert stranger.said(household.root / "diary") == ["attempt"] * 2

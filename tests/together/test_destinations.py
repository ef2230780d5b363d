"""What may be done to a destination: never a second copy, never an empty one by accident."""

import polars as pl
import pytest
from household import TEN, Cut

from hygge_core import faults
from hygge_core.records import Mark

FILES = """
[flows.f]
home = { type = "parquet", path = "in" }
store = { type = "STORE", path = "out" }
run_type = "incremental"
watermark = { column = "id" }
"""


def numbers(first: int, count: int) -> pl.DataFrame:
    return pl.DataFrame({"id": range(first, first + count)})


@pytest.mark.parametrize("store", ["parquet", "csv", "ndjson", "sqlite"])
def test_a_moved_table_whose_watermark_is_not_known_is_not_appended_to(household, store):
    """D5: not after the journal was lost, which doubled every row."""
    household.toml(FILES.replace("STORE", store))
    household.put("in/1.parquet", numbers(0, 3))
    assert household.move().rows_written == 3
    before = (household.root / "out").stat().st_mtime_ns
    for file in (household.root / ".hygge").glob("journal.db*"):
        file.unlink() if file.is_file() else None
    result = household.move()
    assert result.outcome == "fail"
    assert "appending would double them" in result.failure.text
    assert "--full-drop -s f" in result.failure.hint
    assert (household.root / "out").stat().st_mtime_ns == before


def test_another_watermark_column_stops_the_run(household):
    """D5."""
    household.toml(FILES.replace("STORE", "parquet"))
    household.put("in/1.parquet", numbers(0, 3).with_columns(at=pl.col("id")))
    assert household.move().rows_written == 3
    household.toml(FILES.replace("STORE", "parquet").replace('"id"', '"at"'))
    before = household.snapshot()
    result = household.move()
    assert "kept for the column 'id', but the configuration says 'at'" in result.failure.text
    assert household.snapshot() == before


@pytest.mark.parametrize("store", ["parquet", "sqlite"])
def test_a_watermark_is_of_one_destination(household, store):
    """Neither an edited path nor an overlay lets one journal leave rows out of two places."""
    first, other = (FILES.replace("STORE", store).replace('"out"', f'"{at}"') for at in "ab")
    household.toml(first)
    household.put("in/1.parquet", numbers(0, 3))
    assert household.move().rows_written == 3
    household.put("in/2.parquet", numbers(3, 3))
    household.toml(other)
    result = household.move()
    assert "tells how far a" in result.failure.text
    assert "would add to b" in result.failure.text
    assert result.failure.hint == "run once with --full-drop -s f"
    assert not (household.root / "b").exists()
    planned = household.call("plan")
    assert planned.code == 1
    assert "tells how far a" in planned.out
    assert household.move(run_type="full_drop").rows_written == 6
    household.toml(first)
    assert "tells how far b" in household.move().failure.text


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ('"parquet"', '"csv"', "file names was '*.parquet' and is '*.csv' now"),
        (
            '"parquet"',
            '"parquet", partition_by = ["id"]',
            "partition_by was [] and is ['id'] now",
        ),
        ('"csv"', '"csv", separator = ";"', "separator was ',' and is ';' now"),
    ],
    ids=["format", "folders", "separator"],
)
def test_files_of_another_form_are_not_put_among_those_that_are_there(household, was, now, told):
    """Half of the rows would be where a reader of the others does not see them."""
    household.toml(FILES.replace('"STORE"', was))
    household.put("in/1.parquet", numbers(0, 3).with_columns(v=pl.col("id")))
    assert household.move().rows_written == 3
    household.put("in/2.parquet", numbers(3, 3).with_columns(v=pl.col("id")))
    before = household.snapshot()
    household.toml(FILES.replace('"STORE"', now))
    result = household.move()
    assert told in result.failure.text
    assert household.snapshot() == before
    for file in (household.root / "out").iterdir():
        file.unlink()  # somebody took them away: the next ones are of one form
    assert household.move().rows_written == 3


@pytest.mark.parametrize("run_type", ["incremental", "full_drop"])
def test_a_source_without_any_watermark_yet_is_followed_all_the_same(household, run_type):
    """Nothing was changed since it was made: its rows were moved, and each is known by its NULL."""
    household.toml(FILES.replace("STORE", "parquet").replace('"id"', '"changed"'))
    made = numbers(0, 3).with_columns(changed=pl.lit(None, pl.Int64))
    household.put("in/1.parquet", made)
    assert household.move(run_type=run_type).rows_written == 3
    assert household.move().outcome == "skip"
    assert household.call("plan").code == 0
    household.put("in/2.parquet", numbers(3, 2).with_columns(changed=pl.col("id")))
    assert household.move().rows_written == 2
    assert household.move().outcome == "skip"
    assert household.ids() == [0, 1, 2, 3, 4]


def test_a_project_that_was_moved_as_a_whole_goes_on(household):
    household.toml(FILES.replace("STORE", "parquet"))
    household.put("in/1.parquet", numbers(0, 8))
    assert household.move().rows_written == 8
    household.root = household.root.rename(household.root.with_name("elsewhere"))
    household.put("in/2.parquet", numbers(8, 2))
    assert household.move().rows_written == 2
    assert household.ids() == TEN


def test_a_decided_run_is_finished_where_it_began_and_its_watermark_is_of_there(household):
    """The path was edited between the crash and the next start."""
    household.toml(FILES.replace("STORE", "parquet"))
    household.put("in/1.parquet", numbers(0, 10))
    with faults.planned(Cut()):
        assert household.move().outcome == "fail"
    household.toml(FILES.replace("STORE", "parquet").replace('"out"', '"out2"'))
    refused = household.move()
    assert household.ids() == TEN
    assert "tells how far out is" in refused.failure.text
    assert household.watermark("f").destination == "out"
    assert not (household.root / "out2").exists()


def test_a_watermark_of_an_older_journal_or_an_operator_is_of_wherever_it_settles_now(household):
    household.toml(FILES.replace("STORE", "parquet"))
    household.put("in/1.parquet", numbers(0, 8))
    assert household.move().rows_written == 8
    assert household.watermark("f").destination == "out"
    assert household.call("journal", "watermarks", "set", "f", "7").code == 0
    assert household.watermark("f").destination == ""
    (household.root / "out").rename(household.root / "out2")
    household.toml(FILES.replace("STORE", "parquet").replace('"out"', '"out2"'))
    household.put("in/2.parquet", numbers(8, 2))
    assert household.move().rows_written == 2
    assert household.ids("out2") == TEN
    assert household.watermark("f").destination == "out2"


@pytest.mark.parametrize("store", ["parquet", "csv", "sqlite"])
def test_a_destination_that_was_emptied_is_told_of(household, store):
    household.toml(FILES.replace("STORE", store))
    household.put("in/1.parquet", numbers(0, 3))
    assert household.move().rows_written == 3
    household.put("in/2.parquet", numbers(3, 1))
    for file in (household.root / "out").glob("*") if store != "sqlite" else ():
        file.unlink()
    if store == "sqlite":
        (household.root / "out").unlink()
    result = household.move()
    assert result.rows_written == 1
    assert "--full-drop -s f" in next(w for w in result.warnings if "is empty, though" in w)
    assert not household.move().warnings
    household.put("in/3.parquet", numbers(4, 1))
    assert not household.move().warnings


def test_a_full_drop_records_the_watermark_and_a_limited_one_forgets_it(household):
    household.toml(FILES.replace("STORE", "parquet"))
    household.put("in/1.parquet", numbers(0, 8))
    assert household.move(run_type="full_drop").rows_written == 8
    assert household.watermark("f").mark == Mark("int64", "7")
    assert household.move(run_type="full_drop", limit=5).rows_written == 5
    assert household.watermark("f").mark is None
    refused = household.move()
    assert "appending would double them" in refused.failure.text
    assert household.move(run_type="full_drop").rows_written == 8
    household.put("in/2.parquet", numbers(8, 2))
    assert household.move().rows_written == 2
    assert household.ids() == TEN


def test_a_limit_and_an_incremental_run_do_not_go_together(household):
    household.toml(FILES.replace("STORE", "parquet"))
    household.put("in/1.parquet", numbers(0, 8))
    result = household.move(limit=3)
    assert (result.failure.kind, result.failure.exit_code) == ("ConfigError", 3)
    assert not (household.root / "out").exists()


# --- empty sources ----------------------------------------------------------------------------


@pytest.fixture
def emptied(household):
    """A full_drop of three rows whose source is empty now; ``on_empty`` as asked."""

    def run(on_empty: str | None, *, before: bool = True):
        policy = f'on_empty = "{on_empty}"\n' if on_empty else ""
        household.toml(
            f"""
            [flows.f]
            home = {{ type = "parquet", path = "in.parquet" }}
            store = {{ type = "parquet", path = "out" }}
            {policy}
            """
        )
        if before:
            household.put("in.parquet", numbers(0, 3))
            assert household.move().rows_written == 3
        household.put("in.parquet", numbers(0, 0))
        return household.move()

    return run


def test_an_empty_source_fails_by_default_once_rows_were_seen(household, emptied):
    """D7."""
    result = emptied(None)
    assert "the source is empty, and its destination is not" in result.failure.text
    assert 'on_empty = "replace"' in result.failure.hint
    assert household.ids() == [0, 1, 2]
    assert household.leftovers() == []


def test_an_empty_source_that_never_had_rows_is_nothing_to_do(household, emptied):
    assert emptied(None, before=False).outcome == "skip"
    assert not list((household.root / "out").glob("*"))


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_a_source_with_nothing_in_it_has_no_columns_and_says_so(household, kind):
    (household.root / "in.txt").write_bytes(b"")
    household.toml(
        f"""
        [flows.f]
        home = {{ type = "{kind}", path = "in.txt" }}
        store = {{ type = "parquet", path = "out" }}
        """
    )
    result = household.move()
    assert (result.outcome, result.failure.text) == ("fail", "the source has no columns")
    assert "header" in result.failure.hint
    assert household.leftovers() == []


def test_an_empty_source_replaces_where_that_was_asked(household, emptied):
    result = emptied("replace")
    assert (result.outcome, result.rows_written) == ("complete", 0)
    assert household.rows().schema == {"id": pl.Int64}
    assert household.rows().height == 0


def test_an_empty_source_keeps_the_old_rows_where_that_was_asked(household, emptied):
    assert emptied("keep").outcome == "skip"
    assert household.ids() == [0, 1, 2]

"""What may change in a mirrored table's setting, and what is refused before anything is written."""

import io
import itertools
import json

import polars as pl
import pyarrow.parquet as pq
import pytest

from hygge_core.errors import StoreError

ONE = pl.DataFrame({"id": [1, 2], "name": ["a", "b"]})


def refused(mirror, said, rows=ONE, **told):
    """Staging ``rows`` is refused, and the landing zone is byte for byte what it was."""
    before = mirror.files()
    with pytest.raises(StoreError, match=said):
        mirror.sealed(rows, **told)
    assert mirror.files() == before
    assert [name for name in mirror.own() if name.endswith(".parquet")] == []


def test_a_new_column_is_null_in_the_rows_that_are_there(mirror):
    mirror.load(ONE, keys=["id"])
    mirror.load(ONE.with_columns(extra=pl.lit(1.5)).tail(1), keys=["id"])
    assert mirror.rows() == [(1, "a", None), (2, "b", 1.5)]
    told = json.loads(mirror.files()["orders/_schema.json"])["columns"]
    assert [each["name"] for each in told] == ["id", "name", "extra"]


def test_a_new_column_stands_before_the_marker_and_may_be_null(mirror):
    mirror.load(ONE, keys=["id"])
    mirror.load(ONE.with_columns(extra=pl.lit(1.5)), keys=["id"])
    schema = pq.read_schema(io.BytesIO(mirror.files()[f"orders/{2:020}.parquet"]))
    told = [(field.name, field.nullable) for field in schema]
    assert told == [("id", True), ("name", True), ("extra", True), ("__rowMarker__", False)]


@pytest.mark.parametrize("codec", ["zstd", "snappy", "gzip", "uncompressed"])
def test_files_have_the_codec_that_was_asked_for_and_the_service_reads_it(mirror, codec):
    mirror.load(ONE, keys=["id"], compression=codec)
    (file,) = (b for n, b in mirror.files().items() if n.endswith(".parquet"))
    column = pq.ParquetFile(io.BytesIO(file)).metadata.row_group(0).column(0)
    assert column.compression == codec.upper()
    assert mirror.rows() == [(1, "a"), (2, "b")]


def test_a_column_keeps_its_type_when_a_load_has_nothing_but_nulls_in_it(mirror):
    mirror.load(ONE, keys=["id"])
    nothing = pl.DataFrame({"id": [3], "name": [None]})
    result = mirror.run(nothing, key_columns=["id"])
    assert result.failure is not None  # rows were moved, and no watermark tells how far
    mirror.load(nothing, keys=["id"])
    assert mirror.rows() == [(1, "a"), (2, "b"), (3, None)]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (ONE.with_columns(name=pl.lit(1)), "'name' is string there and integer here"),
        (ONE.rename({"name": "Name"}), "'Name' is called 'name' there"),
        (ONE.with_columns(NAME=pl.lit("x")), "differ only in case"),
        (ONE.with_columns(o=pl.Series([object(), object()], dtype=pl.Object)), "'o'"),
    ],
)
def test_a_type_that_changed_is_refused_naming_the_column_and_both_types(mirror, rows, said):
    mirror.load(ONE)
    refused(mirror, said, rows)


@pytest.mark.parametrize("keys", [["name"], ["id", "name"], []])
def test_keys_never_change(mirror, keys):
    mirror.load(ONE, keys=["id"])
    refused(mirror, "keys never change", keys=keys)


def test_the_order_of_the_keys_never_changes_either(mirror):
    mirror.load(ONE, keys=["id", "name"])
    refused(mirror, "keys never change", keys=["name", "id"])


def test_a_table_without_keys_may_get_some_once_and_whatever_else_is_said_stays(mirror):
    mirror.load(ONE)
    theirs = b'{"note": "ours", "fileDetectionStrategy": "SequentialFileName"}'
    mirror.remove("orders/_metadata.json")
    mirror.put("orders/_metadata.json", theirs)
    mirror.load(ONE.with_columns(name=pl.lit("c")), keys=["id"])
    told = json.loads(mirror.files()["orders/_metadata.json"])
    assert (told["keyColumns"], told["note"]) == (["id"], "ours")
    mirror.load(ONE.with_columns(name=pl.lit("d")), keys=["id"])
    assert json.loads(mirror.files()["orders/_metadata.json"]) == told
    assert mirror.rows() == [(1, "d"), (2, "d")]


def test_metadata_that_says_the_same_in_other_words_stays_byte_for_byte(mirror):
    mirror.load(ONE, keys=["id"])
    theirs = b' {"KeyColumns":["id"] ,"isUpsertDefaultRowMarker":true, "extra": 1}\n'
    mirror.remove("orders/_metadata.json")
    mirror.put("orders/_metadata.json", theirs)
    mirror.load(ONE, keys=["id"])
    assert mirror.files()["orders/_metadata.json"] == theirs


def test_what_the_service_was_told_of_a_live_table_is_not_changed(mirror):
    mirror.load(ONE, keys=["id"])
    told = mirror.files()["orders/_metadata.json"].replace(b"\n", b" ")
    mirror.remove("orders/_metadata.json")
    mirror.put("orders/_metadata.json", told)
    refused(mirror, "finds its files by sequential", keys=["id"], file_detection="timestamp")
    mirror.load(ONE.with_columns(pl.col("id") + 2), keys=["id"], row_marker=0)
    assert mirror.files()["orders/_metadata.json"] == told


def test_metadata_that_is_damaged_is_not_written_over(mirror):
    mirror.load(ONE)
    mirror.remove("orders/_metadata.json")
    mirror.put("orders/_metadata.json", b'{"fileDetectionStrategy": 7}')
    refused(mirror, "fileDetectionStrategy")


def test_metadata_that_somebody_removed_beside_the_files_is_not_made_up(mirror):
    """With what a load knows of keys and columns: the older rows may have others."""
    mirror.load(ONE, keys=["id"])
    mirror.remove("orders/_metadata.json")
    refused(mirror, "_metadata.json somebody has removed", keys=["id"])
    mirror.load(ONE, "full_drop", keys=["id"])
    assert mirror.rows() == [(1, "a"), (2, "b")]


def test_one_mirrored_table_has_one_folder(mirror):
    mirror.load(ONE)
    refused(mirror, "are both the table dbo.orders", schema_name="dbo")
    mirror.load(ONE, schema_name="shop")
    assert mirror.rows("shop.schema/orders") == [(1, "a"), (2, "b")]
    told = {"table": "notes", "default_schema": "shop"}
    mirror.load(ONE, **told, schema_name="dbo")
    mirror.load(ONE, **told)
    refused(mirror, r"are both the table shop\.notes", **told, schema_name="shop")


@pytest.mark.parametrize("rows", [[1, None], [1, 1]])
def test_keys_that_are_null_or_twice_are_told_before_anything_is_published(mirror, rows):
    said = "is NULL in 1 rows" if None in rows else "1 inserted rows repeat a key"
    frame = ONE.with_columns(id=pl.Series(rows))
    before = mirror.files()
    with pytest.raises(StoreError, match=said):
        mirror.sealed(frame, "full_drop", keys=["id"])
    assert mirror.files() == before
    mirror.load(frame, "full_drop", keys=["id"], bad_keys="warn")
    assert said in mirror.warnings[-1]


def test_an_upsert_of_one_key_twice_is_two_words_on_one_row(mirror):
    mirror.load(ONE, keys=["id"])
    mirror.load(pl.DataFrame({"id": [7, 7], "name": ["x", "y"]}), keys=["id"])
    assert mirror.rows() == [(1, "a"), (2, "b"), (7, "y")]


@pytest.mark.parametrize(
    ("told", "marker"),
    [({"row_marker": 0}, 0), ({"row_marker": 1}, 1), ({}, 4), ({"row_marker": 4}, 4)],
)
def test_rows_that_are_added_carry_the_marker_that_was_set(mirror, told, marker):
    mirror.load(ONE, keys=["id"], **told)
    mirror.load(ONE.with_columns(pl.col("id") + 2), keys=["id"], **told)
    files = {n: b for n, b in mirror.files().items() if n.endswith(".parquet")}
    first, second = (pl.read_parquet(files[name]) for name in sorted(files))
    assert "__rowMarker__" not in first.columns  # a pure initial load
    assert second["__rowMarker__"].to_list() == [marker, marker]
    assert len(mirror.rows()) == 4


def test_an_initial_load_has_the_marker_where_that_is_asked_for(mirror):
    mirror.load(ONE, "full_drop", keys=["id"], initial_row_marker=True)
    (file,) = (b for n, b in mirror.files().items() if n.endswith(".parquet"))
    assert pl.read_parquet(file)["__rowMarker__"].to_list() == [4, 4]


def test_by_time_names_are_unique_and_times_rise_by_a_second(mirror):
    told = {"file_detection": "timestamp", "keys": ["id"], "rows_per_file": 1}
    mirror.load(ONE, **told)
    mirror.load(ONE.head(1).with_columns(name=pl.lit("c")), **told)
    client = mirror.client()
    paths = [p for p in client.get_paths(f"{mirror.zone}/orders") if p.name.endswith(".parquet")]
    times = sorted(path.last_modified for path in paths)
    assert len(times) == 3
    assert all((b - a).total_seconds() >= 1 for a, b in itertools.pairwise(times))
    assert [p.name for p in sorted(paths, key=lambda p: p.last_modified)] == sorted(
        p.name for p in paths
    )


@pytest.mark.parametrize(
    ("run_type", "policy", "rows"),
    [("full_drop", "replace", []), ("full_drop", "keep", [(1, "a"), (2, "b")])],
)
def test_an_empty_source_leaves_the_old_table_or_an_empty_typed_one(mirror, run_type, policy, rows):
    mirror.run(ONE, key_columns=["id"])
    result = mirror.run(ONE.clear(), run_type, key_columns=["id"], more={"on_empty": policy})
    assert result.failure is None
    table = mirror.tables()["orders"]
    assert sorted(table.rows()) == rows
    assert table.schema == ONE.schema


def test_an_empty_source_fails_by_default_once_rows_were_seen(mirror):
    mirror.run(ONE, key_columns=["id"])
    before = mirror.files()
    result = mirror.run(ONE.clear(), "full_drop", key_columns=["id"])
    assert "the source is empty" in result.failure.text
    assert mirror.files() == before


def test_the_store_has_the_last_word_on_what_a_run_is(mirror):
    mirror.run(ONE, key_columns=["id"])
    mirror.run(ONE.with_columns(name=pl.lit("z")), key_columns=["id"], incremental=False)
    assert (mirror.rows(), mirror.numbers()) == ([(1, "z"), (2, "z")], [1])


def test_what_hygge_has_forgotten_the_journal_recalls(mirror):
    mirror.run(ONE, key_columns=["id"], rows_per_file=1)
    mirror.run(pl.DataFrame({"id": [3], "name": ["c"]}), key_columns=["id"])
    for n in (1, 2, 3):
        mirror.remove(f"orders/{n:020}.parquet")
    mirror.remove("../.hygge/tables/orders/record.json")
    result = mirror.run(pl.DataFrame({"id": [4], "name": ["d"]}), key_columns=["id"])
    assert result.failure is None, result.failure
    assert mirror.numbers() == [4]

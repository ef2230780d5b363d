"""The parquet store: every type as it was, files of the promised size, folders that read back."""

import datetime as dt
import decimal
import random

import polars as pl
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from whole_loads import moved

from hygge_core.errors import StoreError
from hygge_core.files.settings.stores import ParquetStoreConfig
from hygge_core.files.stores.store import ParquetStore
from hygge_core.staged.gathering import Cut, Gathering

NAIVE = dt.datetime.fromisoformat("2013-01-01T05:00:00.123456")
EVERY_TYPE = pl.DataFrame(
    {
        "bool": [True, None],
        "int8": pl.Series([-128, None], dtype=pl.Int8),
        "uint64": pl.Series([2**64 - 1, None], dtype=pl.UInt64),
        "int128": pl.Series([2**100, None], dtype=pl.Int128),
        "float32": pl.Series([0.1, None], dtype=pl.Float32),
        "float64": [float("nan"), float("-inf")],
        "decimal": pl.Series([decimal.Decimal("1.10"), None], dtype=pl.Decimal(38, 10)),
        "string": ["", None],
        "binary": [b"\xff\x00", None],
        "date": [dt.date(1, 1, 1), None],
        "time": [dt.time(23, 59, 59, 999999), None],
        "ms": pl.Series([NAIVE, None], dtype=pl.Datetime("ms")),
        "ns": pl.Series([NAIVE, None], dtype=pl.Datetime("ns")),
        "zoned": pl.Series([NAIVE, None]).dt.replace_time_zone("Europe/Copenhagen"),
        "duration": [dt.timedelta(days=-1, microseconds=1), None],
        "categorical": pl.Series(["a", None], dtype=pl.Categorical),
        "enum": pl.Series(["b", None], dtype=pl.Enum(["a", "b"])),
        "list": [[1, None], None],
        "array": pl.Series([[1, 2], None], dtype=pl.Array(pl.Int16, 2)),
        "struct": [{"a": [{"b": decimal.Decimal("0.5")}]}, None],
        "null": pl.Series([None, None], dtype=pl.Null),
        "with space, and ünïcode": [1, 2],
    }
)


def store_of(table, **settings):
    return ParquetStore(ParquetStoreConfig(path=table, **settings))


def test_every_type_comes_back_as_it_was(table):
    store = store_of(table)
    moved(store, "r1", EVERY_TYPE)
    back = pl.read_parquet(table / "r1-00001.parquet")
    assert back.schema == EVERY_TYPE.schema
    assert back.equals(EVERY_TYPE)
    assert store.known_schema() == EVERY_TYPE.schema


@pytest.mark.parametrize(
    ("compression", "level", "codec"),
    [
        ("zstd", None, "ZSTD"), ("zstd", 19, "ZSTD"), ("snappy", None, "SNAPPY"),
        ("gzip", 6, "GZIP"), ("lz4", None, "LZ4"), ("brotli", 3, "BROTLI"),
        ("uncompressed", None, "UNCOMPRESSED"),
    ],
)  # fmt: skip
def test_every_compression_is_written_and_read(table, compression, level, codec):
    rows = pl.DataFrame({"id": range(1000)})
    moved(store_of(table, compression=compression, compression_level=level), "r1", rows)
    assert pl.read_parquet(table).equals(rows)
    written = pq.read_metadata(table / "r1-00001.parquet").row_group(0).column(0).compression
    assert written == codec


def test_row_groups_have_the_rows_that_were_asked_for(table):
    moved(store_of(table, row_group_rows=300), "r1", pl.DataFrame({"id": range(1000)}))
    footer = pq.read_metadata(table / "r1-00001.parquet")
    assert [footer.row_group(n).num_rows for n in range(footer.num_row_groups)] == [
        300, 300, 300, 100,
    ]  # fmt: skip


def groups_of(table, rows: pl.DataFrame) -> list[int]:
    moved(store_of(table), "r1", rows)
    footer = pq.read_metadata(table / "r1-00001.parquet")
    return [footer.row_group(n).num_rows for n in range(footer.num_row_groups)]


def test_a_column_that_is_most_of_a_table_is_encoded_in_several_row_groups(table):
    rows = pl.DataFrame({"id": range(10_000), "text": ["x" * 9_000] * 10_000})
    groups = groups_of(table, rows)
    assert (len(groups), sum(groups)) == (3, 10_000)
    assert max(groups) * 9_000 < 36 << 20
    assert pl.read_parquet(table).equals(rows)


def test_where_no_column_is_most_of_it_polars_says_what_a_row_group_is(table):
    rows = pl.DataFrame({name: ["x" * 3_000] * 10_000 for name in "abc"})
    assert groups_of(table, rows) == [10_000]


@pytest.mark.parametrize("batch_rows", [1, 7, 1000, 5000])
def test_files_are_full_whatever_the_size_of_the_batches(table, batch_rows):
    rows = pl.DataFrame({"id": range(2500)})
    batches = list(rows.iter_slices(batch_rows))
    manifest = moved(store_of(table, rows_per_file=1000), "r1", *batches)
    assert [part.rows for part in manifest.parts] == [1000, 1000, 500]
    assert pl.read_parquet(table).equals(rows)  # in order, too


def test_what_is_gathered_never_holds_much_more_than_its_budget():
    gathering = Gathering(Cut(rows=10**6, bytes=1 << 20))
    batch = pl.DataFrame({"text": ["x" * 1000] * 100})
    held, files = 0, []
    for _ in range(50):
        held += batch.estimated_size()
        for _, frame in gathering.add(batch):
            held -= frame.estimated_size()
            files.append(frame)
        assert held <= (1 << 20) + batch.estimated_size()
    files += [frame for _, frame in gathering.rest()]
    assert len(files) == 5
    assert sum(frame.height for frame in files) == 5000


def test_partitions_read_back_with_every_value(table):
    names = ["a/b", "ä é", "%41", "a=b", "..", "c:d*?", None, "1", "null", " "]
    rows = pl.DataFrame({"id": range(len(names)), "name": names, "n": [1.5] * len(names)})
    manifest = moved(store_of(table, partition_by=("name",)), "r1", rows)
    assert len(manifest.parts) == len(names)
    back = pl.scan_parquet(table, hive_partitioning=True, hive_schema={"name": pl.String})
    assert back.collect().sort("id").select(rows.columns).equals(rows)
    with_pyarrow = ds.dataset(table, partitioning="hive").to_table().to_pydict()
    assert dict(zip(with_pyarrow["id"], with_pyarrow["name"], strict=True)) == dict(
        zip(rows["id"], rows["name"], strict=True)
    )


def test_partitions_nest_and_leave_the_file(table):
    rows = pl.DataFrame(
        {
            "day": [dt.date(2013, 1, 1), dt.date(2013, 1, 2), dt.date(2013, 1, 1)],
            "id": [1, 2, 3],
            "hour": [5, 5, None],
        }
    )
    store = store_of(table, partition_by=("day", "hour"))
    moved(store, "r1", rows)
    found = {
        str(path.parent.relative_to(table)): pl.read_parquet(path, hive_partitioning=False)
        for path in table.rglob("*.parquet")
    }
    assert {folder: frame.to_dict(as_series=False) for folder, frame in found.items()} == {
        "day=2013-01-01/hour=5": {"id": [1]},
        "day=2013-01-02/hour=5": {"id": [2]},
        "day=2013-01-01/hour=__HIVE_DEFAULT_PARTITION__": {"id": [3]},
    }
    assert store.known_schema() == rows.schema  # with the columns of the folders


def test_partitions_fill_files_of_their_own_across_batches(table):
    random.seed(7)
    rows = pl.DataFrame({"id": range(1000), "k": [random.choice("abc") for _ in range(1000)]})
    manifest = moved(
        store_of(table, partition_by=("k",), rows_per_file=100), "r1", *rows.iter_slices(33)
    )
    sizes = {}
    for part in manifest.parts:
        sizes.setdefault(part.final.split("/")[1], []).append(part.rows)
    counted = dict(rows["k"].value_counts().iter_rows())
    for key, count in counted.items():
        assert sorted(sizes[f"k={key}"], reverse=True)[:-1] == [100] * (count // 100)
        assert sum(sizes[f"k={key}"]) == count


def test_a_full_drop_replaces_partitions_that_are_gone(table):
    store = store_of(table, partition_by=("k",))
    moved(store, "r1", pl.DataFrame({"id": [1, 2], "k": ["a", "b"]}))
    moved(store, "r2", pl.DataFrame({"id": [3], "k": ["c"]}), mode="full_drop")
    assert [path.name for path in table.iterdir()] == ["k=c"]


def test_an_empty_partitioned_full_drop_keeps_the_types_and_takes_more(table):
    rows = pl.DataFrame({"id": [1], "k": ["a"]})
    store = store_of(table, partition_by=("k",))
    moved(store, "r1", rows.clear(), mode="full_drop")
    assert store.known_schema() == rows.schema
    assert pl.read_parquet(table, hive_schema={"k": pl.String}).schema == rows.schema
    moved(store, "r2", rows)
    assert pl.read_parquet(table, hive_schema={"k": pl.String}).equals(rows)


@pytest.mark.parametrize(
    ("values", "folders"),
    [
        (
            [dt.time(1, 2, 3), dt.time(1, 2, 3, 4)],
            ["k=01%3A02%3A03", "k=01%3A02%3A03.000004"],
        ),
        ([dt.timedelta(1), dt.timedelta(1, 0, 1)], ["k=P1D", "k=P1DT0.000001S"]),
        ([0.1, 5e-324], ["k=0.1", "k=5e-324"]),
    ],
    ids=["time", "duration", "float"],
)
def test_no_two_values_share_a_folder(table, values, folders):
    moved(store_of(table, partition_by=("k",)), "r1", pl.DataFrame({"id": [1, 2], "k": values}))
    assert sorted(path.name for path in table.iterdir()) == folders


@pytest.mark.parametrize("value", ["", "__HIVE_DEFAULT_PARTITION__"])
def test_a_value_that_a_folder_cannot_tell_from_null_is_refused(table, value):
    with pytest.raises(StoreError, match="tell from NULL"):
        moved(store_of(table, partition_by=("k",)), "r1", pl.DataFrame({"id": [1], "k": [value]}))
    assert not table.exists()


def test_a_moment_that_no_folder_can_tell_is_refused(table):
    rows = pl.DataFrame({"id": [1], "till": pl.Series([2**31 - 1], dtype=pl.Int32).cast(pl.Date)})
    with pytest.raises(StoreError, match="the column 'till' holds a moment in a year"):
        moved(store_of(table, partition_by=("till",)), "r1", rows)


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (("nope",), "no column 'nope' among id, k, l"),
        (("l",), "not a plain value"),
        (("id", "k", "l"), "not a plain value"),
    ],
)
def test_a_partition_that_cannot_be_is_refused_before_any_work(table, by, said):
    rows = pl.DataFrame({"id": [1], "k": ["a"], "l": [[1]]})
    with pytest.raises(StoreError, match=said):
        moved(store_of(table, partition_by=by), "r1", rows)


def test_a_table_of_nothing_but_partitions_is_refused(table):
    with pytest.raises(StoreError, match="no column would be left"):
        moved(store_of(table, partition_by=("id",)), "r1", pl.DataFrame({"id": [1]}))


def test_the_known_schema_is_that_of_the_newest_file(table):
    store = store_of(table)
    assert store.known_schema() is None
    moved(store, "z", pl.DataFrame({"id": [1]}))
    moved(store, "a", pl.DataFrame({"id": [1], "more": ["x"]}))
    assert store.known_schema() == pl.Schema({"id": pl.Int64, "more": pl.String})


def test_a_broken_newest_file_is_named(table):
    store = store_of(table)
    moved(store, "r1", pl.DataFrame({"id": [1]}))
    (table / "r2-00001.parquet").write_bytes(b"PAR1 nonsense")
    with pytest.raises(StoreError, match=r"r2-00001\.parquet"):
        store.known_schema()


@pytest.mark.parametrize("values", [{}, {"a": {}}, [{}]])
def test_a_type_that_parquet_cannot_hold_is_refused_before_any_work(table, values):
    with pytest.raises(StoreError, match="struct without fields: column 'x' is") as caught:
        moved(store_of(table), "r1", pl.DataFrame({"x": [values]}))
    assert 'schema_overrides = { x = "string" }' in caught.value.hint
    assert not table.parent.exists()


def test_a_table_without_columns_is_refused(table):
    with pytest.raises(StoreError, match="no column would be left"):
        moved(store_of(table), "r1", pl.DataFrame())

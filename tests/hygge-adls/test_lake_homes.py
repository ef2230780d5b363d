"""The homes on a lake: the rules of the local homes, with as few bytes as will do."""

import gzip
import io
from datetime import datetime, timedelta

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lakes import Mover, account_at

from hygge_adls.lake.ranged import Ranged, opened
from hygge_adls.place import glob_pattern
from hygge_core.errors import HomeError
from hygge_core.records import Ask, Mark, Range

ROWS = pl.DataFrame({"id": [1, 2, 3], "name": ["a", None, "c"]})


@pytest.fixture
def lake(dfs, tmp_path):
    return Mover(dfs, tmp_path, path="in")


def parquet(frame, **told) -> bytes:
    made = io.BytesIO()
    frame.write_parquet(made, **told)
    return made.getvalue()


def seeded(dfs, **files):
    dfs.seed("lake", {f"in/{name}": content for name, content in files.items()})


def test_a_directory_is_read_whole_without_what_is_hidden(lake, dfs):
    seeded(
        dfs,
        **{
            "a.parquet": parquet(ROWS),
            "sub/b.parquet": parquet(ROWS.with_columns(pl.col("id") + 3)),
            ".hygge/stage/r/c.parquet": b"",
            "_temporary/d.parquet": b"",
            "readme.md": b"hello",
        },
    )
    assert lake.rows()["id"].to_list() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("in/a.parquet", [1]),
        ("in/*.parquet", [1, 2]),
        ("in/**/*.parquet", [1, 2, 3, 4]),
        ("in/[bx].parquet", [2]),
        ("in/2024-0?/*", [3]),
        ("in/**", [1, 2, 3, 4]),
    ],
)
def test_a_file_or_a_glob_says_what_is_read(lake, dfs, path, ids):
    names = ("a.parquet", "b.parquet", "2024-01/c.parquet", "x/y/d.parquet")
    one = pl.DataFrame({"id": [0]})
    seeded(
        dfs, **{n: parquet(one.with_columns(id=pl.lit(at))) for at, n in enumerate(names, start=1)}
    )
    assert sorted(lake.rows(path=path)["id"].to_list()) == ids


def test_globs_are_those_of_a_local_disk():
    assert glob_pattern("a*/**/b?.csv").fullmatch("ax/b1.csv")
    assert glob_pattern("a*/**/b?.csv").fullmatch("a/x/y/b1.csv")
    assert not glob_pattern("a*.csv").fullmatch("a/x.csv")
    assert not glob_pattern("[!a].csv").fullmatch("a.csv")


def test_hive_directories_are_columns_and_spare_files_out_of_range(lake, dfs):
    for day in range(1, 4):
        seeded(dfs, **{f"day={day}/a.parquet": parquet(ROWS)})
    whole = lake.rows()
    assert whole["day"].to_list() == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    dfs.log.clear()
    asked = Range(column="day", low=Mark("int64", "2"))
    assert lake.rows(Ask(entity="e", range=asked))["day"].unique().to_list() == [3]


def test_only_the_columns_that_are_wanted_travel(lake, dfs):
    wide = pl.DataFrame({"id": range(50_000)}).with_columns(
        pl.col("id").hash(seed).alias(f"noise_{seed}") for seed in range(8)
    )
    content = parquet(wide, row_group_size=10_000)
    seeded(dfs, **{"a.parquet": content})
    rows = lake.rows(Ask(entity="e", columns=("id", "noise_3")))
    assert rows.equals(wide.select("id", "noise_3"))
    sent = sum(request.sent for request in dfs.log.select(operation="read"))
    assert sent < len(content) / 2


def test_row_groups_that_are_too_old_do_not_travel(lake, dfs):
    first = datetime(2024, 1, 1)  # noqa: DTZ001  # without a zone, as the column is
    rows = pl.DataFrame(
        {
            "at": [first + timedelta(seconds=number) for number in range(100_000)],
            "noise": pl.Series(range(100_000)).hash(1),
        }
    )
    content = parquet(rows, row_group_size=10_000)
    seeded(dfs, **{"a.parquet": content})
    low = rows["at"][94_999]
    asked = Range(column="at", low=Mark("datetime[us]", low.isoformat()))
    got = lake.rows(Ask(entity="e", range=asked))
    assert got.equals(rows[95_000:])
    assert sum(request.sent for request in dfs.log.select(operation="read")) < len(content) / 3


def test_statistics_that_count_otherwise_than_the_rows_hide_no_rows(lake, dfs):
    """Arrow's date64 is read as a datetime, and its statistics count days."""
    days = pa.array([datetime(2024, 1, day) for day in (1, 2, 3, 4)])  # noqa: DTZ001  # days
    made = io.BytesIO()
    pq.write_table(pa.table({"id": [1, 2, 3, 4], "at": days.cast("date64")}), made, 1)
    seeded(dfs, **{"a.parquet": made.getvalue()})
    newer = Range(column="at", low=Mark("datetime[ms]", "2024-01-02T00:00:00"))
    assert lake.rows(Ask(entity="e", range=newer))["id"].to_list() == [3, 4]


def test_dots_in_names_are_no_paths(lake, dfs):
    rows = pl.DataFrame({"a": [{"b": 1}, {"b": 2}], "a.b": [9, 10], "x.": [1, None]})
    seeded(dfs, **{"a.parquet": parquet(rows)})
    for columns in (("a",), ("a.b",), ("x.",), ("a", "a.b", "x.")):
        assert lake.rows(Ask(entity="e", columns=columns)).equals(rows.select(columns))
    asked = Range(column="a.b", low=Mark("int64", "8"))
    assert lake.rows(Ask(entity="e", range=asked)).equals(rows)


def test_rows_without_a_watermark_are_read_whatever_the_range(lake, dfs):
    rows = pl.DataFrame({"id": [1, None, 2]})
    seeded(dfs, **{"a.parquet": parquet(rows)})
    asked = Range(column="id", low=Mark("int64", "5"))
    assert lake.rows(Ask(entity="e", range=asked))["id"].to_list() == [None]


def test_the_highest_watermark_comes_from_the_footer_alone(lake, dfs):
    rows = pl.DataFrame({"id": range(200_000), "noise": pl.Series(range(200_000)).hash(1)})
    seeded(dfs, **{"a.parquet": parquet(rows)})
    with lake.home() as home:
        asked = Ask(entity="e", range=Range(column="id"))
        assert home.upper(asked) == Mark("int64", "199999")
    assert sum(request.sent for request in dfs.log.select(operation="read")) < 300_000


def test_a_footer_is_fetched_once_however_often_it_is_asked_for(lake, dfs):
    rows = pl.DataFrame({"id": range(1000)})
    seeded(dfs, **{"a.parquet": parquet(rows), "b.parquet": parquet(rows)})
    asked = Ask(entity="e", range=Range(column="id"))
    with lake.home() as home:
        assert home.schema(asked) == rows.schema
        assert home.estimated_rows(asked) == 2000
        assert home.upper(asked) == Mark("int64", "999")
        assert [file.rows for file in home.files(asked)] == [1000, 1000]
    assert len(dfs.log.select(operation="read")) == 2


def test_a_footer_of_a_file_that_was_replaced_is_not_the_one_that_is_known(lake, dfs):
    seeded(dfs, **{"a.parquet": parquet(pl.DataFrame({"id": [1, 2, 3]}))})
    other = pl.DataFrame({"id": range(5000), "more": "x"})
    with lake.home() as home:
        assert pl.concat(home.read(Ask(entity="e"))).height == 3
        seeded(dfs, **{"a.parquet": parquet(other)})
        assert pl.concat(home.read(Ask(entity="e"))).equals(other)


def test_a_footer_that_is_longer_than_what_is_fetched_at_first_is_read_whole(lake, dfs):
    wide = pl.DataFrame({f"a_column_of_many_{number}": [number, None] for number in range(2000)})
    content = parquet(wide)
    assert int.from_bytes(content[-8:-4], "little") > 64 << 10
    seeded(dfs, **{"a.parquet": content})
    (name,) = wanted = ("a_column_of_many_7",)
    assert lake.rows(Ask(entity="e", columns=wanted))[name].to_list() == [7, None]


@pytest.mark.parametrize("codec", ["zstd", "snappy", "gzip", "uncompressed"])
def test_types_and_codecs_come_back_as_they_were_written(lake, dfs, codec):
    rows = pl.DataFrame(
        {
            "n": pl.Series([1, None, 3], dtype=pl.UInt16),
            "d": pl.Series(["1.50", None, "2.25"]).str.to_decimal(scale=2),
            "l": [[1, 2], [], None],
            "s": [{"a": 1, "b": "x"}, {"a": None, "b": None}, None],
            "t": pl.Series([1, None, -(10**18)]).cast(pl.Datetime("ns")),
            "b": [b"\0", None, b""],
            "e": pl.Series(["x", "y", None], dtype=pl.Enum(["x", "y"])),
        }
    )
    seeded(dfs, **{"a.parquet": parquet(rows, compression=codec)})
    assert lake.rows().equals(rows)


def test_text_is_streamed_decompressed_and_typed_as_a_local_file_is(lake, dfs):
    seeded(
        dfs, **{"a.csv": b"id;price\n1;1,5\n2;NA\n", "b.csv.gz": gzip.compress(b"id;price\n3;2")}
    )
    rows = lake.rows(format="csv", separator=";", decimal_comma=True, null_values="NA")
    assert rows.rows() == [(1, 1.5), (2, None), (3, 2.0)]
    seeded(dfs, **{"c.ndjson": b'{"id": 1, "x": [1]}\n{"id": 2}\n'})
    assert lake.rows(format="ndjson").rows() == [(1, [1]), (2, None)]


def test_a_stream_holds_little_and_asks_for_large_pieces(dfs):
    content = bytes(range(256)) * 100_000
    dfs.seed("lake", {"big": content})
    with account_at(dfs) as account:
        lake = account.lake("lake")
        with opened(lake, lake.entry("big")) as file:
            assert b"".join(iter(lambda: file.read(10_000), b"")) == content
    reads = dfs.log.select(operation="read")
    assert len(reads) < 15
    assert max(request.sent for request in reads) <= 8 << 20


def test_a_stream_can_be_read_from_anywhere(dfs):
    content = bytes(range(256)) * 1000
    dfs.seed("lake", {"f": content})
    with account_at(dfs) as account:
        lake = account.lake("lake")
        with Ranged(lake, lake.entry("f")) as file:
            for at, size in ((5, 3), (255_990, 100), (0, 7), (256_000, 1), (100, 2)):
                file.seek(at)
                assert file.read(size) == content[at : at + size]
            assert file.seek(-2, io.SEEK_END) == len(content) - 2
            assert file.read() == content[-2:]


def test_a_file_that_is_replaced_while_it_is_read_fails_the_attempt_and_not_the_data(lake, dfs):
    content = b"id\n" + b"1234567890\n" * 2_000_000
    seeded(dfs, **{"a.csv": content})
    with lake.home(format="csv") as home:
        batches = home.read(Ask(entity="e", batch_rows=1000))
        next(batches)
        seeded(dfs, **{"a.csv": b"id\n1\n"})
        with pytest.raises(HomeError) as changed:
            list(batches)
    assert changed.value.transient


def test_a_truncated_answer_is_asked_for_again(lake, dfs):
    seeded(dfs, **{"a.parquet": parquet(pl.DataFrame({"id": range(100_000)}))})
    dfs.faults.add(operation="read", moment="during", reset=True)
    assert lake.rows().height == 100_000


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"not parquet at all, but long enough", b"x" * 9]
)
def test_what_is_no_parquet_is_named(lake, dfs, content):
    seeded(dfs, **{"a.parquet": content})
    with pytest.raises(HomeError, match=r"lake/in/a\.parquet"):
        lake.rows()


def test_a_damaged_page_is_an_error_and_not_other_rows(lake, dfs):
    content = bytearray(parquet(pl.DataFrame({"id": pl.Series(range(50_000)).hash(3)})))
    content[4:40] = bytes(36)
    seeded(dfs, **{"a.parquet": bytes(content)})
    with pytest.raises(HomeError, match=r"a\.parquet"):
        lake.rows()


def test_a_datetime_that_only_the_old_form_reaches_is_refused(lake, dfs):
    made = io.BytesIO()
    old = {"use_deprecated_int96_timestamps": True, "store_schema": False}
    pq.write_table(pa.table({"at": [datetime(9999, 12, 31)]}), made, **old)  # noqa: DTZ001  # naive
    seeded(dfs, **{"a.parquet": made.getvalue()})
    with pytest.raises(HomeError, match=r"a\.parquet: column 'at' has a datetime before 1677"):
        lake.rows()


def test_what_is_missing_is_told_with_what_could_be_meant(lake, dfs):
    seeded(dfs, **{"orders.csv": b"id\n1\n", "sub/x.txt.bak": b""})
    with pytest.raises(HomeError, match="does not exist") as missing:
        lake.rows(path="in/orders", format="csv")
    assert missing.value.hint == 'path = "in/orders.csv"'
    with pytest.raises(HomeError, match=r"holds no \.parquet file") as other:
        lake.rows()
    assert "orders.csv" in other.value.hint
    with pytest.raises(HomeError, match="no file matches"):
        lake.rows(path="in/*.pq")


def test_a_table_of_many_files_is_read_whole(lake, dfs):
    one = parquet(pl.DataFrame({"id": [1]}))
    seeded(dfs, **{f"{number:04d}.parquet": one for number in range(120)})
    dfs.manners.page_items = 50
    assert lake.rows().height == 120
    # One for each footer, one for each file's rows.
    assert len(dfs.log.select(operation="read")) == 240

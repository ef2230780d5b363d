"""Which files count and in which order: A1 (layout), A2 (metadata), A4 (files), A10 (processed)."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from zones import marked, plain, replayed

from hygge_openmirroring.replay import LocalZone, replay

NOON = 1_800_000_000.0
TIMED = {"keyColumns": ["id"], "fileDetectionStrategy": "LastUpdateTimeFileDetection"}


def test_a1_2_a_table_is_a_folder_of_its_own_or_of_a_schema(zone):
    for folder in ("orders", "sales.schema/orders", "sales.schema/items"):
        zone.metadata(folder)
        zone.file(1, plain((1, folder)), folder)
    shown = replayed(zone.root)
    assert {folder: frame["name"].item() for folder, frame in shown.items()} == {
        each: each for each in ("orders", "sales.schema/orders", "sales.schema/items")
    }


def test_a1_5_names_with_an_underscore_are_no_table_and_no_data(zone):
    zone.metadata()
    zone.file(1, plain((1, "a")))
    zone.file("_00000000000000000002.parquet", plain((2, "b")))
    zone.put("orders/_staging/00000000000000000003.parquet", b"torn")
    zone.put("_scratchPad/x.parquet", b"torn")
    zone.put("_partnerEvents.json", b"{}")
    assert zone.rows() == [(1, "a")]
    assert list(replay(LocalZone(zone.root))) == ["orders"]


def test_a1_8_a_table_with_partitions_is_not_told(zone):
    zone.metadata()
    zone.file(1, plain((1, "a")), "orders/Region=North")
    assert zone.state().stuck.rule == "A1.8 U"


def test_a2_a_table_without_metadata_is_not_told(zone):
    zone.file(1, plain((1, "a")))
    assert (zone.state().status, zone.state().stuck.rule) == ("unknown", "A2 U")


def test_a11_a_table_without_files_waits(zone):
    zone.metadata(keyColumns=["id"])
    assert (zone.state().status, zone.state().told) == ("waiting", True)


@pytest.mark.parametrize(
    "text",
    [
        '{"keyColumns": ["id"], "fileDetectionStrategy": LastUpdateTimeFileDetection}',
        "[]",
        '{"keyColumns": "id"}',
        '{"keyColumns": ["id", "id"]}',
        '{"fileDetectionStrategy": "Newest"}',
        '{"isUpsertDefaultRowMarker": "true"}',
        '{"keyColumns": ["id"], "KeyColumns": ["name"]}',
    ],
)
def test_a2_metadata_that_the_specification_does_not_describe_is_not_guessed_at(zone, text):
    zone.metadata(text=text)
    zone.file(1, plain((1, "a")))
    assert zone.state().stuck.rule == "A2 U"


def test_a2_the_names_of_its_properties_are_taken_in_any_case(zone):
    zone.metadata(KeyColumns=["id"], isupsertdefaultrowmarker=True)
    zone.file(1, plain((1, "a")))
    zone.file(2, plain((1, "b")))
    assert zone.rows() == [(1, "b")]


def test_a4_1_delimited_text_is_clearly_not_replayed(zone):
    zone.metadata(SchemaDefinition={"Columns": [{"Name": "id", "DataType": "Int32"}]})
    zone.put(f"orders/{1:020}.csv", b"id\r\n1\r\n")
    state = zone.state()
    assert (state.status, state.stuck.why) == ("unknown", "delimited text is not replayed")


@pytest.mark.parametrize("codec", ["none", "snappy", "gzip", "zstd"])
def test_a4_1_four_codecs_are_read(zone, codec):
    zone.metadata()
    pq.write_table(pa.table({"id": [1]}), zone.file(1, plain()), compression=codec)
    assert zone.rows() == [(1,)]


def test_a4_1_another_codec_is_unknown(zone):
    zone.metadata()
    pq.write_table(pa.table({"id": [1]}), zone.file(1, plain()), compression="lz4")
    assert zone.state().stuck.rule == "A4.1 D"


def test_a4_2_files_apply_by_number_whatever_their_times(zone):
    zone.metadata(keyColumns=["id"])
    zone.file(2, marked((1, "second", 4)), modified=NOON)
    zone.file(1, marked((1, "first", 4)), modified=NOON + 60)
    assert zone.rows() == [(1, "second")]


def test_a4_2_a_missing_number_holds_up_every_later_file(zone):
    zone.metadata()
    for number in (1, 2, 4, 5):
        zone.file(number, plain((number, "x")))
    state = zone.state()
    assert (state.status, state.told) == ("replicating", False)
    assert [row[0] for row in state.frame.rows()] == [1, 2]
    assert state.pending == (f"{4:020}.parquet", f"{5:020}.parquet")


@pytest.mark.parametrize(
    "name",
    [
        "1.parquet",
        f"{2:019}.parquet",
        f"{2:021}.parquet",
        f"{2:020}.PARQUET",
        f"{2:020}.csv",
        f"{0:020}.parquet",
        "part.parquet",
        ".hidden",
    ],
)
def test_f_whether_a_malformed_name_is_fatal_nobody_knows(zone, name):
    zone.metadata()
    zone.file(1, plain((1, "a")))
    zone.put(f"orders/{name}", b"x")
    assert zone.state().stuck.rule == "A4.2 U"


def test_a4_3_files_apply_by_their_time_whatever_their_names(zone):
    zone.metadata(**TIMED)
    zone.file("b.parquet", marked((1, "first", 4)), modified=NOON)
    zone.file("a.parquet", marked((1, "second", 4)), modified=NOON + 1)
    assert zone.rows() == [(1, "second")]


def test_a4_3_files_of_one_second_have_no_order(zone):
    zone.metadata(**TIMED)
    zone.file("a.parquet", marked((1, "a", 4), (2, "b", 4)), modified=NOON)
    zone.file("b.parquet", marked((1, "c", 4)), modified=NOON + 0.9)
    state = zone.state()
    assert (state.stuck.rule, state.frame.height) == ("A4.3 U", 0)


def test_a4_3_but_where_order_makes_no_difference_the_table_is_told(zone):
    zone.metadata(**TIMED)
    zone.file("a.parquet", marked((1, "a", 4), (3, "x", 0)), modified=NOON)
    zone.file("b.parquet", marked((2, "b", 4), (3, "y", 0)), modified=NOON)
    assert zone.rows() == [(1, "a"), (2, "b"), (3, "x"), (3, "y")]


def test_a4_3_what_a_bad_file_kept_out_is_unknown_where_there_is_no_order(zone):
    zone.metadata(**TIMED)
    zone.file("a.parquet", marked((1, "a", 4)), modified=NOON)
    zone.put("orders/b.parquet", b"", modified=NOON)
    assert zone.state().stuck.rule == "A4.3 U"


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no parquet at all, but long enough", None])
def test_a4_5_a_zero_byte_partial_or_corrupt_file_stops_the_table(zone, content):
    zone.metadata()
    zone.file(1, plain((1, "a")))
    whole = io.BytesIO()
    plain((2, "b")).write_parquet(whole)
    zone.put(f"orders/{2:020}.parquet", whole.getvalue()[:-9] if content is None else content)
    zone.file(3, plain((3, "c")))
    state = zone.state()
    assert (state.status, state.stuck.rule) == ("failed", "A4.5 D")
    assert state.stuck.file == f"{2:020}.parquet"
    assert state.frame.rows() == [(1, "a")]
    assert state.pending == (f"{2:020}.parquet", f"{3:020}.parquet")


@pytest.mark.parametrize("folder", ["_ProcessedFiles", "_FilesReadyToDelete"])
def test_a10_files_that_were_moved_aside_were_applied_before(zone, folder):
    zone.metadata(keyColumns=["id"])
    zone.file(1, marked((1, "a", 4)), f"orders/{folder}")
    zone.file(2, marked((1, "b", 4)), f"orders/{folder}")
    zone.put(f"orders/{folder}/_FilesReadyToDeleteInfo.json", b"{}")
    zone.file(3, marked((2, "c", 4)))
    assert zone.rows() == [(1, "b"), (2, "c")]


def test_a10_when_the_first_files_are_gone_their_rows_cannot_be_told(zone):
    zone.metadata(keyColumns=["id"])
    zone.file(16, marked((1, "a", 4)))
    assert zone.state().stuck.rule == "A10 D"


def test_a_zone_is_found_below_the_item_too(zone):
    zone.metadata()
    zone.file(1, plain((1, "a")))
    assert list(replay(LocalZone(zone.root.parent))) == ["orders"]

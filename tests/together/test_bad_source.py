"""Bad input from a source: missing, unreadable, torn, flipped, not what it says it is."""

import json
import os
import random

import polars as pl
import pytest
from bad_input import GOOD, ROWS, good, kinds, mended, refused, without_rights


@kinds
def test_a_file_that_is_missing(filled, kind):
    household = filled(kind)
    (household.root / f"in.{kind}").unlink()
    refused(household, f"in.{kind} does not exist")
    good(household, kind)
    mended(household)


@kinds
def test_a_directory_where_a_file_should_be(filled, kind):
    household = filled(kind)
    (household.root / f"in.{kind}").unlink()
    (household.root / f"in.{kind}").mkdir()
    refused(household, f"in.{kind} holds no .{kind} file")
    good(household, kind)
    mended(household)


@kinds
def test_a_file_that_may_not_be_read(filled, kind):
    household = filled(kind)
    (household.root / f"in.{kind}").chmod(0)
    refused(household, f"in.{kind}", "ermission denied", "try: ", before=without_rights)
    (household.root / f"in.{kind}").chmod(0o644)
    mended(household)


@pytest.mark.parametrize("odd", [{"^id$": ["x"]}, {"^x$": ["x"]}, {"a": [{"*": 1}]}])
def test_a_name_that_is_read_as_a_pattern(filled, odd):
    """Polars has put another column's values, or none, under such a name."""
    household = filled()
    household.put("in.parquet", ROWS.head(1).with_columns(pl.DataFrame(odd).get_columns()))
    told = refused(household, "is read as a pattern of names", "try: give it another name").err
    assert household.call("check").out.partition(" is called ")[2][:5] in told


def test_a_parquet_file_that_was_cut_short_anywhere(filled):
    household = filled()
    whole = (household.root / "in.parquet").read_bytes()
    for size in {0, 1, 4, 8, len(whole) // 2, len(whole) - 300, len(whole) - 9, len(whole) - 1}:
        household.text("in.parquet", whole[:size])
        refused(household, "in.parquet")
    good(household, "parquet")
    mended(household)


@pytest.mark.parametrize("compression", ["uncompressed", "zstd"])
def test_a_parquet_file_with_a_flipped_bit_anywhere(filled, compression):
    """Damage is told, or it changes nothing, but for two places where nobody could know better.

    A page without a checksum, as most writers leave it, may hold another value that is as good as
    the true one; and the name of a column in a footer is as good as any other. Even then every row
    that the footer tells of is there: none is lost and none is made up.
    """
    household = filled()
    text = (household.root / "hygge.toml").read_text()
    household.text("hygge.toml", f'{text.partition("polish")[0]}lane = "rows"')
    rows = pl.DataFrame({"id": range(300), "name": [f"name {n % 29}" for n in range(300)]})
    rows.write_parquet(household.root / "in.parquet", compression=compression)
    whole = (household.root / "in.parquet").read_bytes()
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    chance = random.Random(7)
    told = 0
    for at in [*range(0, footer, footer // 20), *range(footer, len(whole), 40)]:
        damaged = bytearray(whole)
        damaged[at] ^= 1 << chance.randrange(8)
        household.text("in.parquet", bytes(damaged))
        before = household.snapshot()
        result = household.move()
        if result.failure:
            told += 1
            assert "in.parquet" in result.failure.text, at
            assert result.failure.exit_code == 1
            assert household.snapshot() == before, at
        else:
            moved = household.rows()
            assert moved.height == 300, at
            assert (
                (moved.schema == rows.schema)
                if at < footer
                else (moved.equals(rows) or moved.columns != rows.columns)
            ), at
    assert told > 5
    good(household, "parquet")
    mended(household)


@pytest.mark.parametrize(
    ("kind", "text", "line"),
    [
        ("csv", "id,name\n1,a\n2,b,c\n", "line 3"),
        ("csv", "id,name\n1,a\n2\n", "line 3"),
        ("csv", b"id,name\n1,a\n2,\xff\xfe\n", "line 3"),
        ("csv", 'id,name\n1,a\n2,"b\n', "in.csv"),
        ("csv", "id,id\n1,a\n", "'id'"),
        ("ndjson", '{"id":1}\n{"id":\n', "line 2"),
        ("ndjson", '{"id":1}\n{"id":"x"}\n', "line 2"),
        ("ndjson", b'{"id":1}\n{"id":2,"name":"\xff"}\n', "line 2"),
    ],
    ids=[
        "a field too many",
        "a field too few",
        "bad utf-8",
        "an open quote",
        "a column twice",
        "half an object",
        "another type",
        "bad utf-8 in json",
    ],
)
def test_a_text_that_is_not_what_it_should_be(filled, kind, text, line):
    household = filled(kind)
    household.text(f"in.{kind}", text)
    refused(household, f"in.{kind}", line)
    good(household, kind)
    mended(household)


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_a_byte_order_mark_is_no_part_of_the_text(filled, kind):
    household = filled(kind)
    household.text(f"in.{kind}", b"\xef\xbb\xbf" + GOOD[kind].encode())
    mended(household)
    assert household.rows().columns == ["id", "name"]


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_a_file_whose_name_is_not_utf_8_is_told_of_like_any_other(filled, kind):
    household = filled(kind)
    name = os.fsdecode(b"caf\xe9." + kind.encode())
    text = (household.root / "hygge.toml").read_text()
    household.text("hygge.toml", text.replace(f'path = "in.{kind}"', 'path = "in"'))
    household.text(f"in/{name}", "id,name\n1\n" if kind == "csv" else '{"id":1')
    told = refused(household, f"caf\\udce9.{kind}")
    assert "not allowed" not in told.err
    assert name in household.told()[0].metadata["error"]
    events = json.loads(household.call("--json", "journal", "events").out)
    assert name in events[1]["metadata"]["error"]
    household.text(f"in/{name}", GOOD[kind])
    mended(household)


def test_a_parquet_file_whose_name_is_not_utf_8_is_refused_by_its_name(filled):
    household = filled()
    text = (household.root / "hygge.toml").read_text()
    household.text("hygge.toml", text.replace('path = "in.parquet"', 'path = "in"'))
    household.put("in/good.parquet", ROWS).rename(
        household.root / "in" / os.fsdecode(b"\xe9.parquet")
    )
    refused(household, "udce9.parquet: has a name that is not UTF-8", "try: rename it")

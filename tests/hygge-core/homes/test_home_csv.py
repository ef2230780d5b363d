"""The home ``csv``: how texts are cut into fields, and what is refused by file and line."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hygge_core.errors import ConfigError, HomeError
from hygge_core.files.csv.home import open_csv_home
from hygge_core.files.csv.text import opened_csv
from hygge_core.files.homes.listing import LocalPlace
from hygge_core.files.settings.homes import CsvDialect, CsvHomeConfig
from hygge_core.records import Ask
from hygge_core.scene import Scene


def read(path: Path, ask: Ask | None = None, **settings) -> pl.DataFrame:
    """Everything that the home yields, and the promise that its schema was told before."""
    ask = ask or Ask(entity="orders")
    with open_csv_home(CsvHomeConfig(path=path, **settings), Scene(entity="orders")) as home:
        schema = home.schema(ask)
        return pl.concat([pl.DataFrame(schema=schema), *home.read(ask)])


@pytest.fixture
def text(tmp_path):
    """Writes a file and reads it."""

    def reads(content: str | bytes, **settings) -> pl.DataFrame:
        path = tmp_path / "orders.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read(path, **settings)

    return reads


# --- fields ------------------------------------------------------------------------------------


def test_an_empty_field_is_null_and_a_quoted_one_an_empty_string(text):
    assert text('a,b\n"",\n,""\n').rows() == [("", None), (None, "")]


def test_quoted_fields_hold_separators_quotes_and_line_breaks(text):
    assert text('a,b\n"x, ""y""","l1\nl2\r\nl3"\n').rows() == [('x, "y"', "l1\nl2\r\nl3")]


def test_a_quote_inside_an_unquoted_field_is_a_character(text):
    assert text('a,b\n5" pipe,x\n"z",y"\n').rows() == [('5" pipe', "x"), ("z", 'y"')]


def test_without_quoting_a_quote_means_nothing(text):
    assert text('a,b\n"x,y"\n', quote="").rows() == [('"x', 'y"')]


def test_other_separators_quotes_and_escapes(text):
    assert text("a\tb\n'x\ty'\tz\n", separator="\t", quote="'").rows() == [("x\ty", "z")]
    assert text('a|b\n"x\\"|y"|z\\|w\n', separator="|", escape="\\").rows() == [('x"|y', "z|w")]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("end", [True, False])
def test_every_kind_of_line_break_and_none_at_the_end(text, newline, end):
    content = newline.join(["a,b", "1,x", '2,"y"'])
    assert text(content + newline * end).rows() == [(1, "x"), (2, "y")]


def test_empty_lines_are_no_rows(text):
    assert text("\na,b\n\n1,2\n\n\n3,4\n\n").rows() == [(1, 2), (3, 4)]


def test_an_empty_line_of_a_single_column_is_a_null(text):
    assert text("a\nx\n\ny\n").rows() == [("x",), (None,), ("y",)]


def test_null_values_are_unquoted_words(text):
    read = text('a,b\nNA,"NA"\n-,x\n', null_values=["NA", "-"])
    assert read.rows() == [(None, "NA"), (None, "x")]


def test_quoted_nulls_are_for_files_that_quote_everything(text):
    content = '"a","b"\n"1",""\n"","NA"\n'
    assert text(content, quoted_nulls=True, null_values="NA").rows() == [(1, None), (None, None)]
    assert text(content, null_values="NA").rows() == [("1", ""), ("", "NA")]


def test_a_field_may_be_longer_than_a_block(text):
    long = "x" * (5 << 20)
    assert text(f'a,b\n1,"{long}\n"\n2,{long}\n')["b"].str.len_bytes().to_list() == [
        len(long) + 1,
        len(long),
    ]


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.lists(st.text("ab,;\"'\n\r \0ø😀#\\", max_size=6), min_size=3, max_size=3)),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    separator=st.sampled_from([",", ";"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    block=st.integers(1, 40),
)
def test_what_any_writer_wrote_is_read_wherever_blocks_are_cut(
    tmp_path_factory, rows, quoting, separator, newline, block
):
    if quoting == csv.QUOTE_MINIMAL:  # a \r without quotes is the end of a line
        rows = [[value.replace("\r", "\n") for value in row] for row in rows]
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=quoting, delimiter=separator, lineterminator=newline)
    writer.writerows([["a", "b", "c"], *rows])
    path = tmp_path_factory.getbasetemp() / "written.csv"
    path.write_bytes(file.getvalue().encode())
    (source,) = LocalPlace(path, (".csv",)).sources()
    with opened_csv(source, CsvDialect(separator=separator), block) as text:
        frames = [texts.frame for texts in text.texts(text.names)]
    given = [tuple(value or "" for value in row) for frame in frames for row in frame.rows()]
    assert given == [tuple(row) for row in rows]


# --- headers -----------------------------------------------------------------------------------


def test_without_a_header_columns_are_named_by_the_setting_or_numbered(text):
    assert text("1,x\n", header=False).columns == ["column_1", "column_2"]
    assert text("1,x\n", header=False, columns=("id", "name")).to_dicts() == [
        {"id": 1, "name": "x"}
    ]


def test_names_may_be_quoted_and_have_spaces_and_line_breaks(text):
    assert text('" a ","b\n1",Ø\n1,2,3\n').columns == [" a ", "b\n1", "Ø"]


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ({}, "skip_rows = 1, separator = ';'"),
        ({"separator": ";"}, "skip_rows = 1"),
        ({"separator": ";", "skip_rows": 1}, "skip_rows = 2"),
    ],
)
def test_a_first_line_that_is_for_excel_is_no_header(text, settings, hint):
    above = "report\n" * settings.get("skip_rows", 0)
    with pytest.raises(HomeError, match="'sep=;', names no columns") as caught:
        text(f"{above}sep=;\nid;a\n1;2\n", **settings)
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("header", "told"),
    [("a,b,a", "the name 'a' twice"), ("a,,b", "field 2 of the header has no name")],
)
def test_a_header_that_does_not_name_the_columns_is_refused(text, header, told):
    with pytest.raises(HomeError, match=told) as caught:
        text(f"{header}\n1,2,3\n")
    assert "orders.csv" in str(caught.value)
    assert "columns = [...]" in caught.value.hint


def test_a_header_alone_is_an_empty_table_of_strings(text):
    read = text("a,b\n", schema_overrides={"b": "int64"})
    assert read.schema == {"a": pl.String, "b": pl.Int64}
    assert read.is_empty()


def test_a_file_with_nothing_in_it_is_a_table_without_columns(text):
    assert text("").schema == {}
    assert text("", header=False, columns=("a",)).schema == {"a": pl.String}


def test_fields_may_be_longer_than_what_finds_the_names_can_read(text):
    long = "x" * 200_000
    assert text(f"a\n{long}\n").rows() == [(long,)]
    assert text(f"{long}\n", header=False, columns=("a",)).rows() == [(long,)]
    with pytest.raises(HomeError, match="the first record cannot be read: field larger"):
        text(f"{long}\n", header=False)


# --- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(("row", "count"), [("3", 1), ("3,4,5", 3), ('"3\n,",4,5', 3)])
def test_a_row_with_too_few_or_too_many_fields_is_refused_by_its_line(text, row, count):
    with pytest.raises(HomeError, match=f"line 4 has {count} fields, and the file 2"):
        text(f"a,b\n1,2\n\n{row}\n5,6\n")


def test_a_ragged_row_far_into_the_file_is_refused_by_its_line(text):
    lines = ["a,b", *(f"{n},x" for n in range(600_000)), "1,2,3"]
    with pytest.raises(HomeError, match="line 600,002 has 3 fields"):
        text("\n".join(lines))


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('a,b\n1,2\n3,"4\n5,6\n', 3),  # never closed
        ('a,b\n1,2\n3,"4\n5,"6"\n7,8\n', 3),  # closed by the next one
        ('a,b\n1,2\n3,4\n"5"x,6\n', 4),  # something after it
        ('a\n1\n2\n"3\n', 4),
    ],
)
def test_quotes_that_do_not_pair_up_swallow_nothing(text, content, line):
    with pytest.raises(HomeError, match=f"line {line}: a quoted field does not end"):
        text(content)


def test_bytes_that_are_no_utf8_are_refused_by_their_line(text):
    for content in (b"a,b\n1,x\n2,caf\xe9\n", b'a,b\n1,"x"\n2,caf\xe9\n'):
        with pytest.raises(HomeError, match="line 3 is not utf-8: byte 0xe9") as caught:
            text(content)
        assert "latin-1" in caught.value.hint


# --- encodings and compressions ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("latin-1", "latin-1"),
        ("cp1252", "cp1252"),
    ],
)
def test_encodings_are_read_and_byte_order_marks_are_no_part_of_a_name(text, encoding, told):
    content = 'naïve,"b"\nÆØÅ,"ü\n"\n' + "é,ß\n" * 50_000
    read = text(content.encode(encoding), encoding=told)
    assert read.columns == ["naïve", "b"]
    assert read.row(0) == ("ÆØÅ", "ü\n")
    assert read.height == 50_001


def test_the_wrong_encoding_is_told_with_its_place(text):
    with pytest.raises(HomeError, match=r"not utf-16.* near byte"):
        text("a,b\n1,2\nx".encode("latin-1"), encoding="utf-16-le")
    with pytest.raises(HomeError) as caught:
        text("a,b\n1,2\n".encode("utf-16"))
    assert "utf-16" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00\xa5\xff", "Excel workbook"),
        (gzip.compress(b"a,b\n1,2\n"), "has to end in .gz"),
        (bz2.compress(b"a,b\n1,2\n"), "has to end in .bz2"),
    ],
    ids=["zip", "gzip", "bzip2"],
)
def test_what_is_no_text_at_all_is_not_told_to_be_of_another_encoding(text, content, told):
    with pytest.raises(HomeError, match="not utf-8") as caught:
        text(content)
    assert told in caught.value.hint
    assert "encoding" not in caught.value.hint


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".zst"])
def test_compressed_files_are_read_and_a_cut_one_is_told(tmp_path, suffix):
    content = b"a,b\n" + b"1,x\n" * 100_000
    compress = {".gz": gzip.compress, ".bz2": bz2.compress, ".zst": zstd}[suffix]
    path = tmp_path / f"orders.csv{suffix}"
    path.write_bytes(compress(content))
    assert read(path).height == 100_000
    path.write_bytes(compress(content)[:-20])
    with pytest.raises(HomeError, match=path.name) as caught:
        read(path)
    assert "cut short" in caught.value.hint


def zstd(content: bytes) -> bytes:
    return pa.compress(content, codec="zstd", asbytes=True)


# --- batches, limits, settings -----------------------------------------------------------------


def test_batches_have_the_size_that_was_asked_for_and_keep_the_order(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("a\n" + "\n".join(map(str, range(1050))))
    with open_csv_home(CsvHomeConfig(path=path, batch_rows=500), Scene()) as home:
        batches = list(home.read(Ask(entity="orders")))
        assert [batch.height for batch in batches] == [500, 500, 50]
        assert pl.concat(batches)["a"].to_list() == list(range(1050))
        assert [b.height for b in home.read(Ask(entity="orders", batch_rows=700))] == [700, 350]


def test_a_limit_stops_before_rows_that_nobody_reads(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("a,b\n" + "1,x\n" * 1_200_000 + "1,x,y\n")
    ask = Ask(entity="orders", limit=7, batch_rows=7)
    assert read(path, ask).height == 7


def test_only_the_columns_that_were_asked_for_are_given(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("a,b,c\n1,2,3\n")
    assert read_columns(path, ("c", "a")) == {"a": pl.Int64, "c": pl.Int64}
    with pytest.raises(HomeError, match="no column 'colour'") as caught:
        read_columns(path, ("colour",))
    assert caught.value.hint is None


def read_columns(path: Path, columns: tuple[str, ...]) -> dict[str, pl.DataType]:
    with open_csv_home(CsvHomeConfig(path=path), Scene()) as home:
        (batch,) = home.read(Ask(entity="orders", columns=columns))
        return dict(batch.schema)


def test_an_override_of_a_column_that_is_not_there_is_told_with_its_likeness(text):
    with pytest.raises(HomeError, match="'prize'") as caught:
        text("id,price\n1,2\n", schema_overrides={"prize": "float64"})
    assert caught.value.hint == "did you mean 'price'?"


@pytest.mark.parametrize("word", ["intt", "list[int64]", "binary"])
def test_an_override_that_no_text_can_be_is_a_mistake_of_the_configuration(text, word):
    with pytest.raises(ConfigError, match=r"schema_overrides\.a"):
        text("a\n1\n", schema_overrides={"a": word})


def test_the_home_estimates_its_rows_and_examines_itself(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("a,b\n" + "123,xyz\n" * 10_000)
    with open_csv_home(CsvHomeConfig(path=path), Scene()) as home:
        assert home.estimated_rows(Ask(entity="orders")) == pytest.approx(10_000, rel=0.01)
        assert home.estimated_rows(Ask(entity="orders", limit=5)) == 5
        assert list(home.check()) == [(f"read {path}", "ok", "")]
        path.unlink()
        ((_, problem, _),) = home.check()
        assert "does not exist" in problem

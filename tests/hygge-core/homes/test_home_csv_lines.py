"""The home ``csv``: lines that are no records: at the top of a file, as comments, within fields."""

from __future__ import annotations

import polars as pl
import pyarrow as pa
import pyarrow.csv as pc
import pytest
from file_homes import read

from hygge_core.errors import HomeError
from hygge_core.files.text.blocks import side_by_side


@pytest.fixture
def text(tmp_path):
    """Writes a file and reads it."""

    def reads(content: str, **settings) -> pl.DataFrame:
        path = tmp_path / "orders.csv"
        path.write_bytes(content.encode())
        return read("csv", path, **settings)

    return reads


def test_comments_and_lines_at_the_top_are_skipped(text):
    content = 'made by x, "y\n\n# a, comment\na,b\n1,"# no\n# comment"\n#2,3\n4,5\n'
    read = text(content, skip_rows=1, comment_prefix="#")
    assert read.rows() == [(1, "# no\n# comment"), (4, "5")]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ('1,5" nail\n2,"tea:\n#1 milk\nbread"\n', [(1, '5" nail'), (2, "tea:\n#1 milk\nbread")]),
        ('1,5" nail\n# a, comment\n2,x\n', [(1, '5" nail'), (2, "x")]),
        ('1,"say \\"hi"\n# a, comment\n2,"x\n#y"\n', [(1, 'say "hi'), (2, "x\n#y")]),
        ("1,x\\\n#y\n# a, comment\n2,z\n", [(1, "x\n#y"), (2, "z")]),
        ("1,x\\\r\n#y\r\n# a, comment\r\n2,z\r\n", [(1, "x\r\n#y"), (2, "z")]),
        ('1,"x\r\n#y"\r\n# it is 5" long\r\n\r\n2,z\r\n', [(1, "x\r\n#y"), (2, "z")]),
        ('# a\r1,"x\r#y"\r#\r2,#z', [(1, "x\r#y"), (2, "#z")]),
        ("1,x#\r\n#2,y\r\n3,#z\r\n", [(1, "x#"), (3, "#z")]),
    ],
)
def test_a_comment_is_a_line_where_a_record_would_begin(text, content, rows):
    read = text(content, header=False, columns=("a", "b"), comment_prefix="#", escape="\\")
    assert read.rows() == rows


def test_without_quoting_a_comment_may_hold_quotes(text):
    read = text('a,b\n"1,x\\\n#y\n#"z\n2,"\n', quote="", comment_prefix="#", escape="\\")
    assert read.rows() == [('"1', "x\n#y"), ("2", '"')]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("long", [0, (1 << 16) - 1, 1 << 16, 200_000])
def test_lines_at_the_top_end_as_records_do(text, newline, long):
    content = newline.join(["t" * long, "", "a,b", '1,"x\ny"', "2,z", ""])
    assert text(content, skip_rows=2).rows() == [(1, "x\ny"), (2, "z")]
    with pytest.raises(HomeError, match="line 7 has 1 fields"):
        text(content + "3" + newline, skip_rows=2)


def test_skipping_more_lines_than_there_are_leaves_nothing(text):
    assert text("a\rb\r", skip_rows=3).schema == {}


@pytest.mark.parametrize(("newline", "quote"), [("\n", '"'), ("\r\n", '"'), ("\r\n", "")])
@pytest.mark.parametrize("top", ["", '"x\ty",0\n'])
@pytest.mark.parametrize("end", [(1 << 16) - 1, 1 << 16, (1 << 16) + (1 << 20)])
def test_an_escaped_line_break_ends_no_record_wherever_a_block_is_cut(
    text, quote, top, end, newline
):
    # The file is read in a piece of 64 KiB and larger ones, which pyarrow cuts at each MiB.
    line = f"{'x' * 1021},1\n"
    before = top + line * (end // len(line) - 1)
    broken = f"\\{newline}"
    content = before + "y" * (end - len(before) - len(broken)) + f"{broken}z,2\n" + line * 2_000
    read = text(content, header=False, columns=("a", "b"), escape="\\", quote=quote)
    assert read.height == content.count("\n") - 1
    [found] = read.filter(pl.col("b") == 2)["a"].to_list()
    assert found.endswith(f"y{newline}z")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_in_a_single_column_an_escaped_line_break_makes_no_row(text, newline):
    lines = "xxxxxxx\n" * (1 << 13)
    content = f"{lines[:-8]}yyyyyy\\{newline}z\n"
    read = text(content, header=False, columns=("a",), escape="\\")
    assert read["a"].to_list() == ["xxxxxxx"] * ((1 << 13) - 1) + [f"yyyyyy{newline}z"]


def test_two_characters_of_an_escaped_line_break_are_one_line_of_the_file(text):
    content = 'a\\\r\n1,b\r\n1,"x\\\r\ny"\r\n2,\\\\\\\r\nz\r\n3,\\\\\r\n'
    read = text(content, escape="\\")
    assert read.rows() == [(1, "x\r\ny"), (2, "\\\r\nz"), (3, "\\")]
    assert read.columns == ["a\r\n1", "b"]
    with pytest.raises(HomeError, match="line 8 has 1 fields"):
        text(f"{content}4\r\n", escape="\\")


@pytest.mark.parametrize("quote", ['"', ""])
@pytest.mark.parametrize("before", ["1,x\n", '"1",x\n', "1,x\\\ny\n"])
def test_an_escape_at_the_end_of_a_file_is_told_with_its_line(text, quote, before):
    for whole in ("2,y\\\n", "2,y\\\\"):
        assert text(f"{before}{whole}", header=False, escape="\\", quote=quote).height == 2
    line = before.count("\n") + 1
    with pytest.raises(HomeError, match=f"line {line}: the file ends in an escape"):
        text(f"{before}2,y\\", header=False, escape="\\", quote=quote)


@pytest.mark.parametrize("row", [1, 50, 98, 99, 100, 101, 250])
def test_pyarrow_is_never_asked_to_cut_a_line(row):
    """It refuses, and once in some hundred times the process ends of that."""
    for offset in range(0, 300, 7):
        text = b"".join(b"x" * size + b"\n" for size in (offset, *[40] * 9, row, *[40] * 9, row))
        size = side_by_side(text, 100)
        how = pc.ReadOptions(column_names=["a"], block_size=size)
        read = pc.read_csv(pa.BufferReader(text), how, pc.ParseOptions(ignore_empty_lines=False))
        assert read.num_rows == 21
        assert size == 100 or max(offset, row) >= 100

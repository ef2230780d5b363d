"""The home ``csv``: lines that are no records, at the top of a file and as comments in it."""

from __future__ import annotations

import polars as pl
import pytest
from file_homes import read

from hygge_core.errors import HomeError


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

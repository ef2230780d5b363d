"""The home ``csv``: lines that are no records, at the top of a file and as comments in it."""

from __future__ import annotations

import polars as pl
import pytest
from file_homes import read


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

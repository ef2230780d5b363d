"""The home ``ndjson``: where one column takes values of every kind, none is spelled anew."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from file_homes import read


@pytest.fixture
def text(tmp_path):
    """Writes a file and reads it with ``s`` as a string."""

    def reads(content: str, **overrides: str) -> pl.DataFrame:
        path = tmp_path / "orders.ndjson"
        path.write_text(content, encoding="utf-8")
        return read("ndjson", path, schema_overrides={"s": "string", **overrides})

    return reads


def test_as_a_string_a_column_takes_values_of_every_kind(text):
    read = text('{"s": 1}\n{"s": "x"}\n{"s": [1, {"b": null}]}\n')
    assert read["s"].to_list() == ["1", "x", '[1,{"b":null}]']


@pytest.mark.parametrize(
    "value",
    [
        "1.50",
        "0.33333333333333333333",
        "-0",
        "1E+2",
        "12345678901234567890123456789012345678901234567890",
        "9" * 5_000,
        '[1.10,{"7":7.0,"x 8":"9 \\"10\\\\","é":[NaN,-Infinity,11]},true]',
    ],
)
def test_the_text_of_a_number_is_its_own(text, value):
    assert text(f'{{"s": "x", "n": 3}}\n{{"n": 4, "s": {value}}}\n').rows() == [
        ("x", 3),
        (value, 4),
    ]


def test_beside_a_column_of_every_kind_a_decimal_keeps_its_digits(text):
    rows = '{"s": 1, "d": 123456789012345678.25}\n{"s": "2 3", "d": -0.10, "o": {"f": 1.5}}\n'
    read = text(rows, d="decimal(20,2)")
    assert read["d"].to_list() == [Decimal("123456789012345678.25"), Decimal("-0.10")]
    assert read["o"].to_list() == [None, {"f": 1.5}]

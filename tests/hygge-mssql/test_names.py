"""Names in T-SQL: nothing that a name holds ever becomes a statement."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygge_core.errors import ConfigError, FlowError
from hygge_mssql.names import Name, named, quoted, staging_table, text_sql

ANY = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=128
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Orders", Name("dbo", "Orders")),
        ("sales.Orders", Name("sales", "Orders")),
        ("[sales].[Order Lines]", Name("sales", "Order Lines")),
        ("[a.b].[c]]d]", Name("a.b", "c]d")),
        ("sales.[x]", Name("sales", "x")),
        ("weird]name[", Name("dbo", "weird]name[")),
        ("[open", Name("dbo", "[open")),
    ],
)
def test_a_table_is_written_as_people_write_it(text: str, name: Name) -> None:
    assert named(text) == name


@given(ANY, ANY)
def test_whatever_is_in_a_name_it_is_read_back(schema: str, table: str) -> None:
    assert named(f"{quoted(schema)}.{quoted(table)}") == Name(schema, table)
    assert named(str(Name(schema, table))) == Name(schema, table)


@given(ANY)
def test_a_quoted_name_ends_where_it_ends(name: str) -> None:
    inner = quoted(name)[1:-1]
    assert "]" not in inner.replace("]]", "")
    assert inner.replace("]]", "]") == name


@given(st.text())
def test_a_quoted_text_ends_where_it_ends(text: str) -> None:
    assert "'" not in text_sql(text)[2:-1].replace("''", "")


def test_another_database_is_another_connection() -> None:
    with pytest.raises(ConfigError, match="3 parts"):
        named("ERP.dbo.Orders")


@pytest.mark.parametrize("name", ["", "a\0b", "n" * 129])
def test_what_no_identifier_can_be_is_refused(name: str) -> None:
    with pytest.raises(FlowError):
        quoted(name)


def test_a_staging_table_is_named_after_its_run() -> None:
    assert staging_table("run1") == "__hygge_stage_run1"

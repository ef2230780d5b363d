"""Every statement that hygge sends to SQL Server, with the page that documents it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from finished import alike, demand_listed, sections
from tds.log import Entry

import hygge_mssql
from hygge_mssql.statements import Statement, every, publishing
from hygge_mssql.statements.session import SET_UP

SOURCES = Path(hygge_mssql.__file__).parent
#: What begins a statement of T-SQL that reads or changes something.
VERBS = re.compile(
    r"\b(SELECT .* FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|DELETE \w FROM|MERGE "
    r"|CREATE (TABLE|INDEX) |ALTER TABLE |DROP TABLE |TRUNCATE|EXEC "
    r"|DECLARE @|BEGIN TRAN|COMMIT TRAN|ROLLBACK TRAN)"
)


@pytest.mark.parametrize("each", every(), ids=lambda each: each.key)
def test_a_statement_names_its_source_and_what_it_does(each: Statement) -> None:
    assert each.source.startswith("https://learn.microsoft.com/sql/")
    assert each.does
    assert each.sql == " ".join(each.sql.split())


@pytest.mark.parametrize("each", every(), ids=lambda each: each.key)
def test_a_statement_holds_no_value_but_its_own_constants(each: Statement) -> None:
    """Values are parameters; what is quoted in a text is a word of T-SQL or of hygge."""
    for literal in re.findall(r"'([^']*)'", each.sql):
        assert re.fullmatch(r"[A-Za-z_\[\]%]+", literal), literal


def test_no_statement_is_hidden_outside_of_the_list() -> None:
    hidden = [
        f"{path.name}: {text}"
        for path in SOURCES.rglob("*.py")
        if path.parent.name != "statements"
        for text in _texts(path)
        if VERBS.search(text)
    ]
    assert not hidden


def _texts(path: Path) -> Iterator[str]:
    """Every string of a module but its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


@pytest.mark.parametrize("each", every(), ids=lambda each: each.key)
def test_what_a_statement_finally_says_is_listed_with_its_source(each: Statement) -> None:
    """Some server was sent it, so none is dead; and nothing but its own texts is listed there."""
    (section,) = [section for section in sections() if section.key == each.key]
    assert section.source == each.source
    assert section.shapes
    written = re.sub(r"\\\{\w+\\\}", ".*", re.escape(alike(each.sql)))
    # A piece of other statements stands within them.
    whole = written if each is not publishing.LAST else f".* AND {written}.*"
    for shape in section.shapes:
        assert re.fullmatch(whole, shape), shape


def test_every_text_that_is_listed_is_of_a_statement_or_of_a_list() -> None:
    keys = {section.key for section in sections()}
    assert keys - {each.key for each in every()} == {
        "of a SELECT, for each column",
        "of a SELECT, for each condition",
        "of a CREATE TABLE, for each column",
        "of the tests: a query that can only be sent as it is",
    }


@pytest.mark.parametrize(
    "text",
    [
        "SELECT [a] AS [a] FROM [dbo].[t]; DROP TABLE [dbo].[t]",
        "SELECT [a] AS [a], (SELECT 1) AS [b] FROM [dbo].[t]",
        "SELECT [a] AS [a] FROM [dbo].[t] WHERE [a] > 'x' OR 1 = 1",
        "DROP TABLE IF EXISTS [dbo].[t] -- ]",
        "EXEC sp_rename N'[dbo].[a]', N'b'; SELECT N'''",
    ],
)
def test_a_text_that_became_another_is_not_in_the_list(text: str) -> None:
    opening = SET_UP.with_(milliseconds="5", application="0x0")
    with pytest.raises(AssertionError, match=r"not in finished\.sql"):
        demand_listed([Entry(51, "batch", opening), Entry(51, "call", text)])


def test_nothing_is_read_that_is_not_committed_and_nothing_is_merged() -> None:
    for each in every():
        assert not re.search(r"NOLOCK|READ UNCOMMITTED|\bMERGE\b", each.sql), each.key


@pytest.mark.parametrize("each", every(), ids=lambda each: each.key)
def test_whoever_looks_for_the_marks_of_an_entity_passes_those_that_are_being_published(
    each: Statement,
) -> None:
    """A DELETE waits for them even where rows are versioned, and the double locks a database."""
    for table in re.split(r"FROM (?={loads})", each.sql)[1:]:
        hints = re.match(r"{loads} WITH \((.*?)\)", table)
        assert hints
        assert hints[1].removeprefix("ROWLOCK, ") in ("READCOMMITTEDLOCK, READPAST", "FORCESEEK")

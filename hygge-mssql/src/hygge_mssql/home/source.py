"""What a home reads: a table or view, or a query with its parameters and its ``{{range}}``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from attrs import frozen

from hygge_core.errors import HomeError
from hygge_mssql import catalogue
from hygge_mssql.catalogue import Column
from hygge_mssql.home import query_text
from hygge_mssql.home.ranges import EVERYTHING, Condition
from hygge_mssql.names import OURS, Name, quoted
from hygge_mssql.server.session import Session
from hygge_mssql.statements import reading

_RANGE = re.compile(r"\{\{\s*range\s*(?::\s*(?P<column>[^{}]+?)\s*)?\}\}")
_NAMED = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_SQL_TYPES: Mapping[type, str] = {bool: "bit", int: "bigint", float: "float(53)"}
#: The most that a text may have, in UTF-16, beside ``max``: a longer one would lose its end.
_SHORT = 4000

Value = str | int | float | bool


@frozen(kw_only=True)
class Query:
    """A SELECT to send: ``sql`` with a ``?`` for each of ``values``."""

    sql: str
    values: tuple[Value, ...] = ()


@frozen(kw_only=True)
class Table:
    """A table or view; ``name`` for people and for SQL."""

    name: Name

    def __str__(self) -> str:
        return str(self.name)

    @property
    def alone(self) -> bool:
        return False

    def columns(self, session: Session) -> tuple[Column, ...]:
        """Its columns. Raises ``HomeError`` where there is no such table."""
        found = catalogue.columns(session, self.name)
        if not found or self.name.table.startswith(OURS):
            raise HomeError(
                f"{session.place} has no table or view {self.name}, or this login may not see it",
                hint="`hygge tables CONNECTION` lists them; write schema.table",
            )
        return found

    def expression(self, column: str) -> str:
        return quoted(column)

    def select(self, columns: str, condition: Condition, *, top: int | None = None) -> Query:
        """``SELECT columns`` of the rows within ``condition``."""
        sql = reading.SELECT.with_(
            top="" if top is None else f"TOP ({top}) ",
            columns=columns,
            source=self.name.sql,
            where=condition.where(),
        )
        return Query(sql=sql, values=condition.values)

    def demand_range(self) -> None:
        """A table can always be asked for a range."""


@frozen(kw_only=True)
class Asked:
    """A query of the user's, with the values of its ``@names``."""

    text: str
    parameters: Mapping[str, Value]

    def __str__(self) -> str:
        return "the query"

    @property
    def alone(self) -> bool:
        """Whether it can only be sent as it is: with a CTE, an ORDER BY or an OPTION of its own."""
        return query_text.alone(self.text)

    def columns(self, session: Session) -> tuple[Column, ...]:
        """The columns of its answer, by the server's description of it. Raises ``HomeError``."""
        found = catalogue.described(session, self._text(EVERYTHING), self._declared())
        names = [each.name for each in found]
        if not all(names) or len(set(names)) < len(names):
            raise HomeError(
                f"{session.place}: each column of the query needs a name of its own, found {names}",
                hint="give it one with AS",
            )
        return found

    def expression(self, column: str) -> str:
        """What names the watermark column where ``{{range}}`` stands."""
        found = _RANGE.search(self.text)
        return (found and found["column"]) or quoted(column)

    def select(self, columns: str, condition: Condition, *, top: int | None = None) -> Query:
        text = self._text(condition)
        if not self.alone:
            text = reading.SELECT.with_(
                top="" if top is None else f"TOP ({top}) ",
                columns=columns,
                source=f"({text}\n) AS [hygge_query]",  # its last line may be a comment
                where="",
            )
        repeated = condition.values * len(_RANGE.findall(self.text))
        return Query(sql=self._opening() + text, values=(*self.parameters.values(), *repeated))

    def demand_range(self) -> None:
        """Raise ``HomeError`` where nobody said where a range goes."""
        if not _RANGE.search(self.text):
            raise HomeError(
                "the query cannot be read incrementally: it has no {{range}}",
                hint="write it as a condition: WHERE {{range}}, or WHERE {{range:o.ModifiedAt}}",
            )

    def _text(self, condition: Condition) -> str:
        put = condition.sql or "1 = 1"
        return _RANGE.sub(lambda _: f"({put})", query_text.trimmed(self.text))

    def _declared(self) -> str:
        """The parameters with their types, as the server takes them beside a query."""
        return ", ".join(f"@{name} {kind}" for name, kind in self._types())

    def _opening(self) -> str:
        """What declares the parameters, before the query."""
        return "".join(
            reading.DECLARE.with_(name=name, type=kind) + " " for name, kind in self._types()
        )

    def _types(self) -> Iterator[tuple[str, str]]:
        """Each parameter and its type in SQL. Raises ``HomeError`` for what is no name."""
        for name, given in self.parameters.items():
            if not _NAMED.fullmatch(name):
                raise HomeError(f"{name!r} cannot be a parameter: it takes letters, digits and _")
            yield name, _text_type(given) if isinstance(given, str) else _SQL_TYPES[type(given)]


def _text_type(given: str) -> str:
    short = len(given.encode("utf-16-le")) // 2 <= _SHORT
    return f"nvarchar({_SHORT})" if short else "nvarchar(max)"


Source = Table | Asked

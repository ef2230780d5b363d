"""Queries: SELECT, and what stands between several of them."""

from __future__ import annotations

from ..errors import SqlError, unknown
from . import tree
from .sources import Sources


class Queries(Sources):
    def query(self) -> tree.Query:
        ctes = self.common_tables() if self.skip("WITH") else ()
        query = self._unions()
        self._options()
        return tree.With(ctes, query) if ctes else query

    def inner_query(self) -> tree.Query:
        """A query that others read from as from a table: without WITH, OPTION, or an order."""
        query = self._unions()
        paged = isinstance(query, tree.Select) and (query.top or query.offset)
        if isinstance(query, tree.Select | tree.Combined) and query.order and not paged:
            raise SqlError(
                1033,
                "The ORDER BY clause is invalid in views, inline functions, derived tables,"
                " subqueries, and common table expressions, unless TOP, OFFSET or FOR XML is also"
                " specified.",
            )
        return query

    def common_tables(self) -> tuple[tuple[str, tuple[str, ...], tree.Query], ...]:
        """What follows WITH, up to the statement that uses it."""
        found = []
        while True:
            name = self.name()
            columns = self.name_list() if self.sees("(") else ()
            self.need("AS", "(")
            found.append((name, columns, self.inner_query()))
            self.need(")")
            if not self.skip(","):
                return tuple(found)

    def _unions(self) -> tree.Query:
        left = self._intersections()
        while word := self.choose("UNION", "EXCEPT"):
            word += " ALL" if word == "UNION" and self.skip("ALL") else ""
            left = tree.Combined(word, left, self._intersections())
        if isinstance(left, tree.Combined) and self.sees("ORDER"):
            left = tree.Combined(left.word, left.left, left.right, self.order())
        return left

    def _intersections(self) -> tree.Query:
        left = self._one()
        while self.skip("INTERSECT"):
            left = tree.Combined("INTERSECT", left, self._one())
        return left

    def _one(self) -> tree.Query:
        if self.skip("("):
            inner = self.query()
            self.need(")")
            return inner
        return self.values() if self.sees("VALUES") else self.select()

    def values(self) -> tree.Values:
        self.need("VALUES")
        rows = []
        while True:
            self.need("(")
            rows.append(self.default_or_expressions())
            self.need(")")
            if not self.skip(","):
                return tree.Values(tuple(rows))

    def default_or_expressions(self) -> tuple[tree.Expression, ...]:
        """Values of an INSERT; DEFAULT is a word here."""
        found: list[tree.Expression] = []
        while True:
            found.append(tree.Name(("DEFAULT",)) if self.skip("DEFAULT") else self.expression())
            if not self.skip(","):
                return tuple(found)

    def select(self) -> tree.Select:
        self.need("SELECT")
        distinct = self.skip("DISTINCT")
        self.skip("ALL")
        top = self.top()
        items = self.items()
        into = self.names() if self.skip("INTO") else ()
        source = self.sources() if self.skip("FROM") else None
        where = self.expression() if self.skip("WHERE") else None
        group = self.expressions() if self.skip("GROUP", "BY") else ()
        having = self.expression() if self.skip("HAVING") else None
        order = self.order() if self.sees("ORDER") else ()
        offset, fetch = self._page() if self.skip("OFFSET") else (None, None)
        if self.sees("FOR"):
            raise unknown("FOR XML and FOR JSON")
        return tree.Select(
            items, source, where, group, having, order, top, distinct, offset, fetch, into
        )

    def top(self) -> tree.Expression | None:
        if not self.skip("TOP"):
            return None
        if self.skip("("):
            count = self.expression()
            self.need(")")
        else:
            count = self._atom()
        if self.sees("PERCENT") or self.sees("WITH", "TIES"):
            raise unknown("TOP PERCENT and WITH TIES")
        return count

    def _page(self) -> tuple[tree.Expression, tree.Expression | None]:
        offset = self.expression()
        if not (self.skip("ROWS") or self.skip("ROW")):
            raise self.wrong()
        if not self.skip("FETCH"):
            return offset, None
        self.choose("NEXT", "FIRST")
        fetch = self.expression()
        self.choose("ROWS", "ROW")
        self.need("ONLY")
        return offset, fetch

    def _options(self) -> None:
        """OPTION (MAXDOP 1), (RECOMPILE) ...: plans only."""
        if self.skip("OPTION"):
            self.need("(")
            while not self.skip(")"):
                self.take()

    def items(self) -> tuple[tree.Item, ...]:
        found = [self._item()]
        while self.skip(","):
            found.append(self._item())
        return tuple(found)

    def _item(self) -> tree.Item:
        if self.now.kind == "variable" and self.ahead().upper == "=":
            variable = self.take().text
            self.need("=")
            return tree.Item(self.expression(), variable=variable)
        if self.is_name() and self.ahead().upper == "=" and self.now.kind == "quoted":
            alias = self.name()
            self.need("=")
            return tree.Item(self.expression(), alias)
        value = self.expression()
        if isinstance(value, tree.Star):
            if self.is_name():
                raise self.wrong()
            return tree.Item(value)
        if self.skip("AS"):
            return tree.Item(value, self._alias())
        return tree.Item(value, self.name() if self.is_name() else None)

    def _alias(self) -> str:
        """A name, or a text in quotes, which SQL Server takes as one."""
        return self.take().text if self.now.kind in {"wide", "text"} else self.name()

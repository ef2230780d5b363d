"""SELECT, and the statements that change rows."""

from __future__ import annotations

from ..errors import unknown
from . import tree
from .definitions import Definitions
from .tree import Statement


class Changing(Definitions):
    """The part of a batch that asks for rows and changes them."""

    def _select(self) -> Statement:
        return tree.Ask(self.query())

    def _with(self) -> Statement:
        self.need("WITH")
        parts = self.common_tables()
        if self.now.upper in {"DELETE", "UPDATE", "INSERT"}:
            raise unknown(f"WITH before {self.now.text}")
        return tree.Ask(tree.With(parts, self.query()))

    def _insert(self) -> Statement:
        self.need("INSERT")
        if self.sees("BULK"):
            raise unknown("BULK INSERT in a batch of several statements")
        self.skip("INTO")
        if self.sees("TOP"):
            raise unknown("INSERT TOP")
        target = self._target()
        columns = self.name_list() if self.sees("(") and not self.sees("(", "SELECT") else ()
        output = self._output()
        if self.skip("DEFAULT", "VALUES"):
            return tree.Insert(target, columns, None, output)
        if self.now.upper in {"EXEC", "EXECUTE"}:
            raise unknown("INSERT ... EXEC")
        return tree.Insert(target, columns, self.query(), output)

    def _target(self) -> tree.Table:
        parts = self.names()
        return tree.Table(parts, None, self.hints())

    def _output(self) -> tuple[tree.Item, ...]:
        if not self.skip("OUTPUT"):
            return ()
        items = self.items()
        if self.sees("INTO"):
            raise unknown("OUTPUT ... INTO")
        return items

    def _update(self) -> Statement:
        self.need("UPDATE")
        top = self.top()
        target = self._target()
        self.need("SET")
        sets = [self._set_column()]
        while self.skip(","):
            sets.append(self._set_column())
        output = self._output()
        source = self.sources() if self.skip("FROM") else None
        where = self.expression() if self.skip("WHERE") else None
        self._options()
        return tree.Update(target, tuple(sets), source, where, output, top)

    def _set_column(self) -> tuple[str, tree.Expression]:
        if self.now.kind == "variable":
            raise unknown("SET @variable in an UPDATE")
        name = self.names()[-1]
        self.need("=")
        return name, tree.Name(("DEFAULT",)) if self.skip("DEFAULT") else self.expression()

    def _delete(self) -> Statement:
        self.need("DELETE")
        top = self.top()
        self.skip("FROM")
        target = self._target()
        output = self._output()
        source = self.sources() if self.skip("FROM") else None
        where = self.expression() if self.skip("WHERE") else None
        self._options()
        return tree.Delete(target, source, where, output, top)

    def _truncate(self) -> Statement:
        self.need("TRUNCATE", "TABLE")
        return tree.Truncate(self.names())

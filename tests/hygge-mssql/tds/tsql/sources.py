"""What a query reads from: tables with their hints, derived tables, joins."""

from __future__ import annotations

from ..errors import unknown
from . import tree
from .expressions import Expressions

# Hints change how a server locks and plans, never what it answers; the double notes some.
_HINTS = frozenset(
    [
        "NOLOCK",
        "READUNCOMMITTED",
        "READCOMMITTED",
        "READCOMMITTEDLOCK",
        "REPEATABLEREAD",
        "SERIALIZABLE",
        "SNAPSHOT",
        "READPAST",
        "UPDLOCK",
        "HOLDLOCK",
        "XLOCK",
        "ROWLOCK",
        "PAGLOCK",
        "TABLOCK",
        "TABLOCKX",
        "NOWAIT",
        "FORCESEEK",
    ]
)


class Sources(Expressions):
    def sources(self) -> tree.Source:
        left = self._joined()
        while self.skip(","):
            left = tree.Join("CROSS", left, self._joined(), None)
        return left

    def _joined(self) -> tree.Source:
        left = self._source()
        while kind := self._join_word():
            right = self._source()
            on = None
            if kind not in {"CROSS"}:
                self.need("ON")
                on = self.expression()
            left = tree.Join(kind, left, right, on)
        return left

    def _join_word(self) -> str | None:
        if self.sees("CROSS", "APPLY") or self.sees("OUTER", "APPLY"):
            raise unknown("APPLY")
        if self.skip("JOIN"):
            return "INNER"
        if self.now.upper not in {"INNER", "LEFT", "RIGHT", "FULL", "CROSS"}:
            return None
        kind = self.take().upper
        self.skip("OUTER")
        self.need("JOIN")
        return kind

    def _source(self) -> tree.Source:
        if self.sees("(", "SELECT") or self.sees("(", "VALUES"):
            return self._derived()
        if self.skip("("):
            inner = self.sources()
            self.need(")")
            return inner
        if self.sees("CHANGETABLE", "("):
            return self._changes()
        return self.table()

    def _derived(self) -> tree.Derived:
        self.need("(")
        query = self.inner_query()
        self.need(")")
        self.skip("AS")
        alias = self.name()
        return tree.Derived(query, alias, self.name_list() if self.sees("(") else ())

    def _changes(self) -> tree.Changes:
        self.need("CHANGETABLE", "(", "CHANGES")
        table = self.names()
        self.need(",")
        since = self.expression()
        self.need(")")
        self.skip("AS")
        return tree.Changes(table, since, self.name())

    def _table_call(self, parts: tuple[str, ...]) -> tree.TableCall:
        self.need("(")
        arguments = () if self.sees(")") else self.expressions()
        self.need(")")
        self.skip("AS")
        return tree.TableCall(parts, arguments, self.name())

    def table(self) -> tree.Table | tree.TableCall:
        parts = self.names()
        if self.sees("("):
            return self._table_call(parts)
        hints = self.hints()
        self.skip("AS")
        alias = self.name() if self.is_name() else None
        return tree.Table(parts, alias, hints or self.hints())

    def hints(self) -> tuple[str, ...]:
        if not self.sees("WITH", "("):
            return ()
        self.need("WITH", "(")
        found = []
        while True:
            word = self.take()
            if word.upper not in _HINTS:
                raise unknown(f"the table hint {word.text}")
            found.append(word.upper)
            if not self.skip(","):
                self.need(")")
                return tuple(found)

"""Statements, and what holds them together: blocks, IF, TRY, EXEC."""

from __future__ import annotations

from functools import lru_cache

from ..errors import unknown
from . import tree
from .changing import Changing
from .setting import Setting
from .tree import Statement


@lru_cache(maxsize=2000)
def parse(batch: str) -> tree.Block:
    """The statements of a batch. Raises ``SqlError`` 102 or the double's own "does not know"."""
    return Statements(batch).whole()


class Statements(Changing, Setting):
    def whole(self) -> tree.Block:
        return tree.Block(tuple(self._until("")))

    def _until(self, *end: str) -> list[Statement]:
        found: list[Statement] = []
        while True:
            while self.skip(";"):
                pass
            if self.now.kind == "end" if end == ("",) else self.sees(*end):
                return found
            found.append(self.statement())

    def statement(self) -> Statement:
        word = self.now.upper
        reader = getattr(self, f"_{word.lower()}", None) if word in _STATEMENTS else None
        if reader is not None:
            made = reader()
            assert isinstance(made, Statement)
            return made
        if self.is_name() and not self._at:
            return self._procedure()  # the first statement of a batch may leave EXEC out
        if self.now.kind == "word":
            raise unknown(f"the statement that begins with {self.now.text}")
        raise self.wrong()

    # --------------------------------------------------------------------------- control

    def _begin(self) -> Statement:
        self.need("BEGIN")
        if self.choose("TRAN", "TRANSACTION"):
            return tree.Transaction("BEGIN", self._transaction_name())
        if not self.skip("TRY"):
            block = tree.Block(tuple(self._until("END")))
            self.need("END")
            return block
        body = tree.Block(tuple(self._until("END", "TRY")))
        self.need("END", "TRY")
        self.skip(";")
        self.need("BEGIN", "CATCH")
        catch = tree.Block(tuple(self._until("END", "CATCH")))
        self.need("END", "CATCH")
        return tree.TryCatch(body, catch)

    def _transaction_name(self) -> str | None:
        if self.now.kind == "variable":
            return self.take().text
        return self.name() if self.is_name() else None

    def _commit(self) -> Statement:
        self.need("COMMIT")
        self.choose("TRAN", "TRANSACTION", "WORK")
        return tree.Transaction("COMMIT", self._transaction_name())

    def _rollback(self) -> Statement:
        self.need("ROLLBACK")
        self.choose("TRAN", "TRANSACTION", "WORK")
        return tree.Transaction("ROLLBACK", self._transaction_name())

    def _save(self) -> Statement:
        raise unknown("SAVE TRANSACTION")

    def _if(self) -> Statement:
        self.need("IF")
        test = self.expression()
        then = self.statement()
        after = 0
        while self.ahead(after).upper == ";":
            after += 1
        if self.ahead(after).upper != "ELSE":
            return tree.If(test, then, None)
        while self.skip(";"):
            pass
        self.need("ELSE")
        return tree.If(test, then, self.statement())

    def _while(self) -> Statement:
        self.need("WHILE")
        return tree.While(self.expression(), self.statement())

    def _return(self) -> Statement:
        self.need("RETURN")
        ends = self.now.kind == "end" or self.now.upper in {";", "END", *_STATEMENTS}
        return tree.Return(None if ends else self.expression())

    def _throw(self) -> Statement:
        self.need("THROW")
        ends = self.now.kind == "end" or self.now.upper in {";", "END", *_STATEMENTS}
        return tree.Throw(() if ends else self.expressions())

    def _raiserror(self) -> Statement:
        self.need("RAISERROR", "(")
        arguments = self.expressions()
        self.need(")")
        if self.skip("WITH"):
            self.take()
        return tree.RaiseError(arguments)

    def _print(self) -> Statement:
        self.need("PRINT")
        return tree.Print(self.expression())

    def _waitfor(self) -> Statement:
        self.need("WAITFOR", "DELAY")
        return tree.WaitFor(self.take().text)

    def _use(self) -> Statement:
        self.need("USE")
        return tree.Use(self.name())

    def _exec(self) -> Statement:
        self.take()
        if self.skip("("):
            text = self.expression()
            self.need(")")
            return tree.Exec((), (), text=text)
        status = None
        if self.now.kind == "variable" and self.ahead().upper == "=":
            status = self.take().text
            self.need("=")
        return self._procedure(status)

    _execute = _exec

    def _procedure(self, status: str | None = None) -> tree.Exec:
        procedure = self.names()
        arguments: list[tree.Argument] = []
        while self.now.kind != "end" and self.now.upper not in {";", "END", *_STATEMENTS}:
            arguments.append(self._argument())
            if not self.skip(","):
                break
        return tree.Exec(procedure, tuple(arguments), status)

    def _argument(self) -> tree.Argument:
        name = None
        if self.now.kind == "variable" and self.ahead().upper == "=":
            name = self.take().text
            self.need("=")
        if self.now.kind in {"word", "quoted"} and self.now.upper not in {"NULL", "CASE"}:
            # A bare word is a text, as in EXEC sp_rename a, b.
            value: tree.Expression = tree.Literal(None, None)
            word = self.take().text
            value = tree.Literal(tree.SqlType("nvarchar", max(len(word), 1)), word)
            if self.sees("."):
                raise self.wrong()
        else:
            value = self._sum()
        return tree.Argument(name, value, bool(self.choose("OUTPUT", "OUT")))

    # ---------------------------------------------------------------------------- changes


_STATEMENTS = frozenset(
    [
        "SELECT",
        "WITH",
        "INSERT",
        "UPDATE",
        "DELETE",
        "TRUNCATE",
        "CREATE",
        "DROP",
        "ALTER",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "SAVE",
        "IF",
        "WHILE",
        "DECLARE",
        "SET",
        "EXEC",
        "EXECUTE",
        "THROW",
        "RAISERROR",
        "PRINT",
        "RETURN",
        "WAITFOR",
        "USE",
        "GRANT",
    ]
)

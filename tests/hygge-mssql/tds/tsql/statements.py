"""Statements, and what holds them together: blocks, IF, TRY, EXEC."""

from __future__ import annotations

from functools import lru_cache

from ..errors import unknown
from . import tree
from .definitions import Definitions
from .tree import Statement

# What SET turns ON or OFF without any change to what the double answers, and those that it heeds.
_OPTIONS = frozenset(
    [
        "NOCOUNT",
        "XACT_ABORT",
        "ANSI_NULLS",
        "ANSI_PADDING",
        "ANSI_WARNINGS",
        "ANSI_NULL_DFLT_ON",
        "ANSI_DEFAULTS",
        "QUOTED_IDENTIFIER",
        "ARITHABORT",
        "CONCAT_NULL_YIELDS_NULL",
        "NUMERIC_ROUNDABORT",
        "IMPLICIT_TRANSACTIONS",
        "CURSOR_CLOSE_ON_COMMIT",
        "FMTONLY",
        "NO_BROWSETABLE",
        "IDENTITY_INSERT",
    ]
)
_VALUES = frozenset(
    {
        "LOCK_TIMEOUT",
        "TEXTSIZE",
        "ROWCOUNT",
        "DEADLOCK_PRIORITY",
        "LANGUAGE",
        "DATEFORMAT",
        "DATEFIRST",
        "CONTEXT_INFO",
    }
)


@lru_cache(maxsize=2000)
def parse(batch: str) -> tree.Block:
    """The statements of a batch. Raises ``SqlError`` 102 or the double's own "does not know"."""
    return Statements(batch).whole()


class Statements(Definitions):
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

    # ------------------------------------------------------------------------- variables

    def _declare(self) -> Statement:
        self.need("DECLARE")
        found: list[Statement] = []
        while True:
            name = self.take().text
            self.skip("AS")
            if self.sees("TABLE"):
                raise unknown("table variables")
            type = self.type()
            found.append(tree.Declare(name, type, self.expression() if self.skip("=") else None))
            if not self.skip(","):
                return found[0] if len(found) == 1 else tree.Block(tuple(found))

    def _set(self) -> Statement:
        self.need("SET")
        if self.now.kind == "variable":
            name = self.take().text
            if sign := self.choose("+=", "-="):
                return tree.Assign(
                    name, tree.Binary(sign[0], tree.Variable(name), self.expression())
                )
            self.need("=")
            return tree.Assign(name, self.expression())
        if self.skip("TRANSACTION", "ISOLATION", "LEVEL"):
            words = [self.take().upper]
            if words[0] in {"READ", "REPEATABLE"}:
                words.append(self.take().upper)
            return tree.SetOption("ISOLATION", " ".join(words))
        names = [self.take()]
        while self.skip(","):
            names.append(self.take())
        for name in names:
            if name.upper not in _OPTIONS | _VALUES:
                raise unknown(f"SET {name.text}")
        if names[0].upper == "IDENTITY_INSERT":
            table = ".".join(self.names())
            return tree.SetOption("IDENTITY_INSERT", f"{table} {self.take().upper}")
        sign = "-" if self.skip("-") else ""
        value = sign + self.take().text
        made = [tree.SetOption(name.upper, value.upper()) for name in names]
        return made[0] if len(made) == 1 else tree.Block(tuple(made))

    # ------------------------------------------------------------------------ procedures

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

"""DECLARE and SET: variables, and what a session chooses for itself."""

from __future__ import annotations

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


class Setting(Definitions):
    """The part of a batch that sets something."""

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

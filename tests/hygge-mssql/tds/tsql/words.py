"""``Words``: the tokens of a batch, read from left to right; names and types are read here too."""

from __future__ import annotations

from ..errors import SqlError, unknown
from ..types import KNOWN, MAX, SqlType
from .scan import Token, scan

# Words that end a name without AS: they begin what may follow it.
RESERVED = frozenset(
    [
        "ADD",
        "ALL",
        "ALTER",
        "AND",
        "AS",
        "ASC",
        "BEGIN",
        "BETWEEN",
        "BY",
        "CASE",
        "CATCH",
        "CHECK",
        "CLUSTERED",
        "COLLATE",
        "COLUMN",
        "COMMIT",
        "CONSTRAINT",
        "CREATE",
        "CROSS",
        "DECLARE",
        "DEFAULT",
        "DELETE",
        "DESC",
        "DISTINCT",
        "DROP",
        "ELSE",
        "END",
        "ESCAPE",
        "EXCEPT",
        "EXEC",
        "EXECUTE",
        "EXISTS",
        "FETCH",
        "FOR",
        "FROM",
        "FULL",
        "GRANT",
        "GROUP",
        "HAVING",
        "IF",
        "IN",
        "INDEX",
        "INNER",
        "INSERT",
        "INTERSECT",
        "INTO",
        "IS",
        "JOIN",
        "KEY",
        "LEFT",
        "LIKE",
        "MERGE",
        "NOT",
        "NULL",
        "OF",
        "OFFSET",
        "ON",
        "OPTION",
        "OR",
        "ORDER",
        "OUTER",
        "OVER",
        "PRIMARY",
        "PRINT",
        "RAISERROR",
        "RETURN",
        "RIGHT",
        "ROLLBACK",
        "SAVE",
        "SELECT",
        "SET",
        "TABLE",
        "THEN",
        "THROW",
        "TOP",
        "TRAN",
        "TRANSACTION",
        "TRUNCATE",
        "UNION",
        "UNIQUE",
        "UPDATE",
        "USE",
        "VALUES",
        "WAITFOR",
        "WHEN",
        "WHERE",
        "WHILE",
        "WITH",
    ]
)

_ALIASES = {
    "integer": "int", "dec": "decimal", "character": "char", "timestamp": "rowversion",
    "double": "float", "ntext": "nvarchar", "text": "varchar", "image": "varbinary",
}  # fmt: skip


class Words:
    def __init__(self, batch: str) -> None:
        self.batch = batch
        self._tokens = scan(batch)
        self._at = 0

    # ------------------------------------------------------------------------ moving on

    @property
    def now(self) -> Token:
        return self._tokens[self._at]

    def ahead(self, count: int = 1) -> Token:
        return self._tokens[min(self._at + count, len(self._tokens) - 1)]

    def take(self) -> Token:
        token = self.now
        if token.kind != "end":
            self._at += 1
        return token

    def sees(self, *words: str) -> bool:
        """Whether these words come next, in this order."""
        return all(self.ahead(at).upper == word for at, word in enumerate(words))

    def skip(self, *words: str) -> bool:
        """Whether these words came next; then they are behind."""
        if not self.sees(*words):
            return False
        self._at += len(words)
        return True

    def need(self, *words: str) -> None:
        for word in words:
            if not self.skip(word):
                raise self.wrong()

    def choose(self, *words: str) -> str | None:
        """The one of these words that came next, if any."""
        return self.take().upper if self.now.upper in words else None

    def wrong(self) -> SqlError:
        near = self.now.text or "the end"
        return SqlError(102, f"Incorrect syntax near '{near}'.", line=self.now.line)

    # ---------------------------------------------------------------------------- names

    def is_name(self) -> bool:
        if self.now.kind == "quoted":
            return True
        return self.now.kind == "word" and self.now.upper not in RESERVED

    def name(self) -> str:
        if not self.is_name():
            raise self.wrong()
        return self.take().text

    def names(self) -> tuple[str, ...]:
        """``a.b.c``; an empty part (``db..t``) is empty."""
        parts = [self.name()]
        while self.skip("."):
            parts.append("" if self.sees(".") else self.name())
        return tuple(parts)

    def name_list(self) -> tuple[str, ...]:
        """``(a, b)``."""
        self.need("(")
        found = [self.name()]
        while self.skip(","):
            found.append(self.name())
        self.need(")")
        return tuple(found)

    # ---------------------------------------------------------------------------- types

    def type(self) -> SqlType:
        """A type as it is declared, with its default lengths (30 is CAST's, not the wire's)."""
        parts = self.names()
        word = parts[-1].lower()
        name = _ALIASES.get(word, word)
        if name == "float" and self.skip("PRECISION"):
            return SqlType("float")
        if name == "national" or name not in KNOWN:
            raise SqlError(243, f"Type {parts[-1]} is not a defined system type.")
        sizes = self._sizes()
        if word in {"ntext", "text", "image"}:
            raise unknown(f"the deprecated type {word}")
        return typed(name, sizes)

    def _sizes(self) -> list[int]:
        if not self.skip("("):
            return []
        sizes = []
        while True:
            token = self.take()
            if token.kind != "int" and token.upper != "MAX":
                raise self.wrong()
            sizes.append(MAX if token.upper == "MAX" else int(token.text))
            if not self.skip(","):
                self.need(")")
                return sizes


def typed(name: str, sizes: list[int]) -> SqlType:
    """``sizes``: what stood in brackets behind the name."""
    first = sizes[0] if sizes else None
    match name:
        case "decimal" | "numeric":
            precision = 18 if first is None else first
            scale = sizes[1] if len(sizes) > 1 else 0
            if not 1 <= precision <= 38 or scale > precision:
                raise SqlError(
                    2750, f"Column or parameter: invalid precision {precision} or scale {scale}."
                )
            return SqlType(name, precision=precision, scale=scale)
        case "time" | "datetime2" | "datetimeoffset":
            scale = 7 if first is None else first
            if scale > 7:
                raise SqlError(1002, f"Line 1: Specified scale {scale} is invalid.")
            return SqlType(name, scale=scale)
        case "float":
            return SqlType("real" if first is not None and first <= 24 else "float")
        case "char" | "varchar" | "nchar" | "nvarchar" | "binary" | "varbinary":
            longest = 4000 if name[0] == "n" else 8000
            length = 1 if first is None else first
            if length > longest or length == 0 or (length == MAX and "var" not in name):
                raise SqlError(
                    131,
                    (
                        f"The size ({length}) given to the type '{name}' exceeds the "
                        f"maximum allowed ({longest})."
                    ),
                )
            return SqlType(name, length)
        case "rowversion":
            return SqlType("rowversion", 8)
        case "sysname":
            return SqlType("nvarchar", 128)
    return SqlType(name)

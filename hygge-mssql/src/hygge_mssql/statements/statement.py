"""A statement of T-SQL that hygge sends, with the page that says it may be written so."""

from __future__ import annotations

from attrs import frozen

DOCS = "https://learn.microsoft.com/sql/"
_known: dict[str, Statement] = {}


@frozen
class Statement:
    """``sql`` has ``?`` for values, and ``{places}`` for what ``names`` has quoted.

    ``source`` is where Microsoft documents it, below ``DOCS``; ``does`` is for whoever reads a
    trace of the server.
    """

    key: str
    sql: str
    source: str
    does: str

    def with_(self, **pieces: str) -> str:
        """The text to send; ``pieces`` are T-SQL, names quoted already."""
        return self.sql.format(**pieces)


def statement(key: str, sql: str, *, source: str, does: str) -> Statement:
    """A statement, remembered for ``every``; a key names one."""
    if key in _known:
        raise ValueError(f"the statement {key!r} is there already")
    made = Statement(key, " ".join(sql.split()), DOCS + source, does)
    _known[key] = made
    return made


def every() -> tuple[Statement, ...]:
    """All statements of the modules that were imported."""
    return tuple(_known.values())

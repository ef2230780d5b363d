"""Names in SQL: quoted, and the ones that hygge keeps for itself in a database it writes to."""

from __future__ import annotations

from hygge_core.errors import FlowError

#: Tables that begin so are hygge's own: never a source, never a destination.
OURS = "__hygge_"

LOADS = f"{OURS}loads"
RUNS = f"{OURS}runs"


def staging_table(run_id: str) -> str:
    """Where the rows of a run wait, in the database that they will settle in."""
    return f"{OURS}stage_{run_id}"


def quoted(name: str, raising: type[FlowError]) -> str:
    """``name`` as an identifier, whatever characters are in it.

    Raises ``raising`` for the one character that no SQL text can hold.
    """
    if "\0" in name:
        raise raising(f"the name {name!r} has a NUL character, which SQLite cannot hold")
    return '"' + name.replace('"', '""') + '"'


def same(name: str) -> str:
    """What SQLite compares names by: their ASCII letters without case."""
    return "".join(each.lower() if each.isascii() else each for each in name)

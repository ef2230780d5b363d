"""Which value wins: tables of options merge key by key, facts are replaced whole.

Facts are ``watermark``, ``deletes``, ``discover``, every array, every scalar, and a reference to a
secret. A table with another ``type`` starts afresh, and so does a journal at another ``location``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hygge_core.config.tree.nodes import Node, Table

FACTS = frozenset({"watermark", "deletes", "discover"})


def merge_flows(lower: Table, upper: Table) -> Table:
    """Two tables of a flow, or of a flow and its entity."""
    return _merge(lower, upper, _flow_key)


def merge_options(lower: Table, upper: Table) -> Table:
    """Two tables of options, such as a connection's."""
    if _differ(lower.scalar("type"), upper.scalar("type")) or _both_secret(lower, upper):
        return upper
    return _merge(lower, upper, _option)


def merge_journals(lower: Table, upper: Table) -> Table:
    """Two tables of a journal: ``location`` says where as ``type`` says what."""
    return upper if _differ(_place(lower), _place(upper)) else merge_options(lower, upper)


def merged(tables: Iterable[Table | None], merge: Callable[[Table, Table], Table]) -> Table | None:
    """All ``tables`` from the lowest to the highest; ``None`` where there are none."""
    whole: Table | None = None
    for table in tables:
        if table is not None:
            whole = table if whole is None else merge(whole, table)
    return whole


def _merge(lower: Table, upper: Table, one: Callable[[str, Table, Table], Node]) -> Table:
    entries = dict(lower.entries)
    for key, new in upper.entries.items():
        old = entries.get(key)
        both = isinstance(old, Table) and isinstance(new, Table)
        entries[key] = one(key, old, new) if both else new  # type: ignore[arg-type]  # both are
    return Table(entries, upper.origin if upper.entries else lower.origin)


def _flow_key(key: str, old: Table, new: Table) -> Node:
    if key in FACTS:
        return new
    return merge_journals(old, new) if key == "journal" else merge_options(old, new)


def _option(key: str, old: Table, new: Table) -> Node:
    return merge_options(old, new)


def _differ(old: object, new: object) -> bool:
    return old is not None and new is not None and old != new


def _place(journal: Table) -> object:
    return journal.scalar("location") or ("custom" if journal.scalar("type") else None)


def _both_secret(lower: Table, upper: Table) -> bool:
    """``{ file = }`` over ``{ env = }`` is another secret, not a secret with two places."""
    return all(t.entries and t.entries.keys() <= {"env", "file"} for t in (lower, upper))

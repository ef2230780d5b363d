"""Rows with keys: each takes the place of the one with its key, or says what becomes of it.

No MERGE: it needs the same hints against races, and fails where two source rows have one key.
"""

from __future__ import annotations

from collections.abc import Sequence

from hygge_core.errors import StoreError
from hygge_core.markers import ROW_MARKER
from hygge_mssql import catalogue
from hygge_mssql.created import KEY_MOST_BYTES
from hygge_mssql.names import Name, names_sql, quoted
from hygge_mssql.server.session import Session
from hygge_mssql.sqltypes import declared
from hygge_mssql.statements import loading, publishing
from hygge_mssql.store.carried import ORDER
from hygge_mssql.store.target import Shape, Target


def apply(session: Session, table: Name, staged: Name, shape: Shape) -> None:
    """Part of the caller's transaction: delete, update, insert."""
    found = Target(name=table, columns=catalogue.columns(session, table))
    same = _same_as_kept(found, shape.keys)
    last = _last(staged, shape.keys) if shape.marked else ""
    marker = quoted(ROW_MARKER)
    places = {"target": table.sql, "staged": staged.sql, "same_key": same, "last": last}
    if shape.marked:
        session.execute(publishing.DELETE_MARKED.with_(marker=marker, **places))
    values = [name for name in shape.columns if name not in shape.keys]
    if values:
        assignments = ", ".join(f"{quoted(name)} = s.{quoted(name)}" for name in values)
        # An insert is an insert: where its key is there already, nothing is changed.
        changing = f" AND s.{marker} <> 0" if shape.marked else ""
        update = publishing.UPDATE.with_(
            assignments=assignments, **{**places, "last": last + changing}
        )
        session.execute(update)
    session.execute(
        publishing.INSERT_NEW.with_(
            columns=names_sql(shape.columns),
            values=names_sql(shape.columns, "s."),
            added=f"s.{marker} = 0 OR " if shape.marked else "",
            **places,
        )
    )


def refuse_doubles(session: Session, staged: Name, shape: Shape) -> None:
    """Raise ``StoreError`` when two staged rows have one key, or a row has none.

    Rows with markers are a sequence of changes, in which a key may come again.
    """
    if not shape.keys:
        return
    nothing = " OR ".join(f"{quoted(name)} IS NULL" for name in shape.keys)
    keyless = session.value(loading.KEYLESS.with_(table=staged.sql, missing=nothing))
    if keyless:
        rows = "row has" if keyless == 1 else "rows have"
        raise StoreError(
            f"{keyless:,} {rows} no value in the key columns {', '.join(shape.keys)}",
            hint="a key names one row and is never NULL; look at store.key_columns",
        )
    if shape.marked:
        return
    twins = session.one(loading.TWINS.with_(table=staged.sql, keys=names_sql(shape.keys)))
    if twins is not None:
        *values, times = twins
        key = ", ".join(f"{n} = {v!r}" for n, v in zip(shape.keys, values, strict=True))
        raise StoreError(
            f"{times:,} rows have the key {key:.200}",
            hint="a key names one row and is never NULL; look at store.key_columns",
        )


def long_keys(session: Session, staged: Name, shape: Shape) -> bool:
    """Whether a key has more bytes than some indexes take; a column alone never has."""
    varying = any(shape.staged(name).startswith(("nvarchar", "varbinary")) for name in shape.keys)
    if len(shape.keys) < 2 or not varying:
        return False
    length = " + ".join(f"DATALENGTH({quoted(name)})" for name in shape.keys)
    ask = loading.LONG_KEYS.with_(table=staged.sql, length=length)
    return bool(session.value(ask, KEY_MOST_BYTES))


def _same(keys: Sequence[str], one: str, other: str) -> str:
    return " AND ".join(f"{one}.{quoted(name)} = {other}.{quoted(name)}" for name in keys)


def _same_as_kept(found: Target, keys: Sequence[str]) -> str:
    """Whether a staged row has the key of one that is there: as the table keeps it, which changes
    no key (that was seen to), or a datetime would be another moment than the datetime2 it was.
    """
    kept = {name: found.column(name) for name in keys}
    return " AND ".join(
        f"t.{quoted(name)} = CAST(s.{quoted(name)} AS {declared(column)})"
        for name, column in kept.items()
        if column is not None
    )


def _last(staged: Name, keys: Sequence[str]) -> str:
    return " AND " + publishing.LAST.with_(
        marker=quoted(ROW_MARKER),
        order=quoted(ORDER),
        staged=staged.sql,
        same_key=_same(keys, "later", "s"),
    )

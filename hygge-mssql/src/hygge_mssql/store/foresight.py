"""What a destination would refuse is found out at SEAL: after the decision nobody can go back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from hygge_core.errors import StoreError
from hygge_core.records import Manifest
from hygge_mssql import catalogue
from hygge_mssql.catalogue import Column
from hygge_mssql.names import Name, quoted
from hygge_mssql.server.session import Session
from hygge_mssql.settings.kinds import MssqlStoreConfig
from hygge_mssql.sqltypes import declared, same_type
from hygge_mssql.statements import publishing
from hygge_mssql.statements import session as say
from hygge_mssql.store import upserts
from hygge_mssql.store.emptying import empty, may_refuse
from hygge_mssql.store.publishing import Publishing, shape_of
from hygge_mssql.store.target import Shape, Target, fitting, target

_CODE_POINTS = "COLLATE Latin1_General_BIN2"


def foresee(
    session: Session, manifest: Manifest, table: Name, staged: Name, config: MssqlStoreConfig
) -> None:
    """Raise ``StoreError`` for rows that the destination would refuse, or change without a word."""
    shape = shape_of(manifest, config)
    found = target(session, table)
    changing = _changing(found, shape, emptied=manifest.mode == "full_drop")
    if changing:
        _refuse_changes(session, staged, shape, changing)
    if found is None and not (shape.wanted or shape.keys or config.columnstore):
        return
    long = upserts.long_keys(session, staged, shape)
    if changing or found is None or long or _doubtful(session, found, shape, manifest):
        _rehearse(session, Publishing(session, manifest, config, _say_nothing).rows)
    elif manifest.mode == "full_drop":
        # Nobody may see everything that keeps a table from being truncated; trying costs nothing.
        _rehearse(session, partial(empty, session, found.name))


def _doubtful(session: Session, found: Target, shape: Shape, manifest: Manifest) -> bool:
    """Whether only a rehearsal tells that the table takes the rows. Raises ``StoreError``."""
    emptied = manifest.mode == "full_drop"
    fit = fitting(found, shape, emptied=emptied)
    # To some databases a name in other letters is another one.
    spelled = {each.name for each in found.columns}.issuperset(shape.columns)
    if fit.alter or not spelled or manifest.extra.get("switch"):
        return True  # indexes, defaults and much else keep a table from being altered or swapped
    kept = catalogue.kept(session, found.name)
    if may_refuse(kept, deleting=emptied or shape.marked):
        return True
    return _guarded(session, found, shape)


def _rehearse(session: Session, what: Callable[[], object]) -> None:
    """Do it, and undo it: only the table itself knows its constraints and triggers."""
    session.execute(say.BEGIN.sql)
    try:
        what()
    finally:
        session.undo()


def _changing(found: Target | None, shape: Shape, *, emptied: bool) -> dict[str, str]:
    """Columns → the type that they will have, where that is not exactly the rows' own."""
    altered = {}
    if found is not None:
        fit = fitting(found, shape, emptied=emptied)
        altered = {column.name.casefold(): made for column, made in fit.alter}
    types = {}
    for name in shape.columns:
        column = found.column(name) if found else None
        if column is None or name.casefold() in altered:
            final = shape.made(name)
        else:
            final = declared(column)
        if not same_type(final, shape.staged(name)):
            types[name] = final
    return types


def _refuse_changes(session: Session, staged: Name, shape: Shape, changing: dict[str, str]) -> None:
    for name, final in changing.items():
        changed = publishing.CHANGED.with_(staged=staged.sql, changed=_differs(name, final, shape))
        rows = session.value(changed)
        if rows:
            what = "1 row has a value" if rows == 1 else f"{rows:,} rows have values"
            raise StoreError(
                f"{what} in column {name!r} that {final} would not keep exactly",
                hint="widen the column of the table, or read it as another type; blanks at the end"
                ' of a char are left out by the home: padding = "trim"',
            )


def _differs(name: str, final: str, shape: Shape) -> str:
    """Whether a value comes back as another one from a column of the type ``final``."""
    column, own = quoted(name), shape.staged(name)
    # A datetime is counted in 1/300 s, and shown in thousandths.
    back = "datetime2(3)" if final == "datetime" else own
    there = f"CAST(CAST({column} AS {final}) AS {back})"
    # It comes back in capitals. Keys have to be those of the source also then: whoever looks for
    # rows that are gone compares them as texts.
    if final == "uniqueidentifier" and name not in shape.keys:
        column = f"UPPER({column})"
    if own.startswith("nvarchar"):
        differs = f"{column} {_CODE_POINTS} <> {there} {_CODE_POINTS}"
        # Blanks at the end make no difference, and too many are cut off without an error; those
        # that a char fills up are its own.
        varying = final.startswith(("nvarchar", "varchar"))
        return differs + (f" OR DATALENGTH({column}) <> DATALENGTH({there})" if varying else "")
    return f"{column} <> {there}"


def _guarded(session: Session, found: Target, shape: Shape) -> bool:
    """Whether the table may refuse rows for reasons of its own."""
    if session.value(publishing.CONSTRAINTS.sql, found.name.sql):
        return True
    missing = [each for each in found.columns if each.name not in shape.columns]
    # What is computed of a row, and kept or indexed, may fail for it.
    if any(_demanding(each) or each.computed for each in missing):
        return True
    nullable = [each for each in found.columns if not each.nullable and not each.filled]
    if any(each.name not in shape.keys for each in nullable):
        return True
    if not shape.keys:
        return bool(catalogue.indexes(session, found.name))
    # That no two rows have one key is known already, and nothing of other columns.
    keys = _names(shape.keys)
    return any(_names(columns) != keys for columns in catalogue.unique(session, found.name))


def _names(columns: Sequence[str]) -> set[str]:
    return {name.casefold() for name in columns}


def _demanding(column: Column) -> bool:
    return not (column.nullable or column.filled or column.has_default)


def _say_nothing(text: str) -> None:
    """The real publishing will say it."""

"""ALTER TABLE ... SWITCH: what it asks of both tables, and how they change places."""

from __future__ import annotations

from attrs import evolve

from .bind import views
from .catalogue import Catalogue, Table
from .errors import SqlError
from .transaction import Transaction


def switch(source: Table, target: Table, transaction: Transaction) -> None:
    """Both tables must be alike but for their names; the target must be empty (4905, 4943, ...)."""
    besides = transaction.session.server.besides.get(target.full_name)
    if besides:
        raise SqlError(4900, f"The ALTER TABLE SWITCH statement failed: {besides}.")
    rows = transaction.run(f"SELECT count(*) FROM {target.physical}")[0][0]
    if rows:
        raise SqlError(
            4905,
            (
                "ALTER TABLE SWITCH statement failed. The target table "
                f"'{target.full_name}' must be empty."
            ),
        )
    if len(source.columns) != len(target.columns):
        raise SqlError(
            4943,
            (
                f"ALTER TABLE SWITCH statement failed because table '{source.full_name}' "
                f"has {len(source.columns)} columns and table '{target.full_name}' has "
                f"{len(target.columns)} columns."
            ),
        )
    for left, right in zip(source.columns, target.columns, strict=True):
        if left.name.lower() != right.name.lower():
            raise SqlError(
                4957,
                (
                    f"'ALTER TABLE SWITCH' statement failed because column '{left.name}' "
                    f"does not have the same ordinal in '{source.full_name}' and "
                    f"'{target.full_name}'."
                ),
            )
        if (
            left.type != right.type
            or left.nullable != right.nullable
            or bool(left.identity) != bool(right.identity)
        ):
            raise SqlError(
                4944,
                (
                    f"ALTER TABLE SWITCH statement failed because column '{left.name}' "
                    f"has data type {left.type} in source table '{source.full_name}' "
                    f"which is different from its type {right.type} in target table "
                    f"'{target.full_name}'."
                ),
            )
    if _shape(source) != _shape(target):
        raise SqlError(
            4947,
            (
                "ALTER TABLE SWITCH statement failed. There is no identical index in "
                f"source table '{source.full_name}' for the indexes in target table "
                f"'{target.full_name}'."
            ),
        )
    if source.tracked or target.tracked:
        raise SqlError(4900, "The ALTER TABLE SWITCH statement failed: change tracking is enabled.")
    swapped = _swapped(source, target, transaction.catalogue)
    transaction.changed = True
    transaction.define(swapped)


def _swapped(source: Table, target: Table, catalogue: Catalogue) -> Catalogue:
    """DuckDB's tables change places; ids of columns stay with the rows."""
    ids = {old.id: new.id for old, new in zip(target.columns, source.columns, strict=True)}
    back = {new: old for old, new in ids.items()}
    return catalogue.with_table(_on(target, source.physical, ids)).with_table(
        _on(source, target.physical, back)
    )


def _on(table: Table, physical: str, ids: dict[int, int]) -> Table:
    columns = tuple(evolve(column, id=ids[column.id]) for column in table.columns)
    keys = tuple(
        evolve(
            key,
            columns=tuple((ids[id], down) for id, down in key.columns),
            included=tuple(ids[id] for id in key.included),
        )
        for key in table.keys
    )
    return evolve(table, physical=physical, columns=columns, keys=keys)


def _shape(table: Table) -> list[tuple[object, ...]]:
    """What SWITCH compares of the indexes: kind, order, columns by name."""
    return sorted(
        (
            views.index_type(key),
            key.unique,
            tuple((table.by_id(id).name.lower(), down) for id, down in key.columns),
        )
        for key in table.keys
    )

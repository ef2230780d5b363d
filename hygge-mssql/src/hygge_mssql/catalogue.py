"""What the database says of its tables, as records."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from hygge_mssql.names import OURS, Name
from hygge_mssql.server.session import Session
from hygge_mssql.statements import catalogue as ask


@frozen(kw_only=True)
class Column:
    """A column as the catalogue knows it.

    ``type`` is the server's own type below any alias; ``length`` is in bytes, -1 for ``max``.
    ``filled`` columns are the server's to fill: identity, computed, rowversion, period columns.
    """

    name: str
    type: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    nullable: bool = True
    collation: str | None = None
    identity: bool = False
    computed: bool = False
    generated: bool = False
    has_default: bool = False

    @property
    def filled(self) -> bool:
        return self.identity or self.computed or self.generated or self.type == "timestamp"


def columns(session: Session, table: Name) -> tuple[Column, ...]:
    """The columns of a table or view, in order; none where there is no such thing."""
    return tuple(
        Column(
            name=name,
            type=kind,
            length=length,
            precision=precision,
            scale=scale,
            nullable=bool(nullable),
            collation=collation,
            identity=bool(identity),
            computed=bool(computed),
            generated=bool(generated),
            has_default=bool(default),
        )
        for (
            name,
            kind,
            length,
            precision,
            scale,
            nullable,
            collation,
            identity,
            computed,
            generated,
            default,
        ) in session.rows(ask.COLUMNS.sql, table.sql)
    )


def described(session: Session, query: str, declared: str = "") -> tuple[Column, ...]:
    """The columns of a query's answer, without running it. Raises what the query's mistakes are.

    ``declared`` are the query's parameters: ``@since nvarchar(4000), @most bigint``.
    """
    sql = ask.DESCRIBE.with_(declared="?" if declared else "NULL")
    found = session.rows(sql, query, *([declared] if declared else []))
    for *_, mistake in found:
        if mistake:
            raise session.raising(f"{session.place}: the query cannot be read: {mistake}")
    return tuple(
        Column(
            name=name or "",
            type=kind,
            length=length,
            precision=precision,
            scale=scale,
            nullable=nullable is None or bool(nullable),
            collation=collation,
        )
        for name, kind, length, precision, scale, nullable, collation, _ in found
    )


def object_type(session: Session, table: Name) -> str | None:
    """``U`` for a table, ``V`` for a view, another word, or ``None`` where there is nothing."""
    found = session.value(ask.OBJECT_TYPE.sql, table.sql)
    return None if found is None else str(found).strip()


def is_table(session: Session, table: Name) -> bool:
    """Whether there is a table of this name."""
    return object_type(session, table) == "U"


def tables(session: Session) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every table but hygge's own, as ``home.table`` takes it, with its primary key."""
    keys: dict[Name, list[str]] = {}
    for schema, table, column in session.rows(ask.PRIMARY_KEYS.sql):
        keys.setdefault(Name(schema, table), []).append(column)
    for schema, table in session.rows(ask.TABLES.sql):
        if not table.startswith(OURS):
            name = Name(schema, table)
            yield str(name), tuple(keys.get(name, ()))


def primary_key(session: Session, table: Name) -> tuple[str, ...]:
    """The columns of a table's primary key, in order; none where it has no key."""
    return tuple(str(name) for (name,) in session.rows(ask.PRIMARY_KEY.sql, table.sql))


def rows(session: Session, table: Name) -> int | None:
    """About how many rows a table has; ``None`` where the server does not say (a view)."""
    found = session.value(ask.ROWS.sql, table.sql)
    return None if found is None else int(found)


def indexes(session: Session, table: Name) -> tuple[int, ...]:
    """The kinds of index that a table has: 1 clustered, 2 not, 5 clustered columnstore, ..."""
    return tuple(int(kind) for (kind,) in session.rows(ask.INDEXES.sql, table.sql))


def unique(session: Session, table: Name) -> tuple[tuple[str, ...], ...]:
    """The columns of each unique index of a table, its primary key among them."""
    found: dict[int, tuple[str, ...]] = {}
    for index, column in session.rows(ask.UNIQUE.sql, table.sql):
        found[index] = (*found.get(index, ()), str(column))
    return tuple(found.values())


@frozen(kw_only=True)
class Reference:
    """A foreign key to a table: of the table ``by``; ``carries`` what is deleted on to its rows."""

    by: Name
    carries: bool


def references(session: Session, table: Name) -> tuple[Reference, ...]:
    """The foreign keys to a table that this login may see."""
    return tuple(
        Reference(by=Name(str(schema), str(name)), carries=bool(action) and not disabled)
        for schema, name, action, disabled in session.rows(ask.REFERENCED.sql, table.sql)
    )


#: ``temporal_type`` of a table that keeps the history of another one.
HISTORY = 1


@frozen(kw_only=True)
class Kept:
    """What a table is, beside its rows.

    ``temporal`` is 2 where its own history is kept; ``referenced``: by a foreign key, whether this
    login may see it or not; ``viewed``: by a view with an index, as far as it may.
    """

    temporal: int = 0
    captured: bool = False
    published: bool = False
    in_memory: bool = False
    referenced: bool = False
    viewed: bool = False


def kept(session: Session, table: Name) -> Kept:
    """What a table is, beside its rows."""
    found = session.one(ask.KEPT.sql, table.sql)
    if found is None:
        return Kept()
    temporal, captured, published, merged, in_memory, referenced = found
    return Kept(
        temporal=int(temporal or 0),
        captured=bool(captured),
        published=bool(published or merged),
        in_memory=bool(in_memory),
        referenced=bool(referenced),
        viewed=bool(session.value(ask.INDEXED_VIEWS.sql, table.sql)),
    )

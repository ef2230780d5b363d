"""Functions and variables that tell of session, server and catalogue: constants, once asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from ..arrays import DAYS_TO_1970, TICKS_A_DAY
from ..catalogue import SYSTEM_TYPES, Table, sizes
from ..errors import unknown
from ..types import SqlType
from . import changetable
from .conversions import convert
from .values import Bound
from .world import World, fixed

BIGINT, INT, SMALLINT = SqlType("bigint"), SqlType("int"), SqlType("smallint")
NAME, ROWVERSION = SqlType("nvarchar", 128), SqlType("varbinary", 8)
Fact = Callable[[World, list[Bound]], Bound]

VERSION_TEXT = "Microsoft SQL Server 2022 (hygge's TDS double for tests) - 16.0.1000.6 (X64)"


def object_name(world: World, bound: Bound) -> tuple[str, ...]:
    """``[s].[t]``, ``s.t`` or ``t``, as OBJECT_ID and sp_rename take it."""
    from ..errors import SqlError
    from ..tsql.words import Words

    text = world.text(bound)
    if not text:
        return ()
    try:
        words = Words(text)
        parts = words.names()
    except SqlError:
        return ()
    return parts if words.now.kind == "end" else ()


def find_table(world: World, bound: Bound) -> Table | None:
    parts = object_name(world, bound)
    return world.catalogue.find(parts, world.session.database.name) if parts else None


def now_ticks() -> int:
    moment = datetime.now(UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return DAYS_TO_1970 * TICKS_A_DAY + micros * 10


def _now(type: SqlType) -> Fact:
    def fact(world: World, arguments: list[Bound]) -> Bound:
        ticks = world.session.now()
        if type.name == "datetimeoffset":
            return fixed(type, {"t": ticks, "o": 0})
        bound = fixed(SqlType("datetime2", scale=7), ticks)
        return Bound(convert(bound, type), type, nullable=False)

    return fact


def _object_id(world: World, arguments: list[Bound]) -> Bound:
    from . import views

    table = find_table(world, arguments[0])
    kind = (world.text(arguments[1]) or "").strip().upper() if len(arguments) > 1 else "U"
    if table is None:
        parts = object_name(world, arguments[0])
        view = views.find(parts) if parts else None
        return fixed(INT, -view.number if view else None)
    return fixed(INT, table.id if kind in {"U", ""} else None)


def _schema_id(world: World, arguments: list[Bound]) -> Bound:
    if not arguments:
        return fixed(INT, 1)
    name = world.catalogue.schema(world.text(arguments[0]) or "")
    return fixed(INT, world.catalogue.schemas[name] if name else None)


def _db_id(world: World, arguments: list[Bound]) -> Bound:
    name = world.text(arguments[0]) if arguments else world.session.database.name
    known = {database.name.lower(): number for number, database in world.session.server.numbered()}
    return fixed(SMALLINT, known.get((name or "").lower()))


def _db_name(world: World, arguments: list[Bound]) -> Bound:
    if arguments:
        number = world.constant(arguments[0])
        found = [d.name for n, d in world.session.server.numbered() if n == number]
        return fixed(NAME, found[0] if found else None)
    return fixed(NAME, world.session.database.name)


_PROPERTIES = {
    "productversion": "16.0.1000.6", "productmajorversion": "16", "productlevel": "RTM",
    "edition": "Developer Edition (64-bit)", "engineedition": "3",
    "collation": "SQL_Latin1_General_CP1_CI_AS",
    "servername": "hygge-double", "machinename": "hygge-double", "instancename": None,
}  # fmt: skip


def _serverproperty(world: World, arguments: list[Bound]) -> Bound:
    """A sql_variant in truth: a text that converts to what the value is."""
    name = (world.text(arguments[0]) or "").lower()
    if name not in _PROPERTIES:
        raise unknown(f"SERVERPROPERTY('{name}')")
    return fixed(NAME, _PROPERTIES[name])


def _has_permission(world: World, arguments: list[Bound]) -> Bound:
    securable, kind, permission = (world.text(argument) for argument in arguments[:3])
    return fixed(INT, world.session.permission(securable, kind, permission))


def _col_length(world: World, arguments: list[Bound]) -> Bound:
    table = find_table(world, arguments[0])
    column = table.column(world.text(arguments[1]) or "") if table else None
    return fixed(SMALLINT, sizes(column.type)[0] if column else None)


def _error(part: str, type: SqlType) -> Fact:
    def fact(world: World, arguments: list[Bound]) -> Bound:
        error = world.session.caught
        return fixed(type, None if error is None else getattr(error, part))

    return fact


def _said(type: SqlType, ask: Callable[[World], object]) -> Fact:
    return lambda world, arguments: fixed(type, ask(world))


def names_of(world: World, function: str) -> list[tuple[int, str]]:
    match function:
        case "SCHEMA_NAME":
            return [(id, name) for name, id in world.catalogue.schemas.items()]
        case "OBJECT_NAME":
            return [(table.id, table.name) for table in world.catalogue.tables.values()]
        case "OBJECT_SCHEMA_NAME":
            return [(table.id, table.schema) for table in world.catalogue.tables.values()]
    # TYPE_NAME: timestamp is what the server calls rowversion; 240 is no user type.
    named = {
        user: "timestamp" if name == "rowversion" else name
        for name, (_, user, *_) in SYSTEM_TYPES.items()
    }
    return list(named.items())


_UTC2 = SqlType("datetime2", scale=7)

KNOWN: dict[str, Fact] = {
    "SYSUTCDATETIME": _now(_UTC2),
    "SYSDATETIME": _now(_UTC2),
    "GETUTCDATE": _now(SqlType("datetime")),
    "GETDATE": _now(SqlType("datetime")),
    "SYSDATETIMEOFFSET": _now(SqlType("datetimeoffset", scale=7)),
    "OBJECT_ID": _object_id,
    "SCHEMA_ID": _schema_id,
    "DB_ID": _db_id,
    "DB_NAME": _db_name,
    "SERVERPROPERTY": _serverproperty,
    "HAS_PERMS_BY_NAME": _has_permission,
    "COL_LENGTH": _col_length,
    "ORIGINAL_LOGIN": _said(NAME, lambda world: world.session.login.user),
    "SUSER_SNAME": _said(NAME, lambda world: world.session.login.user),
    "SUSER_NAME": _said(NAME, lambda world: world.session.login.user),
    "USER_NAME": _said(NAME, lambda world: "dbo"),
    "HOST_NAME": _said(NAME, lambda world: world.session.login.host),
    "APP_NAME": _said(NAME, lambda world: world.session.login.program),
    "XACT_STATE": _said(SMALLINT, lambda world: world.session.state_of_transaction()),
    "CONTEXT_INFO": _said(SqlType("varbinary", 128), lambda world: world.session.context),
    "ERROR_NUMBER": _error("number", INT),
    "ERROR_MESSAGE": _error("text", SqlType("nvarchar", 4000)),
    "ERROR_SEVERITY": _error("severity", INT),
    "ERROR_STATE": _error("state", INT),
    "ERROR_LINE": _error("line", INT),
    "MIN_ACTIVE_ROWVERSION": _said(
        SqlType("binary", 8),
        lambda world: world.session.database.min_active().to_bytes(8, "big"),
    ),
    "SCOPE_IDENTITY": _said(SqlType("decimal", precision=38), lambda world: world.session.identity),
    "CHANGE_TRACKING_CURRENT_VERSION": _said(BIGINT, changetable.current_version),
    "CHANGE_TRACKING_MIN_VALID_VERSION": lambda world, arguments: fixed(
        BIGINT, changetable.min_valid_version(world, world.constant(arguments[0]))
    ),
}  # fmt: skip

GLOBALS: dict[str, Fact] = {
    "@@VERSION": _said(SqlType("nvarchar", 300), lambda world: VERSION_TEXT),
    "@@SPID": _said(SMALLINT, lambda world: world.session.spid),
    "@@TRANCOUNT": _said(INT, lambda world: world.session.depth),
    "@@ROWCOUNT": _said(INT, lambda world: world.session.row_count),
    "@@ERROR": _said(INT, lambda world: world.session.last_error),
    "@@IDENTITY": _said(SqlType("decimal", precision=38), lambda world: world.session.identity),
    "@@SERVERNAME": _said(NAME, lambda world: "hygge-double"),
    "@@DBTS": _said(ROWVERSION, lambda world: world.session.database.rowversion.to_bytes(8, "big")),
    "@@LOCK_TIMEOUT": _said(INT, lambda world: world.session.lock_timeout),
    "@@MAX_PRECISION": _said(SqlType("tinyint"), lambda world: 38),
}

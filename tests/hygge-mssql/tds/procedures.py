"""EXEC: the system procedures that hygge and the driver call, and texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import altering, parameters
from .applocks import MODES, WRONG
from .bind import describing
from .bind.facts import find_table, object_name
from .bind.values import Bound, constant
from .errors import SqlError, unknown
from .tsql import declarations, tree
from .types import TEXTS, Column, SqlType, collation_bytes
from .writing import Writing

if TYPE_CHECKING:
    from .calls import Call
    from .script import Script
    from .session import Variables

Arguments = dict[str, Any]
Procedure = Callable[["Script", Arguments], int]

_KNOWN: dict[str, tuple[tuple[str, ...], Procedure]] = {}


def procedure(name: str, *parameters: str) -> Callable[[Procedure], Procedure]:
    def keep(run: Procedure) -> Procedure:
        _KNOWN[name] = (parameters, run)
        return run

    return keep


def execute(script: Script, statement: tree.Exec) -> None:
    if statement.text is not None:
        script.text(str(script.value(statement.text)), {})
        return
    name = statement.procedure[-1].lower()
    if name == "sp_executesql":
        _execute_sql(script, statement)
        return
    if name not in _KNOWN:
        raise SqlError(2812, f"Could not find stored procedure '{'.'.join(statement.procedure)}'.")
    named, run = _KNOWN[name]
    status = run(script, _arguments(script, statement, named))
    if statement.status is not None:
        script.session.assign(statement.status, status)


def _arguments(script: Script, statement: tree.Exec, parameters: tuple[str, ...]) -> Arguments:
    found: Arguments = {}
    for at, argument in enumerate(statement.arguments):
        name = (argument.name or f"@{parameters[at]}").lower().removeprefix("@")
        if name not in parameters:
            raise SqlError(
                8145, f"@{name} is not a parameter for procedure {'.'.join(statement.procedure)}."
            )
        found[name] = script.value(argument.value)
    return found


def _execute_sql(script: Script, statement: tree.Exec) -> None:
    """``sp_executesql text, declarations, values``; an OUTPUT value comes back to its variable."""
    text, *rest = statement.arguments
    variables: Variables = {}
    back: dict[str, str] = {}
    declared = declarations(str(script.value(rest[0].value))) if rest else {}
    for at, argument in enumerate(rest[1:]):
        name = (argument.name or list(declared)[at]).lower()
        variables[name] = (declared[name], script.value(argument.value, declared[name]))
        if argument.output:
            assert isinstance(argument.value, tree.Variable)
            back[name] = argument.value.name
    script.text(str(script.value(text.value)), variables)
    for name, outer in back.items():
        script.session.assign(outer, variables[name][1])


# ------------------------------------------------------------------------------- the procedures


@procedure("sp_getapplock", "resource", "lockmode", "lockowner", "locktimeout", "dbprincipal")
def _getapplock(script: Script, given: Arguments) -> int:
    """0, 1 after a wait, -1 timed out, -3 a deadlock, -999 wrong parameters."""
    session = script.session
    mode = str(given.get("lockmode", "")).upper()
    owner = str(given.get("lockowner", "Transaction")).upper()
    of_transaction = owner == "TRANSACTION"
    if mode not in MODES or owner not in {"TRANSACTION", "SESSION"}:
        return WRONG
    if of_transaction and not session.depth:
        raise _no_transaction()
    timeout = given.get("locktimeout")
    milliseconds = session.lock_timeout if timeout is None else int(timeout)
    name = str(given.get("resource", ""))[:255]
    try:
        return script.session.server.applocks.get(
            session, name, mode, of_transaction=of_transaction, milliseconds=milliseconds
        )
    except SqlError as error:
        if error.number == 1205:
            return -3
        raise


def _no_transaction() -> SqlError:
    return SqlError(
        50000,
        "You attempted to acquire a transactional application lock without an active transaction.",
    )


@procedure("sp_releaseapplock", "resource", "lockowner", "dbprincipal")
def _releaseapplock(script: Script, given: Arguments) -> int:
    of_transaction = str(given.get("lockowner", "Transaction")).upper() == "TRANSACTION"
    name = str(given.get("resource", ""))[:255]
    if script.session.server.applocks.release(script.session, name, of_transaction=of_transaction):
        return 0
    raise SqlError(
        1223,
        (
            "Cannot release the application lock (Database Principal: 'public', "
            f"Resource: '{name}') because it is not currently held."
        ),
    )


@procedure("sp_rename", "objname", "newname", "objtype")
def _rename(script: Script, given: Arguments) -> int:
    session = script.session
    with Writing(script.session) as (world, transaction):
        parts = object_name(
            world,
            Bound(constant(SqlType("nvarchar", 1035), given["objname"]), SqlType("nvarchar", 1035)),
        )
        kind = str(given.get("objtype") or "OBJECT").upper()
        if kind == "OBJECT":
            table = transaction.catalogue.find(parts, session.database.name) if parts else None
            if table is None:
                raise SqlError(
                    15225,
                    (
                        f"No item by the name of '{given['objname']}' could be found in "
                        f"the current database '{session.database.name}', given that "
                        "@itemtype was input as '(null)'."
                    ),
                    severity=11,
                )
            altering.rename(table, str(given["newname"]), transaction)
        else:
            raise unknown(f"sp_rename of a {kind}")
    script.answer.told(
        "Caution: Changing any part of an object name could break scripts and stored procedures.",
        15477,
        0,
    )
    return 0


@procedure("sp_describe_first_result_set", "tsql", "params", "browse_information_mode")
def _describe(script: Script, given: Arguments) -> int:
    variables: Variables = {
        name: (type, None) for name, type in declarations(str(given.get("params") or "")).items()
    }
    with script.session.variables(variables), script.session.working() as transaction:
        transaction.look()
        bound = describing.described(str(given["tsql"]), script.session.world(transaction))
    columns = [Column(name, type) for name, type in describing.COLUMNS]
    table_answer(script, columns, [describing.row(at, b) for at, b in enumerate(bound, 1)])
    return 0


@procedure("sp_tablecollations_100", "object")
def _collations(script: Script, given: Arguments) -> int:
    """What a bulk load asks of its target: each column's collation, its name and its bytes."""
    columns = [
        Column("colid", SqlType("int")),
        Column("name", SqlType("nvarchar", 128)),
        Column("tds_collation", SqlType("binary", 5)),
        Column("collation", SqlType("nvarchar", 128)),
    ]
    name = Bound(constant(SqlType("nvarchar", 776), given["object"]), SqlType("nvarchar", 776))
    with script.session.working() as transaction:
        transaction.look()
        table = find_table(script.session.world(transaction), name)
    rows: list[tuple[Any, ...]] = []
    for at, column in enumerate(table.columns if table else (), 1):
        texts = column.type.name in TEXTS
        raw = collation_bytes(column.type.collation) if texts else None
        rows.append((at, column.name, raw, column.type.collation if texts else None))
    table_answer(script, columns, rows)
    return 0


@procedure("sp_describe_undeclared_parameters", "tsql", "params")
def _describe_parameters(script: Script, given: Arguments) -> int:
    with script.session.working() as transaction:
        transaction.look()
        find = transaction.catalogue.find
        name = script.session.database.name
        rows = parameters.described(str(given["tsql"]), lambda parts: find(parts, name))
    table_answer(script, parameters.COLUMNS, rows)
    return 0


def table_answer(script: Script, columns: list[Column], rows: list[tuple[Any, ...]]) -> None:
    """A small result made here."""
    import pyarrow as pa

    from .answer import SELECT
    from .arrays import arrow_type

    script.answer.columns(columns)
    if rows:
        arrays = [
            pa.array(values, arrow_type(c.type))
            for values, c in zip(zip(*rows, strict=True), columns, strict=True)
        ]
        batch = pa.RecordBatch.from_arrays(arrays, names=[str(at) for at in range(len(columns))])
        script.answer.send(batch, [column.type for column in columns])
    script.answer.counted(len(rows), SELECT)


def call_by_name(script: Script, call: Call) -> None:
    """A procedure called by RPC: values by name, or in the order of its parameters."""
    name = call.procedure.split(".")[-1].strip("[]").lower()
    if name not in _KNOWN:
        raise SqlError(2812, f"Could not find stored procedure '{call.procedure}'.")
    named, run = _KNOWN[name]
    given = {
        (value.name.removeprefix("@").lower() or named[at]): value.value
        for at, value in enumerate(call.values)
    }
    script.answer.returned(run(script, given))

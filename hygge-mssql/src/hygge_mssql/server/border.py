"""Where the driver's errors become hygge's: what SQL Server, the network and Entra say, by table.

The driver gives no error numbers, only texts. Every session asks for English ones, and the texts
here are those of sys.messages
(https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import frozen

from hygge_core.errors import AuthError, FlowError, HyggeError
from hygge_core.secrets import scrub
from hygge_mssql.server.logins import login_hint

_NETWORK = "look at server and port, DNS and the firewall; `hygge check` tries them one by one"
_AGAIN = "run again in a moment"
_TLS = (
    "is the certificate's authority trusted by this machine, and does it name this server? set"
    " hostname_in_certificate, or trust_server_certificate = true on a server of your own"
)


@frozen
class Meaning:
    """What an error means for the reader. ``auth``: exit 4; ``lost``: its connection is dead."""

    hint: str
    transient: bool = False
    auth: bool = False
    lost: bool = False


_LOST = Meaning(_NETWORK, transient=True, lost=True)
_BUSY = Meaning(f"the service is busy or moving the database; {_AGAIN}", transient=True, lost=True)

#: The first pattern that is found decides; each with the numbers of its messages.
_MEANINGS: tuple[tuple[str, Meaning], ...] = (
    # 18401, 4221: a server that is being updated, a replica that has just started.
    (r"script upgrade mode|Login to read-secondary failed", _BUSY),
    # 18456, 18470, 18486 to 18488, 18452: what the login's state was is in its own table.
    (r"Login failed for user|login.*(locked out|disabled)", Meaning("", auth=True)),
    # 4060
    (
        r"Cannot open database",
        Meaning("is there such a database, and does this login have a user in it?", auth=True),
    ),
    # 40615
    (r"is not allowed to access the server", Meaning("add this address to the server's firewall")),
    (
        r"(?i)SSL (Provider|routines)|TLS handshake"
        r"|certificate (verify|chain|validation|mismatch|has expired)"
        r"|encryption (is )?not supported|not support encryption",
        Meaning(_TLS),
    ),
    # 1205
    (r"deadlock", Meaning(f"another transaction was preferred; {_AGAIN}", transient=True)),
    # 1222
    (
        r"Lock request time out",
        Meaning("somebody held a lock for longer than lock_seconds", transient=True),
    ),
    # 8645, 701, 1204
    (
        r"Rerun (the query|your statement)|insufficient system memory",
        Meaning(f"the server is short of memory or of locks; {_AGAIN}", transient=True),
    ),
    # 13535
    (
        r"transaction time was earlier than period start time",
        Meaning(f"another transaction changed the same rows meanwhile; {_AGAIN}", transient=True),
    ),
    # 40197, 40501, 40613, 49918 to 49920, 10928, 10929, 615,
    # 596, 921, 922, 952, 976, 983, 6005
    (
        r"service has encountered an error|service is currently busy|is not currently available"
        r"|Not enough resources to process|Too many (create|operations)|Resource ID"
        r"|in the kill state|not been recovered yet|is being recovered|is in transition"
        r"|participating in an availability group|Unable to access availability database"
        r"|SHUTDOWN is in progress|The database may be offline",
        _BUSY,
    ),
    # 3906
    (
        r"because the database is read-only",
        Meaning(
            "a replica, or a database that was set so: connect to the primary (after a failover its"
            f" name leads there soon; {_AGAIN})",
            transient=True,
            lost=True,
        ),
    ),
    # 41301, 41302, 41305, 41325: of memory-optimized tables
    (
        r"can no longer commit|transaction was aborted|failed to commit due to a",
        Meaning(f"another transaction changed the same rows meanwhile; {_AGAIN}", transient=True),
    ),
    # 40549 to 40553
    (
        r"(?i:session (is|has been) terminated because)",
        Meaning(
            "the service's limit for one transaction: move fewer rows at once, or take a larger"
            " service objective",
            lost=True,
        ),
    ),
    # 2760
    (
        r"specified schema name",
        Meaning(
            "CREATE SCHEMA makes it; where it is there, GRANT ... ON SCHEMA::... TO this login"
        ),
    ),
    # 229, 230, 262, 297, 300, 916, 1088, 3704, 15151, 15247
    (
        r"permission (was|is) denied|permission denied|do(es)? not have permission"
        r"|is not able to access the database",
        Meaning("ask for the permission that is named: GRANT ... TO this login's user", auth=True),
    ),
    # 208
    (
        r"Invalid object name",
        Meaning("is there such a table, and may this login see it? write schema.table"),
    ),
    # 207
    (r"Invalid column name", Meaning("the table's columns changed; `hygge plan` lists them")),
    # 3952, which may be of another database that a query reads; 41332, 3996
    (
        r"snapshot isolation is not allowed|ISOLATION LEVEL is set to SNAPSHOT"
        r"|Snapshot isolation level is not supported",
        Meaning(
            "ALTER DATABASE ... SET ALLOW_SNAPSHOT_ISOLATION ON for each database that is read, or"
            ' isolation = "read_committed"'
        ),
    ),
    # 3953, 3956, 3957, 3960, 3961
    (
        r"Snapshot isolation transaction (failed|aborted)",
        Meaning(f"what it read was being changed in its make-up; {_AGAIN}", transient=True),
    ),
    # 547
    (
        r"DELETE statement conflicted with the (SAME TABLE )?REFERENCE",
        Meaning("rows of another table refer to rows that would go; append with key_columns"),
    ),
    # 2627, 2601, 547, 515
    (
        r"Violation of|duplicate key|conflicted with the|Cannot insert the value NULL",
        Meaning("the table has a constraint that these rows do not meet"),
    ),
    # 1946
    (
        r"index entry of length",
        Meaning(
            "an index takes 900 bytes of all its columns (1700 where it is not clustered), two for"
            " each letter: set store.key_columns to something shorter"
        ),
    ),
    # 8152, 2628, 8115, 220
    (
        r"would be truncated|(?i:arithmetic overflow)",
        Meaning("a column of the table is too narrow for these rows; widen it"),
    ),
    # 4711, 4712, 13545, 3729
    (
        r"(?i)cannot truncate table|truncate failed",
        Meaning('keep it up with run_type = "incremental" and key_columns'),
    ),
    # 9002, 1105, 40544
    (
        r"transaction log .* full|Could not allocate space|reached its size quota",
        Meaning("free space for the database or its log, then run again"),
    ),
    (
        r"Client unable to establish|Communication link failure|TCP Provider|Login timeout"
        r"|transport-level error"
        r"|(?i:connection (refused|reset|closed|is broken|was (forcibly )?closed)|broken pipe)"
        r"|Failed to connect|IO error|unexpected (eof|end)|Connection not open",
        _LOST,
    ),
    (r"Query timeout|Timeout expired|timed? ?out", Meaning(f"{_AGAIN}; or raise query_seconds")),
    (r"acquire.*token|\w+Credential\b|AADSTS", Meaning("", auth=True)),
)

#: 245, 244, 248: the value that could not be converted, of whichever column.
_VALUE = re.compile(r"(the \w+ value) '.*'(?= to data type| overflowed)", re.DOTALL)
#: Names and values, which may hold any word; a quote within a word is none.
_QUOTED = re.compile(r"""(?<!\w)(['"]).*?\1(?!\w)""", re.DOTALL)
_NOISE = re.compile(r"^Driver Error: .*?; DDBC Error: |\[Microsoft\]|\[SQL Server\]|\[ODBC[^\]]*\]")


def words(exc: BaseException) -> str:
    """What was said, without the driver's own frame, any secret, and any value of a row."""
    text = _VALUE.sub(r"\1 ***", _NOISE.sub("", str(exc)).strip())
    return scrub(" ".join(text.split())) or type(exc).__name__


def meaning_of(exc: BaseException) -> Meaning | None:
    """What the error means, where it is known."""
    text = _QUOTED.sub("''", str(exc))
    return next((meaning for pattern, meaning in _MEANINGS if re.search(pattern, text)), None)


def lost(exc: BaseException) -> bool:
    """Whether the connection that raised it is of no use any more."""
    meaning = meaning_of(exc)
    return meaning is None or meaning.lost


def told(exc: BaseException, raising: type[FlowError], place: str) -> HyggeError:
    """``exc`` as one of hygge's, naming ``place``."""
    meaning = meaning_of(exc)
    text = f"{place}: {words(exc)}"
    if meaning is None:
        return raising(text)
    if meaning.auth:
        return AuthError(text, hint=meaning.hint or login_hint(str(exc)))
    return raising(text, hint=meaning.hint, transient=meaning.transient)


def foreign() -> tuple[type[Exception], ...]:
    """What the driver raises: its own tree, and plain errors out of its native halves."""
    import mssql_py_core
    from mssql_python import exceptions

    return (
        exceptions.Exception,
        exceptions.ConnectionStringParseError,
        mssql_py_core.Error,
        RuntimeError,
        ValueError,
        TypeError,
        OSError,
    )


@contextmanager
def speaking(raising: type[FlowError], place: str) -> Iterator[None]:
    """What the driver says no to inside the block becomes ``raising``, or ``AuthError``."""
    try:
        yield
    except HyggeError:
        raise
    except foreign() as exc:
        raise told(exc, raising, place) from exc

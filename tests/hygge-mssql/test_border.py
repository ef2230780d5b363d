"""What the driver says becomes what the reader has to do, and no secret comes along."""

from __future__ import annotations

import pytest

from hygge_core import secrets
from hygge_core.errors import AuthError, FlowError, HomeError
from hygge_mssql.server.border import lost, told, words
from hygge_mssql.server.driver import lacking
from hygge_mssql.server.logins import login_hint

FRAME = "Driver Error: General error; DDBC Error: [Microsoft][SQL Server]"

#: What the server says → who has to do something, whether waiting helps, and a word of the hint.
SAID = [
    ("Login failed for user 'reader'.", AuthError, False, "wrong"),
    ('Cannot open database "X" requested by the login.', AuthError, False, "user in it"),
    ("The SELECT permission was denied on the object 'Orders'.", AuthError, False, "GRANT"),
    ("CREATE TABLE permission denied in database 'ERP'.", AuthError, False, "GRANT"),
    ("The specified schema name 'eu' either does not exist or you do not have permission to use"
     " it.", HomeError, False, "CREATE SCHEMA"),
    ("Invalid object name 'dbo.Orders'.", HomeError, False, "schema.table"),
    ("Transaction (Process ID 55) was deadlocked on lock resources", HomeError, True, "again"),
    ("Lock request time out period exceeded.", HomeError, True, "lock_seconds"),
    ("Database 'ERP' on server 's' is not currently available.", HomeError, True, "busy"),
    ("SSL Provider: certificate verify failed", HomeError, False, "trust_server_certificate"),
    ("TCP Provider: Error code 0x2749", HomeError, True, "firewall"),
    ("Violation of PRIMARY KEY constraint 'PK'.", HomeError, False, "constraint"),
    ("The transaction log for database 'ERP' is full.", HomeError, False, "log"),
    ("Snapshot isolation transaction failed accessing database 'ERP' because snapshot isolation is"
     " not allowed in this database.", HomeError, False, "ALLOW_SNAPSHOT_ISOLATION"),
    ("Snapshot isolation transaction failed in database 'ERP' because the object accessed by the"
     " statement has been modified by a DDL statement", HomeError, True, "again"),
    ("Cannot continue the execution because the session is in the kill state.",
     HomeError, True, "again"),
    ("The target database, 'ERP', is participating in an availability group and is currently not"
     " accessible for queries.", HomeError, True, "again"),
    ("SHUTDOWN is in progress.", HomeError, True, "again"),
    ("A transport-level error has occurred when receiving results from the server.",
     HomeError, True, "firewall"),
    ("Login timeout expired", HomeError, True, "firewall"),
    ("Login failed for user 'reader'. Reason: Server is in script upgrade mode. Only administrator"
     " can connect at this time.", HomeError, True, "again"),
    ("Login to read-secondary failed due to long wait on 'HADR_DATABASE_WAIT'. The replica is not"
     " available for login because row versions are missing", HomeError, True, "again"),
    ("Could not find database ID 5, name 'ERP'. The database may be offline. Wait a few minutes and"
     " try again.", HomeError, True, "again"),
    ("A timeout occurred while waiting for memory resources to execute the query in resource pool"
     " 'default' (2). Rerun the query.", HomeError, True, "memory"),
    ("Data modification failed on system-versioned table 'dbo.t' because transaction time was"
     " earlier than period start time for affected records.", HomeError, True, "again"),
    ("Snapshot isolation transaction failed accessing database 'Other' because snapshot isolation"
     " is not allowed in this database.", HomeError, False, 'isolation = "read_committed"'),
    ("The DELETE statement conflicted with the REFERENCE constraint 'FK'. The conflict occurred in"
     " table 'dbo.child'.", HomeError, False, "refer to rows"),
    ("Cannot TRUNCATE TABLE 'dbo.t' because it is being referenced by object 'v'.",
     HomeError, False, "key_columns"),
    ("Failed to update database 'ERP' because the database is read-only.",
     HomeError, True, "primary"),
    ("Session is terminated because you have a long-running transaction. Try shortening your"
     " transaction.", HomeError, False, "fewer rows"),
    ("The session has been terminated because of excessive transaction log space usage. Try"
     " modifying fewer rows in a single transaction.", HomeError, False, "fewer rows"),
    ("The database 'ERP' has reached its size quota. Partition or delete data, drop indexes, or"
     " consult the documentation for possible resolutions.", HomeError, False, "space"),
    ("The current transaction failed to commit due to a serializable validation failure.",
     HomeError, True, "again"),
    ("The current transaction attempted to update a record that has been updated since this"
     " transaction started. The transaction was aborted.", HomeError, True, "again"),
    ("Resource ID : 1. The worker limit for the elastic pool is 200 and has been reached.",
     HomeError, True, "again"),
    ("Operation failed. The index entry of length 902 bytes for the index 'PK' exceeds the maximum"
     " length of 900 bytes for clustered indexes.", HomeError, False, "key_columns"),
    ("ClientSecretCredential authentication failed", AuthError, False, ""),
]  # fmt: skip

#: The same of things that are called as errors are.
NAMED = [
    ("The SELECT permission was denied on the object 'Certificates'.", AuthError, False, "GRANT"),
    ("Invalid object name 'dbo.TLS deadlock'.", HomeError, False, "schema.table"),
    ("Invalid column name 'EncryptionKey'.", HomeError, False, "columns changed"),
    ("Violation of PRIMARY KEY constraint 'PK_Certificate'. Cannot insert duplicate key in object"
     " 'dbo.Login timeout'.", HomeError, False, "constraint"),
    ("Cannot insert the value NULL into column 'Bob's encryption', table 'SSL Provider'.",
     HomeError, False, "constraint"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind", "transient", "hint"), SAID + NAMED, ids=lambda each: str(each)[:30]
)
def test_an_error_says_what_to_do(
    text: str, kind: type[FlowError], transient: bool, hint: str
) -> None:
    made = told(RuntimeError(FRAME + text), HomeError, "sql1/ERP")
    assert type(made) is kind
    assert str(made) == f"sql1/ERP: {text}"
    assert hint in (made.hint or "")
    assert getattr(made, "transient", False) is transient


@pytest.mark.parametrize(
    ("said", "told_"),
    [
        (
            "Conversion failed when converting the nvarchar value 'it's me' to data type int.",
            "Conversion failed when converting the nvarchar value *** to data type int.",
        ),
        (
            "The conversion of the varchar value '99999999999' overflowed an int column.",
            "The conversion of the varchar value *** overflowed an int column.",
        ),
    ],
)
def test_a_value_that_the_server_quotes_is_not_told_since_its_column_may_be_masked(
    said: str, told_: str
) -> None:
    assert words(RuntimeError(FRAME + said)) == told_


def test_an_unknown_error_stays_as_it_is_and_its_connection_is_not_used_again() -> None:
    made = told(RuntimeError("what is this"), HomeError, "sql1/ERP")
    assert str(made) == "sql1/ERP: what is this"
    assert lost(RuntimeError("what is this"))
    assert not lost(RuntimeError("Invalid object name 'x'."))


def test_a_value_is_not_what_happened() -> None:
    text = "Conversion failed when converting the nvarchar value 'AADSTS' to data type int."
    assert type(told(RuntimeError(text), HomeError, "sql1/ERP")) is HomeError


@pytest.mark.parametrize("text", ["the session is in the kill state", "A transport-level error"])
def test_a_connection_that_the_server_gave_up_is_not_used_again(text: str) -> None:
    assert lost(RuntimeError(text))
    assert told(RuntimeError(text), HomeError, "sql1/ERP").transient  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Login failed. State: 8", "the password is wrong"),
        ("Login failed. State: 5", "there is no such login"),
        ("Login failed. State: 38", "the database is not there"),
        ("The account is disabled.", "ENABLE"),
        ("AADSTS7000222: expired", "expired"),
        ("Login failed for user '<token-identified principal>'.", "FROM EXTERNAL PROVIDER"),
    ],
)
def test_a_failed_login_is_told_in_words(text: str, hint: str) -> None:
    assert hint in login_hint(text)


def test_a_secret_is_in_no_error() -> None:
    secrets.remember("s3cr;t} p@ss")
    assert "s3cr" not in words(RuntimeError("no connection with PWD={s3cr;t} p@ss}"))


def test_a_library_of_the_system_that_is_missing_is_named_with_its_package() -> None:
    text = "libltdl.so.7: cannot open shared object file: No such file or directory"
    assert "apt-get install libltdl7" in (lacking(ImportError(text)).hint or "")

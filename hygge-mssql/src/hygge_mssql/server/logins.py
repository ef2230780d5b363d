"""Why a sign-in failed, in words: 18456 and its states, and what Entra says.

SQL Server tells the client state 1 and keeps the true state for its own log, so that nobody learns
which logins exist; where a state is told (Azure SQL, a proxy, the log itself) this says what it
means (https://learn.microsoft.com/sql/relational-databases/errors-events/mssqlserver-18456-database-engine-error).
"""

from __future__ import annotations

import re

_PASSWORD = "the password is wrong"  # noqa: S105  # a sentence about one
_STATES = {
    2: "there is no such login",
    5: "there is no such login",
    6: "a Windows login was used with a password: use auth = 'integrated'",
    7: "the login is disabled, and the password is wrong",
    8: _PASSWORD,
    9: "the password cannot be one",
    11: "the login is good, but may not connect to this server",
    12: "the login is good, but may not connect to this server",
    16: "the database is not there, or not for this login",
    18: "the password must be changed first",
    38: "the database is not there, or not for this login",
    40: "the login's own default database is not there, or not for it",
    46: "the database is not there",
    58: "the server takes Windows logins only: use auth = 'integrated'",
    102: "Entra's token was not accepted",
    132: "Entra does not know this identity, or its tenant is another one",
    133: "Entra does not know this identity, or its tenant is another one",
}

_TEXTS = (
    ("disabled", "the login is disabled: ALTER LOGIN ... ENABLE"),
    ("locked out", "the login is locked after too many wrong passwords: ALTER LOGIN ... UNLOCK"),
    ("has expired", "the password has expired: change it"),
    ("must be changed", "the password must be changed first"),
    ("untrusted domain", "this machine's Kerberos ticket is of a domain that the server does not"
     " trust; look at klist"),
    ("<token-identified principal>", "Entra's identity has no user in this database: CREATE USER"
     " [name] FROM EXTERNAL PROVIDER"),
    ("AADSTS7000215", "the client secret is wrong: mind that it is the value, not its id"),
    ("AADSTS7000222", "the client secret has expired: make a new one"),
    ("AADSTS700016", "client_id is not known in this tenant: look at tenant_id"),
    ("AADSTS90002", "there is no such tenant: look at tenant_id"),
    ("az login", "run: az login"),
    ("ManagedIdentityCredential", "run where there is a managed identity, or set client_id"),
    ("DefaultAzureCredential", "sign in (az login), or choose one way with auth"),
)  # fmt: skip

_SQL_LOGIN = (
    "the login or its password is wrong, or it may not enter this database; the state in the"
    " server's own log tells which: 5 no such login, 8 wrong password, 38 no such database"
)


def login_hint(text: str) -> str:
    """What to do about a sign-in that failed so."""
    for found, hint in _TEXTS:
        if found in text:
            return hint
    state = re.search(r"[Ss]tate:? (\d+)", text)
    if state and int(state[1]) in _STATES:
        return f"state {state[1]}: {_STATES[int(state[1])]}"
    return _SQL_LOGIN

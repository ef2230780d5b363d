"""No mistake, and nothing that is shown, has a secret in it."""

from __future__ import annotations

import pytest

from hygge_core.config.saying.redaction import looks_secret

CANARY = "hunter2-canary"
CONNECTION = """
[connections.erp]
type = "mssql"
server = "s"
database = "d"
{}
"""


@pytest.mark.parametrize(
    "line",
    [
        f'password = "{CANARY}"',
        f'password = ["{CANARY}"]',
        f'password = {{ value = "{CANARY}" }}',
        f'password = {{ env = {{ x = "{CANARY}" }} }}',
        'password = "${CANARY_PASSWORD}"',
        f'access_token = "{CANARY}"',
        f'auth = "https://me:{CANARY}@host"',
        f'max_connections = "Server=x;Pwd={CANARY};"',
        'auth = "${CANARY_PASSWORD}"',
    ],
)
def test_a_mistake_never_quotes_what_may_be_a_secret(desk, line):
    desk.environ["CANARY_PASSWORD"] = CANARY
    for each in desk.mistakes(CONNECTION.format(line)):
        assert "hunter2" not in str(each)


def test_a_string_where_a_secret_must_be_says_what_to_write(desk):
    [mistake] = desk.mistakes(CONNECTION.format(f'password = "{CANARY}"'))
    assert str(mistake) == (
        "hygge.toml: connections.erp.password: "
        'expected a table { env = "NAME" } or { file = "PATH" }, found a string (***)'
    )


@pytest.mark.parametrize(
    "name",
    ["password", "DB_PASSWD", "client_secret", "apiKey", "account_key", "SAS", "x_pwd", "TOKEN"],
)
def test_names_of_secrets_are_known(name):
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name", ["primary_key", "key_columns", "keys", "path", "passenger_id", "sasquatch", "compass"]
)
def test_names_of_other_things_are_not_taken_for_secrets(name):
    assert not looks_secret(name)


def test_an_argument_is_not_quoted_where_it_may_hold_a_secret(desk):
    for text in (f"connections.erp.password={CANARY}", f"password {CANARY}", f"x:{CANARY}"):
        found = desk.complaints(CONNECTION.format(""), sets=[text])
        assert CANARY not in "".join(found)

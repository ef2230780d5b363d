"""What docstrings say of settings, in schemas and in the reference, is what they say."""

from __future__ import annotations

from attrs import frozen

from hygge_core.config.structuring.settings_of import told_of


@frozen
class Config:
    """What it is,
    on two lines.

    * ``lane`` ``rows`` turns something off.
    * ``encrypt`` ``yes``, ``no``, or
      ``strict``.
    * ``user``, ``password`` for signing in.
    * ``rows`` and ``bytes`` as told.

    No bullet.
    """

    lane: str
    encrypt: str
    user: str
    password: str
    rows: int
    bytes: int


def test_a_bullet_tells_of_the_names_before_its_text_and_of_no_value_in_it():
    about, told = told_of(Config)
    assert about == "What it is, on two lines."
    assert told == {
        "lane": "``rows`` turns something off.",
        "encrypt": "``yes``, ``no``, or ``strict``.",
        "user": "for signing in.",
        "password": "for signing in.",
        "rows": "as told.",
        "bytes": "as told.",
    }

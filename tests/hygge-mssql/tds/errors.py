"""``SqlError``: what a server answers instead of rows; and the numbers that the double uses."""

from __future__ import annotations

# Numbers and texts: learn.microsoft.com, "Database engine events and errors".


class SqlError(Exception):
    """Raised anywhere in a statement; becomes an ERROR token."""

    def __init__(
        self, number: int, text: str, *, severity: int = 16, state: int = 1, line: int = 1
    ) -> None:
        super().__init__(text)
        self.number = number
        self.text = text
        self.severity = severity
        self.state = state
        self.line = line

    def __str__(self) -> str:
        return f"{self.number}: {self.text}"


def unknown(what: str) -> SqlError:
    """The double was not built for this; it never guesses. 40000 is the double's own number."""
    return SqlError(40000, f"The double does not know {what}.")


def no_object(name: str) -> SqlError:
    return SqlError(208, f"Invalid object name '{name}'.")


def no_column(name: str) -> SqlError:
    return SqlError(207, f"Invalid column name '{name}'.")


def lock_timeout() -> SqlError:
    return SqlError(1222, "Lock request time out period exceeded.", state=45)


def deadlock(spid: int) -> SqlError:
    text = (
        f"Transaction (Process ID {spid}) was deadlocked on lock resources with another process "
        "and has been chosen as the deadlock victim. Rerun the transaction."
    )
    return SqlError(1205, text, severity=13, state=51)

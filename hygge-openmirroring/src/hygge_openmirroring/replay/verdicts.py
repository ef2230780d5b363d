"""Why a table stops: the service refuses a file, or nobody knows what it would do."""

from __future__ import annotations


class Stuck(Exception):
    """A table ends before ``file``: what follows is not applied any more.

    ``rule`` is the number in the specification with its grade, ``why`` a sentence.
    """

    def __init__(self, rule: str, why: str, *, file: str = "") -> None:
        super().__init__(why)
        self.rule = rule
        self.why = why
        self.file = file

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.why} [{self.rule}]" if self.file else f"{self.why} [{self.rule}]"
        )


class Failed(Stuck):
    """The service is documented, or was seen, to refuse this; the error stays (A11, C2)."""


class Unknown(Stuck):
    """Undocumented: the table's content from here on cannot be told."""

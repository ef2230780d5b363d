"""Everything that goes wrong in hygge, grouped by what the reader must do::

    HyggeError
    ├── ConfigError          edit the TOML                            exit 3
    ├── PluginError          install or remove something              exit 3
    ├── AuthError            sign in, or ask for a role               exit 4
    └── FlowError            the world said no                        exit 1
        ├── HomeError        reading failed                            75 when every
        │   └── SchemaChanged    rows disagree with the known schema   failure was
        ├── StoreError       settling failed                           transient
        │   └── Blocked          decided, but it cannot be finished: an operator decides
        ├── JournalError     remembering failed
        ├── LeaseHeld        somebody else moves this entity (always transient)
        └── Cancelled        asked to stop before the decision

A plugin maps the exceptions of its driver to this tree at its border, in one table, with
``raise StoreError(...) from exc``: the cause's own text stays visible. Inside hygge nothing is
wrapped twice; context is added with ``exc.add_note``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    import polars as pl


class HyggeError(Exception):
    """The root. ``str(error)`` says what happened; ``hint`` says what to try."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@frozen
class Mistake:
    """One thing to edit in the configuration.

    ``file`` and ``path`` name the place (``hygge.toml``, ``flows.orders.home.batch_rows``);
    ``problem`` says what was expected and what was found, never with a secret in it.
    """

    file: str
    path: str
    problem: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.path, self.problem) if part)


class ConfigError(HyggeError):
    """The configuration cannot mean what was wanted. ``mistakes`` holds all of them at once."""

    exit_code = 3

    def __init__(
        self, message: str = "", *, mistakes: Sequence[Mistake] = (), hint: str | None = None
    ) -> None:
        self.mistakes = tuple(mistakes)
        lines = [message, *map(str, self.mistakes)]
        super().__init__("\n".join(line for line in lines if line), hint=hint)


class PluginError(HyggeError):
    """A plugin is missing, broken, too old, too new, or clashes with another."""

    exit_code = 3


class AuthError(HyggeError):
    """The other side does not know or does not trust this identity."""

    exit_code = 4


class FlowError(HyggeError):
    """The world said no. ``transient`` says that trying again may help."""

    def __init__(self, message: str, *, hint: str | None = None, transient: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.transient = transient


class HomeError(FlowError):
    """Rows could not be read."""


class SchemaChanged(HomeError):
    """Rows disagree with the schema that this load has settled on.

    ``seen`` maps each disagreeing column to the type that was seen (``None``: the column is
    missing). The flow's ``schema`` policy decides: start the load again with a schema that fits
    both, or let this error stand.
    """

    def __init__(
        self, message: str, *, seen: Mapping[str, pl.DataType | None], hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.seen = dict(seen)


class StoreError(FlowError):
    """Rows could not be staged or published."""


class Blocked(StoreError):
    """A decided run that could not be finished; the entity waits for ``hygge recover``."""


class JournalError(FlowError):
    """The journal could not remember or recall. Nothing is published past such an error."""


class LeaseHeld(FlowError):
    """Somebody else is moving this entity right now; ``owner`` names them."""

    def __init__(self, message: str, *, owner: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint, transient=True)
        self.owner = owner


class Cancelled(FlowError):
    """The run was asked to stop before this entity's decision; nothing of it was published."""


__all__ = [
    "AuthError",
    "Blocked",
    "Cancelled",
    "ConfigError",
    "FlowError",
    "HomeError",
    "HyggeError",
    "JournalError",
    "LeaseHeld",
    "Mistake",
    "PluginError",
    "SchemaChanged",
    "StoreError",
]

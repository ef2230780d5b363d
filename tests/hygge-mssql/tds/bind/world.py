"""What names mean while one statement is bound: tables, variables, the session's facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from attrs import Factory, define, field, frozen

from ..catalogue import Catalogue, Table
from ..errors import SqlError, no_column
from ..types import SqlType
from .values import Bound, constant

if TYPE_CHECKING:
    from ..session import Session


@frozen
class Frame:
    """One thing after FROM: the names by which it is called, and its columns."""

    names: tuple[str, ...]  # in lower case: an alias, or table and schema
    columns: tuple[Bound, ...]
    table: Table | None = None
    alias: str = ""  # DuckDB's

    def find(self, column: str) -> Bound | None:
        wanted = column.lower()
        return next((bound for bound in self.columns if bound.name.lower() == wanted), None)

    def called(self, parts: Sequence[str]) -> bool:
        wanted = tuple(part.lower() for part in reversed(parts))
        return self.names[: len(wanted)] == wanted


@define
class Scope:
    frames: list[Frame] = Factory(list)
    parent: Scope | None = None

    def column(self, parts: Sequence[str]) -> Bound:
        """The one column of this name, here or further out. Raises 207, 209 or 4104."""
        found = list(self._matches(parts))
        if len(found) == 1:
            return found[0]
        if found:
            raise SqlError(209, f"Ambiguous column name '{parts[-1]}'.")
        if self.parent is not None:
            return self.parent.column(parts)
        if len(parts) == 1:
            raise no_column(parts[0])
        raise SqlError(4104, f'The multi-part identifier "{".".join(parts)}" could not be bound.')

    def _matches(self, parts: Sequence[str]) -> Iterator[Bound]:
        for frame in self.frames:
            if len(parts) == 1 or frame.called(parts[:-1]):
                bound = frame.find(parts[-1])
                if bound is not None:
                    yield bound

    def all_of(self, parts: Sequence[str]) -> list[Bound]:
        """The columns behind ``*`` or ``t.*``."""
        frames = [frame for frame in self.frames if not parts or frame.called(parts)]
        if not frames:
            raise SqlError(
                107,
                (
                    f"The column prefix '{'.'.join(parts)}' does not match with a table "
                    "name or alias name."
                ),
            )
        return [bound for frame in frames for bound in frame.columns]


@define
class World:
    """``touched`` collects the tables that the statement reads, ``passed`` those whose locked rows
    it does not leave out, ``locked`` those it will change.
    """

    session: Session
    catalogue: Catalogue
    evaluate: Callable[[Bound], Any]
    touched: dict[int, Table] = Factory(dict)
    passed: dict[int, Table] = Factory(dict)
    locked: dict[int, Table] = Factory(dict)
    common: dict[str, tuple[Bound, ...]] = Factory(dict)
    _count: int = field(default=0, init=False)

    def alias(self) -> str:
        self._count += 1
        return f"a{self._count}"

    def variable(self, name: str) -> Bound:
        return fixed(*self.session.variable(name))

    def constant(self, bound: Bound) -> Any:
        """The value of an expression that reads no table."""
        return self.evaluate(bound) if bound.known is None else bound.known[0]

    def made(self, name: str, rows: pa.Table) -> str:
        """A query of rows that were made here."""
        self.session.cursor.register(name, rows)
        return f"SELECT * FROM {name}"

    def text(self, bound: Bound) -> str | None:
        value = self.constant(bound)
        return None if value is None else str(value)


def fixed(type: SqlType, value: Any) -> Bound:
    """A fact as an expression."""
    return Bound(constant(type, value), type, value is None, known=(value,))

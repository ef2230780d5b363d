"""Two schemas become one, or the policy says no: all disagreements are told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from attrs import frozen

from hygge_core.errors import SchemaChanged
from hygge_core.records import DriftPolicy
from hygge_core.types import lossless, spell, wider
from hygge_core.types.spelling import instance

_Columns = Mapping[str, pl.DataType]
#: A column, or a field of one: ``("address", "zip")``, ``("lines", "[]", "price")``.
_Path = tuple[str, ...]


@frozen
class Settled:
    """The one schema, and what it took.

    ``notes`` are sentences for the user. ``ignored`` are incoming columns that are left out,
    ``filled`` are known columns that the source lacks and that are NULL in its rows.
    """

    schema: pl.Schema
    notes: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()


def settle(known: pl.Schema | None, incoming: pl.Schema, policy: DriftPolicy) -> Settled:
    """The schema of a load of ``incoming`` columns into what is ``known`` (``None``: nothing).

    Known columns keep their order and come first. A column whose type fits the known one without
    loss is cast, whatever the policy. Raises ``SchemaChanged`` with every disagreement.
    """
    comparison = _Comparison(policy)
    merged = comparison.columns(incoming if known is None else known, incoming)
    comparison.check("the schema changed")
    return Settled(
        schema=pl.Schema(merged),
        notes=tuple(comparison.notes),
        ignored=tuple(comparison.ignored),
        filled=tuple(comparison.filled),
    )


def union(named_schemas: Sequence[tuple[str, pl.Schema]], policy: DriftPolicy) -> pl.Schema:
    """The schema that all parts of a source share, compared in the order given.

    A column that only a later part has is new; one that only earlier parts have is removed; every
    part may lack what the policy lets come or go (``conform`` takes such columns as ``filled``).
    Raises ``SchemaChanged`` naming the part, ``ValueError`` when there is none.
    """
    if not named_schemas:
        raise ValueError("no schemas, no union")
    (first, joined), *others = named_schemas
    for name, schema in others:
        comparison = _Comparison(policy)
        merged = comparison.columns(joined, schema)
        comparison.check(f"{name} differs from {first}")
        joined = pl.Schema(merged)
    return joined


class _Comparison:
    """One walk over two schemas and the fields of their structs."""

    def __init__(self, policy: DriftPolicy) -> None:
        self._policy = policy
        self._problems: list[str] = []
        self._hints: list[str] = []
        self._seen: dict[str, pl.DataType | None] = {}
        self.notes: list[str] = []
        self.ignored: list[str] = []
        self.filled: list[str] = []

    def check(self, what: str) -> None:
        """Raise ``SchemaChanged`` if there was anything that the policy does not allow."""
        if self._problems:
            hint = "; ".join(dict.fromkeys(self._hints))
            raise SchemaChanged(f"{what}: {'; '.join(self._problems)}", seen=self._seen, hint=hint)

    def columns(self, known: _Columns, incoming: _Columns, place: _Path = ()) -> dict[str, Any]:
        """The columns of both, as far as the policy goes; ``place`` is the struct they are in."""
        self._tell_twins(known, incoming, place)
        merged = {}
        for name, dtype in known.items():
            path = (*place, name)
            if name in incoming:
                merged[name] = self._type(path, instance(dtype), instance(incoming[name]))
            else:
                merged[name] = self._missing(path, dtype)
        for name, dtype in incoming.items():
            if name not in known and self._new((*place, name), dtype):
                merged[name] = instance(dtype)
        return merged

    def _type(self, path: _Path, known: pl.DataType, incoming: pl.DataType) -> pl.DataType:
        if known == incoming or isinstance(incoming, pl.Null):
            return known
        if isinstance(known, pl.Struct) and isinstance(incoming, pl.Struct):
            return pl.Struct(self.columns(_fields(known), _fields(incoming), path))
        if isinstance(known, pl.List) and isinstance(incoming, pl.List):
            inside = instance(known.inner), instance(incoming.inner)
            return pl.List(self._type((*path, "[]"), *inside))
        words = f"{_told(path)} was {spell(known)} and is {spell(incoming)} now"
        if lossless(incoming, known):
            self.notes.append(f"{words}: cast, with the same values")
            return known
        return self._widened(path, known, incoming, words)

    def _widened(
        self, path: _Path, known: pl.DataType, incoming: pl.DataType, words: str
    ) -> pl.DataType:
        both = wider(known, incoming)
        # A column of nothing but NULLs promised no type that its first value could break.
        allowed = self._policy.type_changes == "widen" or isinstance(known, pl.Null)
        if both is not None and allowed:
            self.notes.append(f"{words}: it becomes {spell(both)}")
            return both
        advice = 'allow it with schema = { type_changes = "widen" }'
        if both is None:
            advice = f"no type holds both exactly: {_as_before(known)}{_AFRESH}"
        self._refuse(path, words, incoming, advice)
        return known

    def _missing(self, path: _Path, dtype: pl.DataType) -> pl.DataType:
        words = f"{_told(path)} ({spell(dtype)}) is missing"
        if self._policy.removed_columns == "null":
            self.filled.append(path[0])
            self.notes.append(f"{words}: its values are NULL")
        else:
            advice = 'fill it with NULL: schema = { removed_columns = "null" }'
            self._refuse(path, words, None, advice)
        return instance(dtype)

    def _new(self, path: _Path, dtype: pl.DataType) -> bool:
        words = f"{_told(path)} ({spell(dtype)}) is new"
        match self._policy.new_columns:
            case "add":
                self.notes.append(f"{words}: it is added")
                return True
            case "ignore":
                self.ignored.append(path[0])
                self.notes.append(f"{words}: it is ignored")
            case "fail":
                advice = 'allow it with schema = { new_columns = "add" } (or "ignore")'
                self._refuse(path, words, dtype, advice)
        return False

    def _tell_twins(self, known: _Columns, incoming: _Columns, place: _Path) -> None:
        """Names that differ only in case: two columns here may be one column elsewhere."""
        names: dict[str, str] = {}
        for name in {**known, **incoming}:
            twin = names.setdefault(name.casefold(), name)
            words = f"{_told((*place, twin))} and {_told((*place, name))} differ only in case"
            if twin != name and twin in incoming and name in incoming:
                self.notes.append(f"{words}: many databases take them for one")
            elif twin not in incoming and name not in known:
                # Filled and added, they would share the values of one column between two.
                advice = f"if they are one: polish.columns.rename = {{ {name} = {twin!r} }}"
                self._refuse((*place, name), words, incoming[name], advice)

    def _refuse(self, path: _Path, problem: str, seen: pl.DataType | None, advice: str) -> None:
        self._problems.append(problem)
        self._hints.append(advice)
        self._seen[_dotted(path)] = seen


def _fields(struct: pl.Struct) -> dict[str, pl.DataType]:
    return {each.name: instance(each.dtype) for each in struct.fields}


def _dotted(path: _Path) -> str:
    return ".".join(path).replace(".[]", "[]")


#: Rows that only the destination still has go, too: nobody should have to find that out.
_AFRESH = "start afresh with --full-drop (what the source has now replaces all that is there)"


def _as_before(known: pl.DataType) -> str:
    """What else may be tried: a column that was empty at first is often known as a text."""
    if not isinstance(known, pl.String):
        return ""
    return "let the home read it as string, by its schema_overrides if it has such, or "


def _told(path: _Path) -> str:
    return f"column {_dotted(path)!r}"

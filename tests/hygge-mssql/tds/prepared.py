"""Calls: texts with parameters, prepared once and executed often; and procedures called by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .calls import Call, Value
from .errors import SqlError, unknown
from .procedures import call_by_name
from .script import Script
from .tsql import declarations
from .types import SqlType

if TYPE_CHECKING:
    from .answer import Answer
    from .session import Session, Variables

_INT = SqlType("int")


class Prepared:
    """What one connection has prepared, by handle."""

    def __init__(self) -> None:
        self._texts: dict[int, tuple[str, str]] = {}
        self._next = 0

    def told(self, call: Call) -> tuple[str, dict[str, Any]]:
        """The text and the values of a call, for the log."""
        values = [value.value for value in call.values]
        match call.procedure:
            case "sp_executesql":
                return str(values[0]), _named(
                    call.values[2:], str(values[1]) if len(values) > 1 else ""
                )
            case "sp_prepexec":
                return str(values[2]), _named(call.values[3:], str(values[1] or ""))
            case "sp_prepare":
                return str(values[2]), {}
            case "sp_execute":
                text, declared = self._texts.get(values[0], ("", ""))
                return text, _named(call.values[1:], declared)
        return call.procedure, {
            value.name or str(at): value.value for at, value in enumerate(call.values)
        }

    def run(self, call: Call, session: Session, answer: Answer) -> None:
        values = call.values
        match call.procedure:
            case "sp_executesql":
                declared = str(values[1].value) if len(values) > 1 else ""
                self._text(str(values[0].value), declared, values[2:], session, answer)
            case "sp_prepexec":
                handle = self._keep(str(values[2].value), str(values[1].value or ""))
                self._text(*self._texts[handle], values[3:], session, answer)
                answer.output(0, values[0].name, _INT, handle)
            case "sp_prepare":
                handle = self._keep(str(values[2].value), str(values[1].value or ""))
                answer.returned(0)
                answer.output(0, values[0].name, _INT, handle)
            case "sp_execute":
                self._text(*self._known(values[0].value), values[1:], session, answer)
            case "sp_unprepare":
                self._texts.pop(values[0].value, None)
                answer.returned(0)
            case _:
                call_by_name(Script(session, answer), call)

    def _keep(self, text: str, declared: str) -> int:
        self._next += 1
        self._texts[self._next] = (text, declared)
        return self._next

    def _known(self, handle: Any) -> tuple[str, str]:
        if handle not in self._texts:
            raise SqlError(8179, f"Could not find prepared statement with handle {handle}.")
        return self._texts[handle]

    def _text(
        self, text: str, declared: str, values: tuple[Value, ...], session: Session, answer: Answer
    ) -> None:
        if any(value.output for value in values):
            raise unknown("output parameters")
        variables: Variables = {}
        types = declarations(declared)
        for name, value in zip(types, values, strict=False):
            variables[name] = _as_declared(types[name], value)
        if len(values) < len(types):
            missing = list(types)[len(values)]
            raise SqlError(
                8178,
                (
                    f"The parameterized query expects the parameter '{missing}', which "
                    "was not supplied."
                ),
            )
        Script(session, answer).batch(text, variables)
        answer.returned(0)


def _as_declared(declared: SqlType, value: Value) -> tuple[SqlType, Any]:
    """The driver sends a value in the type that it declares; else the value's own type counts."""
    same = declared.name == value.type.name or value.value is None
    return (declared if same and declared.name not in {"decimal"} else value.type), value.value


def _named(values: tuple[Value, ...], declared: str) -> dict[str, Any]:
    names = list(declarations(declared)) if declared else []
    return {
        value.name or (names[at] if at < len(names) else str(at)): value.value
        for at, value in enumerate(values)
    }

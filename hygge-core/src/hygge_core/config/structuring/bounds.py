"""What the validators of attrs itself demand, in words and in JSON Schema.

Their classes are private and their makers are not, so each class is known by what is made.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from attrs import validators

from hygge_core.config.saying.wording import either
from hygge_core.fields import Spelled

_OPERATORS = {
    ">=": ("of at least", "minimum"),
    ">": ("above", "exclusiveMinimum"),
    "<=": ("of at most", "maximum"),
    "<": ("below", "exclusiveMaximum"),
}
_LENGTHS = {"string": "Length", "array": "Items", "object": "Properties"}


def _made_by(maker: Any, *args: Any) -> type:
    return type(maker(*args))


_AND = _made_by(validators.and_)
_OPTIONAL = _made_by(validators.optional, validators.ge(0))
_NUMBER = _made_by(validators.ge, 0)
_MIN_LEN = _made_by(validators.min_len, 0)
_MAX_LEN = _made_by(validators.max_len, 0)
_EACH = _made_by(validators.deep_iterable, validators.ge(0))

_IN_WORDS: dict[type, Callable[[Any], str]] = {
    _NUMBER: lambda v: f"{_OPERATORS[v.compare_op][0]} {_amount(v.bound)}",
    _MIN_LEN: lambda v: (
        "that is not empty" if v.min_length == 1 else f"no shorter than {v.min_length}"
    ),
    _MAX_LEN: lambda v: f"no longer than {v.max_length}",
    _made_by(validators.in_, ()): lambda v: f"that is {either(map(repr, v.options))}",
    _made_by(validators.matches_re, ""): lambda v: f"that matches {v.pattern.pattern!r}",
    Spelled: lambda v: v.words,
    _EACH: lambda v: f"each {words}" if (words := in_words(v.member_validator)) else "",
}


def each_of(validator: Any) -> list[Any]:
    """``validator`` with ``and_`` taken apart."""
    if isinstance(validator, _AND):
        return [each for one in validator._validators for each in each_of(one)]  # type: ignore[attr-defined]
    return [] if validator is None else [validator]


def _flat(validator: Any) -> list[Any]:
    """``validator`` with ``and_`` and ``optional`` taken apart."""
    if isinstance(validator, _OPTIONAL):
        return _flat(validator.validator)  # type: ignore[attr-defined]
    return [
        inner
        for one in each_of(validator)
        for inner in (_flat(one) if isinstance(one, _OPTIONAL) else [one])
    ]


def in_words(validator: Any) -> str:
    """``of at least 1``, to stand after what is expected; empty for a plugin's own validator."""
    told = [_IN_WORDS[type(one)](one) for one in _flat(validator) if type(one) in _IN_WORDS]
    return " and ".join(filter(None, told))


def _amount(bound: Any) -> str:
    return f"{bound.total_seconds():g}s" if isinstance(bound, timedelta) else str(bound)


def in_json(validator: Any, shape: str) -> dict[str, Any]:
    """The same as keywords of JSON Schema, for a value of the JSON type ``shape``."""
    keywords: dict[str, Any] = {}
    for one in _flat(validator):
        if isinstance(one, _NUMBER) and shape in ("integer", "number"):
            keywords[_OPERATORS[one.compare_op][1]] = one.bound  # type: ignore[attr-defined]
        elif isinstance(one, _MIN_LEN) and shape in _LENGTHS:
            keywords[f"min{_LENGTHS[shape]}"] = one.min_length  # type: ignore[attr-defined]
        elif isinstance(one, _MAX_LEN) and shape in _LENGTHS:
            keywords[f"max{_LENGTHS[shape]}"] = one.max_length  # type: ignore[attr-defined]
    return keywords

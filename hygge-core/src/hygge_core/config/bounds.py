"""What the validators of attrs itself demand, in words and in JSON Schema.

Their classes are private and their makers are not, so each class is known by what is made.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from attrs import validators

from hygge_core.config.wording import either

_AND = type(validators.and_())
_OPTIONAL = type(validators.optional(validators.and_()))
_NUMBER = type(validators.ge(0))
_MIN_LEN = type(validators.min_len(0))
_MAX_LEN = type(validators.max_len(0))
_IN = type(validators.in_(()))
_MATCHES = type(validators.matches_re(""))
_EACH = type(validators.deep_iterable(validators.and_()))

_WORDS = {">=": "of at least", ">": "above", "<=": "of at most", "<": "below"}
_JSON = {">=": "minimum", ">": "exclusiveMinimum", "<=": "maximum", "<": "exclusiveMaximum"}


def flat(validator: Any) -> list[Any]:
    """``validator`` with ``and_`` and ``optional`` taken apart."""
    if isinstance(validator, _AND):
        return [each for one in validator._validators for each in flat(one)]
    if isinstance(validator, _OPTIONAL):
        return flat(validator.validator)
    return [] if validator is None else [validator]


def in_words(validator: Any) -> str:
    """``of at least 1``, to stand after what is expected; empty for a plugin's own validator."""
    return " and ".join(filter(None, map(_one_in_words, flat(validator))))


def _one_in_words(validator: Any) -> str:
    if isinstance(validator, _NUMBER):
        return f"{_WORDS[validator.compare_op]} {_amount(validator.bound)}"
    if isinstance(validator, _MIN_LEN):
        least = validator.min_length
        return "that is not empty" if least == 1 else f"no shorter than {least}"
    if isinstance(validator, _MAX_LEN):
        return f"no longer than {validator.max_length}"
    if isinstance(validator, _IN):
        return f"that is {either(map(repr, validator.options))}"
    if isinstance(validator, _MATCHES):
        return f"that matches {validator.pattern.pattern!r}"
    if isinstance(validator, _EACH) and (words := in_words(validator.member_validator)):
        return f"each {words}"
    return ""


def _amount(bound: Any) -> str:
    return f"{bound.total_seconds():g}s" if isinstance(bound, timedelta) else str(bound)


def in_json(validator: Any, shape: str) -> dict[str, Any]:
    """The same as keywords of JSON Schema, for a value of the JSON type ``shape``."""
    keywords: dict[str, Any] = {}
    for one in flat(validator):
        keywords |= _one_in_json(one, shape)
    return keywords


def _one_in_json(validator: Any, shape: str) -> dict[str, Any]:
    length = {"string": "Length", "array": "Items", "object": "Properties"}.get(shape)
    if isinstance(validator, _NUMBER) and shape in ("integer", "number"):
        return {_JSON[validator.compare_op]: validator.bound}
    if isinstance(validator, _MIN_LEN) and length:
        return {f"min{length}": validator.min_length}
    if isinstance(validator, _MAX_LEN) and length:
        return {f"max{length}": validator.max_length}
    return {}

"""Column types as text, and which of two types holds the values of both.

``spell`` and ``parse`` are each other's inverse: journals, manifests and marks keep types as text.
``wider`` and ``lossless`` say when a value survives a change of type; nothing here guesses.
"""

from __future__ import annotations

from hygge_core.types.parsing import parse as parse
from hygge_core.types.parsing import parse_overrides as parse_overrides
from hygge_core.types.parsing import parse_schema as parse_schema
from hygge_core.types.spelling import instance as instance
from hygge_core.types.spelling import spell as spell
from hygge_core.types.spelling import spell_schema as spell_schema
from hygge_core.types.widening import lossless as lossless
from hygge_core.types.widening import wider as wider

__all__ = [
    "instance",
    "lossless",
    "parse",
    "parse_overrides",
    "parse_schema",
    "spell",
    "spell_schema",
    "wider",
]

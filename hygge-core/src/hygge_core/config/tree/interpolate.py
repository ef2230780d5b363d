"""``${VAR}``, ``${VAR:-default}`` and ``$${`` in string values.

``${VAR:-default}`` takes the default where ``VAR`` is unset or empty, as a shell does; ``$${`` is
``${`` itself. Nothing nests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import define, field

from hygge_core import secrets
from hygge_core.config.saying.redaction import looks_secret

_PIECE = re.compile(r"\$\$\{|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^{}]*))?\}|\$\{")


@define
class Interpolation:
    """Fills in one value and notes what went into it.

    ``variables`` were used, ``lacking`` are not set (their text stays as it is), and ``malformed``
    says what is no variable at all. ``secrets`` are those that must not be written down, by name:
    all of them where the value is ``hidden``, otherwise the ones that look so.
    """

    environ: Mapping[str, str]
    hidden: bool = False
    variables: list[str] = field(factory=list)
    lacking: list[str] = field(factory=list)
    malformed: str = ""
    secrets: dict[str, str] = field(factory=dict, repr=False)

    def of(self, value: Any) -> Any:
        """``value`` with its strings filled in, those in arrays and their tables too."""
        if isinstance(value, str):
            return _PIECE.sub(self._piece, value) if "${" in value else value
        if isinstance(value, list):
            return [self.of(inner) for inner in value]
        if isinstance(value, dict):
            return {key: self.of(inner) for key, inner in value.items()}
        return value

    def _piece(self, match: re.Match[str]) -> str:
        if match[0] == "$${":
            return "${"
        name = match["name"]
        if name is None:
            self.malformed = "expected ${NAME} or ${NAME:-default} ('$${' for the text '${')"
            return match[0]
        self.variables.append(name)
        text = self.environ.get(name)
        if not text and match["default"] is not None:
            return match["default"]
        if text is None or not is_unicode(text):
            self.lacking.append(name)
            return match[0]
        if self.hidden or looks_secret(name):
            secrets.remember(text)
            self.secrets[name] = text
        return text


def is_unicode(text: str) -> bool:
    """Not so for arguments and variables that are no UTF-8: they could not be written anywhere."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)

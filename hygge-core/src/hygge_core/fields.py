"""Types and markers for the fields of a plugin's config class, beyond the plain ones.

A config class is a frozen attrs class. Fields may be ``bool``, ``int``, ``float``, ``str``,
``Literal[...]``, ``tuple[X, ...]``, ``dict[str, X]``, another config class, ``X | None``, and:

* ``pathlib.Path``: relative to the TOML file that it stands in.
* ``datetime.timedelta``: text such as ``"90s"``, ``"15m"``, ``"2h"``, ``"180d"``, ``"1h30m"``.
* ``Secret``: a table ``{ env = "NAME" }`` or ``{ file = "PATH" }``, never a string.
* ``ConnectionName``: the name of a ``[connections.NAME]``; an unknown one is a mistake.
* ``TypeWord``: a column type as hygge spells it, such as ``"decimal(18,2)"``; another text is one.
* any field marked with ``metadata=PER_ENTITY``: a place that each entity needs for itself; where
  its text has no ``{entity}`` and the flow has entities, ``/{entity}`` is appended.

Bounds are attrs validators (``ge``, ``min_len``), and ``Spelled`` for text of a certain form; a
default makes a key optional. A field with a converter takes what the converter's first parameter is
annotated with: see ``one_or_many``.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import NewType

from attrs import Attribute, frozen

from hygge_core import secrets
from hygge_core.errors import AuthError

ConnectionName = NewType("ConnectionName", str)
TypeWord = NewType("TypeWord", str)

PER_ENTITY = MappingProxyType({"hygge_per_entity": True})

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_PIECE = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")


@frozen(kw_only=True)
class Secret:
    """``{ env = "NAME" }`` or ``{ file = "PATH" }``: where a secret is, never the secret itself."""

    env: str | None = None
    file: Path | None = None

    def reveal(self) -> str:
        """The secret's text, which from now on is scrubbed from everything hygge prints.

        A file's trailing newline is not part of the secret. Raises ``AuthError`` naming the
        variable or the file.
        """
        if self.env is not None:
            text = os.environ.get(self.env)
            if text is None:
                raise AuthError(
                    f"the secret in the environment variable {self.env} is not set",
                    hint=f"export {self.env}=...",
                )
        else:
            assert self.file is not None  # one of the two: the configuration saw to it
            try:
                text = Path(self.file).read_text(encoding="utf-8").rstrip("\r\n")
            except OSError as exc:
                raise AuthError(
                    f"the secret in the file {self.file} cannot be read: {exc}"
                ) from exc
        secrets.remember(text)
        return text


@frozen
class Spelled:
    """A validator: the text is of ``pattern``, as a whole; ``words`` say so to people.

    ``Spelled(r"[^/]+", "without a '/'")`` is told as "expected a string without a '/', found ...".
    """

    pattern: str
    words: str

    def __call__(self, config: object, at: Attribute[str], text: str) -> None:
        if not re.fullmatch(self.pattern, text):
            raise ValueError(f"expected a string {self.words}, found {text!r}")


def duration(text: str) -> timedelta:
    """``"1h30m"`` as a timedelta. Raises ``ValueError`` for all else, a bare number included."""
    pieces = _PIECE.findall(text.replace(" ", ""))
    if not pieces or "".join(number + unit for number, unit in pieces) != text.replace(" ", ""):
        raise ValueError(
            f"expected a duration such as '90s', '15m', '2h' or '180d', found {text!r}"
        )
    return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in pieces))


def one_or_many(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """The converter of a ``tuple[str, ...]`` field that may be written as a single string."""
    return (value,) if isinstance(value, str) else tuple(value)


__all__ = [
    "ConnectionName",
    "PER_ENTITY",
    "Secret",
    "Spelled",
    "TypeWord",
    "duration",
    "one_or_many",
]

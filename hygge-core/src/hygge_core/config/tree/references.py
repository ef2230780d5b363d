"""Secrets that were filled into ordinary strings: what is written down has ``${NAME}`` again.

``"https://host/?${SAS}"`` is filled in to be checked, but a run's record and a task must not hold
the secret, and must outlive it: whoever opens them fills it in anew. In a recorded text ``$$``
means ``$``, so that nothing else in it is taken for a reference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hygge_core import secrets
from hygge_core.config.tree.nodes import Leaf, Node, Table
from hygge_core.errors import AuthError

_PIECE = re.compile(r"\$\$|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}")


def recorded(value: Any, node: Node | None) -> Any:
    """``value``, settled from ``node``, with references for the secrets that went into it."""
    if isinstance(value, Mapping):
        return {key: recorded(inner, _below(node, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [recorded(inner, node) for inner in value]
    if isinstance(value, str):
        return _referring(value, node.secrets if isinstance(node, Leaf) else {})
    return value


def _below(node: Node | None, key: str) -> Node | None:
    return node.entries.get(key) if isinstance(node, Table) else node


def _referring(text: str, known: Mapping[str, str]) -> str:
    names = {secret: name for name, secret in known.items() if secret and secret in text}
    if not names and "${" not in text and "$$" not in text:
        return text
    longest = sorted(names, key=len, reverse=True)
    pieces = re.split(f"({'|'.join(map(re.escape, longest))})", text) if longest else [text]
    return "".join(
        f"${{{names[piece]}}}" if piece in names else piece.replace("$", "$$") for piece in pieces
    )


def filled(value: Any, environ: Mapping[str, str]) -> Any:
    """What was recorded, with its secrets. Raises ``AuthError`` naming one that is not set."""
    if isinstance(value, Mapping):
        return {key: filled(inner, environ) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, environ) for inner in value]
    if not isinstance(value, str):
        return value

    def piece(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return "$"
        text = environ.get(name)
        if text is None:
            raise AuthError(
                f"the secret in the environment variable {name} is not set",
                hint=f"export {name}=...",
            )
        secrets.remember(text)
        return text

    return _PIECE.sub(piece, value)

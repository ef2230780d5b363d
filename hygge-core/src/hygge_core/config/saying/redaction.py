"""What may not be shown of a configuration, beside the secrets that were revealed already."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hygge_core import secrets

HIDDEN = "***"

_SECRET = re.compile(
    r"passw(or)?d|passphrase|secret|credential|token|connection_?string"
    r"|(^|_)(pwd|pass|sas|pat)(_|$)|(api|account|access|private|shared|signing)_?key",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(r"(?<=://)([^/@\s:]*):[^/@\s]+@")
_IN_PAIRS = re.compile(
    r"\b(password|pwd|sig|accountkey|sharedaccesskey|sharedaccesssignature|client_?secret|token)"
    r"(\s*=\s*)[^;&\s'\"]+",
    re.IGNORECASE,
)


def looks_secret(name: str) -> bool:
    """Does a key or variable called ``name`` probably hold a secret? ``primary_key`` does not."""
    return _SECRET.search(name) is not None


def any_secret(keys: Sequence[str | int]) -> bool:
    """Does any of ``keys`` on the way to a value look secret?"""
    return any(looks_secret(key) for key in keys if isinstance(key, str))


def printable(text: str) -> str:
    """``text`` on one line, with nothing in it that a terminal would obey."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def redact(text: str) -> str:
    """``text`` without revealed secrets, and without passwords in addresses and ``key=value``."""
    text = _IN_ADDRESS.sub(rf"\1:{HIDDEN}@", text)
    return secrets.scrub(_IN_PAIRS.sub(rf"\1\2{HIDDEN}", text))

"""What must never be printed: revealed secrets are remembered here and scrubbed from every text."""

from __future__ import annotations

import threading

__all__ = ["remember", "scrub"]

_SHORTEST = 4
_revealed: set[str] = set()
_lock = threading.Lock()


def remember(text: str) -> None:
    """Scrub ``text`` from now on. Shorter ones than four characters would scrub ordinary words."""
    if len(text) >= _SHORTEST:
        with _lock:
            _revealed.update(_spellings(text))


def _spellings(text: str) -> set[str]:
    """``text``, and how drivers' errors write it: quoted by Python, in JSON, in an address."""
    import json
    from urllib.parse import quote, quote_plus

    return {
        text,
        repr(text)[1:-1],
        repr(f'"{text}')[2:-1],  # inside a text with both kinds of quotes, each ' is escaped
        json.dumps(text)[1:-1],
        json.dumps(text, ensure_ascii=False)[1:-1],
        quote(text),
        quote(text, safe=""),
        quote_plus(text),
    }


def scrub(text: str) -> str:
    """``text`` with every remembered secret replaced by ``***``."""
    with _lock:
        known = sorted(_revealed, key=len, reverse=True)
    for secret in known:
        text = text.replace(secret, "***")
    return text

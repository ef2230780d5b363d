"""What must never be printed: revealed secrets are remembered here and scrubbed from every text."""

from __future__ import annotations

import threading

_SHORTEST = 4
_revealed: set[str] = set()
_lock = threading.Lock()


def remember(text: str) -> None:
    """Scrub ``text`` from now on. Shorter ones than four characters would scrub ordinary words."""
    if len(text) >= _SHORTEST:
        with _lock:
            _revealed.add(text)


def scrub(text: str) -> str:
    """``text`` with every remembered secret replaced by ``***``."""
    with _lock:
        known = sorted(_revealed, key=len, reverse=True)
    for secret in known:
        text = text.replace(secret, "***")
    return text

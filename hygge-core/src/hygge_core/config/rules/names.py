"""What flows and entities may be called: their names become paths, and words of a selection."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from unicodedata import normalize

from hygge_core.config.saying.mistakes import Mistakes
from hygge_core.config.tree.nodes import Table

_LONGEST, _MOST_BYTES = 200, 255
_MEANT = re.compile(r"[*?\[\]{},]")
_SEPARATOR = re.compile(r"[/\\]")
_DRIVE = re.compile(r"[A-Za-z]:")


_WANTED: Mapping[str, Callable[[str], bool]] = {
    "a name that is not empty and has no blanks around it": lambda n: bool(n) and n == n.strip(),
    "a name without control characters": str.isprintable,
    "a name that is no path": lambda n: not (_SEPARATOR.search(n) or _DRIVE.match(n)),
    "a name without '..' and without a dot in front": lambda n: ".." not in n and n[0] != ".",
    "a name without any of * ? [ ] { } and comma": lambda n: not _MEANT.search(n),
    f"a name of at most {_LONGEST} characters and {_MOST_BYTES} bytes": lambda n: (
        len(n) <= _LONGEST and len(n.encode()) <= _MOST_BYTES
    ),
}


def objection(name: str) -> str | None:
    """Why ``name`` cannot be the name of a flow or entity, or ``None``."""
    return next((wanted for wanted, holds in _WANTED.items() if not holds(name)), None)


def check(named: Mapping[str, Table], mistakes: Mistakes) -> None:
    """Every name is possible, and no two are the same to a file system that folds case."""
    seen: dict[str, str] = {}
    for name, table in named.items():
        wanted = objection(name)
        if wanted is not None:
            shown = ascii(name if len(name) <= 60 else f"{name[:60]}...")
            mistakes.add(table.origin.mistake(f"expected {wanted}, found {shown}"))
        twin = seen.setdefault(normalize("NFC", name).casefold(), name)
        if twin != name:
            problem = f"expected names that differ in more than case, found {twin!r} too"
            mistakes.add(table.origin.mistake(problem))

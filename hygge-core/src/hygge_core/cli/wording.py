"""Numbers as a person reads them."""

from __future__ import annotations

import os
from collections.abc import Sequence

_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
del _CONTROLS[ord("\n")], _CONTROLS[ord("\t")]


def count(number: int, noun: str, plural: str = "") -> str:
    """``"1 row"``, ``"1,000 rows"``, ``"2 entities"``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def rows(number: int) -> str:
    """``"1,000 rows"``."""
    return count(number, "row")


def size(number: float) -> str:
    """Bytes: ``"999 B"``, ``"1.5 MB"``; a kB is 1,000 bytes."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:,.1f} TB"


def span(seconds: float) -> str:
    """``"0.3 s"``, ``"42 s"``, ``"3:05"`` (minutes), ``"2:00:09"`` (hours)."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def rate(number: int, seconds: float) -> str:
    """Rows a second: ``"950/s"``, ``"1.2M/s"``; empty while it cannot be told."""
    if seconds < 0.1 or not number:
        return ""
    each = number / seconds
    for unit in ("", "k"):
        if each < 1000:
            return f"{each:.0f}{unit}/s" if not unit or each >= 100 else f"{each:.1f}{unit}/s"
        each /= 1000
    return f"{each:,.1f}M/s"


def near(address: str) -> str:
    """A path below the working directory without the way there; anything else as it is."""
    here = f"{os.getcwd()}{os.sep}"  # noqa: PTH109  # an address is text, and need not be a path
    return address.removeprefix(here)


def tame(text: str) -> str:
    """``text`` with its control characters spelled out: data never gives orders to a terminal."""
    return text.translate(_CONTROLS)


def hanging(text: str, indent: int) -> str:
    """``text`` with its further lines set in: they belong to what the first one began."""
    return text.replace("\n", "\n" + " " * indent)


def columns(table: Sequence[tuple[str, ...]], *, indent: str = "") -> list[str]:
    """Lines with the cells of ``table`` under each other, two spaces between them."""
    widths = [max(map(len, cells)) for cells in zip(*table, strict=True)]
    return [(indent + "  ".join(map(str.ljust, row, widths))).rstrip() for row in table]

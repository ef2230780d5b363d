"""What is wrong with one table, before anybody knows in which file it stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import evolve, frozen

from hygge_core.config.saying.redaction import any_secret, printable, redact
from hygge_core.config.saying.wording import found
from hygge_core.config.tree.nodes import Key
from hygge_core.errors import HyggeError
from hygge_core.nearest import did_you_mean

_NOTHING = object()


@frozen
class Finding:
    """One thing wrong at ``path``: ``wanted`` against ``value``.

    ``said`` is the whole sentence where that does not fit. ``concealed`` values are never quoted.
    ``foreign`` findings come from a plugin's own code, which may have looked at other keys;
    where a ``textual`` one stands, another text could be right.
    """

    wanted: str = ""
    value: Any = _NOTHING
    path: tuple[Key, ...] = ()
    said: str = ""
    concealed: bool = False
    foreign: bool = False
    textual: bool = False

    @property
    def missing(self) -> bool:
        """Is it only that a key is not there?"""
        return self.value is _NOTHING and not self.said

    @property
    def may_pass(self) -> bool:
        """Could more keys put it right?"""
        return self.missing or self.foreign

    @property
    def may_change(self) -> bool:
        """Could another text in its place be right?"""
        return self.textual and (bool(self.said) or isinstance(self.value, str))

    def text(self) -> str:
        """``expected an integer, found the string '500'``; never with what may be a secret."""
        if self.said:
            hide = self.concealed and any_secret(self.path)
            return "not what is accepted here" if hide else printable(redact(self.said))
        if self.missing:
            return f"expected {self.wanted}, found nothing"
        path = (*self.path, "secret") if self.concealed else self.path
        return f"expected {self.wanted}, found {found(self.value, *path)}"


class Wrong(Exception):
    """What is wrong with one value: how hooks say no. It leaves this package as ConfigError."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(*findings)
        self.findings = findings

    def under(self, key: Key) -> list[Finding]:
        """The findings as the table or array around the value has them."""
        return [evolve(each, path=(key, *each.path)) for each in self.findings]


def unknown(key: str, known: Iterable[str], what: str = "setting") -> Finding:
    """``key`` is not among ``known``."""
    known = tuple(known)
    near = did_you_mean(key[:60], known) or f"; known here: {', '.join(known) or 'nothing'}"
    return Finding(path=(key,), said=f"not a known {what}{near}")


def objection(exc: Exception) -> Finding:
    """A plugin's own validator said no, in its own words, which may quote the value."""
    first = exc.args[0] if exc.args else None
    text = first if isinstance(first, str) and first else f"{type(exc).__name__}: {exc}"
    hint = exc.hint if isinstance(exc, HyggeError) else None
    return Finding(said=f"{text}; {hint}" if hint else text, concealed=True, foreign=True)

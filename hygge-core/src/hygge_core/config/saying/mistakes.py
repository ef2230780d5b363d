"""Collects all that is wrong, so that it can be said at once."""

from __future__ import annotations

from collections.abc import Iterable

from hygge_core import secrets
from hygge_core.config.saying.redaction import printable
from hygge_core.errors import ConfigError, Mistake


class Mistakes:
    """Mistakes in the order in which they were found, each once."""

    def __init__(self) -> None:
        self._found: dict[Mistake, None] = {}
        self._places: set[tuple[str, str]] = set()

    def add(self, mistake: Mistake) -> None:
        """Take it in; the same one again is the same one."""
        problem = printable(secrets.scrub(mistake.problem))
        self._found[Mistake(printable(mistake.file), mistake.path, problem)] = None
        self._places.add((mistake.file, mistake.path))

    def once(self, mistake: Mistake) -> None:
        """Take it in unless something is wrong there already.

        What is wrong at a flow is found again in each of its entities, in slightly other words.
        """
        if (mistake.file, mistake.path) not in self._places:
            self.add(mistake)

    def extend(self, mistakes: Iterable[Mistake]) -> None:
        """Take them all in."""
        for mistake in mistakes:
            self.add(mistake)

    def stop(self) -> None:
        """Raise ``ConfigError`` with all of them, if there are any."""
        if self._found:
            raise ConfigError(mistakes=tuple(self._found))

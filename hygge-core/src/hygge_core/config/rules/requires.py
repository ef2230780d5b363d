"""``[project] requires``: the distributions that must be here before anything else is looked at."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from hygge_core.errors import PluginError


def malformed(text: str) -> str | None:
    """What is wrong with a line such as ``"hygge-mssql>=0.1"``, or ``None``."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        Requirement(text)
    except InvalidRequirement as exc:
        reason = str(exc).partition("\n")[0]
        return f"expected a requirement such as 'hygge-mssql>=0.1', found {text[:60]!r} ({reason})"
    return None


def check(requires: Iterable[str]) -> None:
    """Raise ``PluginError`` naming every one that is not met, with the line that installs them."""
    unmet = {line: said for line in requires if (said := _unmet(line)) is not None}
    if unmet:
        raise PluginError(
            "\n".join(f"the project requires {line}, and {said}" for line, said in unmet.items()),
            hint=f"pip install {' '.join(map(shlex.quote, unmet))}",
        )


def _unmet(line: str) -> str | None:
    from packaging.requirements import Requirement

    need = Requirement(line)
    if need.marker is not None and not need.marker.evaluate():
        return None
    try:
        here = version(need.name)
    except PackageNotFoundError:
        return "it is not installed"
    met = need.specifier.contains(here, prereleases=True)
    return None if met else f"{here} is installed"

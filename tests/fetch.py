"""Fetch once what the environments of ``tox.ini`` install, for ``pip --find-links``.

Reading an index takes pip longer than all else that it does for an environment. With
``PIP_NO_INDEX`` and ``PIP_FIND_LINKS`` ten environments read none. Those that measure are left
out, and those of the oldest dependencies find theirs themselves.
"""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

ROOT = Path(__file__).resolve().parents[1]
_ALONE = re.compile(r"--no-deps (\S+)")


def of_tox() -> Iterator[str]:
    """What environments depend on, in words for pip."""
    ini = configparser.ConfigParser(interpolation=None)
    ini.read(ROOT / "tox.ini", encoding="utf-8")
    yield from ini["tox"]["requires"].splitlines()
    for name in ini.sections():
        if name.startswith("testenv") and "bench" not in name:
            yield from ini[name].get("deps", "").splitlines()


def of_projects() -> Iterator[str]:
    """What distributions are built and run with, ours and the examples."""
    for place in (*ROOT.glob("*/pyproject.toml"), *ROOT.glob("tests/examples/*/pyproject.toml")):
        read = tomllib.loads(place.read_text(encoding="utf-8"))
        yield from read["build-system"]["requires"]
        yield from read["project"]["dependencies"]
        for more in read["project"].get("optional-dependencies", {}).values():
            yield from more


def wanted() -> set[str]:
    """All of it without our own distributions, and without references between environments."""
    ours = {place.parent.name for place in ROOT.glob("*/pyproject.toml")}
    needs = set()
    for text in (*of_tox(), *of_projects()):
        with suppress(InvalidRequirement):
            need = Requirement(text)
            needs |= {str(need)} if need.name not in ours else set()
    return needs


if __name__ == "__main__":
    [where] = sys.argv[1:]
    # What comes as source alone is built here, and nowhere else.
    fetch = (sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", where)
    alone = set(_ALONE.findall((ROOT / "tox.ini").read_text(encoding="utf-8")))
    subprocess.run([*fetch, *sorted(wanted())], check=True)
    subprocess.run([*fetch, "--no-deps", *sorted(alone)], check=True)

"""Print the oldest direct dependencies that distributions declare, as constraints for pip."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]


def lowest(folders: list[str]) -> Iterator[str]:
    """``name==version`` for each dependency of the distributions in ``folders``, these left out.

    Where two of them declare different bounds the higher one is what pip could install.
    """
    bounds: dict[str, Version] = {}
    for folder in folders:
        project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text(encoding="utf-8"))
        for need in map(Requirement, project["project"]["dependencies"]):
            if need.name not in folders:
                bounds[need.name] = max(bound(need), bounds.get(need.name, Version("0")))
    return (f"{name}=={version}" for name, version in sorted(bounds.items()))


def bound(need: Requirement) -> Version:
    """The version in ``>=``. Every direct dependency has one, or this raises ``ValueError``."""
    versions = [Version(each.version) for each in need.specifier if each.operator == ">="]
    if not versions:
        raise ValueError(f"{need}: no lower bound")
    return max(versions)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    names = [Path(folder).name for folder in asked.folders]
    asked.out.write_text("".join(f"{line}\n" for line in lowest(names)), encoding="utf-8")

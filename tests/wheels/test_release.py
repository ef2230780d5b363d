"""Releasing one distribution touches no other: simulated on a copy of its folder."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import pytest
from workbench import DISTRIBUTIONS, ROOT, wheel_of

pytestmark = pytest.mark.timeout(900)


def digest(wheel: Path) -> str:
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


def alone(name: str, to: Path) -> Path:
    """A copy of one distribution's folder, with none of the others beside it."""
    left_out = shutil.ignore_patterns("__pycache__", "*.pyc", "dist", "build")
    shutil.copytree(ROOT / name, to / name, ignore=left_out)
    shutil.copy(ROOT / "LICENSE", to)
    return to / name


def release(folder: Path) -> str:
    """Raise the last number of the version, and say so in the changelog."""
    project = folder / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    found = re.search(r'^version = "(\d+\.\d+)\.(\d+)"', text, re.MULTILINE)
    assert found
    version = f"{found[1]}.{int(found[2]) + 1}"
    project.write_text(text.replace(found[0], f'version = "{version}"'), encoding="utf-8")
    changes = folder / "CHANGELOG.md"
    changes.write_text(f"## {version}\n\n{changes.read_text('utf-8')}", encoding="utf-8")
    return version


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_wheel_is_another_by_its_own_release_alone(name: str, tmp_path: Path) -> None:
    """What is the same without the others is the same whatever version they have."""
    today = digest(wheel_of(ROOT / name, tmp_path / "today"))
    folder = alone(name, tmp_path / "checkout")
    assert digest(wheel_of(folder, tmp_path / "alone")) == today
    version = release(folder)
    released = wheel_of(folder, tmp_path / "released")
    assert digest(released) != today
    assert f"-{version}-" in released.name


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_what_is_released_is_taken_by_the_others_as_they_are(name: str) -> None:
    """A patch of any distribution lies within the bounds that the others declare."""
    from packaging.requirements import Requirement

    for other in DISTRIBUTIONS:
        text = (ROOT / other / "pyproject.toml").read_text(encoding="utf-8")
        needs = [Requirement(line) for line in re.findall(rf'"({name}[^"]*)"', text)]
        bounds = [need.specifier for need in needs if need.name == name and need.specifier]
        current = re.search(
            r'^version = "([^"]+)"', (ROOT / name / "pyproject.toml").read_text(), re.M
        )
        assert current
        major, minor, patch = current[1].split(".")
        newer = f"{major}.{minor}.{int(patch) + 1}"
        assert all(bound.contains(newer) for bound in bounds), (other, bounds)

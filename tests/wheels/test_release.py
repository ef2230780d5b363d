"""Releasing one distribution touches no other: simulated on a copy of the checkout."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import pytest
from workbench import DISTRIBUTIONS, ROOT, wheel_of

pytestmark = pytest.mark.timeout(900)


def build(source: Path, out: Path) -> dict[str, str]:
    """distribution → digest of its wheel, for every distribution of a checkout."""
    return {name: digest(wheel_of(source / name, out / name)) for name in DISTRIBUTIONS}


def digest(wheel: Path) -> str:
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


def copied(source: Path, to: Path) -> Path:
    for name in DISTRIBUTIONS:
        left_out = shutil.ignore_patterns("__pycache__", "*.pyc", "dist", "build")
        shutil.copytree(source / name, to / name, ignore=left_out)
    shutil.copy(source / "LICENSE", to)
    return to


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


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the distributions, as they are now."""
    return copied(ROOT, tmp_path_factory.mktemp("today") / "checkout")


@pytest.fixture(scope="module")
def today(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The wheels as they are."""
    return build(checkout, tmp_path_factory.mktemp("wheels"))


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_only_the_released_wheel_is_another(
    checkout: Path, today: dict[str, str], tmp_path: Path, name: str
) -> None:
    released = copied(checkout, tmp_path / "checkout")
    version = release(released / name)
    after = build(released, tmp_path / "wheels")
    assert {each for each in DISTRIBUTIONS if after[each] != today[each]} == {name}
    (wheel,) = (tmp_path / "wheels" / name).glob("*.whl")
    assert f"-{version}-" in wheel.name


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

"""What a user downloads: built from the sdist, as a release would be, and looked into."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from configparser import ConfigParser
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from workbench import CORE, DISTRIBUTIONS, ROOT


class Built:
    """One distribution's wheel and sdist."""

    def __init__(self, name: str, out: Path) -> None:
        self.name = name
        self.package = name.replace("-", "_")
        (self.wheel,) = out.glob("*.whl")
        (self.sdist,) = out.glob("*.tar.gz")
        with zipfile.ZipFile(self.wheel) as archive:
            self.files = {each: archive.read(each) for each in archive.namelist()}

    def info(self, name: str) -> str:
        """A file of the wheel's ``.dist-info``."""
        (found,) = [each for each in self.files if each.endswith(f".dist-info/{name}")]
        return self.files[found].decode()

    @property
    def metadata(self) -> Message:
        return HeaderParser().parsestr(self.info("METADATA"))

    @property
    def entry_points(self) -> ConfigParser:
        parser = ConfigParser()
        parser.read_string(self.info("entry_points.txt"))
        return parser


@pytest.fixture(scope="module", params=DISTRIBUTIONS)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    out = tmp_path_factory.mktemp(request.param)
    # Core is built with nothing but what it asks for; the others ask for the same.
    here = [] if request.param == CORE else ["--no-isolation"]
    words = (*here, "--outdir", str(out), str(ROOT / request.param))
    command = [sys.executable, "-m", "build", *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300)
    return Built(request.param, out)


def test_all_ask_for_the_same_to_be_built_with() -> None:
    projects = [(ROOT / name / "pyproject.toml").read_text("utf-8") for name in DISTRIBUTIONS]
    asked = [tomllib.loads(project)["build-system"] for project in projects]
    assert asked == asked[:1] * len(DISTRIBUTIONS)


def test_the_wheel_holds_the_package_and_nothing_else(built: Built) -> None:
    tops = {name.split("/")[0] for name in built.files}
    assert tops == {built.package, f"{built.package}-{built.metadata['Version']}.dist-info"}
    source = ROOT / built.name / "src"
    modules = {path.relative_to(source).as_posix() for path in source.rglob("*.py")}
    assert modules <= set(built.files)
    assert not [name for name in built.files if "__pycache__" in name]


def test_the_wheel_says_that_it_is_typed(built: Built) -> None:
    assert f"{built.package}/py.typed" in built.files
    assert "Typing :: Typed" in built.metadata.get_all("Classifier", [])


def test_the_wheel_carries_the_licence_of_the_repository(built: Built) -> None:
    assert built.info("licenses/LICENSE") == (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert built.metadata["License-Expression"] == "Apache-2.0"


def test_the_wheel_is_for_python_3_11_and_every_platform(built: Built) -> None:
    assert built.metadata["Requires-Python"] == ">=3.11"
    assert built.wheel.name.endswith("-py3-none-any.whl")


def test_every_entry_point_names_a_module_of_the_wheel(built: Built) -> None:
    plugins = built.entry_points["hygge"]
    assert plugins
    for module in plugins.values():
        path = module.partition(":")[0].replace(".", "/")
        assert {f"{path}.py", f"{path}/__init__.py"} & set(built.files), module


def test_no_wheel_meddles_with_the_tests_of_others(built: Built) -> None:
    """The kit is imported by those who want it; pytest loads nothing of ours by itself."""
    assert set(built.entry_points.sections()) <= {"hygge", "console_scripts"}


def test_only_core_brings_the_command(built: Built) -> None:
    points = built.entry_points
    scripts = dict(points["console_scripts"]) if "console_scripts" in points else {}
    own = {"hygge": "hygge_core.cli:main"}
    assert scripts == (own if built.name == "hygge-core" else {})


def test_dependencies_have_a_lower_bound_and_are_never_pinned(built: Built) -> None:
    for need in map(Requirement, built.metadata.get_all("Requires-Dist", [])):
        operators = {each.operator for each in need.specifier}
        assert ">=" in operators, need
        assert "==" not in operators, need
        ours = need.name.startswith("hygge")
        assert not ours or "<" in operators, f"{need}: a plugin names the core that it may break on"


def test_the_name_that_belongs_to_somebody_else_is_not_used(built: Built) -> None:
    needs = [Requirement(line).name for line in built.metadata.get_all("Requires-Dist", [])]
    assert "hygge" not in needs
    assert "hygge" not in {name.split("/")[0] for name in built.files}


def test_the_readme_is_the_page_that_an_index_shows(built: Built) -> None:
    assert built.metadata["Description-Content-Type"] == "text/markdown"
    body = str(built.metadata.get_payload())
    assert body.strip() == (ROOT / built.name / "README.md").read_text(encoding="utf-8").strip()
    assert not re.search(r"\]\((?!https?://|#)", body), "a relative link leads nowhere there"


def test_the_version_has_its_place_in_the_changelog(built: Built) -> None:
    changes = (ROOT / built.name / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[?([^\s\]]+)", changes, re.MULTILINE)
    assert newest
    assert newest[1] in (built.metadata["Version"], "Unreleased")


def test_the_sdist_holds_what_building_needs_and_no_more(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        tops = {name.split("/")[1] for name in archive.getnames() if "/" in name}
    wanted = {"src", "README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "PKG-INFO"}
    assert tops - {".gitignore"} == wanted

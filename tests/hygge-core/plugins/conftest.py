"""A site of strangers' plugins: tiny wheels, written by hand and unpacked as pip would."""

from __future__ import annotations

import itertools
import zipfile
from pathlib import Path

import pytest

_fresh = itertools.count()

OFFER = """
import contextlib
from attrs import frozen
from hygge_core import Kind, hookimpl

@frozen(kw_only=True)
class Config:
    path: str = "somewhere"

@contextlib.contextmanager
def opened(config, scene):
    yield object()
"""


def offering(*words: str, hook: str = "hygge_stores") -> str:
    """The code of a plugin that offers ``words`` through ``hook``."""
    kinds = ", ".join(f"Kind(name={word!r}, config=Config, open=opened)" for word in words)
    return f"{OFFER}\n@hookimpl\ndef {hook}():\n    return [{kinds}]\n"


class Site:
    """A directory on ``sys.path`` into which wheels are unpacked."""

    offering = staticmethod(offering)

    def __init__(self, path: Path, wheels: Path) -> None:
        self.path, self.wheels = path, wheels

    def install(
        self,
        distribution: str,
        code: str,
        *,
        version: str = "1.0",
        requires: tuple[str, ...] = ("hygge-core>=0.1",),
        entries: tuple[str, ...] = ("main",),
    ) -> Path:
        """Build and unpack a wheel whose entry points all name one module with ``code``."""
        module = f"stranger_{next(_fresh)}"
        points = "".join(f"{entry} = {module}\n" for entry in entries)
        return self.unpack(
            f"{distribution.replace('-', '_')}-{version}",
            {f"{module}.py": code},
            metadata=f"Name: {distribution}\nVersion: {version}\n"
            + "".join(f"Requires-Dist: {line}\n" for line in requires),
            entry_points=f"[hygge]\n{points}",
        )

    def unpack(
        self, stem: str, modules: dict[str, str], *, metadata: str, entry_points: str
    ) -> Path:
        """Write ``stem``'s wheel file and install it here."""
        info = f"{stem}.dist-info"
        files = {
            **modules,
            f"{info}/METADATA": f"Metadata-Version: 2.1\n{metadata}",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/entry_points.txt": entry_points,
        }
        record = f"{info}/RECORD"
        files[record] = "".join(f"{name},,\n" for name in (*files, record))
        wheel = self.wheels / f"{stem}-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
            archive.extractall(self.path)
        return wheel


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """An empty site, first on ``sys.path``."""
    path, wheels = tmp_path / "site", tmp_path / "wheels"
    path.mkdir()
    wheels.mkdir()
    monkeypatch.syspath_prepend(path)
    return Site(path, wheels)

"""What the tests of wheels share: commands that have to end well, wheels, fresh environments."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORE = "hygge-core"
DISTRIBUTIONS = sorted(path.parent.name for path in ROOT.glob("*/pyproject.toml"))
OTHERS = [name for name in DISTRIBUTIONS if name != CORE]
_PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")


def run(*command: object, cwd: Path) -> str:
    """What a command prints; it has to end well, and sees nothing of this environment."""
    done = subprocess.run(
        [str(each) for each in command],
        cwd=cwd,
        env={name: text for name, text in os.environ.items() if not name.startswith("PYTHON")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def wheel_of(source: Path, out: Path) -> Path:
    """Build one wheel into ``out``, which is its alone.

    With the hatchling that is here: ``test_wheels`` asks whether it is the one that is asked for.
    """
    build = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out)
    run(*build, cwd=source)
    (wheel,) = out.glob("*.whl")
    return wheel


def pip(python: Path, *words: object) -> None:
    """Run our pip on another environment, which needs none of its own and no compiled files."""
    run(sys.executable, *_PIP, "--python", python, *words, cwd=python.parent)


def environment(where: Path, *wanted: object) -> Path:
    """The python of a fresh environment with ``wanted``, and what that declares."""
    run(sys.executable, "-m", "venv", "--without-pip", where, cwd=where.parent)
    python = where / "bin" / "python"
    pip(python, "install", "--no-compile", *wanted)
    pip(python, "check")
    return python

"""What ``hygge new-plugin`` writes is typed strictly, and stands as ruff would put it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import get_args

from hygge_core.scaffold import Offer, write

LINTED = (
    ("ruff", "check", "--select", "E,F,I,B,UP,SIM,RET,C4"),
    ("ruff", "format", "--check"),
)
#: Lines are broken by their length, and so a name may be as short or as long as any.
NAMED = {
    "a": LINTED,
    "acme-lake": (("mypy", "--strict", "src", "tests"), *LINTED),
    "a" * 60: LINTED,
}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "MYPY_CACHE_DIR": f"{folder}/known"}
        for offer in get_args(Offer):
            for name, checks in NAMED.items():
                made = write(offer, name, Path(folder, offer)).directory
                for check in checks:
                    command = [sys.executable, "-m", *check]
                    subprocess.run(command, cwd=made, env=environ, check=True)

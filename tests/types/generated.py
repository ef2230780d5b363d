"""What ``hygge new-plugin`` writes is typed strictly, and stands as ruff would put it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import get_args

from hygge_core.scaffold import Offer, write

CHECKS = (
    ("mypy", "--strict", "src"),
    ("ruff", "check", "--select", "E,F,I,B,UP,SIM,RET,C4", "src", "tests"),
    ("ruff", "format", "--check", "src", "tests"),
)

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for offer in get_args(Offer):
            made = write(offer, f"acme-{offer}", Path(folder)).directory
            for check in CHECKS:
                command = [sys.executable, "-m", *check]
                environ = {**os.environ, "MYPYPATH": "src", "MYPY_CACHE_DIR": f"{folder}/known"}
                subprocess.run(command, cwd=made, env=environ, check=True)

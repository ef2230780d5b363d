"""SQL Server, which all tests here share as a package: ``tds``; and the way to a mirror of it."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [
    str(HERE),
    *(str(HERE.parent / name) for name in ("hygge-adls", "hygge-openmirroring")),
]

from tds.fixtures import *  # noqa: E402, F403 - after the path is set

"""The SQL Server that all tests here share as a package: ``tds``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from tds.fixtures import *  # noqa: F403 - after the path is set

"""The storage account that all tests here share as a package: ``dfs``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from dfs.fixtures import *  # noqa: F403 - after the path is set

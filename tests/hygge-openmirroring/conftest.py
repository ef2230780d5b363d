"""What the tests here share: words for a landing zone, and the storage account of hygge-adls."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "hygge-adls"))

from dfs.fixtures import *  # noqa: F403 - after the path is set
from mirrors import *  # noqa: F403
from zones import *  # noqa: F403

"""Starting costs little: what is heavy waits until rows move."""

from __future__ import annotations

import json
import subprocess
import sys

SCRIPT = """
import json, sys
from hygge_core.plugins import load
plugins = load({})
json.dump([[str(each) for each in plugins.broken], sorted(sys.modules)], sys.stdout)
"""

HEAVY = {"polars", "pyarrow", "numpy", "pandas", "sqlite3", "rich", "typer", "difflib"}


def test_loading_all_plugins_imports_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60
    )
    broken, modules = json.loads(done.stdout)
    ours = [line for line in broken if line.startswith("hygge")]
    assert ours == [], "what we publish ourselves must load"
    assert "hygge_core.files.plugin" in modules
    assert HEAVY & set(modules) == set()

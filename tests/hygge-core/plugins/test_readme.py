"""What the README shows an author works as it stands there."""

from __future__ import annotations

import re
import types
from pathlib import Path

from hygge_core.plugins import Plugins

README = Path(__file__).resolve().parents[3] / "hygge-core" / "README.md"


def test_the_plugin_in_the_readme_is_one() -> None:
    (code,) = re.findall(r"^```python\n(.+?)^```$", README.read_text("utf-8"), re.M | re.S)
    module = types.ModuleType("acme_lake.plugin")
    exec(code, module.__dict__)
    plugins = Plugins.of(module)
    assert not plugins.broken
    kind = plugins.kind("store", "acme-lake/lake").kind
    assert kind.capabilities == {"append", "atomic"}
    assert kind.config(path="x").rows_per_file == 1_000_000

"""Reading a configuration costs little."""

from __future__ import annotations

import subprocess
import sys
import time
import tomllib
from collections.abc import Callable

ENTITY = "[flows.f.entities.e{0}]\nhome = {{ table = 'dbo.T{0}' }}\nstore.key_columns = ['Id']\n"
PROJECT = """
[journal]
type = "sqlite"
path = "j.db"
[connections.erp]
type = "mssql"
server = "s"
database = "d"
password = { env = "X" }
[flows.f]
home = { type = "mssql", connection = "erp" }
store.type = "adls"
store.account_url = "u"
store.filesystem = "f"
store.path = "landing"
run_type = "incremental"
watermark = { column = "m", primary_key = "Id" }
polish = { columns = { case = "snake", drop = ["*_enc"] }, mask = { Email = "sha256" } }
"""


def test_what_a_configuration_means_costs_some_times_what_reading_its_toml_does(desk):
    text = PROJECT + "".join(map(ENTITY.format, range(200)))
    desk.write(text)
    assert len(desk.load().entities) == 200
    assert least(desk.load) < 30 * least(lambda: tomllib.loads(text))


def least(call: Callable[[], object], turns: int = 4) -> float:
    """The CPU seconds of the quickest of some calls: others can only make one slower."""
    took = []
    for _ in range(turns):
        began = time.process_time()
        call()
        took.append(time.process_time() - began)
    return min(took)


def test_reading_a_configuration_imports_neither_polars_nor_pyarrow():
    code = (
        "import sys, hygge_core.config\n"
        "from hygge_core.config.shown import schema, show\n"
        "from hygge_core.config.settings import polish_settings\n"
        "polish_settings()\n"
        "print([name for name in ('polars', 'pyarrow', 'sqlite3') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"

"""Reading a configuration costs little."""

from __future__ import annotations

import subprocess
import sys
import time

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


def test_two_hundred_entities_load_in_well_under_half_a_second(desk):
    desk.write(PROJECT + "".join(map(ENTITY.format, range(200))))
    desk.load()
    began = time.process_time()
    project = desk.load()
    took = time.process_time() - began
    assert len(project.entities) == 200
    assert took < 0.3


def test_reading_a_configuration_imports_neither_polars_nor_pyarrow():
    code = (
        "import sys, hygge_core.config, hygge_core.config.show, hygge_core.config.schema\n"
        "from hygge_core.config.settings import polish_settings\n"
        "polish_settings()\n"
        "print([name for name in ('polars', 'pyarrow', 'sqlite3') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"

"""What other distributions build on: one list, and a small store of their own made of it."""

import subprocess
import sys

import hygge_adls


def test_every_public_name_is_there_and_has_a_docstring():
    assert hygge_adls.__all__ == sorted(hygge_adls.__all__) == dir(hygge_adls)
    for name in hygge_adls.__all__:
        assert getattr(hygge_adls, name).__doc__, name


#: What a landing zone does: temporary names, numbers in order, metadata first, a folder dropped.
OPERATIONS = {
    *("upload", "create", "rename", "replace", "make_folder", "delete", "delete_tree"),
    *("read", "fetch", "read_json", "write_json", "list", "entry", "folder_etag", "address"),
}


def test_what_a_landing_zone_needs_of_a_lake_is_there():
    for operation in OPERATIONS:
        assert getattr(hygge_adls.Lake, operation).__doc__, operation


def test_importing_the_package_and_its_settings_loads_nothing_of_azure():
    code = (
        "import sys, hygge_adls; hygge_adls.InAdls, hygge_adls.InOneLake;"
        "print([name for name in sys.modules if name.split('.')[0] in ('azure', 'polars')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

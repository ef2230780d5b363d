"""``${VAR}`` in strings, and only there."""

from __future__ import annotations

import pytest

from hygge_core.config import filled
from hygge_core.errors import ConfigError

PROJECT = """
[flows.a]
home = { type = "parquet", path = "%s" }
store = { type = "parquet", path = "out" }
"""


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/x/${WHERE}/y", "/x/here/y"),
        ("/x/${NOWHERE:-there}", "/x/there"),
        ("/x/${EMPTY:-there}", "/x/there"),
        ("/x/${EMPTY}", "/x"),
        ("/x/${NOWHERE:-}y", "/x/y"),
        ("/x/$${WHERE}", "/x/${WHERE}"),
        ("/x/$WHERE", "/x/$WHERE"),
        ("/x/${WHERE}${WHERE}", "/x/herehere"),
        ("/x/${NOT_A_REFERENCE}", "/x/${WHERE}"),
    ],
)
def test_variables_are_filled_in_once(desk, text, path):
    desk.environ |= {"WHERE": "here", "EMPTY": "", "NOT_A_REFERENCE": "${WHERE}"}
    [entity] = desk.load(PROJECT % text).entities
    assert filled(entity.home.table, {})["path"] == path


@pytest.mark.parametrize("text", ["${", "${}", "${1A}", "${A B}", "${A:-${B}}", "${A"])
def test_what_is_no_variable_is_never_taken_as_it_is(desk, text):
    mistakes = desk.mistakes(PROJECT % text)
    assert [(each.path, "${NAME}" in each.problem) for each in mistakes] == [
        ("flows.a.home.path", True)
    ]


def test_variables_are_filled_in_inside_of_arrays_and_never_in_keys(desk):
    desk.environ["T"] = "nightly"
    [entity] = desk.load(PROJECT % "in" + 'tags = ["${T}", "x"]').entities
    assert entity.tags == ("nightly", "x")
    assert desk.mistakes(PROJECT % "in" + '"${T}" = 1')[0].path == 'flows.a."${T}"'


def test_a_number_from_a_variable_is_still_a_string(desk):
    desk.environ["N"] = "4"
    assert desk.complaints('[run]\nconcurrency = "${N}"') == [
        "hygge.toml: run.concurrency: expected an integer of at least 1, found the string '4'"
    ]


TWO = """
[connections.erp]
type = "mssql"
server = "${ERP_SERVER}"
database = "${ERP_DATABASE}"
[connections.unused]
type = "mssql"
server = "${NOBODY}"
database = "x"
[flows.a]
home = { type = "mssql", connection = "erp" }
store = { type = "parquet", path = "${OUT}" }
[flows.b]
home = { type = "parquet", path = "in", batch_rows = 5 }
store = { type = "parquet", path = "out" }
"""


def test_unset_variables_count_for_the_entities_that_are_asked_for(desk):
    project = desk.load(TWO)
    a, b = project.entities
    project.require([b])
    with pytest.raises(ConfigError) as caught:
        project.require([a, b])
    assert {(each.path, each.problem) for each in caught.value.mistakes} == {
        ("connections.erp.server", "the variable ERP_SERVER is not set"),
        ("connections.erp.database", "the variable ERP_DATABASE is not set"),
        ("flows.a.store.path", "the variable OUT is not set"),
    }
    with pytest.raises(ConfigError):
        a.task(run_id="r", flow_run_id="f", coordinator_run_id="c")


def test_an_overridden_variable_need_not_be_set(desk):
    desk.environ["OUT"] = "elsewhere"
    project = desk.load(TWO, sets=["connections.erp.server=s", "connections.erp.database=d"])
    project.require(project.entities)


@pytest.mark.parametrize("key", ["type", "path", "compression"])
def test_an_unset_variable_is_no_other_mistake(desk, key):
    given = {"type": '"parquet"', "path": '"out"', "compression": '"zstd"'}
    given[key] = '"${UNSET}"'
    text = '[flows.a]\nhome = { type = "parquet", path = "in" }\n[flows.a.store]\n'
    project = desk.load(text + "".join(f"{k} = {v}\n" for k, v in given.items()))
    with pytest.raises(ConfigError, match="UNSET"):
        project.require(project.entities)


@pytest.mark.parametrize("key", ["batch_rows", "dialect", "overrides", "zz"])
def test_what_no_text_could_put_right_is_a_mistake_at_once(desk, key):
    text = '[flows.a]\nstore = { type = "parquet", path = "out" }\n'
    home = f'home = {{ type = "csv", path = "in", {key} = "${{UNSET}}" }}'
    [mistake] = desk.mistakes(text + home)
    assert mistake.path == f"flows.a.home.{key}"


def test_the_tables_of_the_whole_project_need_their_variables_at_once(desk):
    assert desk.complaints(PROJECT % "in" + '[run]\ntimeout = "${LONG}"') == [
        "hygge.toml: run.timeout: the variable LONG is not set"
    ]


def test_a_variable_that_is_no_text_is_as_good_as_unset(desk):
    desk.environ["WHERE"] = "\udcff"
    project = desk.load(PROJECT % "${WHERE}")
    with pytest.raises(ConfigError, match="WHERE"):
        project.require(project.entities)

"""What a store makes of its table, through whole runs: swapped, wider, columnar, in batches."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from project import Project
from tds.server import TdsServer

from hygge_mssql.catalogue import Column
from hygge_mssql.names import Name
from hygge_mssql.store.alike import alike
from hygge_mssql.store.target import Target

FLOW = """
[flows.load]
home = {{ type = "parquet", path = "source" }}
store = {{ type = "mssql", connection = "sql", table = "dbo.target"{store} }}
{more}
"""
SWITCH = ', replace = "switch"'
APPEND = 'run_type = "incremental"\nwatermark = { column = "id" }\n'


@pytest.fixture
def project(tmp_path: Path, server: TdsServer) -> Project:
    return Project(tmp_path, server)


def load(project: Project, frame: pl.DataFrame, store: str = "", more: str = "") -> int:
    project.offer(frame)
    project.write(FLOW.format(store=store, more=more))
    return project.hygge("run")


def type_of(project: Project, column: str) -> tuple[object, ...]:
    return project.rows(
        "SELECT TYPE_NAME(c.user_type_id), CAST(c.max_length AS int) FROM sys.columns AS c"
        f" WHERE c.object_id = OBJECT_ID(N'dbo.target') AND c.name = '{column}'"
    )[0]


@pytest.mark.parametrize("columnstore", ["false", "true"])
def test_a_switch_swaps_the_rows_in_and_keeps_the_table(project: Project, columnstore: str) -> None:
    store = f"{SWITCH}, columnstore = {columnstore}"
    assert load(project, pl.DataFrame({"id": [1, 2]}), store) == 0
    before = project.rows("SELECT OBJECT_ID(N'dbo.target')")
    project.server.log.clear()
    assert load(project, pl.DataFrame({"id": [3]}), store) == 0
    assert project.rows("dbo.target") == [(3,)]
    assert project.rows("SELECT OBJECT_ID(N'dbo.target')") == before
    assert project.server.log.containing("SWITCH TO")
    assert not project.server.log.containing("INSERT INTO [dbo].[target]")
    assert project.staged() == []


def test_a_switch_that_loses_its_answer_has_swapped_once(project: Project) -> None:
    assert load(project, pl.DataFrame({"id": [1, 2]}), SWITCH) == 0
    fault = project.server.fail("statement", sql="COMMIT TRANSACTION", moment="after", drop=True)
    first = load(project, pl.DataFrame({"id": [3]}), SWITCH)
    assert fault.reached.is_set()
    assert first in (0, 75)
    assert load(project, pl.DataFrame({"id": [3]}), SWITCH) == 0
    assert project.rows("dbo.target") == [(3,)]


def test_rows_that_cannot_be_switched_in_are_refused_before_the_decision(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.ground.execute(
        "CREATE TABLE dbo.target ([id] bigint NOT NULL PRIMARY KEY, [more] int)",
        "INSERT INTO dbo.target VALUES (9, 9)",
    )
    assert load(project, pl.DataFrame({"id": [1]}), SWITCH) == 1
    assert "switch" in capsys.readouterr().err
    assert project.rows("dbo.target") == [(9, 9)]


def test_a_table_that_is_made_can_be_a_column_store_with_its_key(project: Project) -> None:
    frame = pl.DataFrame({"id": [1, 2]})
    assert load(project, frame, ', columnstore = true, key_columns = ["id"]') == 0
    indexes = (
        "SELECT CAST(type AS int) FROM sys.indexes WHERE object_id = OBJECT_ID(N'dbo.target')"
        " AND type > 0"
    )
    assert project.rows(indexes) == [(2,), (5,)]
    assert project.rows("dbo.target") == [(1,), (2,)]


def test_column_types_are_those_that_were_asked_for(project: Project) -> None:
    frame = pl.DataFrame({"id": [1], "name": ["ø"], "note": ["long"]})
    assert load(project, frame, ', column_types = { name = "nvarchar(50)" }') == 0
    assert type_of(project, "name") == ("nvarchar", 100)
    assert type_of(project, "note") == ("nvarchar", -1)
    assert project.rows("dbo.target") == [(1, "ø", "long")]


@pytest.mark.parametrize("text", ["abc", "ab "])
def test_a_text_that_a_column_type_does_not_hold_is_refused_before_the_decision(
    project: Project, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ', column_types = { name = "nvarchar(2)" }'
    assert load(project, pl.DataFrame({"name": ["ab", text]}), store) == 1
    assert "1 row has a value in column 'name'" in capsys.readouterr().err
    assert project.staged() == []


def test_a_uuid_is_the_same_in_small_letters_and_in_capitals_but_as_a_key(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.ground.execute("CREATE TABLE dbo.target ([id] uniqueidentifier NULL)")
    small = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
    assert load(project, pl.DataFrame({"id": [small, small.upper(), None]})) == 0
    found = project.rows("SELECT COUNT(*), COUNT(DISTINCT id), COUNT(id) FROM dbo.target")
    assert found == [(3, 1, 2)]
    assert load(project, pl.DataFrame({"id": [small]}), ', key_columns = ["id"]') == 1
    assert "would not keep exactly" in capsys.readouterr().err


def test_a_column_is_widened_and_another_added_where_the_policy_allows(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    narrow = pl.DataFrame({"id": [1], "n": [1]}, schema={"id": pl.Int64, "n": pl.Int32})
    wide = pl.DataFrame({"id": [2], "n": [2**40], "new": ["x"]})
    allowed = 'schema = { type_changes = "widen" }'
    assert load(project, narrow, more=APPEND) == 0
    assert load(project, wide, more=APPEND) == 1
    assert "widen" in capsys.readouterr().err
    assert type_of(project, "n") == ("int", 4)
    assert load(project, wide, more=APPEND + allowed) == 0
    assert type_of(project, "n") == ("bigint", 8)
    assert project.rows("dbo.target") == [(1, 1, None), (2, 2**40, "x")]


def test_rows_per_batch_is_of_each_loader_and_not_of_all_together(project: Project) -> None:
    frame = pl.DataFrame({"id": pl.int_range(250_000, eager=True)})
    assert load(project, frame, ", parallel_loaders = 2, rows_per_batch = 102_400") == 0
    batches = [each.rows or 0 for each in project.server.log.entries if each.kind == "rows"]
    assert sum(batches) == frame.height
    assert max(batches) == 102_400
    assert project.rows("SELECT COUNT(*), SUM(id) FROM dbo.target") == [
        (frame.height, sum(range(frame.height)))
    ]


def test_a_replace_keeps_indexes_and_never_drops_the_table(project: Project) -> None:
    """With the table stay its grants: they are of the object, which is the same one."""
    project.ground.execute(
        "CREATE TABLE dbo.target ([id] bigint NOT NULL PRIMARY KEY, [name] nvarchar(20) NULL)",
        "CREATE INDEX by_name ON dbo.target ([name])",
        "INSERT INTO dbo.target VALUES (9, N'old')",
    )
    indexes = "SELECT name FROM sys.indexes WHERE object_id = OBJECT_ID(N'dbo.target')"
    before = project.rows(indexes), project.rows("SELECT OBJECT_ID(N'dbo.target')")
    assert load(project, pl.DataFrame({"id": [1], "name": ["new"]})) == 0
    assert project.rows("dbo.target") == [(1, "new")]
    assert (project.rows(indexes), project.rows("SELECT OBJECT_ID(N'dbo.target')")) == before
    for text in ("DROP TABLE IF EXISTS [dbo].[target]", "sp_rename", "SWITCH TO"):
        assert not project.server.log.containing(text)


def test_a_column_is_added_only_within_the_transaction_that_publishes(project: Project) -> None:
    assert load(project, pl.DataFrame({"id": [1]}), more=APPEND) == 0
    project.server.log.clear()
    fault = project.server.fail(
        "statement", sql="INSERT INTO [dbo].[target]", error=824, times=None
    )
    wider = pl.DataFrame({"id": [2], "new": ["x"]})
    assert load(project, wider, more=APPEND) == 1
    assert fault.reached.is_set()
    assert project.rows("SELECT * FROM dbo.target") == [(1,)]
    project.server.faults.clear()
    (altered, *_) = project.server.log.containing("ALTER TABLE [dbo].[target] ADD [new]")
    own = [each.sql for each in project.server.log.entries if each.spid == altered.spid]
    before = own[: own.index(altered.sql)]
    began = len(before) - before[::-1].index("BEGIN TRANSACTION")
    assert "COMMIT TRANSACTION" not in before[began:]
    assert any("sp_getapplock" in text for text in before[began:])
    assert load(project, wider, more=APPEND) == 0
    assert project.rows("dbo.target") == [(1, None), (2, "x")]


def test_rows_that_the_source_has_no_more_are_found_by_their_keys(project: Project) -> None:
    keyed = ', key_columns = ["id"]'
    compared = APPEND + 'deletes = { detect = "keys", max_share = 0.5 }\n'
    assert load(project, pl.DataFrame({"id": [1, 2, 3]}), keyed, APPEND) == 0
    assert load(project, pl.DataFrame({"id": [1, 3, 4]}), keyed, compared) == 0
    assert project.rows("dbo.target") == [(1,), (3,), (4,)]


def test_a_key_that_the_source_spells_otherwise_now_has_not_vanished(project: Project) -> None:
    """Nor one that nchar has filled up with blanks."""
    project.ground.execute(
        "CREATE TABLE dbo.target ([key] nchar(5) NOT NULL PRIMARY KEY, [id] bigint NULL)"
    )
    keyed, first = ', key_columns = ["key"]', 'watermark = { column = "id" }\n'
    compared = APPEND + 'deletes = { detect = "keys", max_share = 0.5 }\n'
    assert (
        load(project, pl.DataFrame({"key": ["abc", "d", "e"], "id": [1, 1, 1]}), keyed, first) == 0
    )
    assert load(project, pl.DataFrame({"key": ["ABC", "d"], "id": [2, 1]}), keyed, compared) == 0
    assert project.rows("dbo.target") == [("abc  ", 2), ("d    ", 1)]


def test_rows_are_counted_whatever_the_user_options_of_the_server_are(project: Project) -> None:
    project.ground.execute("CREATE TABLE dbo.target ([id] bigint NULL)")
    project.server.user_options["NOCOUNT"] = "ON"
    assert load(project, pl.DataFrame({"id": [1, 2]})) == 0
    assert project.rows("dbo.target") == [(1,), (2,)]


@pytest.mark.parametrize(
    "unique", ["CREATE UNIQUE INDEX one ON dbo.target ([code])", "ADD PRIMARY KEY ([code])"]
)
def test_what_a_unique_index_refuses_is_found_before_the_decision(
    project: Project, unique: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if unique.startswith("ADD"):
        unique = f"ALTER TABLE dbo.target {unique}"
    project.ground.execute("CREATE TABLE dbo.target ([id] bigint NOT NULL, [code] bigint NOT NULL)")
    project.ground.execute(unique)
    keyed = ', key_columns = ["id", "code"]'
    assert load(project, pl.DataFrame({"id": [1, 2], "code": [7, 7]}), keyed) == 1
    told = capsys.readouterr().err
    assert "constraint that these rows do not meet" in told
    assert "the decision stands" not in told
    assert project.staged() == []
    assert load(project, pl.DataFrame({"id": [1, 2], "code": [7, 8]}), keyed) == 0
    assert project.rows("dbo.target") == [(1, 7), (2, 8)]


@pytest.mark.parametrize("key", ["", " PRIMARY KEY"])
def test_a_key_is_compared_as_the_table_keeps_it(project: Project, key: str) -> None:
    """Beside a datetime2, a datetime of 3 thousandths is 3.333 of them."""
    project.ground.execute(f"CREATE TABLE dbo.target ([k] datetime NOT NULL{key}, [id] bigint)")
    keyed, follow = ', key_columns = ["k"]', 'watermark = { column = "id" }\n'
    moment = datetime(2024, 1, 1, 10, 0, 0, 3000)  # noqa: DTZ001  # of a column without a zone
    for at, more in ((1, follow), (2, APPEND)):
        frame = pl.DataFrame({"k": [moment], "id": [at]})
        assert load(project, frame, keyed, more) == 0
    assert project.rows("dbo.target") == [("2024-01-01 10:00:00.003", 2)]


def test_a_key_of_exactly_the_key_columns_is_not_rehearsed(project: Project) -> None:
    keyed = ', key_columns = ["id"]'
    for ids in ([1, 2], [3]):
        project.server.log.clear()
        assert load(project, pl.DataFrame({"id": ids}), keyed) == 0
    assert len(project.server.log.containing("INSERT INTO [dbo].[target]")) == 1


@pytest.mark.parametrize("first", [True, False])
def test_keys_that_are_too_long_for_an_index_are_refused_before_the_decision(
    project: Project, first: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ', key_columns = ["a", "b", "c"]'
    short = pl.DataFrame({"a": ["x" * 225], "b": ["y" * 221], "c": [1]})
    if not first:
        assert load(project, short, store) == 0
    capsys.readouterr()
    assert load(project, short.with_columns(b=pl.lit("ø" * 226)), store) == 1
    said = capsys.readouterr().err
    assert "index entry of length 902 bytes" in said  # the double counts the texts
    assert "key_columns" in said
    assert "the decision stands" not in said
    assert project.staged() == []


@pytest.mark.parametrize(
    ("long", "told"),
    [("é" * 451, "a text of 451 letters"), ("😀" * 226, "a text of 452 letters")],
)
def test_a_key_that_is_too_long_is_refused_by_its_name(
    project: Project, long: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ', key_columns = ["a"]'
    fits = pl.DataFrame({"a": ["é" * 450, "😀" * 225]})
    assert load(project, fits, store) == 0
    assert load(project, pl.DataFrame({"a": ["b", long]}), store) == 1
    said = capsys.readouterr().err
    assert f"the key column 'a' has {told}" in said
    assert "450" in said


@pytest.mark.parametrize(
    ("collation", "one", "other", "same"),
    [
        ("Latin1_General_CI_AS", "Straße ", "STRASSE", True),
        ("Latin1_General_CI_AS", "e\u0301", "É", True),
        ("Latin1_General_CS_AS", "e\u0301", "é", True),
        ("Latin1_General_CS_AS", "é", "É", False),
        ("Latin1_General_CI_AS", "é", "e", False),
        ("Latin1_General_CI_AI", "é", "E", True),
        ("Japanese_CI_AS", "\uff21\uff22\u3000", "ab", True),
        ("Japanese_CI_AS", "ｶﾞ", "が", True),
        ("Japanese_CI_AS_KS", "ガ", "が", False),
        ("Japanese_CI_AS_KS_WS", "\uff21", "a", False),
        ("Japanese_CI_AS", "①", "1", False),
        ("Latin1_General_BIN2", "e\u0301", "é", False),
        ("Latin1_General_BIN2", "\uff21", "A", False),
    ],
)
def test_keys_are_alike_as_the_collation_of_the_table_says(
    collation: str, one: str, other: str, same: bool
) -> None:
    """A row that is taken for another one would be deleted as vanished."""
    column = Column(name="k", type="nvarchar", length=90, collation=collation)
    keys = alike(
        pl.DataFrame({"k": [one, other]}), Target(name=Name("dbo", "t"), columns=(column,))
    )
    assert (keys["k"].n_unique() == 1) is same

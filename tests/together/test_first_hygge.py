"""What went wrong in the first hygge does not go wrong in this one: forty defects, forty promises.

``KEPT`` says where each promise is kept: by tests elsewhere, by a test in this file whose docstring
names the defect, or by another distribution, whose own tests keep it.
"""

import ast
import re
import sqlite3
import threading
import time
from contextlib import closing
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from hygge_core.events import RunStarted
from hygge_core.files.memory import tables

TESTS = Path(__file__).resolve().parents[1]
HERE = "together/test_first_hygge.py"

#: Whose tests keep a promise that only their homes and stores can break.
ADLS, MIRRORING, MSSQL = "hygge-adls", "hygge-openmirroring", "hygge-mssql"

CLI = "hygge-core/cli/test_cli_{}.py::{}".format
CONFIG = "hygge-core/config/test_config_{}.py::{}".format
CORE = "hygge-core/test_{}.py::{}".format
ENGINE = "together/test_engine.py::{}".format
HALVES = "together/test_engine_halves.py::{}".format
HOMES = "hygge-core/homes/test_{}.py::{}".format
OURS = f"{HERE}::{{}}".format
PLUGINS = "hygge-core/plugins/test_{}.py::{}".format
SQLITE = "hygge-journal-sqlite/test_{}.py::{}".format
STAGED = "hygge-core/staged/test_{}.py::{}".format
STORES = "hygge-core/stores/test_stores_{}.py::{}".format
TOGETHER = "together/test_{}.py::{}".format
WATERMARK = "hygge-core/watermark/test_watermark_{}.py::{}".format

KEPT = {
    # A: wrong data while the run reports success.
    "D1": (
        OURS("test_a_second_run_adds_every_batch_and_takes_none_away"),
        STAGED("staged", "test_a_second_run_never_touches_the_files_of_the_first"),
        STAGED("staged", "test_file_names_carry_the_run_and_end_at_rows_per_file"),
    ),
    "D2": (MSSQL,),
    "D3": (
        OURS("test_a_full_drop_replaces_whatever_the_store"),
        OURS("test_only_what_was_asked_to_be_incremental_is"),
        SQLITE("store", "test_appending_adds_and_full_drop_replaces"),
        MSSQL,
    ),
    "D4": (
        OURS("test_a_second_run_adds_every_batch_and_takes_none_away"),
        ADLS,
    ),
    "D5": (
        OURS("test_a_journal_that_cannot_be_read_stops_the_run_and_appends_nothing"),
        OURS("test_three_incremental_runs_of_the_same_rows_move_them_once"),
        TOGETHER(
            "destinations", "test_a_moved_table_whose_watermark_is_not_known_is_not_appended_to"
        ),
        TOGETHER("destinations", "test_another_watermark_column_stops_the_run"),
        CONFIG("rules", "test_an_incremental_run_needs_a_watermark_and_a_journal"),
        CONFIG("rules", "test_an_incremental_run_needs_kinds_that_can"),
    ),
    "D6": (
        ENGINE("test_a_retry_starts_from_empty_staging_and_tells_the_cause"),
        STAGED("staged_walk", "test_a_retried_extraction_starts_from_empty_staging"),
        SQLITE("store", "test_a_retry_of_the_same_run_starts_from_an_empty_table"),
        TOGETHER("mutants", "test_a_retry_on_top_of_what_the_failed_attempt_staged_is_caught"),
        MIRRORING,
        MSSQL,
    ),
    "D7": (
        TOGETHER("destinations", "test_an_empty_source_fails_by_default_once_rows_were_seen"),
        TOGETHER("destinations", "test_an_empty_source_keeps_the_old_rows_where_that_was_asked"),
        MIRRORING,
    ),
    "D8": (
        STORES("parquet", "test_a_full_drop_replaces_partitions_that_are_gone"),
        ADLS,
    ),
    "D9": (
        SQLITE(
            "journal_processes",
            "test_two_processes_that_make_and_use_a_journal_at_once_lose_nothing",
        ),
        SQLITE(
            "journal_processes", "test_runs_under_leases_never_interleave_and_no_watermark_is_lost"
        ),
        SQLITE(
            "journal_processes", "test_a_process_killed_in_the_middle_leaves_whole_transactions"
        ),
    ),
    "D10": (
        OURS("test_a_flow_has_the_same_journal_whatever_else_runs"),
        CONFIG("journals", "test_a_journal_lies_beside_the_store_or_the_home_once_for_the_flow"),
    ),
    "D11": (
        STAGED("staged_hooks", "test_a_number_that_somebody_else_took_is_never_overwritten"),
        MIRRORING,
    ),
    "D12": (
        OURS("test_polish_gives_each_file_the_same_columns_once"),
        CORE("polish", "test_where_a_batch_ends_changes_nothing"),
        CORE("polish", "test_keys_have_their_final_names"),
        MIRRORING,
    ),
    # B: destructive or non-atomic publish.
    "D13": (
        STAGED("staged_hooks", "test_a_crash_at_any_point_of_publishing_rolls_forward_in_order"),
        MIRRORING,
    ),
    "D14": (MSSQL,),
    "D15": (MIRRORING,),
    "D16": (
        TOGETHER("mutants", "test_a_commit_that_arrives_during_a_publish_is_published_next"),
        MIRRORING,
    ),
    "D17": (
        TOGETHER("walk", "test_whatever_happens_at_any_point_the_next_start_puts_right"),
        TOGETHER("kill", "test_a_run_killed_at_a_point_is_finished_or_undone_by_the_next"),
        STAGED("staged_others", "test_a_reader_that_polls_always_finds_the_old_or_the_new_content"),
    ),
    # C: hangs and outages.
    "D18": (
        HALVES("test_a_store_that_fails_stops_a_home_with_more_to_say_than_the_pipe_holds"),
        HALVES("test_a_watermark_that_does_not_exist_fails_at_once"),
    ),
    "D19": (
        TOGETHER("left_behind", "test_an_abandoned_read_does_not_keep_the_process_alive"),
        MSSQL,
    ),
    "D20": (
        TOGETHER(
            "order",
            "test_a_connection_is_never_used_by_more_than_its_cap_and_nobody_waits_for_ever",
        ),
        CORE("engine_parts", "test_an_entity_takes_all_the_slots_it_needs_or_none"),
        CONFIG("rules", "test_an_entity_that_needs_more_connections_than_there_are_is_a_mistake"),
        MSSQL,
    ),
    "D21": (
        ENGINE("test_a_retry_starts_from_empty_staging_and_tells_the_cause"),
        ENGINE("test_the_last_failures_own_text_reaches_the_user"),
        ENGINE("test_a_commit_that_fails_for_a_moment_is_tried_again"),
        ADLS,
    ),
    "D22": (
        OURS("test_entities_move_at_the_same_time_even_while_one_blocks_in_its_commit"),
        HALVES("test_an_extraction_that_never_waits_is_held_to_its_timeout_too"),
    ),
    "D23": (OURS("test_no_more_entities_than_concurrency_publish_at_once"),),
    # D: configuration and command line.
    "D24": (OURS("test_what_the_project_says_counts_on_the_command_line_and_in_the_library"),),
    "D25": (
        OURS("test_only_what_was_asked_to_be_incremental_is"),
        OURS("test_a_run_type_that_is_none_is_refused"),
        OURS("test_a_project_is_the_same_from_wherever_it_is_run"),
        CLI("selection", "test_words_are_joined_and_the_projects_order_is_kept"),
        CONFIG("any_input", "test_an_unknown_key_is_never_taken"),
        CONFIG("overlays", "test_a_set_of_nothing_is_a_mistake"),
        CONFIG("strictness", "test_what_is_no_table_at_all_is_refused"),
        CONFIG("sources", "test_paths_are_relative_to_the_file_that_they_stand_in"),
        CONFIG("interpolation", "test_unset_variables_count_for_the_entities_that_are_asked_for"),
        CONFIG("overlaps", "test_two_entities_with_one_destination_are_a_mistake_naming_both"),
        CONFIG("rules", "test_names_that_differ_only_in_case_are_refused"),
    ),
    "D26": (
        CLI("commands", "test_check_names_every_fault_with_a_fix"),
        CLI("commands", "test_plan_says_what_run_would_do_and_touches_nothing"),
        TOGETHER("cli_journal", "test_plan_makes_no_journal"),
    ),
    "D27": (
        OURS("test_looking_leaves_nothing_behind"),
        TOGETHER("order", "test_a_connection_that_nobody_uses_is_not_opened"),
        CLI("start", "test_asking_for_help_imports_nothing_heavy"),
        PLUGINS("broken_plugins", "test_a_plugin_that_does_not_import_is_set_apart"),
    ),
    "D28": (
        ENGINE("test_a_failure_after_the_decision_is_journalled_and_the_next_run_finishes_it"),
        ENGINE("test_a_home_that_cannot_be_opened_is_journalled"),
        ENGINE("test_a_plugin_that_calls_exit_fails_its_entity_and_nothing_else"),
    ),
    "D29": (
        OURS("test_a_journal_beside_any_home_or_store_is_not_taken_for_data"),
        SQLITE("plugin", "test_the_journal_beside_is_hidden"),
    ),
    # E: data-shape and cost.
    "D30": (
        HOMES("home_ndjson", "test_a_missing_key_is_a_null"),
        HOMES("home_ndjson", "test_new_columns_that_the_policy_ignores_are_passed_over"),
        HOMES(
            "home_differing",
            "test_types_that_differ_are_widened_where_the_policy_and_the_values_allow",
        ),
        HOMES("home_csv_types", "test_a_later_row_of_another_type_is_told_with_its_place"),
        TOGETHER("schema_changes", "test_a_key_that_comes_late_starts_the_load_again"),
        TOGETHER(
            "schema_changes", "test_a_value_of_a_type_that_would_change_others_stops_the_load"
        ),
    ),
    "D31": (
        HOMES("home_partitions", "test_partition_directories_are_columns_after_those_of_the_files"),
    ),
    "D32": (MIRRORING,),
    "D33": (
        WATERMARK("tracker", "test_every_row_is_moved_exactly_once"),
        WATERMARK("tracker", "test_ties_that_arrive_late_are_neither_lost_nor_doubled"),
        WATERMARK("marks", "test_a_mark_comes_back_as_a_literal_to_the_last_digit"),
        WATERMARK("marks", "test_texts_are_ordered_by_their_bytes_in_every_kind_of_text"),
        SQLITE("ranges", "test_text_is_compared_by_its_bytes_whatever_the_columns_collation"),
        MSSQL,
    ),
    "D34": (OURS("test_small_batches_read_a_file_no_more_often_than_large_ones"),),
    "D35": (
        SQLITE("journal_growth", "test_no_verb_gets_slower_as_history_grows"),
        SQLITE("journal_verbs", "test_retention_is_applied_when_the_journal_is_opened"),
        SQLITE("journal_file", "test_an_older_journal_is_brought_forward_with_all_that_is_in_it"),
    ),
    "D36": (SQLITE("values", "test_a_value_of_any_type_comes_back_exactly"), MSSQL),
    "D37": (
        CORE("polish", "test_hash_ids_tell_null_and_separators_apart"),
        CORE("digests", "test_different_values_have_different_texts_whatever_is_in_them"),
    ),
    "D38": (OURS("test_no_place_is_ever_called_entity_in_braces"), ADLS, MIRRORING),
    "D39": (OURS("test_a_plugins_own_type_error_is_told_and_nothing_is_tried_instead"),),
    "D40": (
        OURS("test_a_failed_run_leaves_a_database_as_it_was"),
        SQLITE("store", "test_what_is_staged_is_invisible_until_it_is_committed"),
    ),
}


@cache
def promises(file: str) -> dict[str, set[str]]:
    """The tests of a file, each with the defects that begin its docstring."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    found = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    told = {node.name: ast.get_docstring(node) or "" for node in found}
    tests = {name: text for name, text in told.items() if name.startswith("test_")}
    return {name: set(re.findall(r"D\d+", text.split(":")[0])) for name, text in tests.items()}


def test_each_of_the_forty_is_kept_by_a_test_that_exists():
    assert list(KEPT) == [f"D{number}" for number in range(1, 41)]
    for defect, keepers in KEPT.items():
        assert keepers, defect
        for keeper in set(keepers) - {ADLS, MIRRORING, MSSQL}:
            file, _, test = keeper.partition("::")
            assert test in promises(file), f"{defect}: {keeper}"


def test_what_a_test_of_this_file_says_that_it_keeps_is_in_the_table():
    told = {(defect, OURS(test)) for test, kept in promises(HERE).items() for defect in kept}
    assert told == {
        (defect, keeper)
        for defect, keepers in KEPT.items()
        for keeper in keepers
        if keeper.startswith(HERE)
    }


# --- A: wrong data while the run reports success ----------------------------------------------

FILES = """
[flows.f]
home = {{ type = "parquet", path = "in", batch_rows = 7 }}
store = {{ type = "{store}", path = "{path}", rows_per_file = 10 }}
{more}
"""
INCREMENTAL = 'run_type = "incremental"\nwatermark = { column = "id" }'


def numbers(first: int, count: int) -> pl.DataFrame:
    return pl.DataFrame({"id": range(first, first + count)})


def test_a_second_run_adds_every_batch_and_takes_none_away(household):
    """D1, D4: five files a run, three runs."""
    household.toml(FILES.format(store="parquet", path="out", more=INCREMENTAL))
    seen = {}
    for run in range(3):
        household.put(f"in/{run}.parquet", numbers(run * 50, 50))
        assert household.move().rows_written == 50
        assert household.ids() == list(range((run + 1) * 50))
        now = household.snapshot()
        assert len(now) == (run + 1) * 5
        assert seen.items() <= now.items(), "no old file is touched"
        seen = now


@pytest.mark.parametrize("store", ["parquet", "csv", "ndjson", "sqlite"])
def test_a_full_drop_replaces_whatever_the_store(household, store):
    """D3: two full drops of three rows are three rows."""
    text = FILES.format(store=store, path="out", more="")
    household.toml(text if store != "sqlite" else text.replace(", rows_per_file = 10", ""))
    for first in (0, 100):
        household.put("in/1.parquet", numbers(first, 3))
        assert household.move().rows_written == 3
        assert held(household.root / "out", store) == [first, first + 1, first + 2]


def held(place: Path, store: str) -> list[int]:
    """The ids in a destination of any store."""
    if store == "sqlite":
        with closing(sqlite3.connect(place)) as database:
            return sorted(id_ for (id_,) in database.execute("SELECT id FROM f"))
    read = getattr(pl, f"read_{store}")
    return sorted(pl.concat([read(file) for file in place.glob(f"*.{store}")])["id"])


def test_a_journal_that_cannot_be_read_stops_the_run_and_appends_nothing(household):
    """D5: and neither does any run after it."""
    household.toml(FILES.format(store="parquet", path="out", more=INCREMENTAL))
    household.put("in/1.parquet", numbers(0, 3))
    assert household.call("run").code == 0
    before = household.snapshot()
    for file in (household.root / ".hygge").glob("journal.db*"):
        if file.is_file():
            file.write_bytes(b"not a database at all" * 100)
    for _ in range(2):
        done = household.call("run")
        assert done.code == 1
        assert "journal.db" in done.err
    assert household.snapshot() == before


@pytest.mark.parametrize("suffix", ["parquet", "csv", "ndjson"])
def test_three_incremental_runs_of_the_same_rows_move_them_once(household, suffix):
    """D5: every home knows its watermark, and a column's name may have spaces and quotes."""
    column = "Last 'Modified' [at]"
    rows = numbers(0, 3).with_columns(pl.Series(column, [1.5, 2.5, 2.5]))
    (household.root / "in").mkdir()
    getattr(rows, f"write_{suffix}")(household.root / "in" / f"1.{suffix}")
    household.toml(
        f"""
        [flows.f]
        home = {{ type = "{suffix}", path = "in" }}
        store = {{ type = "parquet", path = "out" }}
        run_type = "incremental"
        watermark = {{ column = "{column}" }}
        """
    )
    assert [household.move().rows_written for _ in range(3)] == [3, 0, 0]
    assert household.ids() == [0, 1, 2]


def test_a_flow_has_the_same_journal_whatever_else_runs(household):
    """D10: alone, with the others, or first."""
    household.toml(
        """
        [defaults]
        journal = { location = "store" }
        run_type = "incremental"
        watermark = { column = "id" }
        home = { type = "parquet", path = "in" }
        [flows.a]
        store = { type = "parquet", path = "lake/a/out" }
        [flows.b]
        store = { type = "parquet", path = "lake/b/out" }
        """,
        journal=False,
    )
    household.put("in/1.parquet", numbers(0, 3))
    moved = []
    for words in (["-s", "b"], [], ["-s", "a"], ["-s", "b"]):
        assert household.call("run", *words).code == 0
        moved.append([len(list((household.root / "lake" / f / "out").glob("*"))) for f in "ab"])
    assert moved == [[0, 1], [1, 1], [1, 1], [1, 1]]


def test_polish_gives_each_file_the_same_columns_once(household):
    """D12: batches and files end at different rows."""
    polish = """
        polish.columns.case = "snake"
        polish.hash_ids = [{ name = "UserHashId", from_columns = ["UserId"] }]
        polish.timestamps = [{ name = "LoadedAt" }]
        """
    household.toml(FILES.format(store="parquet", path="out", more=polish))
    household.put("in/1.parquet", pl.DataFrame({"UserId": range(45), "FullName": ["x"] * 45}))
    assert household.move().parts == 5
    files = [pl.read_parquet(file) for file in (household.root / "out").glob("*.parquet")]
    assert {tuple(file.columns) for file in files} == {tuple(files[0].columns)}
    assert len(files[0].columns) == 4
    assert pl.concat(files)["user_id"].sort().to_list() == list(range(45))


# --- C: hangs and outages ---------------------------------------------------------------------

MANY = """
[run]
concurrency = {concurrency}
[flows.f]
home = {{ type = "scripted", script = "{script}" }}
store = {{ type = "stumbling", path = "out", stumble = "stumbles" }}
[flows.f.entities]
a = {{}}
b = {{}}
c = {{}}
d = {{}}
"""


def test_entities_move_at_the_same_time_even_while_one_blocks_in_its_commit(household, stranger):
    """D22: nobody's waiting is anybody else's."""
    others_read, meeting = threading.Event(), threading.Barrier(3)

    def stumbles(step, batch, scene):
        if step == "commit" and scene.entity == "a":
            assert others_read.wait(10)

    @stranger.script
    def meets(play):
        if play.scene.entity != "a":
            meeting.wait(10)
            others_read.set()
        yield stranger.rows(0, 1)

    stranger.STUMBLES["stumbles"] = stumbles
    household.toml(MANY.format(script="meets", concurrency=4))
    assert [result.failure for result in household.run().results] == [None] * 4


def test_no_more_entities_than_concurrency_publish_at_once(household, stranger):
    """D23: what each of them holds in memory is bounded by that."""
    now, most, meeting = [], [], threading.Barrier(2)

    def stumbles(step, batch, scene):
        if step == "commit":
            now.append(scene.entity)
            most.append(len(now))
            meeting.wait(10)
            time.sleep(0.1)  # time enough for a third, if there were one
            now.remove(scene.entity)

    stranger.STUMBLES["stumbles"] = stumbles
    household.toml(MANY.format(script="ten", concurrency=2))
    assert [result.failure for result in household.run().results] == [None] * 4
    assert max(most) == 2


# --- D: configuration and command line --------------------------------------------------------

TWINS = """
[project]
name = "contoso"
[run]
concurrency = 3
on_error = "stop"
[defaults]
home = { type = "parquet", path = "in" }
watermark = { column = "id" }
[flows.a]
store = { type = "parquet", path = "out/a" }
[flows.a_b]
store = { type = "parquet", path = "out/a_b" }
"""


def test_what_the_project_says_counts_on_the_command_line_and_in_the_library(household, stranger):
    """D24: concurrency, what to do after a failure, the project's name and its journal."""
    heard = []
    stranger.LISTENERS.append(heard.append)
    household.toml(TWINS)
    assert household.call("run").code == 1, "there is no source"
    told = [event for event in heard if isinstance(event, RunStarted)]
    household.run()
    told += [event for event in household.events if isinstance(event, RunStarted)]
    assert [(event.project, event.concurrency) for event in told] == [("contoso", 3)] * 2
    assert {event.event_type for event in household.told()} == {"start", "fail"}
    assert household.run(concurrency=1).not_started == ("a_b",)


def test_only_what_was_asked_to_be_incremental_is(household):
    """D25, D3: ``a_b`` is not an entity of ``a``, and the word of the command line decides."""
    household.toml(TWINS)
    household.put("in/1.parquet", numbers(0, 3))
    assert household.call("run").code == 0
    household.put("in/1.parquet", numbers(2, 3))
    assert household.call("run", "-s", "a_b", "--incremental").code == 0
    assert household.call("run", "-s", "a").code == 0
    assert household.ids("out/a_b") == [0, 1, 2, 3, 4]
    assert household.ids("out/a") == [2, 3, 4]


@pytest.mark.parametrize("word", ["full-drop", "incrementel", "append", "", "FULL_DROP"])
def test_a_run_type_that_is_none_is_refused(household, word):
    """D25: a typo was an append."""
    household.toml(FILES.format(store="parquet", path="out", more=f'run_type = "{word}"'))
    done = household.call("run")
    assert done.code == 3
    assert "hygge.toml: flows.f.run_type: expected" in done.err


def test_a_project_is_the_same_from_wherever_it_is_run(household, monkeypatch):
    """D25: from a folder inside it everything lands in its usual place."""
    household.toml(FILES.format(store="parquet", path="out", more=""))
    inside = household.put("in/1.parquet", numbers(0, 3)).parent
    monkeypatch.chdir(inside)
    household.root = Path()
    assert household.call("run").code == 0
    assert [path.name for path in inside.iterdir()] == ["1.parquet"]
    assert held(inside.parent / "out", "parquet") == [0, 1, 2]


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["plan"], ["config", "show"]])
def test_looking_leaves_nothing_behind(household, monkeypatch, words):
    """D27: no folder of logs, no destination, no journal."""
    household.toml(FILES.format(store="parquet", path="out", more=""))
    household.put("in/1.parquet", numbers(0, 3))
    monkeypatch.chdir(household.root)
    before = sorted(household.root.rglob("*"))
    assert household.call(*words).code == 0
    assert sorted(household.root.rglob("*")) == before


@pytest.mark.parametrize("location", ["home", "store"])
@pytest.mark.parametrize("home", ["in", "in/1.parquet"], ids=["folder", "file"])
@pytest.mark.parametrize("store", ["parquet", "sqlite"])
def test_a_journal_beside_any_home_or_store_is_not_taken_for_data(household, location, home, store):
    """D29: two runs, and the second one reads what the first one read."""
    household.toml(
        f"""
        [flows.f]
        home = {{ type = "parquet", path = "{home}" }}
        store = {{ type = "{store}", path = "lake/out" }}
        journal = {{ location = "{location}" }}
        """,
        journal=False,
    )
    household.put("in/1.parquet", numbers(0, 3))
    for _ in range(2):
        assert household.move().rows_written == 3
        assert held(household.root / "lake/out", store) == [0, 1, 2]
    assert len(household.told()) >= 2


# --- E: data-shape and cost -------------------------------------------------------------------


def bytes_read() -> int:
    """How many bytes this process has ever asked files for."""
    counts = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(counts["rchar"])


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="it looks into /proc")
@pytest.mark.parametrize("suffix", ["parquet", "csv", "ndjson"])
def test_small_batches_read_a_file_no_more_often_than_large_ones(household, suffix):
    """D34: two hundred batches were two hundred scans."""
    rows = pl.DataFrame({"id": range(200_000)}).with_columns(text=pl.col("id").hash().cast(str))
    file = household.root / f"in.{suffix}"
    getattr(rows, f"write_{suffix}")(file)
    household.toml(
        f"""
        [flows.f]
        home = {{ type = "{suffix}", path = "in.{suffix}", batch_rows = 1000 }}
        store = {{ type = "memory", table = "{household.root}" }}
        """,
        journal=False,
    )
    before = bytes_read()
    assert household.move().rows_written == 200_000
    assert tables.pop(str(household.root)).equals(rows)
    assert bytes_read() - before < 2 * file.stat().st_size


def test_no_place_is_ever_called_entity_in_braces(household):
    """D38: in a flow without entities its own name stands there."""
    household.toml(FILES.format(store="parquet", path="lake/{entity}/{flow}", more=""))
    household.put("in/1.parquet", numbers(0, 3))
    assert household.move().rows_written == 3
    assert household.ids("lake/f/f") == [0, 1, 2]
    assert not [path for path in household.root.rglob("*") if "{" in path.name]


def test_a_plugins_own_type_error_is_told_and_nothing_is_tried_instead(
    household, stranger, monkeypatch
):
    """D39."""
    tries = []

    def broken(config, scene):
        tries.append(scene.entity)
        raise TypeError("the driver takes 2 arguments but 3 were given")

    monkeypatch.setattr(stranger, "ScriptedHome", broken)
    household.toml(MANY.format(script="ten", concurrency=1).partition("[flows.f.entities]")[0])
    result = household.move()
    assert result.failure.kind == "TypeError"
    assert "the driver takes 2 arguments but 3 were given" in result.failure.text
    assert tries == ["f"]


def test_a_failed_run_leaves_a_database_as_it_was(household, stranger):
    """D40: thirty rows were left behind."""
    text = """
        [flows.f]
        home = { type = "scripted", script = "SCRIPT" }
        store = { type = "sqlite", path = "out" }
        """
    household.toml(text.replace("SCRIPT", "ten"))
    assert household.move().rows_written == 10
    household.toml(text.replace("SCRIPT", "broken"))
    assert household.move().failure.text == "the table is corrupt"
    assert held(household.root / "out", "sqlite") == list(range(10))

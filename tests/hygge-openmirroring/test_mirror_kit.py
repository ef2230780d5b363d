"""The store keeps the promises of any store, through the door of a stranger's; where the landing
zone's own rules forbid one, the deviation is entered with its reason."""

import json
from types import ModuleType

import polars as pl
import pytest
from mirrors import table_of

import hygge_openmirroring.plugin as open_mirroring
from hygge_core.testing import PluginContract, StoreContract, StoreSubject
from hygge_core.types import parse

JOURNAL = "hygge.schema/hygge_journal"


class TestMirrorPlugin(PluginContract):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return open_mirroring


def as_the_source_has_it(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Each value in the type that it came in: texts and numbers stand for types that Delta lacks.

    A column of nothing but NULLs has no type yet, and is not in the table.
    """
    absent = [pl.lit(None, t).alias(n) for n, t in schema.items() if isinstance(t, pl.Null)]
    frame = frame.with_columns(absent)
    return frame.with_columns(
        _back(pl.col(name), frame.schema[name], dtype).alias(name)
        for name, dtype in schema.items()
        if name in frame.columns and frame.schema[name] != dtype
    )


def _back(value: pl.Expr, landed: pl.DataType, dtype: pl.DataType) -> pl.Expr:
    if dtype.is_nested():
        return value.str.json_decode(dtype)
    if isinstance(dtype, pl.Time):
        return value.str.to_time("%H:%M:%S%.f")
    if isinstance(dtype, pl.Duration):
        return value.cast(pl.Duration("us")).cast(dtype)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone and landed == parse("datetime[us, UTC]"):
        return value.dt.convert_time_zone(dtype.time_zone)
    if isinstance(dtype, pl.Datetime) or not (dtype.is_numeric() and landed.is_numeric()):
        return value.cast(dtype)
    return value  # wider, and every value unchanged


class TestMirrorStore(StoreContract):
    """Each place is a mirrored database of its own, with the table ``walk``."""

    every_step, every_double = 29, 1801
    _GONE = "the service drops a table by its folder's deletion, and shows nothing until the new"
    _SEAL = "the number of a file is given at SEAL: of two loads at once, the second is refused"
    deviations = {  # noqa: RUF012
        "test_a_commit_may_crash_anywhere[full_drop]": _GONE,
        "test_after_any_fault_the_next_start_puts_right[full_drop]": _GONE,
        "test_a_store_that_keeps_a_ledger_needs_no_journal": _GONE,
        "test_a_cleanup_leaves_what_others_have_staged": _SEAL,
    }

    #: What is staged lies there alike in both modes, and goes by its folder.
    repeats = (
        "test_what_never_was_decided_may_crash_anywhere[full_drop]",
        "test_a_rollback_may_crash_anywhere[append]",
    )

    @pytest.fixture
    def subject(self, mirror) -> StoreSubject:
        def table(root):
            mirror.server.seed("lake", {f"{root.name}/Files": None})
            told = {"mirror_name": root.name, "table": "walk", "rows_per_file": 3}
            return mirror.table(**told, folder_deletion_wait_seconds=0.0)

        def files(root):
            return mirror.server.files("lake", f"{root.name}/Files")

        def landed(root):
            start = f"{root.name}/Files/LandingZone/"
            return {n.removeprefix(start): b for n, b in files(root).items() if n.startswith(start)}

        def visible(root, schema):
            zone = landed(root)
            if not any(n.startswith("walk/0") for n in zone):
                return None
            return as_the_source_has_it(table_of(zone, "walk"), schema)

        def shown_runs(root):
            shown = {n: content for n, content in landed(root).items() if n.startswith(JOURNAL)}
            return table_of(shown, JOURNAL)["entity_run_id"].to_list() if shown else []

        def twin(root, other):
            mirror.server.copy("lake", f"{root.name}/Files", f"{other.name}/Files")

        def copied(root, folder):
            for name, content in landed(root).items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)

        def says(root, well):
            told = {"sourceTableName": "walk", "status": "Replicating" if well else "Failed"}
            told |= {} if well else {"errorCode": "SchemaMergeFailure"}
            text = json.dumps({"tables": [told]}).encode()
            mirror.server.seed("lake", {f"{root.name}/Files/Monitoring/tables.json": text})

        def leftovers(root):
            own = [n for n in files(root) if "/.hygge/" in n and "/.hygge/tables/" not in n]
            return own + [n for n in files(root) if "/walk/_2" in n]

        return StoreSubject(
            plugin=open_mirroring,
            type="open_mirroring",
            table=table,
            visible=visible,
            leftovers=leftovers,
            twin=twin,
            publishing=lambda root: {**table(root), "mirror_journal": True},
            shown_runs=shown_runs,
            copied=copied,
            says=says,
        )


@pytest.mark.slow
@pytest.mark.timeout(3600)
class TestMirrorStoreAtMorePoints(TestMirrorStore):
    every_step, every_double = 3, 101

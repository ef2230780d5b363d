"""The store keeps the promises of any store, through the door of a stranger's; where the landing
zone's own rules forbid one, the deviation is entered with its reason."""

from types import ModuleType

import polars as pl
import pytest
from mirrors import OWN, SAS, ZONE

import hygge_openmirroring.plugin as open_mirroring
from hygge_core.testing import PluginContract, StoreContract, StoreSubject
from hygge_core.types import parse


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
    every_step, every_double = 9, 301

    @pytest.fixture
    def subject(self, mirror) -> StoreSubject:
        def table(root):
            sas = {"env": "HYGGE_TEST_LAKE_SAS"}
            place = {"workspace": "lake", "mirror_name": "mirror", "table": root.name}
            sign_in = {"account_url": mirror.server.url, "auth": "sas", "sas": sas}
            more = {"rows_per_file": 3, "folder_deletion_wait_seconds": 0.0}
            return {**sign_in, **place, **more}

        def visible(root, schema):
            if not mirror.numbers(root.name):
                return None
            return as_the_source_has_it(mirror.table_at(root.name), schema)

        def leftovers(root):
            staged = [n for n in mirror.files(f"{root.name}/") if "/_2" in n]
            own = [n for n in mirror.server.files("lake", OWN) if "/.hygge/tables/" not in n]
            return [f"{ZONE}/{n}" for n in staged] + own

        assert SAS
        return StoreSubject(
            plugin=open_mirroring,
            type="open_mirroring",
            table=table,
            visible=visible,
            leftovers=leftovers,
        )

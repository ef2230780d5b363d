"""A small project on the double: Parquet files in, SQL Server, Parquet files out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
from ground import PASSWORD, Ground, double
from tds.server import TdsServer

from hygge_core.cli import main

JOURNAL = 'type = "sqlite"\npath = "journal.db"'


def connection(ground: Ground, name: str = "sql", **more: Any) -> str:
    """``[connections.NAME]`` in TOML."""
    table = {**ground.table, **more}
    lines = [f"[connections.{name}]"]
    for key, value in table.items():
        told = f'{{ env = "{PASSWORD}" }}' if key == "password" else json.dumps(value)
        lines.append(f"{key} = {told}")
    return "\n".join(lines)


class Project:
    """``hygge.toml`` in a folder, with a journal in SQLite unless it says otherwise."""

    def __init__(self, root: Path, server: TdsServer) -> None:
        self.root = root
        self.server = server
        self.ground: Ground = double(server)

    def write(
        self, *pieces: str, journal: str = 'type = "sqlite"\npath = "journal.db"', **more: Any
    ) -> None:
        told = [connection(self.ground, **more), "[retry]", "attempts = 3", 'max_wait = "1s"']
        if journal:
            told += ["[journal]", journal]
        (self.root / "hygge.toml").write_text("\n".join((*told, *pieces)))

    def offer(self, frame: pl.DataFrame, name: str = "source") -> None:
        """Rows for a home ``{ type = "parquet", path = NAME }``."""
        folder = self.root / name
        folder.mkdir(exist_ok=True)
        frame.write_parquet(folder / "rows.parquet")

    def hygge(self, *words: str) -> int:
        return main([*words, "-C", str(self.root)])

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        return sorted(self.server.rows(table))

    def settled(self, name: str = "lake") -> pl.DataFrame:
        """What is visible, in the order in which it was written: names of one second have none."""
        files = (self.root / name).rglob("*.parquet")
        return pl.read_parquet(sorted(files, key=lambda file: file.stat().st_mtime_ns))

    def staged(self) -> list[str]:
        names = self.server.rows("SELECT name FROM sys.tables")
        return [name for (name,) in names if name.startswith("__hygge_stage_")]

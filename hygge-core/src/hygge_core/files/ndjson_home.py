"""The home ``ndjson``: one JSON object per line, in one pass, with nothing dropped or bent.

Types, nested ones too, come from the first batch. A key that comes later, or a value of another
kind, is a ``SchemaChanged`` with its file, line, column and type; a key that is missing is NULL.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
import pyarrow as pa

from hygge_core.errors import HomeError, HyggeError, SchemaChanged
from hygge_core.files.batches import BATCH_BYTES
from hygge_core.files.blocks import LINES, Block, blocks
from hygge_core.files.file_home import FileHome, Portion
from hygge_core.files.home_border import speaking_hygge
from hygge_core.files.home_settings import NdjsonHomeConfig
from hygge_core.files.json_arrow import found_types, is_read_as_text
from hygge_core.files.json_values import joined, misfit, type_of
from hygge_core.files.listing import LocalPlace
from hygge_core.files.ndjson_text import BadLine, may_be_rounded, parse, rewritten, rows
from hygge_core.files.overrides import overrides_of, toml_line
from hygge_core.files.sources import COMPRESSED, Source, with_suffix
from hygge_core.files.text_columns import TextColumn, Wording
from hygge_core.files.utf8 import Utf8, opened
from hygge_core.records import Ask
from hygge_core.scene import Scene
from hygge_core.types import spell

SUFFIXES = with_suffix((".ndjson", ".jsonl", ".json"))
_SAMPLE_BYTES = 1 << 16
_SHORT = 60


@contextmanager
def open_ndjson_home(config: NdjsonHomeConfig, scene: Scene) -> Iterator[FileHome]:
    """The home of ``type = "ndjson"``. Raises ``ConfigError`` for a type that no text can be."""
    place = LocalPlace(config.path, SUFFIXES, scene.entity)
    form = NdjsonFormat(config.schema_overrides, scene)
    yield FileHome(place, form, scene, batch_rows=config.batch_rows, hive=config.hive)

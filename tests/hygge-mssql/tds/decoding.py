"""Bytes to columns: what the slices of a row mean is found out for a whole column at once.

Parameters of a call go the same way, as columns of one value.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from . import arrays, codecs, types
from .codecs import texts
from .framing import Raw
from .types import SqlType


def column(raw: Sequence[Raw], type: SqlType) -> pa.Array:
    """The values of one column, as ``arrays`` keeps them."""
    arrow = arrays.arrow_type(type)
    if type.name in types.BYTES:
        return pa.array(raw, arrow)
    some = [value for value in raw if value is not None]
    if not some:
        return pa.nulls(len(raw), arrow)
    if pa.types.is_large_string(arrow) and type.name != "uniqueidentifier":
        full = texts.read(some, type.encoding)
    else:
        body = np.frombuffer(b"".join(some), np.uint8).reshape(len(some), -1)
        full = codecs.fixed(type).read(body, type)
    if len(some) == len(raw):
        return full
    places = np.cumsum([value is not None for value in raw]) - 1
    mask = np.array([value is None for value in raw])
    return full.take(pa.array(places, mask=mask))

"""How each type's values look on the wire, both ways ([MS-TDS] 2.2.5.5): a column at a time."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
from attrs import frozen

from ..pieces import Bytes
from ..types import SqlType
from . import guids, numbers, times


@frozen
class Codec:
    """A type whose values have all one length; a matrix has a line of bytes for each value."""

    write: Callable[[pa.Array, SqlType], Bytes]
    read: Callable[[Bytes, SqlType], pa.Array]


_NUMBER = Codec(numbers.write_number, numbers.read_number)
_FIXED = {
    "bit": Codec(numbers.write_bit, numbers.read_bit),
    "decimal": Codec(numbers.write_decimal, numbers.read_decimal),
    "numeric": Codec(numbers.write_decimal, numbers.read_decimal),
    "money": Codec(numbers.write_money, numbers.read_money),
    "smallmoney": Codec(numbers.write_money, numbers.read_money),
    "date": Codec(times.write_date, times.read_date),
    "time": Codec(times.write_time, times.read_time),
    "datetime2": Codec(times.write_datetime2, times.read_datetime2),
    "datetimeoffset": Codec(times.write_offset, times.read_offset),
    "datetime": Codec(times.write_datetime, times.read_datetime),
    "smalldatetime": Codec(times.write_smalldatetime, times.read_datetime),
    "uniqueidentifier": Codec(guids.write_guid, guids.read_guid),
}


def fixed(type: SqlType) -> Codec:
    """The codec of a type that is neither text nor binary: whole and floating numbers have one."""
    return _FIXED.get(type.name, _NUMBER)

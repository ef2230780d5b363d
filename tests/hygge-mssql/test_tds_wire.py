"""The bytes on the wire are those of [MS-TDS]; the sections are named."""

import struct

import pyarrow as pa
import pytest
from tds import calls, decoding, encoding, framing, login, prelogin, tokens, types
from tds.types import Column, SqlType


def test_prelogin_options_are_offsets_and_lengths():
    """2.2.6.5: PL_OPTION_TOKEN, offset and length, big-endian, then 0xFF and the data."""
    options = {prelogin.VERSION: bytes(6), prelogin.ENCRYPTION: b"\x02"}
    raw = prelogin.write(options)
    assert raw[:11] == bytes([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xFF])
    assert prelogin.read(raw) == options


@pytest.mark.parametrize(
    ("client", "offered", "required", "answer"),
    [
        (prelogin.OFF, False, False, prelogin.NOT_SUPPORTED),
        (prelogin.ON, False, False, prelogin.NOT_SUPPORTED),
        (prelogin.OFF, True, False, prelogin.OFF),
        (prelogin.ON, True, False, prelogin.ON),
        (prelogin.NOT_SUPPORTED, True, False, prelogin.NOT_SUPPORTED),
        (prelogin.OFF, True, True, prelogin.REQUIRED),
    ],
)
def test_encryption_is_agreed_as_the_table_says(client, offered, required, answer):
    """2.2.6.5, the server's answers."""
    asked = {prelogin.ENCRYPTION: bytes([client])}
    assert prelogin.encryption(asked, offered=offered, required=required) == answer


def test_a_password_is_unscrambled():
    """2.2.6.4: the nibbles of each byte are swapped, then XOR 0xA5."""
    texts = ["host", "user", "sécret", "app", "server", "", "lib", "", "db"]
    offset, spans, raw = 94, [], b""
    for text in texts:
        wide = text.encode("utf-16-le")
        if text == "sécret":
            wide = bytes((((b & 0x0F) << 4) | (b >> 4)) ^ 0xA5 for b in wide)
        spans += [offset + len(raw), len(text)]
        raw += wide
    fixed = struct.pack("<IIIIII4B2I", 0, 0x74000004, 4096, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    head = fixed + struct.pack("<18H", *spans)
    read = login.read(head.ljust(94, b"\0") + raw)
    assert (read.user, read.password, read.database, read.packet_size) == (
        "user",
        "sécret",
        "db",
        4096,
    )


def test_done_says_status_command_and_count():
    """2.2.7.6: with TDS 7.2 and later the count has eight bytes."""
    status = tokens.COUNTED | tokens.MORE
    assert tokens.done(status, 3, command=0xC1) == b"\xfd" + struct.pack("<HHQ", 0x11, 0xC1, 3)


def test_an_error_is_error_and_a_message_is_info():
    """2.2.7.10 and 2.2.7.13: above severity 10 it is an ERROR."""
    assert tokens.message(208, 1, 16, "no")[0] == 0xAA
    assert tokens.message(5701, 2, 10, "ok")[0] == 0xAB
    raw = tokens.message(208, 7, 16, "é")
    assert struct.unpack_from("<HiBBH", raw, 1) == (len(raw) - 3, 208, 7, 16, 1)


@pytest.mark.parametrize(
    ("type", "raw"),
    [
        (SqlType("int"), "26 04"),
        (SqlType("bit"), "68 01"),
        (SqlType("decimal", precision=38, scale=10), "6a 11 26 0a"),
        (SqlType("decimal", precision=9, scale=2), "6a 05 09 02"),
        (SqlType("datetime2", scale=7), "2a 07"),
        (SqlType("date"), "28"),
        (SqlType("money"), "6e 08"),
        (SqlType("uniqueidentifier"), "24 10"),
        (SqlType("nvarchar", 50), "e7 64 00 09 04 d0 00 34"),
        (SqlType("nvarchar", types.MAX), "e7 ff ff 09 04 d0 00 34"),
        (SqlType("varbinary", 10), "a5 0a 00"),
        (SqlType("rowversion", 8), "ad 08 00"),
    ],
    ids=str,
)
def test_type_info(type, raw):
    """2.2.5.4 and 2.2.5.6."""
    assert types.type_words(type) == bytes.fromhex(raw)


@pytest.mark.parametrize(
    ("type", "value", "raw"),
    [
        (SqlType("int"), -2, "04 fe ff ff ff"),
        (SqlType("decimal", precision=5, scale=2), "-1.25", "05 00 7d 00 00 00"),
        # 2.2.5.5.1.2: money has its higher four bytes first.
        (SqlType("money"), "1.0000", "08 00 00 00 00 10 27 00 00"),
        # 2.2.5.5.1.8: days since 0001-01-01; time in units of its scale before them.
        (SqlType("datetime2", scale=7), 1, "08 01 00 00 00 00 00 00 00"),
        (SqlType("datetime2", scale=0), 864_000_000_000, "06 00 00 00 01 00 00"),
        (SqlType("datetimeoffset", scale=0), {"t": 0, "o": -330}, "08 00 00 00 00 00 00 b6 fe"),
        # 2.2.5.5.1.3: days since 1900, three-hundredths of a second.
        (SqlType("datetime"), 599_266_080_000_033_333, "08 00 00 00 00 01 00 00 00"),
        (SqlType("nvarchar", 5), "é😀", "06 00 e9 00 3d d8 00 de"),
        (SqlType("varchar", 5), "é", "01 00 e9"),
        (SqlType("varbinary", 5), b"", "00 00"),
        # 2.2.5.2.3: whole length, a chunk, the end.
        (
            SqlType("varbinary", types.MAX),
            b"\x07",
            "01 00 00 00 00 00 00 00 01 00 00 00 07 00 00 00 00",
        ),
        (SqlType("varbinary", types.MAX), b"", "00 00 00 00 00 00 00 00 00 00 00 00"),
        (SqlType("varbinary", types.MAX), None, "ff ff ff ff ff ff ff ff"),
        (SqlType("nvarchar", 5), None, "ff ff"),
        (SqlType("int"), None, "00"),
        (
            SqlType("uniqueidentifier"),
            "00112233-4455-6677-8899-AABBCCDDEEFF",
            "10 33 22 11 00 55 44 77 66 88 99 aa bb cc dd ee ff",
        ),
    ],
)
def test_a_value_has_these_bytes_and_is_read_from_them(type, value, raw):
    """2.2.5.5."""
    from decimal import Decimal

    known = Decimal(value) if type.name in {"decimal", "money"} else value
    body = encoding.value(type, known)
    assert body == bytes.fromhex(raw)
    _, framed, _ = framing.type_info(types.type_words(type), 0)
    column: list = []
    assert framing.splitter([framed], [column])(body, 0) == len(body)
    assert decoding.column(column, type)[0].as_py() == known


def test_a_row_with_a_null_has_a_bitmap():
    """2.2.7.22: NBCROW, a bit for each column, the lowest first."""
    batch = pa.RecordBatch.from_pydict(
        {"a": pa.array([1, None], pa.int32()), "b": pa.array(["x", "y"], pa.large_string())}
    )
    raw = encoding.rows(batch, [SqlType("int"), SqlType("varchar", 5)])
    assert raw == bytes.fromhex("d2 00 04 01 00 00 00 01 00 78" + "d2 01 01 00 79")


def test_rows_without_nulls_have_none():
    """2.2.7.17."""
    batch = pa.RecordBatch.from_pydict({"a": pa.array([1, 2], pa.int16())})
    assert encoding.rows(batch, [SqlType("smallint")]) == bytes.fromhex("d1 02 01 00 d1 02 02 00")


def test_metadata_has_flags_and_names():
    """2.2.7.4: user type, flags, TYPE_INFO, B_VARCHAR."""
    raw = tokens.metadata([Column("é", SqlType("bit"), nullable=True)])
    assert raw == bytes.fromhex("81 01 00 00 00 00 00 09 00 68 01 01 e9 00")


def test_a_call_is_read_with_its_values():
    """2.2.6.6: ALL_HEADERS, the procedure by number, options, then name, status, type, value."""
    headers = struct.pack("<I", 22) + struct.pack("<IHQI", 18, 2, 0, 1)
    value = tokens.short("@p") + b"\x00" + types.type_words(SqlType("int")) + b"\x04\x05\0\0\0"
    message = headers + struct.pack("<HHH", 0xFFFF, 12, 0) + value
    (call,) = calls.read(message)
    assert call.procedure == "sp_execute"
    assert call.values == (calls.Value("@p", SqlType("int"), 5, False),)

"""The text of a file as UTF-8, whatever its compression and its encoding."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import pyarrow as pa

from hygge_core.errors import HomeError
from hygge_core.files.homes.sources import Source

_CODECS = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd"}
_UTF8 = ("utf-8", "utf-8-sig")
_SMALL = 1 << 16
_LARGE = 1 << 23
_BREAK = re.compile(rb"\r\n|\n|\r")
#: How files begin that are none of text, whatever their name says.
_NO_TEXT = {
    b"PK\x03\x04": "this is a ZIP archive, such as an Excel workbook: save it as text",
    b"\x1f\x8b": "this is compressed by gzip: its name has to end in .gz",
    b"BZh": "this is compressed by bzip2: its name has to end in .bz2",
    b"\x28\xb5\x2f\xfd": "this is compressed by zstd: its name has to end in .zst",
    b"PAR1": 'this is a Parquet file: type = "parquet" reads it',
}


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@contextmanager
def opened(source: Source, encoding: str = "utf-8") -> Iterator[Utf8]:
    """The text of ``source``, decompressed where its name says so."""
    codec = next((c for suffix, c in _CODECS.items() if source.name.lower().endswith(suffix)), None)
    with source.open() as file:
        plain = file if codec is None else pa.CompressedInputStream(file, codec)
        yield Utf8(plain, source, encoding)


class Utf8:
    """Reads pieces of text as UTF-8 bytes, without a byte order mark.

    UTF-8 itself passes through unlooked at: who uses the bytes checks them, see ``not_utf8``.
    """

    def __init__(self, stream: _Readable, source: Source, encoding: str) -> None:
        self.name = source.name
        self._source = source
        self.encoding = codecs.lookup(encoding).name
        self._stream = stream
        self._ahead: bytes | None = None
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._done = 0

    def read(self, size: int) -> bytes:
        """About ``size`` bytes; empty at the end. Raises ``HomeError`` for what is no text."""
        if self._ahead is None:
            return self._piece(size).removeprefix(codecs.BOM_UTF8)
        ahead, self._ahead = self._ahead, b""
        return ahead or self._piece(size)

    def skip_lines(self, count: int) -> int:
        """Leave out so many lines, whatever is in them; how many bytes they had."""
        skipped = 0
        ahead = self.read(_SMALL)
        while count and ahead:
            found = _BREAK.search(ahead)
            end = len(ahead) if found is None else found.end()
            halved = ahead[end - 1 : end] == b"\r"
            ahead = ahead[end:] or self._piece(_SMALL)
            # A piece may end inside a line break, too.
            more = int(halved and ahead.startswith(b"\n"))
            ahead = ahead[more:] or self._piece(_SMALL)
            skipped += end + more
            count -= found is not None
        self._ahead = ahead
        return skipped

    def line_at(self, offset: int) -> int:
        """The number of the line that begins so many bytes into the text, from 1.

        Reads the file again: counting lines all the time would cost more than telling one.
        """
        line, left, before = 1, offset, b""
        with opened(self._source, self.encoding) as again:
            while left and (piece := again.read(min(left, _LARGE))[:left]):
                line += _breaks(piece) - (before == b"\r" and piece.startswith(b"\n"))
                left -= len(piece)
                before = piece[-1:]
        return line

    def not_utf8(self, exc: UnicodeDecodeError, offset: int) -> HomeError:
        """What to say of bytes, so many into the text, that are no UTF-8."""
        text = bytes(exc.object)
        line = self.line_at(offset) + _breaks(text[: exc.start])
        return HomeError(
            f"{self.name}: line {line:,} is not utf-8: byte 0x{text[exc.start]:02x} ({exc.reason})",
            hint=_told_of(text),
        )

    def _piece(self, size: int) -> bytes:
        read = self._stream.read(size)
        self._ahead = b""
        if self.encoding in _UTF8:
            return read
        try:
            made = self._decoder.decode(read, final=not read).encode("utf-8")
        except UnicodeError as exc:
            at = self._done + getattr(exc, "start", 0)
            raise HomeError(
                f"{self.name}: not {self.encoding} near byte {at:,}: {exc}",
                hint="set `encoding` to what the file is written in",
            ) from exc
        self._done += len(read)
        # A piece may end inside a character: only the end of the file is empty.
        return made if made or not read else self._piece(size)


def _breaks(text: bytes) -> int:
    """How many lines end in it, counted faster than an expression finds them."""
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")


def _told_of(text: bytes) -> str:
    """What to try where the beginning of a file, or a later part of it, is no UTF-8."""
    for magic, hint in _NO_TEXT.items():
        if text.startswith(magic):
            return hint
    utf16 = b"\0" in text[:64] or text[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    likely = "utf-16" if utf16 else "latin-1 or cp1252"
    return f"set `encoding` to what the file is written in, perhaps {likely}"

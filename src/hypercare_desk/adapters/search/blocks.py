"""Files of named arrays, cut into blocks with a checksum each, so that damage is seen by whoever reads it.

Layout: magic, length of the head, CRC-32 of the head, head (JSON: arrays by name with type, offset and count; any
facts), CRC-32 of each 16 KiB block of the data, data. A file is written once and never changed. Parts are read with
plain reads, not through a memory map: a file that is cut short under a map kills the process.
"""

from __future__ import annotations

import json
import os
import struct
import threading
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_MAGIC = b"HCDSEG1\n"
_START = struct.Struct("<8sII")
_BLOCK = 1 << 14
_ALIGN = 64


class Damaged(Exception):
    """A file of the index is not what was written."""


def write_arrays(path: Path, arrays: Mapping[str, Array], facts: Mapping[str, Any]) -> tuple[int, int]:
    """Write the file; returns its size and the checksum of its head, which covers all the others.

    Not forced to disk: a save waits for it, and after a power cut the checksums tell what did not get there.
    """
    places: dict[str, tuple[str, int, int]] = {}
    pieces: list[bytes] = []
    at = 0
    for name, array in arrays.items():
        data = np.ascontiguousarray(array)
        places[name] = (data.dtype.str, at, int(data.size))
        raw = data.tobytes()
        padding = -len(raw) % _ALIGN
        pieces += (raw, b"\0" * padding)
        at += len(raw) + padding
    body = memoryview(b"".join(pieces))
    sums = np.fromiter(
        (zlib.crc32(body[i : i + _BLOCK]) for i in range(0, len(body), _BLOCK)), np.uint32
    ).tobytes()
    head = json.dumps(
        {"arrays": places, "facts": dict(facts), "data": len(body), "sums": zlib.crc32(sums)}
    ).encode()
    start = _START.pack(_MAGIC, len(head), zlib.crc32(head))
    with path.open("wb") as out:
        out.write(start)
        out.write(head)
        out.write(sums)
        out.write(body)
    return len(start) + len(head) + len(sums) + len(body), zlib.crc32(head)


class ArrayFile:
    """Reads such a file; every method raises ``Damaged`` for anything that is not as written."""

    def __init__(self, path: Path, expected: tuple[int, int] | None = None) -> None:
        """``expected``: size and head checksum as ``write_arrays`` returned them."""
        self.path = path
        self._lock = threading.Lock()
        self._handle = -1
        try:
            self._handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise Damaged(f"{path.name} cannot be opened: {error.strerror}") from error
        try:
            self._open(expected)
        except (ValueError, KeyError, TypeError, struct.error) as error:
            self.close()
            raise Damaged(f"{path.name} has no readable head") from error
        except Damaged:
            self.close()
            raise

    def _open(self, expected: tuple[int, int] | None) -> None:
        size = os.fstat(self._handle).st_size
        magic, length, checksum = _START.unpack(self._read(0, _START.size))
        if magic != _MAGIC or length > size or (expected and expected != (size, checksum)):
            raise Damaged(f"{self.path.name} is not the file that was written")
        head = self._read(_START.size, length)
        if zlib.crc32(head) != checksum:
            raise Damaged(f"The head of {self.path.name} is damaged")
        told: dict[str, Any] = json.loads(head)
        self.facts: dict[str, Any] = told["facts"]
        self._places: dict[str, tuple[np.dtype[Any], int, int]] = {
            name: (np.dtype(kind), offset, count) for name, (kind, offset, count) in told["arrays"].items()
        }
        self._length: int = told["data"]
        blocks = -(-self._length // _BLOCK)
        sums = self._read(_START.size + length, 4 * blocks)
        if zlib.crc32(sums) != told["sums"]:
            raise Damaged(f"The checksums of {self.path.name} are damaged")
        self._sums: list[int] = np.frombuffer(sums, np.uint32).tolist()
        self._base = _START.size + length + 4 * blocks
        if self._base + self._length != size:
            raise Damaged(f"{self.path.name} is cut short")

    def count(self, name: str) -> int:
        """How many elements the array has."""
        return self._places[name][2]

    def part(self, name: str, start: int = 0, stop: int | None = None) -> Array:
        """Elements ``start`` to ``stop`` of an array, read and checked now; not writable."""
        kind, offset, count = self._places[name]
        last = count if stop is None else stop
        if not 0 <= start <= last <= count:
            raise Damaged(f"{self.path.name} points outside itself")
        raw = self._checked(offset + start * kind.itemsize, offset + last * kind.itemsize)
        return np.frombuffer(raw, kind)

    def verify(self) -> None:
        """Read everything once."""
        for start in range(0, self._length, 64 * _BLOCK):
            self._checked(start, min(start + 64 * _BLOCK, self._length))

    def close(self) -> None:
        """Let go of the file; only its owner may, and only when nobody reads."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __del__(self) -> None:
        # Readers of an old generation may still be at work when a new one is opened: the last one closes the file.
        self.close()

    def _checked(self, start: int, stop: int) -> memoryview:
        """Bytes ``start`` to ``stop`` of the data, after the blocks they lie in were compared with their checksums."""
        if start == stop:
            return memoryview(b"")
        first = start // _BLOCK
        begin = first * _BLOCK
        end = min(-(-stop // _BLOCK) * _BLOCK, self._length)
        raw = memoryview(self._read(self._base + begin, end - begin))
        for number, at in enumerate(range(0, end - begin, _BLOCK), start=first):
            if zlib.crc32(raw[at : at + _BLOCK]) != self._sums[number]:
                raise Damaged(f"{self.path.name} is damaged")
        return raw[start - begin : stop - begin]

    def _read(self, at: int, length: int) -> bytes:
        try:
            if hasattr(os, "pread"):
                raw = os.pread(self._handle, length, at)
            else:
                with self._lock:
                    os.lseek(self._handle, at, os.SEEK_SET)
                    raw = os.read(self._handle, length)
        except (OSError, ValueError) as error:
            raise Damaged(f"{self.path.name} cannot be read: {error}") from error
        if len(raw) != length:
            raise Damaged(f"{self.path.name} is cut short")
        return raw

"""A zip in exactly one form: entries stored as they are, dated 1980, nothing between them and nothing after."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator

LOCAL = struct.Struct("<4s5H3L2H")  # before each entry: its name and content follow
END = struct.Struct("<4s4H2LH")  # the last bytes of the file
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_DATE = 0x21  # 1 January 1980


def zipped(entries: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The bytes of a zip with these entries, stored."""
    central, offset, count = [], 0, 0
    for name, data in entries:
        encoded, crc = name.encode("ascii"), zlib.crc32(data)
        yield LOCAL.pack(b"PK\3\4", 20, 0, 0, 0, _DATE, crc, len(data), len(data), len(encoded), 0) + encoded
        yield data
        facts = (20, 20, 0, 0, 0, _DATE, crc, len(data), len(data), len(encoded), 0, 0, 0, 0, 0, offset)
        central.append(_CENTRAL.pack(b"PK\1\2", *facts) + encoded)
        offset += LOCAL.size + len(encoded) + len(data)
        count += 1
    directory = b"".join(central)
    yield directory + END.pack(b"PK\5\6", 0, 0, count, count, len(directory), offset, 0)

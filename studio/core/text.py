"""Script files as text: bytes are decoded strictly, and what cannot be a script is refused with a reason."""

from __future__ import annotations

from pathlib import Path

from studio.core.errors import ScriptError, reason

MAX_BYTES = 64 * 1024 * 1024

_KEPT = "the file was not changed"
_BOMS = {b"\xff\xfe\x00\x00": "UTF-32", b"\x00\x00\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_PRINTABLE_FORMATS = (b"%PDF-", b"{\\rtf")  # no script begins like these; one may begin with "RIFF-raff" or "ID3"
_MAGIC = {
    b"%PDF-": "a PDF document",
    b"PK\x03\x04": "a Word or ZIP file",
    b"\xd0\xcf\x11\xe0": "an old Word document",
    b"{\\rtf": "a rich-text document",
    b"ID3": "an MP3 file",
    b"fLaC": "a FLAC file",
    b"RIFF": "a WAV file",
    b"OggS": "an Ogg file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"SQLite format 3\x00": "a database",
    b"\x7fELF": "a program",
}


def read(path: Path) -> str:
    """The text of a script file. Raises ScriptError when it cannot be opened or is no UTF-8 text."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _too_large(size, str(path))
        return decode(path.read_bytes(), str(path))
    except OSError as error:
        what = f"The script cannot be read: {reason(error).lower()}"
        raise ScriptError(what, where=path, todo="check the path and its permissions") from error


def decode(data: bytes, name: str) -> str:
    """The text of a script; a byte order mark is dropped, line ends are kept as they are. Raises ScriptError."""
    if len(data) > MAX_BYTES:
        raise _too_large(len(data), name)
    for mark, encoding in _BOMS.items():
        if data.startswith(mark):
            raise ScriptError(
                f"This is {encoding} text (byte 0)", where=name, kept=_KEPT, todo="save it as UTF-8 and open it again"
            )
    for magic, what in _MAGIC.items():
        if data.startswith(magic) and (magic in _PRINTABLE_FORMATS or not _is_prose(data[:64])):
            raise ScriptError(
                f"This is {what}, no script", where=name, kept=_KEPT, todo="save its words as a plain UTF-8 text file"
            )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The codec counts from after the byte order mark that it has skipped.
        at = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
        raise _not_text(data, at, name) from error
    nul = data.find(b"\0")
    if nul >= 0:
        where = f"{name}:{_line(data, nul)}"
        raise ScriptError(
            f"A NUL byte stands at byte {nul}", where=where, kept=_KEPT, todo="delete it, or save the script as plain text"
        )
    return text


def _is_prose(head: bytes) -> bool:
    return all(byte > 31 or byte in b"\t\n\r" for byte in head)


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def _not_text(data: bytes, at: int, name: str) -> ScriptError:
    head = data[:8192]
    controls = sum(byte < 9 or 13 < byte < 32 for byte in head)
    if controls > len(head) // 20:
        return ScriptError(f"This is no text (byte {at})", where=name, kept=_KEPT, todo="choose a plain UTF-8 text file")
    return ScriptError(
        f"Byte {at} (0x{data[at]:02x}) is no UTF-8",
        where=f"{name}:{_line(data, at)}",
        kept=_KEPT,
        todo="save the script with the encoding UTF-8 and open it again",
    )


def _too_large(size: int, name: str) -> ScriptError:
    return ScriptError(
        f"The script has {size:,} bytes, more than the {MAX_BYTES:,} that are read",
        where=name,
        kept=_KEPT,
        todo="split it into parts",
    )

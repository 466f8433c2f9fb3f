"""The bytes of a file → text; what was guessed or looks damaged is said."""

from __future__ import annotations

import hashlib
import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import TextIO

from bosetting_cli.findings import DataError, Finding, finding
from bosetting_cli.statistics.table import warning

STDIN = Path("-")
_BOMS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
# What people hand over instead of a CSV file, by how it begins.
_FOREIGN = {
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"PK\x03\x04": "a zip archive",
    b"\x89PNG": "a picture",
}
_NAMES = {"utf-8-sig": "UTF-8", "windows-1252": "Windows-1252", "mac-roman": "Mac OS Roman"}
# What is said if bytes are none of an encoding that nothing is certain of.
_WRONG = {"utf-8": "mixes two encodings", "windows-1252": "neither encoding"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROL_BYTES = bytes([*range(9), 11, 12, *range(14, 32), 127])
# A Norwegian letter in UTF-8, and what became of letters.
_UTF8_LETTER = re.compile(rb"\xc3[\x80-\xbf]")
_DAMAGE = {"letters replaced": re.compile("�"), "letters encoded twice": re.compile("Ã[¦¸¥†˜…]")}
_NORWEGIAN = frozenset("æøåÆØÅéèêóòôáàäöüÉÄÖÜšžŠ–—’«»“”§°½\u00a0")


_ledger: ContextVar[dict[str, str] | None] = ContextVar("ledger", default=None)


@contextmanager
def recorded() -> Iterator[dict[str, str]]:
    """Yield what gets file → SHA-256 of every file that is read meanwhile."""
    found: dict[str, str] = {}
    token = _ledger.set(found)
    try:
        yield found
    finally:
        _ledger.reset(token)


def unreadable(error: Exception, file: str) -> DataError:
    """Return that a file or folder can't be read, and why, as the system has it."""
    why = getattr(error, "strerror", None) or str(error)
    return DataError(finding("can't be read", file=file, why=why))


def read_bytes(path: Path, file: str, limit: int) -> bytes:
    """Read a file that is not too large.

    Args:
        path: The file; `-` is standard input, which may be read several times.
        file: What to call it in messages.
        limit: The most bytes it may have.

    Raises:
        DataError: It can't be read, or is larger.
    """
    try:
        if path == STDIN:
            content = _piped(sys.stdin, limit)
        else:
            with path.open("rb") as stream:
                content = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        raise unreadable(error, file) from None
    if len(content) > limit:
        raise DataError(finding("too large a file", file=file, megabytes=limit // 1_000_000))
    if (ledger := _ledger.get()) is not None:
        ledger[file] = hashlib.sha256(content).hexdigest()
    return content


@lru_cache(maxsize=1)
def _piped(stream: TextIO | None, limit: int) -> bytes:
    """Read standard input, of which nothing can be read again."""
    if stream is None:
        raise OSError("standard input is closed")
    return stream.buffer.read(limit + 1)


def decode(content: bytes, file: str) -> tuple[str, tuple[Finding, ...]]:
    """Turn the bytes of a text file into text.

    A byte order mark decides; without one it is UTF-8, or else what `chardet` finds more likely
    of Windows-1252 and Mac OS Roman.

    Args:
        content: The bytes.
        file: What to call the file in messages.

    Returns:
        The text without a byte order mark, its letters composed (NFC), and warnings.

    Raises:
        DataError: The bytes are no text, or mix two encodings.
    """
    for start, what in _FOREIGN.items():
        if content.startswith(start):
            raise DataError(finding("not CSV", file=file, what=what))
    text, notes = _decoded(content, file)
    if len(content.translate(None, _CONTROL_BYTES)) != len(content):
        _refuse_controls(text, file)
    if "�" in text or "Ã" in text:
        lost = {words: len(signs.findall(text)) for words, signs in _DAMAGE.items()}
        notes += [warning(words, file, count=count) for words, count in lost.items() if count]
    return unicodedata.normalize("NFC", text), tuple(notes)


def _decoded(content: bytes, file: str) -> tuple[str, list[Finding]]:
    encoding, guessed = _encoding(content)
    name = _NAMES.get(encoding, encoding.upper())
    try:
        text = content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        said = {"encoding": name, "byte": error.start + 1}
        if encoding not in _WRONG:
            raise DataError(finding("not valid in encoding", said, file=file)) from None
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(finding(_WRONG[encoding], said, file=file, line=line)) from None
    return text, [warning(guessed, file, encoding=name)] if guessed else []


def _encoding(content: bytes) -> tuple[str, str]:
    """Return the encoding, and the words for it if it is a guess."""
    for bom, encoding in _BOMS.items():
        if content.startswith(bom):
            return encoding, ""
    if b"\x00" in content and (wide := _wide(content)):
        return wide, "read as without mark"
    try:
        content.decode()
    except UnicodeDecodeError:
        if not _UTF8_LETTER.search(content):
            return _likely(content), "read as not UTF-8"
    return "utf-8", ""


def _wide(content: bytes) -> str | None:
    """Return which UTF-16 it is, judged by the zeros of mostly Latin text."""
    half = len(content) // 2
    if content[1::2].count(0) > half * 0.8:
        return "utf-16-le"
    return "utf-16-be" if content[0::2].count(0) > half * 0.8 else None


def _likely(content: bytes) -> str:
    """Return which of two encodings without a mark it is.

    Two or three names are too few for a detector. If Windows-1252 makes every other byte a
    letter or sign of Norwegian and Sámi names it is that: Mac OS Roman's ø, å and æ would come
    out as ¿, Œ and ¾.
    """
    high = bytes(sorted({byte for byte in content if byte > 127}))
    if set(high.decode("cp1252", errors="replace")) <= _NORWEGIAN:
        return "windows-1252"
    import chardet

    found = chardet.detect(content, include_encodings=["windows-1252", "mac-roman"])["encoding"]
    return "mac-roman" if (found or "").lower().startswith("mac") else "windows-1252"


def _refuse_controls(text: str, file: str) -> None:
    # UTF-16 has such bytes inside letters; only the decoded text tells.
    if found := _CONTROLS.search(text):
        line = text.count("\n", 0, found.start()) + 1
        code = f"U+{ord(found[0]):04X}"
        raise DataError(finding("control character", file=file, line=line, code=code))

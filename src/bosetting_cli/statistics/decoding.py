"""The bytes of a file → text; what was guessed or looks damaged is said."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from bosetting_cli.findings import DataError, Problem
from bosetting_cli.statistics.table import warning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# What people hand over instead of a CSV file, by how it begins.
_FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls)"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x89PNG", "a picture"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROL_BYTES = bytes([*range(9), 11, 12, *range(14, 32), 127])
# A Norwegian letter in UTF-8, and the same read as Windows-1252.
_UTF8_LETTER = re.compile(rb"\xc3[\x80-\xbf]")
_TWICE = re.compile("Ã[¦¸¥†˜…]")


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


def read_bytes(path: Path, file: str, limit: int) -> bytes:
    """Read a file that is not too large.

    Args:
        path: The file.
        file: What to call it in messages.
        limit: The most bytes it may have.

    Raises:
        DataError: It can't be read, or is larger.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        what = f"can't be read: {getattr(error, 'strerror', None) or error}"
        raise DataError(Problem(what, file)) from None
    if len(content) > limit:
        hint = f"files of up to {limit // 1_000_000} MB are read"
        raise DataError(Problem("is too large", file, hint=hint))
    if (ledger := _ledger.get()) is not None:
        ledger[file] = hashlib.sha256(content).hexdigest()
    return content


def decode(content: bytes, file: str) -> tuple[str, tuple[Problem, ...]]:
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
    for start, kind in _FOREIGN:
        if content.startswith(start):
            hint = "save it as CSV, UTF-8"
            raise DataError(Problem(f"is {kind}, not CSV", file, hint=hint))
    text, notes = _decoded(content, file)
    if len(content.translate(None, _CONTROL_BYTES)) != len(content):
        _refuse_controls(text, file)
    if "�" in text or "Ã" in text:
        notes = (*notes, *_damage(text, file))
    return unicodedata.normalize("NFC", text), notes


def _decoded(content: bytes, file: str) -> tuple[str, tuple[Problem, ...]]:
    certain = next((encoding for bom, encoding in _BOMS if content.startswith(bom)), None)
    wide = _wide(content) if certain is None and b"\x00" in content else None
    hint = "save the file anew as UTF-8"
    try:
        text = content.decode(certain or wide or "utf-8").removeprefix("\ufeff")
        return text, (_guess(wide, "it has no byte order mark", file),) if wide else ()
    except UnicodeDecodeError as error:
        at = error.start
    if known := certain or wide:
        what = f"is not valid {_name(known)} (byte {at + 1})"
        raise DataError(Problem(what, file, hint=hint))
    what = "mixes two encodings: most of it is UTF-8, this line is not"
    if not _UTF8_LETTER.search(content):
        encoding = _likely(content)
        try:
            return content.decode(encoding), (_guess(encoding, "it is not UTF-8", file),)
        except UnicodeDecodeError as error:
            at = error.start
            what = f"is neither UTF-8 nor {_name(encoding)} (byte {at + 1})"
    raise DataError(Problem(what, file, content.count(b"\n", 0, at) + 1, hint=hint))


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

    choice = ["windows-1252", "mac-roman"]
    found = chardet.detect(content, include_encodings=choice)["encoding"] or choice[0]
    return found.lower()


def _guess(encoding: str, why: str, file: str) -> Problem:
    return warning(f"read as {_name(encoding)}: {why}", file)


def _name(encoding: str) -> str:
    return {"utf-8-sig": "UTF-8", "windows-1252": "Windows-1252"}.get(
        encoding, "Mac OS Roman" if encoding.startswith("mac") else encoding.upper()
    )


def _refuse_controls(text: str, file: str) -> None:
    # UTF-16 has such bytes inside letters; only the decoded text tells.
    if found := _CONTROLS.search(text):
        line = text.count("\n", 0, found.start()) + 1
        what = f"holds a control character (U+{ord(found[0]):04X})"
        hint = "it is no text file, or is damaged; save it anew as CSV, UTF-8"
        raise DataError(Problem(what, file, line, hint=hint))


def _damage(text: str, file: str) -> Iterator[Problem]:
    for damaged, how in (
        (text.count("�"), "were lost before the file came here (they are `�` now)"),
        (len(_TWICE.findall(text)), "were encoded twice before the file came here (`Ã¸` for `ø`)"),
    ):
        if damaged:
            yield warning(f"{damaged} letters {how}", file)

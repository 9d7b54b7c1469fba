"""Reading an archive that somebody sent: nothing in it is believed before it is checked.

Bounded before it is unpacked: how many files, how they are called, how large they say they are. And
held to what its manifest says of every file before a single row is looked at.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

from recovery.ownership.schema import FORMAT, MANIFEST_FILE, VERSION

MOST_BYTES = 20 * 1024 * 1024
# Our JSON shrinks to a sixth or so: an archive of 20 MB from here holds about 120 MB. Whoever has
# that much has lived some centuries; 96 MB bounds what is unpacked.
MOST_UNPACKED = 96 * 1024 * 1024
MOST_FILES = 200
# A check-in with a full note in the longest script is under 32 KiB.
LONGEST_LINE = 256 * 1024
MOST_ROWS = 100_000
_LONGEST_NUMBER = 24
_NAME = re.compile(r"[a-z][a-z0-9_]{0,50}\.json", re.ASCII)
_END = b"PK\x05\x06"
_END_BYTES, _LONGEST_COMMENT = 22, 65_535
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError),
)


class BadArchive(Exception):
    """What is wrong with an archive, in which file and in which of its lines, if in one."""

    def __init__(self, code: str, *, file: str = "", line: int = 0) -> None:
        super().__init__(code)
        self.code, self.file, self.line = code, file, line


# Every reason for which an archive is refused, with what to tell its member.
REASONS = {
    "not_an_archive": "This is no ZIP archive, or it is damaged.",
    "too_large": "It holds more than an export of a single member does.",
    "unknown_name": "It holds a file whose name no export has.",
    "no_manifest": "It has no readable manifest.json.",
    "unknown_schema": "It was made by a program or a version that is not known here.",
    "not_whole": "A file is not what the manifest says of it.",
    "bad_row": "A row cannot be read.",
    "bad_value": "A row says something that cannot be.",
    "unknown_row": "A row belongs to another that is not there.",
    "in_the_future": "A row tells of something that is to come.",
    "too_many": "There would be more of these than an account may have.",
    "contradiction": "Two rows contradict each other.",
}


class Archive:
    """An archive whose files are what its manifest says."""

    def __init__(self, file: Any, *, size: int, checked: Callable[[], None]) -> None:
        """Check all of it. ``checked`` is called now and then. Raises BadArchive."""
        _check_directory(file, size=size)
        try:
            self._zip = zipfile.ZipFile(file)
            self._entries = {info.filename: info for info in self._zip.infolist()}
            self._check_entries()
            self._listed = _manifest(self._read(MANIFEST_FILE))
            self._check_files(checked)
        except _BROKEN:
            raise BadArchive("not_an_archive") from None

    def has(self, name: str) -> bool:
        """Tell whether there is such a file."""
        return name in self._listed

    def rows(self, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the rows of a file, each with the number of its line. Raises BadArchive."""
        if not self.has(name):
            return
        try:
            with self._zip.open(name) as file:
                yield from _rows(file, name)
        except _BROKEN:
            raise BadArchive("not_an_archive", file=name) from None

    def _check_entries(self) -> None:
        infos = self._zip.infolist()
        if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > MOST_UNPACKED:
            raise BadArchive("too_large")
        if len(self._entries) != len(infos):
            raise BadArchive("unknown_name")
        for info in infos:
            if not _NAME.fullmatch(info.filename):
                raise BadArchive("unknown_name")
            if info.flag_bits & 1 or info.compress_type not in (
                zipfile.ZIP_STORED,
                zipfile.ZIP_DEFLATED,
            ):
                raise BadArchive("not_an_archive")
        if MANIFEST_FILE not in self._entries:
            raise BadArchive("no_manifest")

    def _check_files(self, checked: Callable[[], None]) -> None:
        if {*self._listed, MANIFEST_FILE} != set(self._entries):
            raise BadArchive("not_whole", file=MANIFEST_FILE)
        rows = 0
        for name, said in self._listed.items():
            checked()
            digest, size = hashlib.sha256(), 0
            with self._zip.open(name) as file:
                while piece := file.read(256 * 1024):
                    digest.update(piece)
                    size += len(piece)
            if (digest.hexdigest(), size) != (said["sha256"], said["bytes"]):
                raise BadArchive("not_whole", file=name)
            rows += said["rows"]
        if rows > MOST_ROWS:
            raise BadArchive("too_large")

    def _read(self, name: str) -> bytes:
        with self._zip.open(name) as file:
            raw = file.read(LONGEST_LINE + 1)
        if len(raw) > LONGEST_LINE:
            raise BadArchive("too_large", file=name)
        return raw


def _check_directory(file: Any, *, size: int) -> None:
    """Refuse a directory of more files than we would read, before anybody reads it."""
    tail_size = min(size, _END_BYTES + _LONGEST_COMMENT)
    file.seek(size - tail_size)
    tail = b""
    while piece := file.read(tail_size - len(tail)):
        tail += piece
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise BadArchive("not_an_archive")
    entries, directory_size = struct.unpack("<HL", tail[at + 10 : at + 16])
    # 46 bytes and a name for each; an archive of the 64-bit kind says 65535.
    if entries > MOST_FILES or directory_size > MOST_FILES * 1024:
        raise BadArchive("too_large")
    file.seek(0)


def _manifest(raw: bytes) -> dict[str, dict[str, Any]]:
    try:
        manifest = load(raw)
    except ValueError:
        raise BadArchive("no_manifest", file=MANIFEST_FILE) from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), list):
        raise BadArchive("no_manifest", file=MANIFEST_FILE)
    if manifest.get("format") != FORMAT or manifest.get("schema_version") != VERSION:
        raise BadArchive("unknown_schema", file=MANIFEST_FILE)
    files = {}
    for one in manifest["files"]:
        if not _is_listed(one) or one["name"] in files or one["name"] == MANIFEST_FILE:
            raise BadArchive("no_manifest", file=MANIFEST_FILE)
        files[one["name"]] = one
    return files


def _is_listed(one: Any) -> bool:
    kinds = {"name": str, "sha256": str, "bytes": int, "rows": int}
    return isinstance(one, dict) and all(
        type(one.get(name)) is kind for name, kind in kinds.items()
    )


def _rows(file: IO[bytes], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the rows of a list that has each of its rows on a line of its own."""
    number = 0
    ended = False
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise BadArchive("too_large", file=name, line=number)
        text = line.strip()
        if number == 1 and text in (b"[", b"[]"):
            ended = text == b"[]"
        elif text == b"]" and not ended:
            ended = True
        elif number == 1 or ended:
            raise BadArchive("bad_row", file=name, line=number)
        else:
            yield number, _row(text.removesuffix(b","), name, number)
    if not ended:
        raise BadArchive("bad_row", file=name, line=number)


def _row(text: bytes, name: str, number: int) -> dict[str, Any]:
    try:
        row = load(text)
    except ValueError:
        raise BadArchive("bad_row", file=name, line=number) from None
    if not isinstance(row, dict):
        raise BadArchive("bad_row", file=name, line=number)
    return row


def load(raw: bytes) -> Any:
    """Return a JSON document in UTF-8. Raises ValueError for what readers may read differently."""
    try:
        return json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_refuse,
            parse_int=_whole,
            parse_float=_refuse,  # amounts are text; nothing of ours has a fraction
        )
    except RecursionError:
        raise ValueError("nested too deep") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _refuse(text: str) -> Any:
    raise ValueError("no such number here")


def _whole(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError("too long")
    return int(digits)

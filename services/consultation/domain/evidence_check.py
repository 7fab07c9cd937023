"""Checks the file of an evidence pack: is it whole, and is it the one whose hash was shown?"""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import error as BrokenStream  # noqa: N812

from services.consultation.domain.evidence import FORMAT, MANIFEST

CHUNK = 1_000_000
LARGEST_MANIFEST = 1_000_000
UNREADABLE = (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, BrokenStream, ValueError)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`faults` are sentences; none where the pack is good. `digest` is empty where no manifest can be read."""

    digest: str
    files: int
    faults: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        return not self.faults


def check_pack(path: Path, expected: str = "") -> Verdict:
    """`expected`: the hash that was shown for the pack; without one, only whether the file is whole."""
    try:
        with zipfile.ZipFile(path) as pack:
            return _check(pack, expected.strip().lower())
    except UNREADABLE as error:
        return Verdict("", 0, (f"It cannot be read as a ZIP file ({type(error).__name__}).",))


def _check(pack: zipfile.ZipFile, expected: str) -> Verdict:
    names = pack.namelist()
    if MANIFEST not in names:
        return Verdict("", 0, ("It has no manifest, so it is no evidence pack.",))
    if pack.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        return Verdict("", 0, ("Its manifest is far too large for one of ours.",))
    content = pack.read(MANIFEST)
    digest = hashlib.sha256(content).hexdigest()
    listed = _listed(content)
    if listed is None:
        return Verdict(digest, 0, ("Its manifest is none of ours.",))
    faults = [*_odd_names(names, listed), *(fault for each in listed if (fault := _fault(pack, each, names)))]
    if expected and expected != digest:
        faults.append(f"Its hash is {digest}, and not the one that was given: it is another pack, or was changed.")
    return Verdict(digest, len(listed), tuple(faults))


def _listed(content: bytes) -> list[dict[str, Any]] | None:
    try:
        manifest = json.loads(content)
        files = [(each["name"], each["sha256"], each["bytes"]) for each in manifest["files"]]
        known = manifest["format"] == FORMAT
    except (ValueError, KeyError, TypeError):
        return None
    shaped = all(isinstance(name, str) and isinstance(sha, str) and isinstance(size, int) for name, sha, size in files)
    return list(manifest["files"]) if known and shaped else None


def _odd_names(names: list[str], listed: list[dict[str, Any]]) -> Iterator[str]:
    known = {each["name"] for each in listed} | {MANIFEST}
    for name in sorted(set(names) - known):
        yield f"“{name}” is in it, and the manifest does not name it."
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"“{name}” is in it twice."


def _fault(pack: zipfile.ZipFile, listed: dict[str, Any], names: list[str]) -> str:
    name = listed["name"]
    if name not in names:
        return f"“{name}” is missing."
    digest, size = hashlib.sha256(), 0
    try:
        with pack.open(name) as file:
            while chunk := file.read(CHUNK):
                size += len(chunk)
                if size > listed["bytes"]:
                    return f"“{name}” was changed: it is longer than the manifest says."
                digest.update(chunk)
    except UNREADABLE:
        return f"“{name}” was changed: it cannot be read."
    return "" if digest.hexdigest() == listed["sha256"] else f"“{name}” was changed: its SHA-256 is another."

"""Evidence packs: what was said in a consultation, and what was made of it, in one file that cannot be changed unseen.

A ZIP of JSON files and a manifest with the SHA-256 of each. The SHA-256 of the manifest is the pack's hash: it is the
same for the same content, whoever packs it and whenever, and is shown where the pack is listed. evidence_check.py
checks a file against it.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, BinaryIO

from services.consultation.domain.coding import Coding
from services.consultation.domain.consultation import Consultation
from services.consultation.domain.reading import ReadMark, TextField, mark_of_text, texts_in
from services.consultation.domain.redaction import Redaction
from services.consultation.domain.response import Response
from services.consultation.domain.theme import Theme

FORMAT = "engage-evidence-1"
MANIFEST = "manifest.json"
LEASE = timedelta(minutes=2)
"""A pack, or a run, that nobody has taken further for so long is taken up by whoever finds it."""

TRIES = 3


class PackKind(StrEnum):
    FULL = "full"
    """With all that people wrote, for the council, its auditors and the courts."""

    PUBLIC = "public"
    """With what may be published alone."""


class PackState(StrEnum):
    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Pack:
    """`digest` is the pack's hash, `file` the id under which it lies beside uploads. Once ready it never changes."""

    id: str
    consultation: str
    number: int
    kind: PackKind
    by: str
    at: datetime
    due_at: datetime | None
    state: PackState = PackState.WAITING
    percent: int = 0
    tries: int = 0
    responses: int = 0
    digest: str = ""
    file: str = ""
    size: int = 0
    ended_at: datetime | None = None

    def begun(self, now: datetime) -> "Pack":
        """Taken up: nobody else does so for a while. One that failed too often is given up."""
        if self.tries >= TRIES:
            return replace(self, state=PackState.FAILED, due_at=None, ended_at=now)
        return replace(self, tries=self.tries + 1, due_at=now + LEASE)

    def further(self, percent: int, now: datetime) -> "Pack":
        return replace(self, percent=percent, due_at=now + LEASE)

    def done(self, digest: str, size: int, responses: int, now: datetime) -> "Pack":
        return replace(
            self,
            state=PackState.READY,
            percent=100,
            digest=digest,
            size=size,
            responses=responses,
            due_at=None,
            ended_at=now,
        )


def pack_id(consultation: str, number: int) -> str:
    return f"{consultation}:{number:04}"


def new_pack(consultation: str, number: int, kind: PackKind, by: str, now: datetime) -> Pack:
    id = pack_id(consultation, number)
    return Pack(id, consultation, number, kind, by, now, now, file=hashlib.sha256(id.encode()).hexdigest()[:32])


class PackWriter:
    """Writes the files of a pack into `out`, one after the other, and last the manifest."""

    def __init__(self, out: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self._files: list[dict[str, object]] = []

    @contextmanager
    def file(self, name: str) -> Iterator[Callable[[Iterable[Any]], None]]:
        """Takes values, each of which becomes a line of JSON."""
        digest, size = hashlib.sha256(), 0
        with self._zip.open(_entry(name), "w") as file:

            def write(values: Iterable[Any]) -> None:
                nonlocal size
                for line in map(canonical, values):
                    file.write(line)
                    digest.update(line)
                    size += len(line)

            yield write
        self._files.append({"name": name, "sha256": digest.hexdigest(), "bytes": size})

    def close(self) -> str:
        """The hash of the pack."""
        content = canonical({"format": FORMAT, "files": sorted(self._files, key=lambda each: str(each["name"]))})
        self._zip.writestr(_entry(MANIFEST), content)
        self._zip.close()
        return hashlib.sha256(content).hexdigest()


def _entry(name: str) -> zipfile.ZipInfo:
    """Without the time at which it was packed."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def canonical(value: Any) -> bytes:
    """The same bytes for the same value."""
    return (json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str) + "\n").encode()


def pseudonym(kind: str, id: str) -> str:
    """Names a response or an officer in one pack and the next, and nobody outside."""
    return f"{kind}-{hashlib.sha256(f'engage:{kind}:{id}'.encode()).hexdigest()[:20]}"


def consultation_part(consultation: Consultation) -> dict[str, Any]:
    versions = (*consultation.earlier, consultation.questionnaire)
    return {
        "id": consultation.id,
        "source": consultation.source,
        "details": asdict(consultation.details),
        "questionnaires": [asdict(each) for each in versions],
        "extensions": [asdict(each) for each in consultation.extensions],
    }


def response_part(
    response: Response, fields: Sequence[TextField], redactions: Mapping[str, Redaction], kind: PackKind
) -> dict[str, Any]:
    """Who answered is left out: no person, no network, no form number, no officer. Of what stands outside the lists
    of options, a public pack has what may be published alone.
    """
    texts = texts_in(response.answers, fields)
    told: dict[str, Any] = {
        "response": pseudonym("response", response.id),
        "submitted_at": response.submitted_at.date().isoformat(),
        "channel": response.channel.value,
        "language": response.language,
        "version": response.version,
        "state": "withdrawn" if response.withdrawn_at else "set aside" if response.set_aside else "counted",
        "set_aside": response.set_aside,
        "texts": [_text_part(id, text, redactions.get(id), kind) for id, text in sorted(texts.items())],
    }
    if kind is PackKind.FULL:
        told["answers"] = {field: list(values) for field, values in response.answers.items() if field not in texts}
    return told


def _text_part(field: str, text: str, redaction: Redaction | None, kind: PackKind) -> dict[str, Any]:
    decision = redaction.holds(mark_of_text(text)) if redaction else None
    state = "not checked" if decision is None else "published" if decision.published else "not published"
    if decision and decision.published and decision.shown != text:
        state = "published with parts removed"
    told: dict[str, Any] = {"field": field, "state": state}
    if decision is not None and decision.published:
        told["published"] = decision.shown
    if kind is PackKind.FULL:
        told["original"] = text
        told["decisions"] = [
            {
                "at": each.at,
                "by": pseudonym("officer", each.by),
                "published": each.published,
                "shown": each.shown,
                "reason": each.reason,
            }
            for each in (redaction.decisions if redaction else ())
        ]
    return told


def theme_part(theme: Theme) -> dict[str, Any]:
    steps = [{"at": each.at, "by": pseudonym("officer", each.by), "what": each.what, "note": each.note}
             for each in theme.steps]  # fmt: skip
    return {
        "theme": theme.id,
        "field": theme.question,
        "name": theme.name,
        "merged_into": theme.merged_into,
        "deleted": theme.deleted,
        "steps": steps,
    }


def coding_part(coding: Coding, kind: PackKind) -> dict[str, Any]:
    told: dict[str, Any] = {
        "response": pseudonym("response", coding.response),
        "field": coding.question,
        "text": coding.mark,
        "themes": sorted(coding.themes),
        "no_theme": coding.no_theme,
    }
    if kind is PackKind.FULL:
        told["tags"] = sorted(coding.tags)
        told["steps"] = [
            {
                "at": each.at,
                "by": pseudonym("officer", each.by),
                "added": each.added,
                "taken_out": each.taken_out,
                "no_theme": each.no_theme,
            }
            for each in coding.steps
        ]
    return told


def reading_part(mark: ReadMark) -> dict[str, Any]:
    return {
        "response": pseudonym("response", mark.response),
        "officer": pseudonym("officer", mark.officer),
        "edition": mark.edition,
        "at": mark.at,
    }

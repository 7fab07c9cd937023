"""The second officer: who asked for publication, and who approved it or sent it back. All of it is kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from shared.errors import Conflict, Forbidden, Refusal

NOTE_LIMIT = 1_000


class Step(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    SENT_BACK = "sent_back"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Entry:
    """One step on the way to publication: of which version, and of which words (`mark`)."""

    step: Step
    by: str
    at: datetime
    version: int
    mark: str = ""
    note: str = ""


def mark_of(*parts: Any) -> str:
    """Changes with any word of what it is made of: who approves, approves what they have read."""
    written = b"".join(TypeAdapter(type(part)).dump_json(part) for part in parts)
    return hashlib.sha256(written).hexdigest()[:32]


def waiting(history: Sequence[Entry], mark: str) -> Entry | None:
    """The asking that nobody has answered yet; none once anything was changed after it."""
    last = history[-1] if history else None
    return last if last is not None and last.step is Step.ASKED and last.mark == mark else None


def must_be_second(history: Sequence[Entry], mark: str, by: str, author: str, seen: str) -> None:
    """Raises Conflict, Forbidden."""
    asked = waiting(history, mark)
    if asked is None:
        raise Conflict("Nobody has asked for publication of this as it is now. It may have been changed since")
    if seen != mark:
        raise Conflict("It was changed while you read it. Read it again before you decide")
    if by in {asked.by, author}:
        raise Forbidden("Another officer has to decide: not the one who wrote it, nor the one who asked")


def must_have_reason(note: str) -> None:
    """Raises Refusal."""
    if not note:
        raise Refusal("Say what has to be changed", "note")
    if len(note) > NOTE_LIMIT:
        over = len(note) - NOTE_LIMIT
        raise Refusal(f"The reason must be {NOTE_LIMIT:,} characters or fewer. It is {over:,} over", "note")

"""Looking for themes: asked for by an officer, done in the background, kept as suggestions."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.consultation.domain.evidence import LEASE, TRIES
from services.consultation.domain.themes import FEWEST, MOST
from shared.errors import Invalid

FEWEST_TEXTS = 10
MOST_TEXTS = 50_000
EXAMPLES = 3


class RunState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ThemeRun:
    """`wanted` themes, or as many as fit. `texts` and `found` are counts, of when it was done."""

    id: str
    consultation: str
    question: str
    wanted: int | None
    by: str
    at: datetime
    due_at: datetime | None
    state: RunState = RunState.WAITING
    percent: int = 0
    tries: int = 0
    texts: int = 0
    found: int = 0
    ended_at: datetime | None = None

    def begun(self, now: datetime) -> "ThemeRun":
        """Taken up: nobody else does so for a while. One that failed too often is given up."""
        if self.tries >= TRIES:
            return replace(self, state=RunState.FAILED, due_at=None, ended_at=now)
        return replace(self, tries=self.tries + 1, due_at=now + LEASE)

    def further(self, percent: int, now: datetime) -> "ThemeRun":
        return replace(self, percent=percent, due_at=now + LEASE)

    def done(self, texts: int, found: int, now: datetime) -> "ThemeRun":
        return replace(self, state=RunState.DONE, percent=100, texts=texts, found=found, due_at=None, ended_at=now)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A theme that was suggested, with the responses whose answer it may be in, the strongest first."""

    id: str
    run: str
    consultation: str
    question: str
    place: int
    name: str
    responses: tuple[str, ...]


def new_run(  # noqa: PLR0913
    id: str, consultation: str, question: str, wanted: int | None, by: str, now: datetime
) -> ThemeRun:
    """Raises Invalid."""
    if wanted is not None and not FEWEST <= wanted <= MOST:
        raise Invalid({"wanted": f"Enter a number from {FEWEST} to {MOST}, or leave it empty"})
    return ThemeRun(id, consultation, question, wanted, by, now, now)


def suggestion_id(run: str, place: int) -> str:
    return f"{run}:{place:02}"

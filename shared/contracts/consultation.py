"""What the consultation service publishes."""

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from shared.event import Fact


class ConsultationPublishedV1(Fact):
    """A consultation can be seen by all, and answered between its times. Key: consultation."""

    wire_name: ClassVar[str] = "consultation.consultation_published.v1"
    topic: ClassVar[str] = "consultation"

    consultation: str
    title: str
    opens_at: datetime
    closes_at: datetime
    published_by: str
    summary: str = ""
    interests: tuple[str, ...] = ()
    """Priorities of the place that it is about; none means all."""

    wards: tuple[str, ...] = ()
    """Names of the wards that it is about; none means all."""


class ConsultationExtendedV1(Fact):
    """A consultation closes later than was said before. Says all that its publication said. Key: consultation."""

    wire_name: ClassVar[str] = "consultation.consultation_extended.v1"
    topic: ClassVar[str] = "consultation"

    consultation: str
    title: str
    opens_at: datetime
    closes_at: datetime
    extended_by: str
    summary: str = ""
    interests: tuple[str, ...] = ()
    wards: tuple[str, ...] = ()


class ResponseSubmittedV1(Fact):
    """A response is stored. Carries the options chosen, by id, and which texts were written, never the texts.

    Key: response.
    """

    wire_name: ClassVar[str] = "consultation.response_submitted.v1"
    topic: ClassVar[str] = "consultation"

    response: str
    consultation: str
    title: str
    reference: str
    resident: str | None = None
    choices: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """By field: a question's id, or that of a row of a matrix (`id.row`), or a place of a ranking (`id#1`)."""

    texts: tuple[str, ...] = ()
    version: int = 1
    channel: str = "online"
    language: str = "en"
    invitation: str | None = None
    """Id of the invitation that it came by: the hash of a token that nobody can make out of it."""

    set_aside: str = ""
    """Why it is in no results from the start, as one word; empty where it counts."""


class Counted(BaseModel):
    """What a response adds to the counts: as in ResponseSubmittedV1."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    choices: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    texts: tuple[str, ...] = ()
    version: int = 1


class ResponseRevisedV1(Fact):
    """What a response adds to the counts is another than before: none of it where it does not count.

    Key: response, as of its submission, so that they come in order.
    """

    wire_name: ClassVar[str] = "consultation.response_revised.v1"
    topic: ClassVar[str] = "consultation"

    response: str
    consultation: str
    title: str
    reference: str
    reason: str
    """changed, withdrawn, set_aside or restored."""

    why: str = ""
    """Why it was set aside, as one word; of one that was restored, why it had been."""

    resident: str | None = None
    before: Counted | None = None
    after: Counted | None = None
    version: int = 1
    channel: str = "online"
    language: str = "en"


class ResponseReadV1(Fact):
    """An officer has opened a response, as its answers were then. Once for each officer and edition. Key: response."""

    wire_name: ClassVar[str] = "consultation.response_read.v1"
    topic: ClassVar[str] = "consultation"

    response: str
    consultation: str
    officer: str
    edition: str


class DraftSavedV1(Fact):
    """A person has begun to answer and kept it with their account; once for each draft. Key: draft."""

    wire_name: ClassVar[str] = "consultation.draft_saved.v1"
    topic: ClassVar[str] = "consultation"

    draft: str
    consultation: str
    person: str
    title: str
    closes_at: datetime


class DraftEndedV1(Fact):
    """A draft was sent, deleted, or is too old: there is nothing to go on with. Key: draft."""

    wire_name: ClassVar[str] = "consultation.draft_ended.v1"
    topic: ClassVar[str] = "consultation"

    draft: str
    consultation: str
    person: str


class VotesCastV1(Fact):
    """Somebody voted on statements, or voted anew. Key: ballot."""

    wire_name: ClassVar[str] = "consultation.votes_cast.v1"
    topic: ClassVar[str] = "consultation"

    consultation: str
    ballot: str
    """Stands for a person in this consultation alone; it is not the id of their account."""

    votes: dict[str, int]
    """By statement: 1 agree, -1 disagree, 0 pass."""

    before: dict[str, int] = Field(default_factory=dict)
    """What those votes were before, where there were any."""

    is_first: bool = False
    """Whether it is the first that comes from this ballot."""


class ReportPublishedV1(Fact):
    """What came of a consultation can be read by all: for the first time, or as a later edition. Key: consultation."""

    wire_name: ClassVar[str] = "consultation.report_published.v1"
    topic: ClassVar[str] = "consultation"

    consultation: str
    title: str
    edition: int
    """From 1; a later one corrects what was published before."""

    published_by: str
    interests: tuple[str, ...] = ()
    wards: tuple[str, ...] = ()

"""What the consultation service publishes."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

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

"""What the start page of staff and the report ask of parts of this service that are built apart from them.

Each gives nothing until its part answers here. Whoever connects one changes its body alone.
"""

from collections.abc import Sequence

from services.consultation.queries.representation import not_heard_from
from services.consultation.storage import ConsultationDocuments

Counts = Sequence[tuple[str, int]]
"""Id of a consultation, and how many: never counted from the source documents when a page is asked for."""

NONE: Counts = ()


async def unread_responses(documents: ConsultationDocuments) -> Counts:  # noqa: ARG001
    """Responses with words that no officer has opened; where it is read: `unread_address`."""
    return NONE


async def statements_to_moderate(documents: ConsultationDocuments) -> Counts:  # noqa: ARG001
    """Statements that wait for an officer's yes or no; where that is said: `moderation_address`."""
    return NONE


async def groups_not_heard_from(consultation: str, documents: ConsultationDocuments) -> Sequence[str]:
    """Groups, by name, that answered far less than their share of who lives here; where: `groups_address`."""
    found = await not_heard_from([consultation], documents)
    return [f"{each.characteristic} {each.group}" for each in found.get(consultation, ())]


async def confirmed_themes(consultation: str, documents: ConsultationDocuments) -> Counts:  # noqa: ARG001
    """Title of each theme that officers have confirmed in what people wrote, and how many responses have it."""
    return NONE


def unread_address(consultation: str) -> str:
    return f"/staff/consultations/{consultation}"


def moderation_address(consultation: str) -> str:
    return f"/staff/consultations/{consultation}"


def groups_address(consultation: str) -> str:
    return f"/staff/consultations/{consultation}/who-answered"

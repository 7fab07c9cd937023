"""What the start page of staff and the report ask of other parts of this service, and where each thing is done."""

from collections.abc import Sequence

from services.consultation.domain.reading import text_fields
from services.consultation.domain.theme import Themes
from services.consultation.queries.reading import unread_by_consultation
from services.consultation.queries.representation import not_heard_from
from services.consultation.queries.statements import waiting
from services.consultation.queries.themes import theme_counts, theme_rows
from services.consultation.storage import ConsultationDocuments

Counts = Sequence[tuple[str, int]]
"""Id of a consultation, and how many: never counted from the source documents when a page is asked for."""

THEMES = 1_000


async def unread_responses(documents: ConsultationDocuments) -> Counts:
    """Responses with words that no officer has opened; where it is read: `unread_address`."""
    return sorted((await unread_by_consultation(documents)).items())


async def statements_to_moderate(documents: ConsultationDocuments) -> Counts:
    """Statements that wait for an officer's yes or no; where that is said: `moderation_address`."""
    return sorted((await waiting(documents)).items())


async def groups_not_heard_from(consultation: str, documents: ConsultationDocuments) -> Sequence[str]:
    """Groups, by name, that answered far less than their share of who lives here; where: `groups_address`."""
    found = await not_heard_from([consultation], documents)
    return [f"{each.characteristic} {each.group}" for each in found.get(consultation, ())]


async def confirmed_themes(consultation: str, documents: ConsultationDocuments) -> Counts:
    """Name of each theme that officers have confirmed in what people wrote, and how many answers have it."""
    loaded = await documents.consultations.get(consultation)
    stored = [each.value for each in await documents.themes.find({"consultation": consultation}, limit=THEMES)]
    if loaded is None or not stored:
        return ()
    counts: list[tuple[str, int]] = []
    for field in text_fields(loaded.value):
        themes = Themes(each for each in stored if each.question == field.id)
        found = await theme_counts(loaded.value, field.id, themes, documents)
        counts += [(row.name, row.count) for row in theme_rows(themes, found) if row.count]
    return counts


def unread_address(consultation: str) -> str:
    return f"/staff/consultations/{consultation}/reading"


def moderation_address(consultation: str) -> str:
    return f"/staff/consultations/{consultation}/statements#waiting"


def groups_address(consultation: str) -> str:
    return f"/staff/consultations/{consultation}/who-answered"

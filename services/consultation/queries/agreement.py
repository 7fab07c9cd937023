"""How far two officers agree on a sample, and on what they do not."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.consultation.domain.double_coding import (
    LARGEST,
    BlindCoding,
    Compared,
    Sample,
    blind_id,
    compare,
)
from services.consultation.domain.theme import Themes
from services.consultation.storage import ConsultationDocuments


@dataclass(frozen=True)
class Agreement:
    """What each officer has coded so far; compared once both have finished, and not before."""

    sample: Sample
    codings: Sequence[BlindCoding]
    compared: Sequence[Compared]

    def coded_by(self, officer: str) -> frozenset[str]:
        """Responses."""
        return frozenset(each.response for each in self.codings if each.officer == officer)

    @property
    def disagreements(self) -> list[Compared]:
        return [each for each in self.compared if not each.agrees]


async def agreement(sample: Sample, themes: Themes, documents: ConsultationDocuments) -> Agreement:
    found = await documents.blind_codings.find({"sample": sample.id}, limit=2 * LARGEST)
    codings = [each.value for each in found]
    compared = compare(sample, codings, themes) if sample.is_finished else []
    return Agreement(sample, codings, compared)


async def chosen_by(
    sample: str, officer: str, response: str, documents: ConsultationDocuments
) -> tuple[str, ...] | None:
    """Themes that the officer chose for an answer before; None where they have not coded it yet."""
    loaded = await documents.blind_codings.get(blind_id(sample, officer, response))
    return loaded.value.themes if loaded else None

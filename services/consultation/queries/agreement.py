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
from services.consultation.domain.statistics import agreement as statistics
from services.consultation.domain.theme import Themes
from services.consultation.storage import ConsultationDocuments


@dataclass(frozen=True)
class AgreementRow:
    """`alike`: the share of answers about which both said the same, from 0 to 1; `kappa` as it is shown."""

    name: str
    alike: float
    kappa: str
    words: str


@dataclass(frozen=True)
class Agreement:
    """What each officer has coded so far; compared once both have finished, and not before."""

    sample: Sample
    codings: Sequence[BlindCoding]
    compared: Sequence[Compared]
    rows: Sequence["AgreementRow"] = ()
    """All themes together first, then each that either of them gave."""

    def coded_by(self, officer: str) -> frozenset[str]:
        """Responses."""
        return frozenset(each.response for each in self.codings if each.officer == officer)

    @property
    def same(self) -> int:
        return sum(each.agrees for each in self.compared)

    @property
    def disagreements(self) -> list[Compared]:
        return [each for each in self.compared if not each.agrees]


async def agreement(sample: Sample, themes: Themes, documents: ConsultationDocuments) -> Agreement:
    found = await documents.blind_codings.find({"sample": sample.id}, limit=2 * LARGEST)
    codings = [each.value for each in found]
    compared = compare(sample, codings, themes) if sample.is_finished else []
    return Agreement(sample, codings, compared, _rows(compared, themes))


def _rows(compared: Sequence[Compared], themes: Themes) -> list[AgreementRow]:
    given = [theme for theme in themes.there if any(theme.id in pair.first | pair.second for pair in compared)]
    if not given:
        return []
    first, second = [pair.first for pair in compared], [pair.second for pair in compared]
    overall, by_theme = statistics.agreement(first, second, [theme.id for theme in given])
    named = [("All themes together", overall), *((theme.name, by_theme[theme.id]) for theme in given)]
    return [AgreementRow(name, found.alike, _shown(found.kappa), found.words) for name, found in named]


def _shown(kappa: float | None) -> str:
    return "none" if kappa is None else f"{kappa:.2f}".replace("-", "−")


async def chosen_by(
    sample: str, officer: str, response: str, documents: ConsultationDocuments
) -> tuple[str, ...] | None:
    """Themes that the officer chose for an answer before; None where they have not coded it yet."""
    loaded = await documents.blind_codings.get(blind_id(sample, officer, response))
    return loaded.value.themes if loaded else None

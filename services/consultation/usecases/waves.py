"""Saying that a consultation asks again what an earlier one asked."""

from dataclasses import dataclass, replace

from services.consultation.domain import State
from services.consultation.domain.wave import NO_WAVE, SURVEY, Wave
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.starting import EARLIER, OURS
from services.consultation.usecases.writing import load
from shared.errors import Invalid
from shared.place import Place, Survey

LISTED = 200
MOST_WAVES = 30
NOT_THERE = "Choose one of the consultations that are listed"


@dataclass(frozen=True)
class SetWave:
    id: str
    wave: Wave


async def set_wave(command: SetWave, documents: ConsultationDocuments, place: Place) -> None:
    """Raises NotFound, and Invalid where it would come before itself."""
    loaded = await load(command.id, documents)
    await _must_come_before(command.wave.of, command.id, documents, place)
    await documents.consultations.save(loaded, replace(loaded.value, wave=command.wave))


async def _must_come_before(of: str, id: str, documents: ConsultationDocuments, place: Place) -> None:
    if of.startswith(SURVEY):
        if of.removeprefix(SURVEY) not in {survey.id for survey in place.surveys}:
            raise Invalid({"of": NOT_THERE})
        return
    for _ in range(MOST_WAVES):
        if not of or of.startswith(SURVEY):
            return
        loaded = await documents.consultations.get(of)
        if loaded is None:
            raise Invalid({"of": NOT_THERE})
        if of == id:
            raise Invalid({"of": "That one is itself a later wave of this consultation"})
        of = loaded.value.wave.of
    raise Invalid({"of": f"A row of waves can be at most {MOST_WAVES} long"})


async def earlier_waves(id: str, documents: ConsultationDocuments, place: Place) -> list[tuple[str, str]]:
    """What it can be a wave of, as form fields take it: published surveys, then consultations, the newest first."""
    surveys = [
        (SURVEY + survey.id, f"{survey.title}: published totals of {_names(survey)}") for survey in place.surveys
    ]
    found = [each.value for each in await documents.consultations.find({"state": State.PUBLISHED}, limit=LISTED)]
    others = sorted((each for each in found if each.id != id), key=lambda each: each.details.closes_at, reverse=True)
    return [*surveys, *((each.id, f"{each.title} ({each.details.closes_at:%Y})") for each in others)]


def _names(survey: Survey) -> str:
    return ", ".join(wave.name for wave in survey.waves)


def wave_from(choice: str, place: Place) -> Wave:
    """A copy of an earlier consultation is a wave of it; so is a survey of the place begun from its starting point."""
    if choice.startswith(EARLIER):
        return Wave(choice.removeprefix(EARLIER))
    survey = next((survey for survey in place.surveys if choice == OURS + survey.id), None)
    return Wave(SURVEY + survey.id) if survey else NO_WAVE

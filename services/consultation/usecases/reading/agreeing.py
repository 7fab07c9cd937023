"""Two officers code a sample apart from each other."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from services.consultation.domain.coding import Change
from services.consultation.domain.double_coding import (
    LARGEST,
    BlindCoding,
    Sample,
    blind_id,
    compare,
    draw,
)
from services.consultation.domain.reading import mark_of_text
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.reading.coding import CodeAnswer, code_answer, text_of
from services.consultation.usecases.reading.themes import themes_of
from services.consultation.usecases.reading.walking import counted_bodies
from shared.errors import Conflict, NotFound
from shared.store.documents import Loaded
from shared.store.port import Duplicate, Stale

TRIES = 10


@dataclass(frozen=True)
class DrawSample:
    consultation: str
    question: str
    size: int
    seed: str
    by: str


async def draw_sample(command: DrawSample, documents: ConsultationDocuments, now: datetime) -> Sample:
    """Raises Invalid."""
    answers: dict[str, str] = {}
    async for bodies in counted_bodies(command.consultation, documents):
        for id, body in bodies:
            if text := (body["answers"].get(command.question) or [""])[0]:
                answers[id] = mark_of_text(text)
    drawn = draw(answers, command.size, command.seed)
    sample = Sample(uuid4().hex, command.consultation, command.question, command.seed, command.by, now, drawn)
    await documents.samples.add(sample)
    return sample


async def load_sample(id: str, consultation: str, question: str, documents: ConsultationDocuments) -> Loaded[Sample]:
    """Raises NotFound."""
    loaded = await documents.samples.get(id)
    if loaded is None or (loaded.value.consultation, loaded.value.question) != (consultation, question):
        raise NotFound("There is no sample at this address")
    return loaded


async def samples_of(consultation: str, question: str, documents: ConsultationDocuments) -> list[Sample]:
    """The newest first."""
    found = [each.value for each in await documents.samples.find({"consultation": consultation}, limit=1_000)]
    return sorted((each for each in found if each.question == question), key=lambda each: each.at, reverse=True)


async def join_sample(loaded: Loaded[Sample], officer: str, documents: ConsultationDocuments) -> None:
    """Raises Conflict."""
    joined = loaded.value.join(officer)
    if joined != loaded.value:
        await documents.samples.save(loaded, joined)


@dataclass(frozen=True)
class CodeBlind:
    sample: str
    consultation: str
    question: str
    response: str
    themes: tuple[str, ...]
    by: str


async def code_blind(command: CodeBlind, documents: ConsultationDocuments, now: datetime) -> None:
    """Until the officer has finished, it can be changed. Raises NotFound, Conflict, Invalid."""
    sample = (await load_sample(command.sample, command.consultation, command.question, documents)).value
    sample.must_be_coded_by(command.by, command.response)
    themes = await themes_of(command.consultation, command.question, documents)
    chosen = tuple(sorted(themes.now(command.themes)))
    id = blind_id(command.sample, command.by, command.response)
    coding = BlindCoding(id, command.sample, command.consultation, command.response, command.by, chosen, now)
    loaded = await documents.blind_codings.get(id)
    if loaded is not None:
        await documents.blind_codings.save(loaded, coding)
        return
    try:
        await documents.blind_codings.add(coding)
    except Duplicate:
        raise Stale(id) from None


async def blind_codings_of(sample: str, documents: ConsultationDocuments) -> list[BlindCoding]:
    return [each.value for each in await documents.blind_codings.find({"sample": sample}, limit=2 * LARGEST)]


async def finish_sample(loaded: Loaded[Sample], officer: str, documents: ConsultationDocuments) -> None:
    """Raises Conflict."""
    coded = sum(each.officer == officer for each in await blind_codings_of(loaded.id, documents))
    finished = loaded.value.finish(officer, coded)
    if finished != loaded.value:
        await documents.samples.save(loaded, finished)


@dataclass(frozen=True)
class SettleAgreed:
    """Confirm what both officers chose; `response` for one alone, with what was chosen in the end."""

    sample: str
    consultation: str
    question: str
    by: str


async def settle_agreed(command: SettleAgreed, documents: ConsultationDocuments, now: datetime) -> int:
    """Where both chose the same, that becomes the coding of the answer. Returns of how many.

    Raises Conflict until both have finished.
    """
    sample = (await load_sample(command.sample, command.consultation, command.question, documents)).value
    if not sample.is_finished:
        raise Conflict("Wait until both officers have finished")
    themes = await themes_of(command.consultation, command.question, documents)
    done = 0
    for pair in compare(sample, await blind_codings_of(sample.id, documents), themes):
        if pair.agrees:
            done += await _settle(pair.response, tuple(sorted(pair.first)), command, documents, now)
    return done


async def _settle(
    response: str, chosen: tuple[str, ...], command: SettleAgreed, documents: ConsultationDocuments, now: datetime
) -> bool:
    for _ in range(TRIES):
        try:
            text = await text_of(command.consultation, response, command.question, documents)
            change = Change(mark_of_text(text), add=chosen, no_theme=True if not chosen else None)
            one = CodeAnswer(command.consultation, response, command.question, change, command.by)
            await code_answer(one, documents, now)
        except (Conflict, NotFound):
            return False
        except Stale:
            continue
        return True
    raise Stale(response)

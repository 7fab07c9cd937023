"""Looking for themes in what people wrote: in the background, with how far it is, and kept as suggestions."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from services.consultation.domain.theme_run import (
    MOST_TEXTS,
    Suggestion,
    ThemeRun,
    new_run,
    suggestion_id,
)
from services.consultation.domain.themes import suggest
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.reading.walking import counted_bodies
from shared.clock import Clock
from shared.errors import Conflict
from shared.store.documents import Loaded, as_text
from shared.store.port import Duplicate, Range

AT_WORK = 5
TELL_EVERY_S = 0.5


@dataclass(frozen=True)
class AskForThemes:
    consultation: str
    question: str
    wanted: int | None
    by: str


async def ask_for_themes(command: AskForThemes, documents: ConsultationDocuments, now: datetime) -> ThemeRun:
    """Raises Invalid, and Conflict while they are being looked for."""
    runs = await documents.theme_runs.find({"consultation": command.consultation}, limit=1_000)
    if any(each.value.question == command.question and each.value.due_at is not None for each in runs):
        raise Conflict("Themes are being looked for already. Wait until that is done")
    run = new_run(uuid4().hex, command.consultation, command.question, command.wanted, command.by, now)
    await documents.theme_runs.add(run)
    return run


async def runs_due(documents: ConsultationDocuments, now: datetime) -> Sequence[Loaded[ThemeRun]]:
    return await documents.theme_runs.find({"due_at": Range(below=as_text(now))}, sort="due_at", limit=AT_WORK)


async def look_for_themes(loaded: Loaded[ThemeRun], documents: ConsultationDocuments, clock: Clock) -> None:
    """All of it; a kill in between, and another process begins again with the same outcome. Raises Stale."""
    run = await _save(loaded, loaded.value.begun(clock()), documents)
    if run.value.due_at is None:
        return
    responses: list[str] = []
    texts: list[str] = []
    async for bodies in counted_bodies(run.value.consultation, documents):
        for id, body in bodies:
            text = (body["answers"].get(run.value.question) or [""])[0]
            if text and len(texts) < MOST_TEXTS:
                responses.append(id)
                texts.append(text)
    far = [0.0]
    work = asyncio.create_task(
        asyncio.to_thread(suggest, texts, run.value.wanted, lambda share: far.__setitem__(0, share))
    )
    while not (await asyncio.wait([work], timeout=TELL_EVERY_S))[0]:
        run = await _save(run, run.value.further(round(far[0] * 99), clock()), documents)
    found = [
        Suggestion(
            suggestion_id(run.id, place),
            run.id,
            run.value.consultation,
            run.value.question,
            place,
            each.name,
            tuple(responses[answer] for answer in each.answers),
        )
        for place, each in enumerate(await work, 1)
    ]
    for suggestion in found:
        try:
            await documents.suggestions.add(suggestion)
        except Duplicate:  # by who began it before
            continue
    await _save(run, run.value.done(len(texts), len(found), clock()), documents)


async def _save(loaded: Loaded[ThemeRun], run: ThemeRun, documents: ConsultationDocuments) -> Loaded[ThemeRun]:
    await documents.theme_runs.save(loaded, run)
    return Loaded(loaded.id, loaded.version + 1, run)

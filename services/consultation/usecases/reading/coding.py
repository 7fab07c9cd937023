"""Coding answers: each has a document of its own, so that officers do not wait for each other."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.consultation.domain.coding import Change, Coding, coding_id, uncoded
from services.consultation.domain.reading import mark_of_text
from services.consultation.domain.theme import Themes
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.reading.themes import themes_of
from shared.errors import Conflict, NotFound
from shared.store.port import Duplicate, Stale

AT_ONCE = 50
TRIES = 10


@dataclass(frozen=True)
class CodeAnswer:
    consultation: str
    response: str
    question: str
    change: Change
    by: str


async def code_answer(
    command: CodeAnswer, documents: ConsultationDocuments, now: datetime
) -> tuple[Coding, tuple[str, ...]]:
    """And sentences where it came otherwise than was asked: a theme that was merged meanwhile.

    Raises NotFound; Conflict where the answer was changed, or a theme deleted, since the officer saw them.
    """
    text = await text_of(command.consultation, command.response, command.question, documents)
    if mark_of_text(text) != command.change.mark:
        raise Conflict("This answer has changed since you opened the page. Read it again, and choose its themes then")
    themes = await themes_of(command.consultation, command.question, documents)
    change, told = _as_of_now(command.change, themes)
    loaded = await documents.codings.get(coding_id(command.response, command.question))
    before = loaded.value if loaded else uncoded(command.consultation, command.response, command.question, now)
    after = before.code(change, command.by, now)
    if loaded is None:
        try:
            await documents.codings.add(after)
        except Duplicate:
            raise Stale(after.id) from None
    elif after != before:
        await documents.codings.save(loaded, after)
    return after, told


async def text_of(consultation: str, response: str, question: str, documents: ConsultationDocuments) -> str:
    """Raises NotFound where there is no such text, or the response does not count."""
    loaded = await documents.responses.get(response)
    if loaded is None or loaded.value.consultation != consultation or not loaded.value.counts:
        raise NotFound("There is no answer at this address any more")
    values = loaded.value.answers.get(question, ())
    if not values or not values[0]:
        raise NotFound("There is no answer at this address any more")
    return values[0]


def _as_of_now(change: Change, themes: Themes) -> tuple[Change, tuple[str, ...]]:
    """With what each theme has become. Of what is taken out, all that was merged into it goes too."""
    told = []
    add = []
    for id in change.add:
        theme = themes.of(id)
        if theme is None:
            raise Conflict("A theme that you chose was deleted meanwhile. Nothing was stored: choose again")
        if theme.id != id:
            told.append(f"A theme that you chose was merged into “{theme.name}” meanwhile. The answer is in that one")
        add.append(theme.id)
    out = [each.id for id in change.out for each in themes.merged_in(id)]
    return replace(change, add=tuple(dict.fromkeys(add)), out=(*change.out, *out)), tuple(told)


@dataclass(frozen=True)
class CodeAnswers:
    """The same for many answers: by response, the mark of the text that the officer saw."""

    consultation: str
    question: str
    marks: Sequence[tuple[str, str]]
    by: str
    add: tuple[str, ...] = ()
    out: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()


async def code_answers(
    command: CodeAnswers, documents: ConsultationDocuments, now: datetime
) -> tuple[int, tuple[str, ...]]:
    """How many were coded, and sentences about the others. After a kill, the same again does the rest."""
    done, told = 0, dict[str, None]()
    for start in range(0, len(command.marks), AT_ONCE):  # so many share a commit
        some = command.marks[start : start + AT_ONCE]
        results = await asyncio.gather(*(_code_one(each, command, documents, now) for each in some))
        done += sum(coded for coded, _ in results)
        told |= dict.fromkeys(sentence for _, sentences in results for sentence in sentences)
    return done, tuple(told)


async def _code_one(
    marked: tuple[str, str], command: CodeAnswers, documents: ConsultationDocuments, now: datetime
) -> tuple[bool, tuple[str, ...]]:
    response, mark = marked
    change = Change(mark, command.add, command.out, reject=command.reject)
    one = CodeAnswer(command.consultation, response, command.question, change, command.by)
    for _ in range(TRIES):  # here, and not for all of them: only this one was saved by someone else
        try:
            _, told = await code_answer(one, documents, now)
        except Stale:
            continue
        except (Conflict, NotFound) as refusal:
            return False, (refusal.sentence,)
        return True, told
    raise Stale(response)

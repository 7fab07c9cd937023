"""Answers in words, for the page on which a person checks them."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from services.consultation.domain import OTHER, Answers, Kind, Question, Walk
from shared.web.words import date_words

NO_FILES: Mapping[str, str] = MappingProxyType({})


def check_rows(walked: Walk, files: Mapping[str, str] = NO_FILES) -> Sequence[tuple[Question, str, str]]:
    """Each question on the way, its answer in words and the id of its page, for the page on which a person checks."""
    return [
        (question, in_words(question, walked.answers, files), page.id)
        for page in walked.pages
        for question in page.questions
        if question.is_asked
    ]


def in_words(question: Question, answers: Answers, files: Mapping[str, str] = NO_FILES) -> str:
    """An answer as people read it: a line for each of several. `files`: what each upload is called, by its id."""
    answer = answers.get(question.id, ())
    names = {option.id: option.text for option in question.all_options}
    match question.kind:
        case Kind.MATRIX:
            rows = ((row.text, answers.get(f"{question.id}.{row.id}", ())) for row in question.rows)
            return "\n".join(f"{row}: {names[chosen[0]]}" for row, chosen in rows if chosen)
        case Kind.RANKING:
            return "\n".join(f"{rank}. {names[option]}" for rank, option in enumerate(answer, 1))
        case Kind.DATE:
            return date_words(date.fromisoformat(answer[0])) if answer else ""
        case Kind.FILE:
            return "\n".join(files.get(id, "A file") for id in answer)
    if not question.is_chosen:
        return names.get(answer[0], answer[0]) if answer else ""
    other = "".join(answers.get(question.other_field, ()))
    lines = [f"{names[option]}: {other}" if option == OTHER.id and other else names[option] for option in answer]
    return "\n".join(lines)

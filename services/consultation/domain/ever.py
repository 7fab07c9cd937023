"""The questions of all versions of a questionnaire that were answered, as results show them."""

from collections.abc import Sequence
from dataclasses import replace

from services.consultation.domain.consultation import Consultation
from services.consultation.domain.question import Option, Question


def asked_ever(consultation: Consultation) -> tuple[Question, ...]:
    """Those of today first, with the options that only earlier versions had; then those that are no longer asked."""
    now = consultation.questionnaire
    older = [each for version in reversed(consultation.earlier) for each in version.questions]
    today = [_with_earlier(question, older) for question in now.questions]
    there = {question.id for question in now.questions}
    gone = list(dict.fromkeys(each.id for each in older if each.id not in there))
    return (*today, *(_gone(id, [each for each in older if each.id == id], consultation) for id in gone))


def _gone(id: str, found: Sequence[Question], consultation: Consultation) -> Question:
    """`found` has the newest first."""
    versions = [each.version for each in consultation.earlier if any(question.id == id for question in each.questions)]
    return _with_earlier(replace(found[0], text=f"{found[0].text} ({_named(versions)})"), found)


def _with_earlier(question: Question, older: Sequence[Question]) -> Question:
    before = [each for each in older if each.id == question.id and each.kind is question.kind]
    return replace(
        question,
        options=_joined(question.options, [each.options for each in before]),
        rows=_joined(question.rows, [each.rows for each in before]),
        other=question.other or any(each.other for each in before),
    )


def _joined(options: Sequence[Option], older: Sequence[Sequence[Option]]) -> tuple[Option, ...]:
    found = {option.id: option for option in options}
    for each in older:
        for option in each:
            found.setdefault(option.id, Option(option.id, f"{option.text} (earlier version)"))
    return tuple(found.values())


def _named(versions: Sequence[int]) -> str:
    return f"asked in version {versions[0]} only" if len(versions) == 1 else "asked in earlier versions only"

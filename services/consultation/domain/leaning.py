"""What depends on a question, so that an officer is asked before it goes: routes, and charts of what was answered."""

from services.consultation.domain.consultation import Consultation
from services.consultation.domain.question import Question, option_ids
from services.consultation.domain.questionnaire import gone_options


def leaning(consultation: Consultation, id: str, after: Question | None) -> tuple[str, ...]:
    """In words, what a change of a question breaks; `after` is None where it is removed. Empty for a new question."""
    before = next((each for each in consultation.writing.questions if each.id == id), None)
    if before is None:
        return ()
    routes = consultation.writing.leaning_on(id, gone_options(before, after))
    return routes + _charts(consultation, before, after)


def _charts(consultation: Consultation, before: Question, after: Question | None) -> tuple[str, ...]:
    """Only where people may have answered it already."""
    answered = consultation.questionnaire.questions if consultation.is_published else ()
    if all(each.id != before.id for each in answered):
        return ()
    chart = f"The chart of “{before.text}” in the results"
    if after is None:
        return (f"{chart}: later answers will not be in it",)
    if after.kind is not before.kind:
        return (f"{chart}: later answers are of another kind and cannot be added to it",)
    gone = option_ids(before.all_options) - option_ids(after.all_options)
    texts = ", ".join(f"“{option.text}”" for option in before.all_options if option.id in gone)
    return (f"{chart}: it shows {texts}, which nobody can choose any more",) if gone else ()

"""A questionnaire on paper: what routes say in words, since nobody turns the pages for who fills it in."""

from collections.abc import Sequence

from services.consultation.domain.questionnaire import END, Page, Questionnaire, Route


def routes_in_words(questionnaire: Questionnaire, page: Page) -> tuple[str, ...]:
    """Sentences to stand below the questions of a page, the first that fits first; none where all go on."""
    if not page.routes:
        return ()
    sentences = [f"{_when(questionnaire, route)}, {_go(questionnaire, route.to)}" for route in page.routes]
    place = questionnaire.pages.index(page) + 1
    further = questionnaire.pages[place].id if place < len(questionnaire.pages) else END
    return (*sentences, f"Otherwise {_go(questionnaire, further)}")


def _when(questionnaire: Questionnaire, route: Route) -> str:
    question = questionnaire.question(route.question)
    words = [f"“{option.text}”" for option in question.all_options if option.id in route.options]
    return f"If you ticked {_either(words)} at question {questionnaire.number_of(question)}"


def _either(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _go(questionnaire: Questionnaire, to: str) -> str:
    """What to do, as an order."""
    if to == END:
        return "leave out the rest and go to “What to do with this form”"
    for leaves in questionnaire.exits:
        if leaves.id == to:
            return f"stop here: “{leaves.title}”. {leaves.text}"
    page = questionnaire.page(to)
    first = next((question for question in page.questions if question.is_asked), None)
    if first is not None:
        return f"go to question {questionnaire.number_of(first)}"
    return f"go to “{page.title or page.questions[0].text}”" if page.title or page.questions else "go on"

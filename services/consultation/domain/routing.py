"""The way through a questionnaire: which pages a person sees for what they answered, and faults in the routes."""

from dataclasses import dataclass, field

from services.consultation.domain.answers import Answers, Given, WardOf, no_ward, read
from services.consultation.domain.question import Question
from services.consultation.domain.questionnaire import END, Exit, Page, Questionnaire
from shared.errors import Invalid


@dataclass(frozen=True, slots=True)
class Walk:
    """The way that answers lead: its pages in order, the answers on it, and what stands in the way."""

    pages: tuple[Page, ...]
    answers: Answers
    faults: dict[str, str] = field(default_factory=dict)
    exit: Exit | None = None
    dropped: tuple[Question, ...] = ()
    """Questions that were answered, and are not on this way."""

    def before(self, page: str) -> Page | None:
        """The page before this one on the way; None for the first."""
        ids = [each.id for each in self.pages]
        place = ids.index(page) if page in ids else len(ids)
        return self.pages[place - 1] if place else None

    def after(self, page: str) -> Page | None:
        """The page after this one on the way; None for the last, and for one that is not on it."""
        ids = [each.id for each in self.pages]
        place = ids.index(page) + 1 if page in ids else len(ids)
        return self.pages[place] if place < len(ids) else None

    def page_of(self, field: str) -> Page | None:
        return next((page for page in self.pages for each in page.questions if field in each.fields), None)

    def faults_on(self, page: Page) -> dict[str, str]:
        mine = {field for question in page.questions for field in question.fields}
        return {field: sentence for field, sentence in self.faults.items() if field in mine}


def walk(questionnaire: Questionnaire, given: Given, ward_of: WardOf = no_ward) -> Walk:
    """Follow the routes from the first page. An answer at fault leads nowhere, as if it were not given.

    Ends on any questionnaire: no page is walked over twice.
    """
    pages: list[Page] = []
    answers: dict[str, tuple[str, ...]] = {}
    faults: dict[str, str] = {}
    here: Page | None = questionnaire.pages[0]
    leaves: Exit | None = None
    while here is not None and here not in pages:
        pages.append(here)
        for question in here.questions:
            try:
                answers |= read(question, given, ward_of)
            except Invalid as invalid:
                faults |= invalid.errors
        to = _leads_to(questionnaire, here, answers)
        leaves = next((each for each in questionnaire.exits if each.id == to), None)
        here = next((page for page in questionnaire.pages if page.id == to), None)
    on_way = {question.id for page in pages for question in page.questions}
    dropped = tuple(
        question for question in questionnaire.asked if question.id not in on_way and _is_given(question, given)
    )
    return Walk(tuple(pages), answers, faults, leaves, dropped)


def _leads_to(questionnaire: Questionnaire, page: Page, answers: Answers) -> str:
    for route in page.routes:
        if set(route.options) & set(answers.get(route.question, ())):
            return route.to
    return _next(questionnaire, page)


def _next(questionnaire: Questionnaire, page: Page) -> str:
    place = questionnaire.pages.index(page) + 1
    return questionnaire.pages[place].id if place < len(questionnaire.pages) else END


def _is_given(question: Question, given: Given) -> bool:
    return any(value.strip() for name in question.fields for value in given.get(name, ()))


def route_faults(questionnaire: Questionnaire) -> tuple[str, ...]:
    """Sentences that name each route that is wrong, and each page that nobody reaches."""
    faults: list[str] = []
    places = {page.id: number for number, page in enumerate(questionnaire.pages)}
    exits = {each.id for each in questionnaire.exits}
    asked = {question.id: places[page.id] for page in questionnaire.pages for question in page.questions}
    for page in questionnaire.pages:
        name = questionnaire.name_of(page)
        for route in page.routes:
            if route.to not in places and route.to not in exits and route.to != END:
                faults.append(f"A route from {name} leads to a page that is not there")
            elif places.get(route.to, len(places)) <= places[page.id]:
                back = questionnaire.name_of(route.to)
                faults.append(f"A route from {name} leads back to {back}. People would go round for ever")
            if asked.get(route.question, len(places)) > places[page.id]:
                faults.append(f"A route from {name} depends on a question that is asked later, or is not there")
    reached = _reached(questionnaire)
    faults += [
        f"Nobody reaches {questionnaire.name_of(page)}: every way leads past it"
        for page in questionnaire.pages
        if page.id not in reached
    ]
    faults += [
        f"Nobody reaches {questionnaire.name_of(each.id)}: no route leads there"
        for each in questionnaire.exits
        if each.id not in reached
    ]
    return tuple(faults)


def _reached(questionnaire: Questionnaire) -> set[str]:
    """Pages and exits to which some answers lead, so far as one page's routes tell."""
    reached: set[str] = set()
    waiting = [questionnaire.pages[0].id]
    while waiting:
        id = waiting.pop()
        if id in reached or id == END:
            continue
        reached.add(id)
        page = next((page for page in questionnaire.pages if page.id == id), None)
        if page is not None:
            waiting += [route.to for route in page.routes]
            if not _always_routed(page):
                waiting.append(_next(questionnaire, page))
    return reached


def _always_routed(page: Page) -> bool:
    """Whether every answer to a question of the page that must be answered has a route."""
    by_question: dict[str, set[str]] = {}
    for route in page.routes:
        by_question.setdefault(route.question, set()).update(route.options)
    return any(
        question.required and by_question[question.id] >= {option.id for option in question.all_options}
        for question in page.questions
        if question.id in by_question
    )

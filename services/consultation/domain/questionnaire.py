"""Questionnaires: pages of questions, and the routes between them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from services.consultation.domain.question import ROUTING, Kind, Question, option_ids
from services.consultation.domain.question_check import check
from shared.errors import Conflict, Invalid, NotFound, Refusal

QUESTIONS_LIMIT = 100
PAGES_LIMIT = 50
EXITS_LIMIT = 20
ROUTES_LIMIT = 40
TITLE_LIMIT = 160
INTRO_LIMIT = 2_000
END = "end"
"""Where a route leads that leaves out all later pages: to the check page."""


class Leaning(Conflict):
    """Something else, named in `things`, depends on what was to be changed. It can be changed even so."""

    def __init__(self, things: Sequence[str]) -> None:
        super().__init__(f"This is needed elsewhere: {'; '.join(things)}. Going on removes that too")
        self.things = tuple(things)


@dataclass(frozen=True, slots=True)
class Route:
    """From the page it is on to another, when the answer to `question` has one of `options`. The first that fits."""

    question: str
    options: tuple[str, ...]
    to: str


@dataclass(frozen=True, slots=True)
class Page:
    id: str
    title: str = ""
    intro: str = ""
    section: str = ""
    """The heading that pages of one section share."""

    questions: tuple[Question, ...] = ()
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True)
class Exit:
    """A page at which answering ends with nothing sent, and which says why."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Never empty of pages. `version` counts publications, from 1."""

    pages: tuple[Page, ...] = (Page("page-1"),)
    exits: tuple[Exit, ...] = ()
    version: int = 1

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions in order, information blocks among them."""
        return tuple(question for page in self.pages for question in page.questions)

    @property
    def asked(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.is_asked)

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(field for question in self.questions for field in question.fields)

    def question(self, id: str) -> Question:
        """Raises NotFound."""
        return _find(self.questions, id, "This question is not there any more")

    def number_of(self, question: Question) -> int:
        """Its number on every page and on paper, from 1; information blocks have none, 0."""
        ids = [each.id for each in self.asked]
        return ids.index(question.id) + 1 if question.id in ids else 0

    def page(self, id: str) -> Page:
        """Raises NotFound."""
        return _find(self.pages, id, "This page is not there any more")

    def exit(self, id: str) -> Exit:
        """Raises NotFound."""
        return _find(self.exits, id, "This page is not there any more")

    def page_of(self, question: str) -> Page:
        """Raises NotFound."""
        self.question(question)
        return next(page for page in self.pages if any(each.id == question for each in page.questions))

    def leaning_on(self, question: str, options: Iterable[str] | None = None) -> tuple[str, ...]:
        """What depends on a question, or on these options of it, in words."""
        wanted = None if options is None else set(options)
        return tuple(
            f"The route from {self.name_of(page)} to {self.name_of(route.to)}"
            for page in self.pages
            for route in page.routes
            if route.question == question and (wanted is None or wanted & set(route.options))
        )

    def name_of(self, target: Page | str) -> str:
        """A page, an exit page or the end, as an officer knows it."""
        id = target.id if isinstance(target, Page) else target
        if id == END:
            return "the end"
        for number, page in enumerate(self.pages, 1):
            if page.id == id:
                return f"page {number}" + (f" “{page.title}”" if page.title else "")
        return next((f"the exit page “{each.title}”" for each in self.exits if each.id == id), "a page that is gone")

    def put_question(self, question: Question, page_id: str, *, even_so: bool = False) -> "Questionnaire":
        """Add a question to a page, or put it in place of the one with its id. Raises Invalid, NotFound, Leaning."""
        check(question)
        page = self.page(page_id)
        self._one_respondent(question)
        before = next((each for each in self.questions if each.id == question.id), None)
        if before is None:
            if len(self.questions) >= QUESTIONS_LIMIT:
                raise Refusal(f"A consultation can have at most {QUESTIONS_LIMIT} questions", "text")
            return self._with_page(replace(page, questions=(*page.questions, question)))
        mended = self._without_leaning(before, question, even_so=even_so)
        home = mended.page_of(question.id)
        if home.id == page_id:
            return mended._with_page(replace(home, questions=_swapped(home.questions, question)))  # noqa: SLF001
        moved = mended._without_question(question.id)  # noqa: SLF001
        page = moved.page(page_id)
        return moved._with_page(replace(page, questions=(*page.questions, question)))  # noqa: SLF001

    def remove_question(self, id: str, *, even_so: bool = False) -> "Questionnaire":
        """Raises NotFound, Leaning."""
        before = self.question(id)
        return self._without_leaning(before, None, even_so=even_so)._without_question(id)  # noqa: SLF001

    def move_question(self, id: str, steps: int) -> "Questionnaire":
        """Up (-1) or down (1); past an end of its page onto the neighbouring one. Raises NotFound."""
        moving, page = self.question(id), self.page_of(id)
        place = page.questions.index(moving) + steps
        if 0 <= place < len(page.questions):
            rest = [each for each in page.questions if each.id != id]
            return self._with_page(replace(page, questions=(*rest[:place], moving, *rest[place:])))
        number = self.pages.index(page) + (1 if steps > 0 else -1)
        if not 0 <= number < len(self.pages):
            return self
        moved = self._without_question(id)
        there = moved.pages[number]
        questions = (moving, *there.questions) if steps > 0 else (*there.questions, moving)
        return moved._with_page(replace(there, questions=questions))  # noqa: SLF001

    def put_page(self, page: Page) -> "Questionnaire":
        """Add an empty page, or change the words of the one with its id. Raises Invalid."""
        check_words(page)
        if any(each.id == page.id for each in self.pages):
            there = self.page(page.id)
            return self._with_page(replace(there, title=page.title, intro=page.intro, section=page.section))
        if len(self.pages) >= PAGES_LIMIT:
            raise Refusal(f"A consultation can have at most {PAGES_LIMIT} pages", "title")
        if page.id in {END, *(each.id for each in self.exits)}:
            raise Refusal("There is a page with this name already", "title")
        return replace(self, pages=(*self.pages, replace(page, questions=(), routes=())))

    def remove_page(self, id: str) -> "Questionnaire":
        """Raises NotFound; Conflict while it has questions, is the only one, or a route leads there."""
        page = self.page(id)
        if page.questions:
            raise Conflict("Move or remove the questions on this page first")
        if len(self.pages) == 1:
            raise Conflict("A questionnaire needs at least one page")
        self._not_led_to(id)
        return replace(self, pages=tuple(each for each in self.pages if each.id != id))

    def move_page(self, id: str, steps: int) -> "Questionnaire":
        """Raises NotFound."""
        moving = self.page(id)
        rest = [each for each in self.pages if each.id != id]
        place = max(0, min(len(rest), self.pages.index(moving) + steps))
        return replace(self, pages=(*rest[:place], moving, *rest[place:]))

    def put_routes(self, id: str, change: Callable[[tuple[Route, ...]], tuple[Route, ...]]) -> "Questionnaire":
        """Change the routes of a page. Raises Invalid, NotFound."""
        page = self.page(id)
        changed = replace(page, routes=change(page.routes))
        for route in changed.routes:
            check_route(self, route)
        if len(changed.routes) > ROUTES_LIMIT:
            raise Refusal(f"A page can have at most {ROUTES_LIMIT} routes", "question")
        return self._with_page(changed)

    def put_exit(self, exit: Exit) -> "Questionnaire":
        """Raises Invalid."""
        check_exit(exit)
        if exit.id in {END, *(page.id for page in self.pages)}:
            raise Refusal("There is a page with this name already", "title")
        if any(each.id == exit.id for each in self.exits):
            return replace(self, exits=tuple(exit if each.id == exit.id else each for each in self.exits))
        if len(self.exits) >= EXITS_LIMIT:
            raise Refusal(f"A consultation can have at most {EXITS_LIMIT} exit pages", "title")
        return replace(self, exits=(*self.exits, exit))

    def remove_exit(self, id: str) -> "Questionnaire":
        """Raises NotFound; Conflict while a route leads there."""
        self.exit(id)
        self._not_led_to(id)
        return replace(self, exits=tuple(each for each in self.exits if each.id != id))

    def _not_led_to(self, id: str) -> None:
        for page in self.pages:
            if any(route.to == id for route in page.routes):
                raise Conflict(f"A route leads here from {self.name_of(page)}. Change that route first")

    def _one_respondent(self, question: Question) -> None:
        others = (each for each in self.questions if each.id != question.id)
        if question.kind is Kind.RESPONDENT and any(each.kind is Kind.RESPONDENT for each in others):
            raise Refusal("There is a question already that asks as whom people answer", "text")

    def _without_leaning(self, before: Question, after: Question | None, *, even_so: bool) -> "Questionnaire":
        """Without the routes that a change breaks. Raises Leaning, unless it is to be done even so."""
        gone = gone_options(before, after)
        leaning = self.leaning_on(before.id, gone)
        if leaning and not even_so:
            raise Leaning(leaning)
        return self._map_pages(lambda page: replace(page, routes=_routes_without(page.routes, before.id, gone)))

    def _without_question(self, id: str) -> "Questionnaire":
        return self._map_pages(
            lambda page: replace(page, questions=tuple(each for each in page.questions if each.id != id))
        )

    def _with_page(self, page: Page) -> "Questionnaire":
        return self._map_pages(lambda each: page if each.id == page.id else each)

    def _map_pages(self, change: Callable[[Page], Page]) -> "Questionnaire":
        return replace(self, pages=tuple(change(page) for page in self.pages))


class _Named(Protocol):
    @property
    def id(self) -> str: ...


_N = TypeVar("_N", bound=_Named)


def _find(among: Sequence[_N], id: str, sentence: str) -> _N:
    for each in among:
        if each.id == id:
            return each
    raise NotFound(sentence)


def gone_options(before: Question, after: Question | None) -> frozenset[str]:
    """The options on which no route can depend after a change."""
    if after is None or after.kind not in ROUTING:
        return option_ids(before.all_options)
    return option_ids(before.all_options) - option_ids(after.all_options)


def _swapped(questions: Sequence[Question], question: Question) -> tuple[Question, ...]:
    return tuple(question if each.id == question.id else each for each in questions)


def _routes_without(routes: Sequence[Route], question: str, gone: frozenset[str]) -> tuple[Route, ...]:
    """A route keeps those of its options that are still there; one with none left goes."""
    kept = []
    for route in routes:
        if route.question != question:
            kept.append(route)
        elif left := tuple(option for option in route.options if option not in gone):
            kept.append(replace(route, options=left))
    return tuple(kept)


def check_words(page: Page) -> None:
    """Raises Invalid."""
    faults = {
        field: f"This must be {limit:,} characters or fewer"
        for field, limit in (("title", TITLE_LIMIT), ("section", TITLE_LIMIT), ("intro", INTRO_LIMIT))
        if len(getattr(page, field)) > limit
    }
    if faults:
        raise Invalid(faults)


def check_exit(exit: Exit) -> None:
    """Raises Invalid."""
    faults = {} if exit.title else {"title": "Enter a title"}
    if not exit.text:
        faults["text"] = "Say why answering ends here, and what people can do instead"
    for field, limit in (("title", TITLE_LIMIT), ("text", INTRO_LIMIT)):
        if len(getattr(exit, field)) > limit:
            faults[field] = f"This must be {limit:,} characters or fewer"
    if faults:
        raise Invalid(faults)


def check_route(asked: Questionnaire, route: Route) -> None:
    """Raises Invalid. Whether it fits the other routes is for route_faults to say."""
    faults = {}
    question = next((each for each in asked.questions if each.id == route.question), None)
    if question is None or question.kind not in ROUTING:
        faults["question"] = "A route must depend on a question with answers to choose from"
    elif not route.options or set(route.options) - option_ids(question.all_options):
        faults["options"] = f"Choose at least one of the answers to “{question.text}”"
    if route.to not in {END, *(page.id for page in asked.pages), *(exit.id for exit in asked.exits)}:
        faults["to"] = "Choose where the route leads"
    if faults:
        raise Invalid(faults)

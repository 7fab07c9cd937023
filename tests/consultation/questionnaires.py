"""Random questionnaires that may be published, and what people might give as answers to them.

`questionnaires()` has every kind of question, several pages, routes that only lead forward, and exit pages.
`answers_to(questionnaire)` is what a form could send: {field: (value, ...)}, some of it at fault.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from services.consultation.domain import (
    AGREE_SCALE,
    END,
    FILE_TYPES,
    OTHER,
    RESPONDENTS,
    ROUTING,
    SHUFFLED,
    WITH_OTHER,
    Exit,
    Keep,
    Kind,
    Option,
    Page,
    Question,
    Questionnaire,
    Route,
    route_faults,
    slug,
)

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
"""For property tests over whole questionnaires: each takes its time, and a busy machine is no fault of theirs."""

WARDS = ("Biscot", "Dallow", "High Town", "South")
WARD_OPTIONS = tuple(Option(slug(ward), ward) for ward in WARDS)
BOUNDED = frozenset({Kind.SEVERAL_CHOICES, Kind.RANKING})


SIGN = st.sampled_from("aZ09 -_.,:;!?'\"<>&%#{}[]()/\\*`=+@|~^$£€éßøłÅñ中文字हिاردוע🙂👍🏽\N{COMBINING ACUTE ACCENT}")
"""Few enough to be drawn fast; among them markup, other scripts, right to left, and what is more than one sign."""


def words(most: int = 12) -> st.SearchStrategy[str]:
    """A line as people type it; never blank, no blanks around it."""
    return st.text(SIGN, min_size=1, max_size=most).map(lambda text: text.strip() or "a")


def options_of(least: int, most: int = 5) -> st.SearchStrategy[tuple[Option, ...]]:
    texts = st.lists(words(), min_size=least, max_size=most, unique_by=str.casefold)
    return texts.map(lambda found: tuple(Option(f"o{place}", text) for place, text in enumerate(found, 1)))


@st.composite
def questions(draw: Any, id: str, kinds: Sequence[Kind] = tuple(Kind)) -> Question:
    kind = draw(st.sampled_from(kinds))
    made = Question(id, kind, draw(words()), hint=draw(st.just("") | words()))
    made = replace(made, required=kind is not Kind.INFORMATION and draw(st.booleans()))
    if draw(st.booleans()):
        made = replace(made, facts_title=draw(words()), facts=draw(words(40)))
    made = replace(made, other=kind in WITH_OTHER and draw(st.booleans()))
    made = replace(made, shuffled=kind in SHUFFLED and draw(st.booleans()))
    return replace(made, **draw(_settings(made)))


@st.composite
def _settings(draw: Any, question: Question) -> dict[str, Any]:  # noqa: PLR0911
    match question.kind:
        case Kind.ONE_CHOICE | Kind.SEVERAL_CHOICES | Kind.RANKING:
            options = draw(options_of(2))
            most = len(options) + question.other
            bounds = draw(_bounds(1, most)) if question.kind in BOUNDED else {}
            return {"options": options, **bounds}
        case Kind.MATRIX:
            return {"options": draw(options_of(2)), "rows": draw(options_of(1))}
        case Kind.AGREE:
            return {"options": AGREE_SCALE}
        case Kind.WARD:
            return {"options": WARD_OPTIONS}
        case Kind.RESPONDENT:
            offered = draw(st.sets(st.sampled_from(RESPONDENTS), min_size=2))
            return {"options": tuple(each for each in RESPONDENTS if each in offered)}
        case Kind.NUMBER:
            return draw(_bounds(-1000, 1000))  # type: ignore[no-any-return]
        case Kind.POSTCODE:
            keep = draw(st.sampled_from(Keep))
            why = draw(words()) if keep is Keep.WHOLE else ""
            return {"keep": keep, "keep_why": why, "options": WARD_OPTIONS if keep is Keep.WARD else ()}
        case Kind.FILE:
            types = draw(st.sets(st.sampled_from(FILE_TYPES), min_size=1))
            return {"file_types": tuple(each for each in FILE_TYPES if each in types), "most": draw(st.integers(1, 20))}
    return {}


@st.composite
def _bounds(draw: Any, lowest: int, highest: int) -> dict[str, int | None]:
    least = draw(st.none() | st.integers(lowest, highest))
    return {
        "least": least,
        "most": draw(st.none() | st.integers(max(lowest, least if least is not None else lowest), highest)),
    }


@st.composite
def questionnaires(draw: Any, most_pages: int = 4, most_questions: int = 3) -> Questionnaire:
    """One that may be published: at least one question that is asked, and no fault in its routes."""
    pages: list[Page] = []
    respondent_is_asked = False
    for number in range(1, draw(st.integers(1, most_pages)) + 1):
        asked: list[Question] = []
        for _ in range(draw(st.integers(0 if pages else 1, most_questions))):
            kinds = [kind for kind in Kind if kind is not Kind.RESPONDENT or not respondent_is_asked]
            if not pages and not asked:
                kinds.remove(Kind.INFORMATION)
            asked.append(draw(questions(f"q{number}-{len(asked) + 1}", kinds)))
            respondent_is_asked |= asked[-1].kind is Kind.RESPONDENT
        title, section = draw(st.just("") | words()), draw(st.just("") | words())
        pages.append(Page(f"page-{number}", title, draw(st.just("") | words(40)), section, tuple(asked)))
    exits = tuple(Exit(f"exit-{n}", draw(words()), draw(words(40))) for n in range(1, draw(st.integers(0, 2)) + 1))
    return _sound(Questionnaire(_routed(draw, pages, exits), exits))


def _routed(draw: Any, pages: Sequence[Page], exits: Sequence[Exit]) -> tuple[Page, ...]:
    routed: list[Page] = []
    known: list[Question] = []
    for number, page in enumerate(pages):
        known += [question for question in page.questions if question.kind in ROUTING]
        further = [*(each.id for each in pages[number + 1 :]), *(each.id for each in exits), END]
        routes = []
        for _ in range(draw(st.integers(0, 3)) if known else 0):
            question = draw(st.sampled_from(known))
            chosen = draw(st.sets(st.sampled_from(question.all_options), min_size=1, max_size=3))
            ids = tuple(option.id for option in question.all_options if option in chosen)
            routes.append(Route(question.id, ids, draw(st.sampled_from(further))))
        routed.append(replace(page, routes=tuple(routes)))
    return tuple(routed)


def _sound(questionnaire: Questionnaire) -> Questionnaire:
    """Without the exits that no route leads to, and with fewer routes until every page is reached."""
    led_to = {route.to for page in questionnaire.pages for route in page.routes}
    there = replace(questionnaire, exits=tuple(each for each in questionnaire.exits if each.id in led_to))
    if not route_faults(there):
        return there
    routed = [place for place, page in enumerate(there.pages) if page.routes]
    last = there.pages[routed[-1]]
    fewer = replace(last, routes=last.routes[:-1])
    return _sound(replace(there, pages=(*there.pages[: routed[-1]], fewer, *there.pages[routed[-1] + 1 :])))


@st.composite
def answers_to(draw: Any, questionnaire: Questionnaire, *, faulty: bool = True) -> dict[str, tuple[str, ...]]:
    """Some questions are left out; with `faulty`, some answers are at fault."""
    given: dict[str, tuple[str, ...]] = {}
    for question in questionnaire.asked:
        what = draw(st.sampled_from(("good", "good", "good", "none", "bad" if faulty else "good")))
        if what == "good" or (not faulty and question.required):
            given |= draw(good_answer(question))
        elif what == "bad":
            given |= {field: (draw(words()),) for field in question.fields}
    return given


@st.composite
def good_answer(draw: Any, question: Question) -> dict[str, tuple[str, ...]]:  # noqa: PLR0911
    """What a form sends for an answer that is taken."""
    id, ids = question.id, [option.id for option in question.all_options]
    match question.kind:
        case Kind.ONE_CHOICE | Kind.AGREE | Kind.WARD | Kind.RESPONDENT:
            return _with_other(draw, question, (draw(st.sampled_from(ids)),))
        case Kind.SEVERAL_CHOICES:
            return _with_other(draw, question, tuple(draw(_some(question, ids))))
        case Kind.RANKING:
            return {f"{id}.{option}": (str(rank),) for rank, option in enumerate(draw(_some(question, ids)), 1)}
        case Kind.MATRIX:
            return {field: (draw(st.sampled_from(ids)),) for field in question.fields}
        case Kind.NUMBER:
            least = question.least if question.least is not None else -10_000
            most = question.most if question.most is not None else 10_000
            return {id: (str(draw(st.integers(least, most))),)}
        case Kind.DATE:
            day = draw(st.dates())
            return {f"{id}.day": (str(day.day),), f"{id}.month": (str(day.month),), f"{id}.year": (f"{day.year:04}",)}
        case Kind.EMAIL:
            return {id: (draw(st.sampled_from(("me@example.org", "a.b+c@mail.example.com"))),)}
        case Kind.POSTCODE:
            return {id: (draw(st.sampled_from(("LU1 2BQ", "lu29ab", "SW1A 1AA"))),)}
        case Kind.FILE:
            return {id: tuple(draw(st.lists(st.uuids().map(lambda each: each.hex), min_size=1, max_size=3)))}
    return {id: (draw(words(30)),)}


def _some(question: Question, ids: Sequence[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(ids), min_size=question.least or 1, max_size=question.most or len(ids), unique=True)


def _with_other(draw: Any, question: Question, chosen: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    given = {question.id: chosen}
    if question.other and OTHER.id in chosen:
        given[question.other_field] = (draw(words(30)),)
    return given

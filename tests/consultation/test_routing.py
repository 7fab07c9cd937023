"""The way through a questionnaire: nothing is lost or invented on it, whatever the order of going back and forth."""

import random
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from services.consultation.domain import (
    END,
    Consultation,
    Details,
    Kind,
    Option,
    Origin,
    Outside,
    Page,
    Question,
    Questionnaire,
    Route,
    State,
    as_given,
    read,
    route_faults,
    walk,
)
from shared.errors import Invalid, Refusal
from tests.consultation.questionnaires import answers_to, questionnaires
from tests.town import NOON, Town, details_of
from tests.visitor import Page as WebPage

Given = Mapping[str, tuple[str, ...]]

many = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
"""A whole questionnaire takes a while to make up."""


def read_or_faults(question: Question, typed: Given) -> tuple[Given, Mapping[str, str]]:
    try:
        return read(question, typed), {}
    except Invalid as invalid:
        return {}, invalid.errors


def by_hand(questionnaire: Questionnaire, given: Given) -> tuple[list[str], dict[str, tuple[str, ...]], str]:
    """What `walk` must find, worked out in another way: page by page, by number."""
    number = 0
    ids: list[str] = []
    answers: dict[str, tuple[str, ...]] = {}
    while number < len(questionnaire.pages):
        page = questionnaire.pages[number]
        ids.append(page.id)
        for question in page.questions:
            answers |= read_or_faults(question, given)[0]
        fitting = [each for each in page.routes if set(answers.get(each.question, ())) & set(each.options)]
        places = [each.id for each in questionnaire.pages]
        if not fitting:
            number += 1
        elif fitting[0].to in places:
            number = places.index(fitting[0].to)
        else:
            return ids, answers, fitting[0].to
    return ids, answers, END


@many
@given(st.data())
def test_the_way_is_the_one_that_the_routes_say_and_the_answers_on_it_are_those_that_were_given(
    data: st.DataObject,
) -> None:
    asked = data.draw(questionnaires())
    typed = data.draw(answers_to(asked))

    walked = walk(asked, typed)

    pages, answers, end = by_hand(asked, typed)
    assert [page.id for page in walked.pages] == pages
    assert walked.answers == answers
    assert (walked.exit.id if walked.exit else END) == end


@many
@given(st.data())
def test_no_answer_is_lost_or_invented(data: st.DataObject) -> None:
    asked = data.draw(questionnaires())
    typed = data.draw(answers_to(asked))

    walked = walk(asked, typed)

    on_way = [question for page in walked.pages for question in page.questions]
    for question in on_way:
        mine = {field: walked.answers[field] for field in question.fields if field in walked.answers}
        expected, faults = read_or_faults(question, typed)
        assert mine == expected
        assert set(faults) <= set(walked.faults)
    assert set(walked.answers) <= {field for question in on_way for field in question.fields}
    given_to = {question.id for question in asked.asked if any(field in typed for field in question.fields)}
    assert {question.id for question in walked.dropped} == given_to - {question.id for question in on_way}


@many
@given(st.data())
def test_answers_that_are_stored_lead_the_same_way_again_and_nothing_of_them_is_dropped(data: st.DataObject) -> None:
    asked = data.draw(questionnaires())
    walked = walk(asked, data.draw(answers_to(asked, faulty=False)))
    as_typed = {field: value for each in asked.asked for field, value in as_given(each, walked.answers).items()}

    for again in (walk(asked, walked.answers), walk(asked, as_typed)):
        assert (again.pages, again.answers, again.exit) == (walked.pages, walked.answers, walked.exit)
        assert again.dropped == ()


@many
@given(st.data())
def test_what_is_stored_is_exactly_what_was_given_on_the_way(data: st.DataObject) -> None:
    asked = data.draw(questionnaires())
    typed = data.draw(answers_to(asked))
    open_now = Consultation("park", Details(**details_of(NOON)), "officer", State.PUBLISHED, asked)
    walked = walk(asked, typed)
    if walked.faults:
        with pytest.raises(Invalid) as refused:
            open_now.respond("r", typed, Origin(), NOON)
        assert dict(refused.value.errors) == walked.faults
    elif walked.exit or not walked.answers:
        with pytest.raises(Outside if walked.exit else Refusal):
            open_now.respond("r", typed, Origin(), NOON)
    else:
        response, submitted = open_now.respond("r", typed, Origin(), NOON)
        assert response.answers == walked.answers
        assert set(submitted.choices) | set(submitted.texts) >= set(walked.answers)


@many
@given(st.data())
def test_going_back_and_forth_in_any_order_ends_with_what_was_typed_last(data: st.DataObject) -> None:
    """As the form does it: a page sends what is on it in place of what it sent before, and carries the rest along."""
    asked = data.draw(questionnaires())
    carried: dict[str, tuple[str, ...]] = {}
    for _ in range(data.draw(st.integers(1, 6))):
        walked = walk(asked, carried)
        here = data.draw(st.sampled_from(walked.pages))
        typed = data.draw(answers_to(Questionnaire((here,))))
        mine = {field for question in here.questions for field in question.fields}
        carried = {field: value for field, value in carried.items() if field not in mine} | typed
        again = walk(asked, carried)
        assert here.id in [page.id for page in again.pages]
        for question in here.questions:
            if again.faults.keys().isdisjoint(question.fields):
                mine_now = {field: again.answers[field] for field in question.fields if field in again.answers}
                assert mine_now == read(question, typed)


@many
@given(questionnaires())
def test_a_sound_questionnaire_has_no_fault(asked: Questionnaire) -> None:
    assert route_faults(asked) == ()


@many
@given(st.data())
def test_every_loop_that_is_planted_is_found_and_named_and_walking_ends_all_the_same(data: st.DataObject) -> None:
    asked, question, page = data.draw(planted_in())
    back = data.draw(st.sampled_from(asked.pages[: asked.pages.index(page) + 1]))
    looped = _with_routes(asked, page, (Route(question.id, (question.all_options[0].id,), back.id), *page.routes))

    faults = route_faults(looped)

    sentence = f"A route from {asked.name_of(page)} leads back to {asked.name_of(back)}"
    assert any(fault.startswith(sentence) for fault in faults)
    typed = data.draw(answers_to(looped)) | {question.id: (question.all_options[0].id,)}
    assert len(walk(looped, typed).pages) <= len(asked.pages)


@many
@given(st.data())
def test_every_page_that_nobody_reaches_is_found_and_named(data: st.DataObject) -> None:
    asked, question, page = data.draw(planted_in())
    question = replace(question, required=True)
    ids = tuple(option.id for option in question.all_options)
    page = replace(page, questions=(question, *(each for each in page.questions if each.id != question.id)))
    alone = Page("alone", questions=(Question("alone", Kind.SHORT_TEXT, "Who reads this?"),))
    place = next(number for number, each in enumerate(asked.pages) if each.id == page.id)
    past = replace(page, routes=(Route(question.id, ids, END),))
    before = tuple(replace(each, routes=()) for each in asked.pages[:place])
    unreached = Questionnaire((*before, past, alone))

    faults = route_faults(unreached)

    assert faults == (f"Nobody reaches {unreached.name_of(alone)}: every way leads past it",)
    assert "alone" not in [each.id for each in walk(unreached, data.draw(answers_to(unreached, faulty=False))).pages]


@st.composite
def planted_in(draw: st.DrawFn) -> tuple[Questionnaire, Question, Page]:
    """A sound questionnaire, and a question of one of its pages on which a route can depend."""
    asked = draw(questionnaires())
    fitting = [(page, each) for page in asked.pages for each in page.questions if each.kind is Kind.ONE_CHOICE]
    assume(fitting)
    page, question = draw(st.sampled_from(fitting))
    return asked, question, page


def _with_routes(asked: Questionnaire, page: Page, routes: tuple[Route, ...]) -> Questionnaire:
    return replace(asked, pages=tuple(replace(each, routes=routes) if each is page else each for each in asked.pages))


YES_NO = (Option("yes", "Yes"), Option("no", "No"))


@pytest.mark.parametrize(
    ("route", "sentence"),
    [
        (Route("swim", ("yes",), "nowhere"), "A route from page 1 leads to a page that is not there"),
        (Route("late", ("yes",), "page-2"), "A route from page 1 depends on a question that is asked later"),
        (Route("gone", ("yes",), "page-2"), "A route from page 1 depends on a question that is asked later"),
        (Route("swim", ("yes",), "page-1"), "A route from page 1 leads back to page 1"),
    ],
)
def test_a_route_that_leads_wrong_is_named(route: Route, sentence: str) -> None:
    first = Page("page-1", questions=(Question("swim", Kind.ONE_CHOICE, "Swim?", options=YES_NO),), routes=(route,))
    second = Page("page-2", questions=(Question("late", Kind.ONE_CHOICE, "Late?", options=YES_NO),))
    (fault,) = route_faults(Questionnaire((first, second)))
    assert fault.startswith(sentence)


def drawn(count: int) -> list[tuple[Questionnaire, Given]]:
    """Questionnaires with answers, the same ones each time; files are left to their own tests."""
    found: list[tuple[Questionnaire, Given]] = []

    @settings(
        max_examples=4 * count, derandomize=True, database=None, phases=(Phase.generate,), deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        asked = data.draw(questionnaires(most_pages=4, most_questions=3))
        if len(asked.pages) > 1 and not any(each.kind is Kind.FILE for each in asked.asked):
            found.append((asked, data.draw(answers_to(asked, faulty=False))))

    draw()
    return found[-count:]


async def test_the_form_stores_what_was_given_whatever_the_order_of_going_back_and_forth(town: Town) -> None:
    stored_some = 0
    for number, (asked, typed) in enumerate(drawn(12)):
        id = await town.publish(f"park-{number}", pages=asked.pages, exits=asked.exits)
        visitor, choose = town.visitor(), random.Random(number)
        page = await visitor.get(f"/consultations/{id}/answer")
        for _ in range(5):
            page = await visitor.submit(
                page, _typed(asked, page, typed), button=("go", choose.choice(("next", "back")))
            )
            if "Check your answers" in page.html or page.form("/answer").buttons[0][1].startswith("page-"):
                page = await visitor.submit(page, button=page.form("/answer").buttons[0])
        for _ in asked.pages:
            if page.form("/answer").fields.get("page"):
                page = await visitor.submit(page, _typed(asked, page, typed), button=("go", "next"))
        walked = walk(asked, typed)
        assert (walked.exit is None) == ("Send your answers" in page.html)
        if walked.exit is None and walked.answers:
            for question in walked.dropped:
                assert question.id not in {field.partition(".")[0] for field in walked.answers}
            await visitor.submit(page, button=("go", "send"))
            again = await visitor.submit(page, button=("go", "send"))
            (stored,) = await town.consultations.responses.find({"consultation": id})
            assert stored.value.answers == walked.answers
            assert stored.value.reference in again.html
            stored_some += 1
    assert stored_some > 3


def _typed(asked: Questionnaire, page: WebPage, typed: Given) -> dict[str, list[str]]:
    """What a person types on this page; on others, nothing."""
    here = asked.page(page.form("/answer").fields["page"][0])
    return {f"q-{field}": list(typed.get(field, ())) for question in here.questions for field in question.fields}

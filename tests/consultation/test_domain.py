"""What consultations refuse, and when."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultation.domain import (
    END,
    Audience,
    Consultation,
    Details,
    Exit,
    Kind,
    Leaning,
    NotOpen,
    Option,
    Origin,
    Page,
    Question,
    Questionnaire,
    Route,
    State,
    asked_ever,
    check_sign,
    leaning,
    reference_of,
    route_faults,
)
from services.consultation.domain.response import LETTERS
from shared.errors import Conflict, Invalid, NotFound, Refusal, SignInNeeded
from tests.town import NOON, QUESTIONS, details_of

DETAILS = Details(**details_of(NOON))
ASKED = Questionnaire((Page("page-1", questions=QUESTIONS),))
DRAFT = Consultation("park", DETAILS, "officer", questionnaire=ASKED)
NOBODY, SOMEBODY = Origin(), Origin(resident="person")
OPEN = replace(DRAFT, state=State.PUBLISHED)
A_SECOND = timedelta(seconds=1)


def test_a_consultation_takes_responses_until_the_second_it_closes() -> None:
    response, _ = OPEN.respond("r1", {"missing": ["swings"]}, NOBODY, DETAILS.closes_at - A_SECOND)
    assert response.answers == {"missing": ("swings",)}

    with pytest.raises(NotOpen, match="has closed"):
        OPEN.respond("r2", {"missing": ["swings"]}, NOBODY, DETAILS.closes_at)


def test_a_consultation_takes_responses_from_the_second_it_opens() -> None:
    with pytest.raises(NotOpen, match="not open yet"):
        OPEN.respond("r1", {"missing": ["swings"]}, NOBODY, DETAILS.opens_at - A_SECOND)

    OPEN.respond("r1", {"missing": ["swings"]}, NOBODY, DETAILS.opens_at)


def test_a_draft_takes_no_response_and_does_not_say_that_it_exists() -> None:
    with pytest.raises(NotFound):
        DRAFT.respond("r1", {"missing": ["swings"]}, NOBODY, NOON)


def test_an_event_carries_the_options_chosen_and_no_text() -> None:
    given = {"missing": ["cafe"], "when": ["pm", "am"], "who": ["Grandma"], "else": ["My address is 1 High Street"]}

    _, submitted = OPEN.respond("r1", given, SOMEBODY, NOON)

    assert submitted.choices == {"missing": ("cafe",), "when": ("am", "pm")}
    assert submitted.texts == ("who", "else")
    assert "Grandma" not in submitted.model_dump_json()
    assert "High Street" not in submitted.model_dump_json()


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({}, "missing", "Choose an answer"),
        ({"missing": ["slide"]}, "missing", "from the answers listed"),
        ({"missing": ["swings", "cafe"]}, "missing", "only one"),
        ({"missing": ["swings"], "who": ["x" * 201]}, "who", "200 characters or fewer. It is 1 over"),
        ({"missing": ["swings"], "else": ["x" * 10_002]}, "else", "10,000 characters or fewer. It is 2 over"),
        ({"missing": ["swings"], "safe": ["perhaps"]}, "safe", "from the answers listed"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_by_its_field(
    given: dict[str, list[str]], field: str, sentence: str
) -> None:
    with pytest.raises(Invalid) as refused:
        OPEN.respond("r1", given, NOBODY, NOON)

    assert sentence in refused.value.errors[field]
    assert "“" in refused.value.errors[field]


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        OPEN.read_answers({"who": ["x" * 300], "safe": ["perhaps"]})

    assert set(refused.value.errors) == {"missing", "safe", "who"}


def test_an_answer_to_a_question_that_is_not_asked_is_refused() -> None:
    with pytest.raises(Refusal, match="not part of"):
        OPEN.respond("r1", {"missing": ["swings"], "age": ["12"]}, NOBODY, NOON)


def test_a_response_without_any_answer_is_refused() -> None:
    nothing_required = replace(OPEN, questionnaire=Questionnaire((Page("page-1", questions=QUESTIONS[1:]),)))
    with pytest.raises(Refusal, match="not answered any"):
        nothing_required.respond("r1", {"who": ["   "]}, NOBODY, NOON)


def test_only_who_is_signed_in_may_answer_where_the_officer_chose_so() -> None:
    signed_in = replace(OPEN, details=replace(DETAILS, audience=Audience.SIGNED_IN))
    with pytest.raises(SignInNeeded):
        signed_in.respond("r1", {"missing": ["swings"]}, NOBODY, NOON)

    response, _ = signed_in.respond("r1", {"missing": ["swings"]}, SOMEBODY, NOON)
    assert response.resident == "person"


def test_a_consultation_is_not_published_before_it_says_what_it_is_for() -> None:
    bare = Consultation("x", replace(DETAILS, summary="", background="", decision=""), "officer")

    assert len(bare.lacks(NOON)) == 4
    with pytest.raises(Conflict, match="which decision"):
        bare.publish("officer", NOON)


def test_a_decision_that_is_taken_cannot_be_consulted_on() -> None:
    taken = replace(DRAFT, details=replace(DETAILS, decision_open=False))
    with pytest.raises(Conflict, match="recorded as taken"):
        taken.publish("officer", NOON)


def test_a_published_consultation_cannot_be_changed() -> None:
    with pytest.raises(Conflict):
        OPEN.edit(DETAILS)
    with pytest.raises(Conflict):
        OPEN.write(lambda asked: asked.remove_question("who"))
    with pytest.raises(Conflict):
        OPEN.publish("officer", NOON)


def test_closing_before_opening_is_refused_by_the_closing_time() -> None:
    with pytest.raises(Invalid) as refused:
        DRAFT.edit(replace(DETAILS, closes_at=DETAILS.opens_at))
    assert set(refused.value.errors) == {"closes_at"}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "at least two"),
        ((Option("a", "Yes"),), "at least two"),
        ((Option("a", "Yes"), Option("b", "YES")), "the same"),
        ((Option("a", "x" * 201), Option("b", "No")), "200 characters"),
        (tuple(Option(str(n), str(n)) for n in range(61)), "at most 60"),
    ],
)
def test_a_choice_needs_options_that_can_be_told_apart(options: tuple[Option, ...], sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        ASKED.put_question(Question("q", Kind.ONE_CHOICE, "Which?", options=options), "page-1")
    assert sentence in refused.value.errors["options"]


def test_a_question_moves_past_the_end_of_its_page_onto_the_next() -> None:
    two = ASKED.put_page(Page("page-2")).put_question(Question("late", Kind.SHORT_TEXT, "Last?"), "page-2")
    moved = two.move_question("else", 1)

    assert [[question.id for question in page.questions] for page in moved.pages] == [
        ["missing", "when", "safe", "who"],
        ["else", "late"],
    ]
    assert moved.move_question("else", -1) == two


def test_a_question_stops_at_either_end_of_the_questionnaire() -> None:
    up = ASKED.move_question("when", -1)
    assert [question.id for question in up.questions][:2] == ["when", "missing"]
    assert up.move_question("when", -1) == up
    assert ASKED.move_question("else", 1) == ASKED


def test_changing_a_question_keeps_its_place() -> None:
    changed = ASKED.put_question(replace(QUESTIONS[1], text="When do you go there?"), "page-1")
    assert changed.questions[1].text == "When do you go there?"
    assert len(changed.questions) == len(QUESTIONS)


def test_a_page_after_a_text_that_must_be_answered_is_reached() -> None:
    two = Questionnaire(
        (
            Page("one", questions=(Question("why", Kind.SHORT_TEXT, "Why?", required=True),)),
            Page("two", questions=QUESTIONS),
        )
    )
    assert route_faults(two) == ()


def test_a_page_is_changed_in_its_words_and_keeps_its_questions_and_routes() -> None:
    route = Route("missing", ("swings",), END)
    routed = ASKED.put_routes("page-1", lambda _: (route,))

    (page,) = routed.put_page(Page("page-1", "Title", "Intro", "Section")).pages

    assert page == Page("page-1", "Title", "Intro", "Section", QUESTIONS, (route,))


@pytest.mark.parametrize(
    ("route", "field"),
    [
        (Route("who", ("a",), END), "question"),
        (Route("gone", ("a",), END), "question"),
        (Route("missing", (), END), "options"),
        (Route("missing", ("slide",), END), "options"),
        (Route("missing", ("swings",), "page-9"), "to"),
    ],
)
def test_a_route_needs_a_question_with_answers_and_somewhere_to_lead(route: Route, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        ASKED.put_routes("page-1", lambda _: (route,))
    assert set(refused.value.errors) == {field}


def test_an_exit_page_that_is_changed_keeps_its_place() -> None:
    two = ASKED.put_exit(Exit("a", "First", "Sorry")).put_exit(Exit("b", "Second", "Sorry"))
    assert [each.title for each in two.put_exit(Exit("a", "Changed", "Sorry")).exits] == ["Changed", "Second"]


def test_a_change_that_breaks_a_route_names_it_and_goes_on_only_when_told() -> None:
    routed = ASKED.put_routes("page-1", lambda _: (Route("missing", ("swings", "cafe"), END),))
    without = replace(QUESTIONS[0], options=(Option("swings", "Swings"), Option("slide", "A slide")))
    with pytest.raises(Leaning) as refused:
        routed.put_question(without, "page-1")
    assert refused.value.things == ("The route from page 1 to the end",)

    changed = routed.put_question(without, "page-1", even_so=True)
    assert changed.pages[0].routes == (Route("missing", ("swings",), END),)


def test_what_is_being_written_for_a_published_consultation_leans_on_its_charts() -> None:
    writing = OPEN.begin_version()
    assert leaning(writing, "safe", None) == (
        "The chart of “I feel safe there” in the results: later answers will not be in it",
    )
    fewer = replace(QUESTIONS[0], options=QUESTIONS[0].options[:1])
    (thing,) = leaning(writing, "missing", fewer)
    assert "“A café”, which nobody can choose any more" in thing
    assert leaning(writing, "missing", replace(QUESTIONS[0], text="What is missing?")) == ()
    assert leaning(DRAFT, "safe", None) == ()
    assert leaning(writing, "not-there", None) == ()


def test_results_keep_questions_and_answers_of_earlier_versions() -> None:
    slide = replace(QUESTIONS[0], options=(Option("slide", "A slide"), Option("swings", "Swings")))
    writing = OPEN.begin_version().write(lambda asked: asked.remove_question("safe").put_question(slide, "page-1"))
    published = writing.publish_version(NOON)

    ever = asked_ever(published)

    assert [option.text for option in ever[0].options] == ["A slide", "Swings", "A café (earlier version)"]
    assert ever[-1].text == "I feel safe there (asked in version 1 only)"
    assert [question.id for question in ever] == ["missing", "when", "who", "else", "safe"]


def test_results_may_wait_for_the_close() -> None:
    later = replace(OPEN, details=replace(DETAILS, live_results=False))

    assert OPEN.shows_results(NOON)
    assert not later.shows_results(NOON)
    assert later.shows_results(DETAILS.closes_at)


def test_a_reference_has_three_groups_of_three() -> None:
    reference = reference_of("0" * 32)
    assert [len(group) for group in reference.split("-")] == [3, 3, 3]
    assert reference == reference_of("0" * 32)
    assert reference != reference_of("1" + "0" * 31)


@given(st.text(LETTERS, min_size=8, max_size=8), st.integers(0, 7), st.sampled_from(LETTERS))
def test_one_sign_misheard_does_not_fit_its_check(signs: str, place: int, heard: str) -> None:
    wrong = signs[:place] + heard + signs[place + 1 :]
    assert (check_sign(wrong) == check_sign(signs)) == (wrong == signs)


@given(st.text(LETTERS, min_size=8, max_size=8), st.integers(0, 6))
def test_two_signs_exchanged_do_not_fit_their_check(signs: str, place: int) -> None:
    wrong = signs[:place] + signs[place + 1] + signs[place] + signs[place + 2 :]
    assert (check_sign(wrong) == check_sign(signs)) == (wrong == signs)

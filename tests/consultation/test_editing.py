"""Officers write a questionnaire in the staff pages."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from services.consultation.domain import AGREE_SCALE, END, Consultation, Keep, Kind, Option, Question, Route
from services.consultation.domain import Page as FormPage
from services.consultation.web.questions import options_of
from tests.eventually import eventually
from tests.town import QUESTIONS, Town
from tests.visitor import Page, Visitor

Typed = Mapping[str, str | Sequence[str]]
CHOICE = {"text": "Which bus do you take?", "options": "The 12\nThe 31\nNone"}


@pytest.fixture
async def officer(town: Town) -> Visitor:
    return (await town.staff())[0]


async def begin(officer: Visitor, choice: str = "", title: str = "Buses") -> str:
    """A draft, begun in the staff pages. Returns the address of its overview."""
    form = await officer.get(f"/staff/consultations/new?from={choice}")
    typed = {"title": title, "decision_open": "yes"}
    page = await officer.submit(form, typed)
    assert page.path.startswith("/staff/consultations/"), page.html
    return page.path


async def read(town: Town, address: str) -> Consultation:
    loaded = await town.consultations.consultations.get(address.rpartition("/")[2])
    assert loaded is not None
    return loaded.value


async def add(officer: Visitor, base: str, kind: str, typed: Typed, page: str = "") -> Page:
    form = await officer.get(f"{base}/questions/new/{kind}?page={page}")
    return await officer.submit(form, typed)


async def add_page(officer: Visitor, base: str, title: str) -> str:
    """Returns the id of the page."""
    overview = await officer.submit(await officer.get(f"{base}/pages/new"), {"title": title})
    found = re.findall(r'<section class="engage-form-page" id="([^"]+)"', overview.html)
    return str(found[-1])


async def add_route(  # noqa: PLR0913
    officer: Visitor, base: str, page: str, question: str, options: Sequence[str], to: str
) -> Page:
    form = await officer.get(f"{base}/pages/{page}/routes/new?question={question}")
    return await officer.submit(form, {"options": options, "to": to})


async def routed(town: Town, officer: Visitor) -> tuple[str, str, str]:
    """A draft of two pages with a route from the first to the second: its address, its question and its page."""
    base = await begin(officer)
    await add(officer, base, "one_choice", CHOICE)
    second = await add_page(officer, base, "Stops")
    await add(officer, base, "short_text", {"text": "Where do you get on?"}, second)
    question = (await read(town, base)).questionnaire.questions[0].id
    await add_route(officer, base, "page-1", question, ["the-31"], "end")
    return base, question, second


@pytest.mark.parametrize(
    ("kind", "typed", "expected"),
    [
        (
            "one_choice",
            {"options": "Yes\n\n  No  ", "other": "yes", "shuffled": "yes", "required": "yes"},
            {
                "options": (Option("yes", "Yes"), Option("no", "No")),
                "other": True,
                "shuffled": True,
                "required": True,
            },
        ),
        (
            "several_choices",
            {"options": "A\nB\nC", "least": "1", "most": "2"},
            {"options": (Option("a", "A"), Option("b", "B"), Option("c", "C")), "least": 1, "most": 2},
        ),
        ("agree", {"hint": "Think of today"}, {"options": AGREE_SCALE, "hint": "Think of today"}),
        (
            "matrix",
            {"options": "Good\nBad", "rows": "Parks\nRoads"},
            {
                "options": (Option("good", "Good"), Option("bad", "Bad")),
                "rows": (Option("parks", "Parks"), Option("roads", "Roads")),
            },
        ),
        ("ranking", {"options": "A\nB", "most": "1"}, {"options": (Option("a", "A"), Option("b", "B")), "most": 1}),
        ("number", {"least": "-5", "most": "1,000"}, {"least": -5, "most": 1000}),
        ("date", {}, {}),
        (
            "short_text",
            {"facts_title": "What it costs", "facts": "*Much*"},
            {"facts_title": "What it costs", "facts": "*Much*"},
        ),
        ("long_text", {"required": "yes"}, {"required": True}),
        ("email", {}, {}),
        (
            "postcode",
            {"keep": "whole", "keep_why": "To write to you"},
            {"keep": Keep.WHOLE, "keep_why": "To write to you"},
        ),
        (
            "respondent",
            {"options": ["resident", "staff"]},
            {"options": (Option("resident", "A resident"), Option("staff", "A member of council staff"))},
        ),
        ("file", {"file_types": ["pdf", "txt"], "most": "5"}, {"file_types": ("pdf", "txt"), "most": 5}),
        ("information", {"hint": "Read *this*"}, {"hint": "Read *this*"}),
    ],
)
async def test_each_kind_of_question_is_kept_with_its_settings_and_shown_again_as_typed(
    town: Town, officer: Visitor, kind: str, typed: Typed, expected: Mapping[str, object]
) -> None:
    base = await begin(officer)

    await add(officer, base, kind, {"text": "What?", **typed})

    (question,) = (await read(town, base)).questionnaire.questions
    assert question == Question(question.id, Kind(kind), "What?", **expected)  # type: ignore[arg-type]
    await officer.submit(await officer.get(f"{base}/questions/{question.id}"))
    assert (await read(town, base)).questionnaire.questions == (question,)


async def test_wards_are_those_of_the_place(town: Town, officer: Visitor) -> None:
    base = await begin(officer)
    await add(officer, base, "ward", {"text": "Where?"})

    (ward,) = (await read(town, base)).questionnaire.questions
    assert [option.text for option in ward.options] == list(town.host.parts.place.wards)


@pytest.mark.parametrize(
    ("kind", "typed", "field", "sentence"),
    [
        ("one_choice", {"options": "Yes"}, "options", "at least two"),
        ("several_choices", {"options": "A\nB", "most": "3"}, "most", "from 1 to 2"),
        ("several_choices", {"options": "A\nB", "most": "two"}, "most", "whole number"),
        ("number", {"least": "5", "most": "1"}, "least", "must not be above"),
        ("number", {"most": "9999999999999"}, "most", "from -1,000,000,000,000"),
        ("matrix", {"options": "A\nB", "rows": ""}, "rows", "at least one of the rows"),
        ("postcode", {"keep": "whole"}, "keep_why", "Say why you need"),
        ("postcode", {"keep": "all"}, "keep", "how much of the postcode"),
        ("respondent", {"options": ["staff"]}, "options", "at least two"),
        ("file", {"file_types": ["exe"]}, "file_types", "at least one kind"),
        ("file", {"most": "21"}, "most", "from 1 to 20"),
        ("short_text", {"facts": "Much"}, "facts_title", "the words under which"),
        ("short_text", {"text": ""}, "text", "Enter the question"),
        ("short_text", {"text": "x" * 301}, "text", "300 characters"),
    ],
)
async def test_what_is_wrong_with_a_question_is_told_by_its_field_and_what_was_typed_is_kept(  # noqa: PLR0913
    town: Town, officer: Visitor, kind: str, typed: Typed, field: str, sentence: str
) -> None:
    base = await begin(officer)

    page = await add(officer, base, kind, {"text": "What?", "hint": "Kept as typed", **typed})

    assert page.status == 422
    error = re.search(rf'id="{field}-error"[^>]*>(.*?)</p>', page.html, re.DOTALL)
    assert error is not None
    assert sentence in error[1]
    assert "Kept as typed" in page.html
    assert (await read(town, base)).questionnaire.questions == ()


def test_options_keep_their_ids_by_their_words_first() -> None:
    before = (Option("a", "Apple"), Option("b", "Bean"), Option("c", "Corn"))

    assert options_of(["Corn", "Apple"], before) == (before[2], before[0])
    assert options_of(["Corn", "Apple", "Bean"], before) == (before[2], before[0], before[1])


def test_options_whose_words_change_keep_the_id_in_their_place() -> None:
    before = (Option("a", "Apple"), Option("b", "Bean"))

    assert options_of(["Apple", "Beans"], before) == (before[0], Option("b", "Beans"))
    assert options_of(["Bean", "Beans"], before) == (before[1], Option("beans", "Beans"))
    assert options_of(["Apple", "Beans", "Corn"], before)[1] == Option("beans", "Beans")


def test_a_new_option_never_takes_the_id_of_one_that_was_there() -> None:
    before = (Option("yes", "Yes, always"), Option("no", "No"))

    assert options_of(["Yes", "No", "Perhaps"], before) == (
        Option("yes-2", "Yes"),
        before[1],
        Option("perhaps", "Perhaps"),
    )


async def test_an_option_whose_words_change_keeps_its_route(town: Town, officer: Visitor) -> None:
    base, question, _ = await routed(town, officer)

    form = await officer.get(f"{base}/questions/{question}")
    page = await officer.submit(form, {"options": "The 12\nThe 31 and 31A\nNone"})

    assert page.path.partition("#")[0] == base
    asked = (await read(town, base)).questionnaire
    assert asked.question(question).options[1] == Option("the-31", "The 31 and 31A")
    assert asked.pages[0].routes == (Route(question, ("the-31",), END),)


async def test_taking_out_an_answer_that_a_route_leans_on_asks_first_and_names_it(town: Town, officer: Visitor) -> None:
    base, question, _ = await routed(town, officer)
    form = await officer.get(f"{base}/questions/{question}")

    asked = await officer.submit(form, {"options": "The 12\nNone", "hint": "Only today"})

    assert asked.status == 409
    assert "The route from page 1 to the end" in asked.html
    assert len((await read(town, base)).questionnaire.questions[0].options) == 3

    back = await officer.submit(asked, button=("go", "back"))
    assert back.status == 200
    assert "Only today" in back.html
    assert back.form().fields["options"] == ["The 12\nNone"]
    assert len((await read(town, base)).questionnaire.questions[0].options) == 3

    done = await officer.submit(asked, button=("even_so", "yes"))
    assert done.path.partition("#")[0] == base
    questionnaire = (await read(town, base)).questionnaire
    assert [option.id for option in questionnaire.questions[0].options] == ["the-12", "none"]
    assert questionnaire.questions[0].hint == "Only today"
    assert questionnaire.pages[0].routes == ()


async def test_removing_a_question_that_a_route_leans_on_asks_first(town: Town, officer: Visitor) -> None:
    base, question, _ = await routed(town, officer)

    asked = await officer.submit(await officer.get(base), action=f"/questions/{question}/remove")

    assert asked.status == 409
    assert "The route from page 1 to the end" in asked.html
    assert len((await read(town, base)).questionnaire.questions) == 2

    await officer.submit(asked, button=("even_so", "yes"))
    questionnaire = (await read(town, base)).questionnaire
    assert [each.text for each in questionnaire.questions] == ["Where do you get on?"]
    assert questionnaire.pages[0].routes == ()


async def test_a_question_that_nothing_leans_on_goes_at_once(town: Town, officer: Visitor) -> None:
    base = await begin(officer)
    await add(officer, base, "short_text", {"text": "Why?"})
    question = (await read(town, base)).questionnaire.questions[0].id

    page = await officer.submit(await officer.get(base), action=f"/questions/{question}/remove")

    assert page.path.partition("#")[0] == base
    assert (await read(town, base)).questionnaire.questions == ()


async def test_routes_are_added_ordered_changed_and_removed(town: Town, officer: Visitor) -> None:
    base, question, second = await routed(town, officer)
    first = Route(question, ("the-31",), END)
    page = await add_route(officer, base, "page-1", question, ["the-12", "none"], second)
    other = Route(question, ("the-12", "none"), second)
    assert page.path == f"{base}/pages/page-1#routes"
    assert (await read(town, base)).questionnaire.pages[0].routes == (first, other)

    forms = {"question": [question], "options": ["the-12", "none"], "to": [second]}
    await officer.post(f"{base}/pages/page-1/routes/move", {**forms, "way": ["up"]})
    assert (await read(town, base)).questionnaire.pages[0].routes == (other, first)

    await officer.submit(await officer.get(f"{base}/pages/page-1/routes/1"), {"options": ["none"], "to": END})
    assert (await read(town, base)).questionnaire.pages[0].routes == (Route(question, ("none",), END), first)

    await officer.post(f"{base}/pages/page-1/routes/remove", {"question": [question], "options": ["none"], "to": [END]})
    assert (await read(town, base)).questionnaire.pages[0].routes == (first,)
    gone = await officer.post(f"{base}/pages/page-1/routes/remove", forms)
    assert gone.status == 404


@pytest.mark.parametrize(
    ("typed", "field"), [({"options": [], "to": END}, "options"), ({"options": ["the-12"], "to": "nowhere"}, "to")]
)
async def test_a_route_without_answers_or_aim_is_refused_by_its_field(
    town: Town, officer: Visitor, typed: Typed, field: str
) -> None:
    base, question, _ = await routed(town, officer)
    form = await officer.get(f"{base}/pages/page-1/routes/new?question={question}")

    page = await officer.submit(form, typed)

    assert page.status == 422
    assert f'id="{field}-error"' in page.html
    assert len((await read(town, base)).questionnaire.pages[0].routes) == 1


async def test_a_route_depends_on_a_question_of_its_page_or_before(town: Town, officer: Visitor) -> None:
    base, question, second = await routed(town, officer)
    await add(officer, base, "agree", {"text": "Stops are near"}, second)

    on_first = await officer.get(f"{base}/pages/page-1/routes/new")
    assert question in on_first.html
    assert "Stops are near" not in on_first.html
    assert "Stops are near" in (await officer.get(f"{base}/pages/{second}/routes/new")).html
    unchosen = await officer.get(f"{base}/pages/page-1/routes/new?question=")
    assert unchosen.status == 422
    assert "Choose the question" in unchosen.html


async def test_an_exit_page_is_written_led_to_and_kept_while_a_route_leads_there(town: Town, officer: Visitor) -> None:
    base, question, _ = await routed(town, officer)
    empty = await officer.submit(await officer.get(f"{base}/exits/new"), {"title": "Not for you"})
    assert empty.status == 422
    assert "Say why answering ends here" in empty.html
    await officer.submit(empty, {"text": "This is about buses."})
    (exit,) = (await read(town, base)).questionnaire.exits
    assert (exit.title, exit.text) == ("Not for you", "This is about buses.")
    overview = await officer.get(base)
    assert "Nobody reaches the exit page “Not for you”" in overview.html

    await add_route(officer, base, "page-1", question, ["none"], exit.id)
    overview = await officer.get(base)
    assert "Nobody reaches" not in overview.html
    refused = await officer.submit(overview, action=f"/exits/{exit.id}/remove")
    assert refused.status == 422
    assert "A route leads here from page 1" in refused.html
    assert (await read(town, base)).questionnaire.exits == (exit,)


async def test_pages_are_changed_moved_and_removed_only_when_empty(town: Town, officer: Visitor) -> None:
    base, _, second = await routed(town, officer)
    words = {"title": "The stops", "section": "On the way", "intro": "Where *you* get on"}
    await officer.submit(await officer.get(f"{base}/pages/{second}"), words)
    page = (await read(town, base)).questionnaire.page(second)
    assert (page.title, page.section, page.intro) == ("The stops", "On the way", "Where *you* get on")
    assert len(page.questions) == 1

    refused = await officer.submit(await officer.get(base), action=f"/pages/{second}/remove")
    assert "Move or remove the questions on this page first" in refused.html

    third = await add_page(officer, base, "Last")
    await officer.post(f"{base}/pages/{third}/move", {"way": ["up"]})
    assert [each.id for each in (await read(town, base)).questionnaire.pages] == ["page-1", third, second]
    await officer.submit(await officer.get(base), action=f"/pages/{third}/remove")
    assert [each.id for each in (await read(town, base)).questionnaire.pages] == ["page-1", second]


async def test_faults_in_the_routes_are_named_on_the_overview_and_stop_publication(
    town: Town, officer: Visitor
) -> None:
    base, question, second = await routed(town, officer)
    await add_route(officer, base, "page-1", question, ["none"], second)
    await officer.post(f"{base}/pages/{second}/move", {"way": ["up"]})

    overview = await officer.get(base)

    assert "A route from page 2 leads back to page 1 “Stops”. People would go round for ever" in overview.html
    published = await officer.post(f"{base}/publish", {})
    assert published.status == 422
    assert not (await read(town, base)).is_published


async def test_a_question_on_a_page_is_moved_onto_the_next_and_a_route_that_came_too_early_is_named(
    town: Town, officer: Visitor
) -> None:
    base, question, _ = await routed(town, officer)
    await officer.post(f"{base}/questions/{question}/move", {"way": ["down"]})

    assert "depends on a question that is asked later" in (await officer.get(base)).html


async def test_a_second_question_on_as_whom_people_answer_is_refused_and_keeps_what_was_typed(
    town: Town, officer: Visitor
) -> None:
    base = await begin(officer)
    await add(officer, base, "respondent", {"text": "Who are you?"})

    page = await add(officer, base, "respondent", {"text": "And who else?"})

    assert page.status == 422
    assert "And who else?" in page.html
    assert "There is a question already" in page.html


async def test_a_preview_is_walked_along_its_routes_and_stores_nothing(town: Town, officer: Visitor) -> None:
    base, question, _ = await routed(town, officer)
    await officer.submit(await officer.get(f"{base}/exits/new"), {"title": "Not for you", "text": "Go *here*."})
    exit = (await read(town, base)).questionnaire.exits[0].id
    await add_route(officer, base, "page-1", question, ["none"], exit)
    first = await officer.get(f"{base}/preview")
    assert "This is a preview" in first.html

    onward = await officer.submit(first, {f"q-{question}": "the-12"}, button=("go", "next"))
    assert "Where do you get on?" in onward.html
    check = await officer.submit(onward, button=("go", "next"))
    assert "Check your answers" in check.html
    assert "The 12" in check.html
    assert ("go", "send") not in check.form("/preview").buttons
    end = await officer.submit(first, {f"q-{question}": "the-31"}, button=("go", "next"))
    assert "Check your answers" in end.html
    out = await officer.submit(first, {f"q-{question}": "none"}, button=("go", "next"))
    assert "Not for you" in out.html
    again = await officer.submit(out)
    assert again.form("/preview").fields[f"q-{question}"] == ["none"]
    back = await officer.submit(onward, button=("go", "back"))
    assert back.form("/preview").fields["page"] == ["page-1"]
    assert await town.consultations.responses.count() == 0


async def test_a_preview_tells_what_is_wrong_with_an_answer(town: Town, officer: Visitor) -> None:
    base = await begin(officer)
    await add(officer, base, "number", {"text": "How many?", "required": "yes"})
    question = (await read(town, base)).questionnaire.questions[0].id

    page = await officer.submit(await officer.get(f"{base}/preview"), {f"q-{question}": "x"}, button=("go", "next"))

    assert page.status == 422
    assert "Enter a number" in page.html


async def test_a_new_version_is_written_beside_the_one_that_is_answered(town: Town, officer: Visitor) -> None:
    id = await town.publish()
    base = f"/staff/consultations/{id}"
    frozen = await officer.get(base)
    assert "/questions/who/remove" not in frozen.html
    refused = await officer.post(f"{base}/questions/who/remove", {})
    assert refused.status == 422
    assert "begin a new version" in refused.html

    await officer.submit(frozen, action="/versions/begin")
    await officer.submit(await officer.get(f"{base}/questions/else"), {"text": "What else do you want?"})

    consultation = await read(town, base)
    assert consultation.questionnaire.question("else").text == "What else?"
    assert "What else do you want?" not in (await town.visitor().get(f"/consultations/{id}/answer")).html
    assert "You are writing version 2" in (await officer.get(base)).html

    await officer.submit(await officer.get(base), action="/versions/publish")
    assert "What else do you want?" in (await town.visitor().get(f"/consultations/{id}/answer")).html
    assert "What else?" in (await officer.get(f"{base}/versions/1")).html
    assert "What else do you want?" in (await officer.get(f"{base}/versions/2")).html
    assert (await officer.get(f"{base}/versions/3")).status == 404


async def test_a_new_version_can_be_dropped(town: Town, officer: Visitor) -> None:
    id = await town.publish()
    base = f"/staff/consultations/{id}"
    await officer.submit(await officer.get(base), action="/versions/begin")
    await officer.submit(await officer.get(f"{base}/questions/else"), {"text": "Something"})

    await officer.submit(await officer.get(base), action="/versions/drop")

    consultation = await read(town, base)
    assert consultation.next_version is None
    assert consultation.questionnaire.questions == QUESTIONS


async def test_removing_a_question_that_people_answered_names_its_chart(town: Town, officer: Visitor) -> None:
    base = f"/staff/consultations/{await town.publish()}"
    await officer.submit(await officer.get(base), action="/versions/begin")

    asked = await officer.submit(await officer.get(base), action="/questions/safe/remove")

    assert asked.status == 409
    assert "The chart of “I feel safe there” in the results" in asked.html
    await officer.submit(asked, button=("even_so", "yes"))
    later = (await read(town, base)).next_version
    assert later is not None
    assert all(question.id != "safe" for question in later.questions)


async def test_results_say_how_many_answered_which_version_and_keep_what_is_no_longer_asked(
    town: Town, officer: Visitor
) -> None:
    id = await town.publish()
    base = f"/staff/consultations/{id}"
    old = await town.visitor().get(f"/consultations/{id}/answer")
    await answer(town, old, {"q-missing": "swings", "q-safe": "agree"})
    await officer.submit(await officer.get(base), action="/versions/begin")
    removal = await officer.submit(await officer.get(base), action="/questions/safe/remove")
    await officer.submit(removal, button=("even_so", "yes"))
    await officer.submit(await officer.get(base), action="/versions/publish")
    for _ in range(2):
        await answer(town, await town.visitor().get(f"/consultations/{id}/answer"), {"q-missing": "cafe"})
    begun_before = re.sub(
        r'name="version" value="2"', 'name="version" value="1"', (await town.visitor().get(old.path)).html
    )
    await answer(town, replace(old, html=begun_before), {"q-missing": "swings"})

    page = await eventually(lambda: _results(town, id, "<strong>4</strong>"), "four answers")

    assert page is not None
    assert "Answers to version 1: 2, Answers to version 2: 2" in page
    assert "I feel safe there (asked in version 1 only)" in page


async def _results(town: Town, id: str, sign: str) -> str | None:
    html = (await town.visitor().get(f"/consultations/{id}/results")).html
    return html if sign in html else None


async def answer(town: Town, form: Page, typed: Typed) -> None:
    visitor = town.visitor()
    check = await visitor.submit(form, typed, button=("go", "next"))
    receipt = await visitor.submit(check, button=("go", "send"))
    assert "/receipt/" in receipt.path, receipt.html


async def test_a_consultation_starts_from_a_template_with_the_name_of_the_town(town: Town, officer: Visitor) -> None:
    start = await officer.get("/staff/consultations/start")
    found = re.findall(r'value="(start:[a-z-]+)"', start.html)
    assert found == ["start:annual-perceptions-survey", "start:quick-poll", "start:statutory-consultation"]

    for choice in found:
        base = await begin(officer, choice, title=choice)
        consultation = await read(town, base)
        assert consultation.questionnaire.asked
        assert "{town}" not in str(consultation.questionnaire)
        assert "wrong with the routes" not in (await officer.get(base)).html
    assert (await officer.get("/staff/consultations/new?from=start:nothing")).status == 404


async def test_a_consultation_starts_from_an_earlier_one_with_its_details_and_other_times(
    town: Town, officer: Visitor
) -> None:
    id = await town.publish()

    form = await officer.get(f"/staff/consultations/new?from=from:{id}")
    assert form.form().fields["summary"] == ["What should it have?"]
    base = (await officer.submit(form, {"title": "The park again"})).path

    copy, earlier = await read(town, base), await read(town, id)
    assert copy.questionnaire.questions == QUESTIONS
    assert copy.details.background == "There is a path."
    assert copy.details.opens_at > earlier.details.opens_at
    assert not copy.is_published


async def test_questions_are_copied_into_a_draft_in_place_of_its_own(town: Town, officer: Visitor) -> None:
    id = await town.publish()
    base = await begin(officer)
    await add(officer, base, "short_text", {"text": "Gone after this?"})
    form = await officer.get(f"{base}/copy")
    assert "The question that is here now is replaced" in form.html
    unchosen = await officer.submit(form)
    assert unchosen.status == 422

    await officer.submit(form, {"from": f"from:{id}"})

    assert (await read(town, base)).questionnaire.questions == QUESTIONS
    frozen = await officer.post(f"/staff/consultations/{id}/copy", {"from": [f"from:{base.rpartition('/')[2]}"]})
    assert frozen.status == 422


async def bring_in(officer: Visitor, base: str, data: bytes, name: str = "questions.json") -> Page:
    sign = "the-sign-between"
    head = f'--{sign}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + data + f"\r\n--{sign}--\r\n".encode()
    headers = {"content-type": f"multipart/form-data; boundary={sign}", "sec-fetch-site": "same-origin"}
    return await officer.post_bytes(f"{base}/import", body, headers)


async def test_questions_go_into_a_file_and_come_back_equal(town: Town, officer: Visitor) -> None:
    base, _, _ = await routed(town, officer)
    file = await officer.get(f"{base}/export")
    other = await begin(officer, title="Another")

    page = await bring_in(officer, other, file.html.encode())

    assert page.path == f"{other}#questions"
    assert (await read(town, other)).questionnaire == (await read(town, base)).questionnaire


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (b"what?", "not JSON"),
        ('{"title": "Café"}'.encode("latin-1"), "not in the encoding UTF-8"),
        (b" " * 1_000_001, "larger than 1,000 kB"),
        (b'{"format": "engage-questionnaire", "version": 1, "pages": []}', "no page"),
    ],
)
async def test_a_file_that_is_none_of_ours_is_refused_and_changes_nothing(
    town: Town, officer: Visitor, data: bytes, sentence: str
) -> None:
    base, _, _ = await routed(town, officer)
    before = await read(town, base)

    page = await bring_in(officer, base, data)

    assert page.status == 422
    assert sentence in page.html
    assert await read(town, base) == before


async def test_every_fault_in_a_file_is_listed(town: Town, officer: Visitor) -> None:
    base, _, _ = await routed(town, officer)
    file = json.loads((await officer.get(f"{base}/export")).html)
    file["pages"][0]["colour"] = "red"
    file["pages"][1]["questions"][0]["least"] = "1"

    page = await bring_in(officer, base, json.dumps(file).encode())

    assert "Page 1: “colour” is not known here" in page.html
    assert "Page 2, question 1: “least” must be a whole number" in page.html


async def test_no_file_chosen_is_told_by_the_field(town: Town, officer: Visitor) -> None:
    base = await begin(officer)
    page = await bring_in(officer, base, b"", name="")
    assert page.status == 422
    assert "Choose a file" in page.html


async def test_an_overview_of_forty_questions_numbers_them(town: Town, officer: Visitor) -> None:
    pages = tuple(
        FormPage(
            f"page-{number}",
            questions=tuple(Question(f"q{number}-{n}", Kind.SHORT_TEXT, f"Question {number} {n}") for n in range(8)),
        )
        for number in range(5)
    )
    await town.publish("long", pages=pages)

    page = await officer.get("/staff/consultations/long")

    assert "40. Question 4 7" in page.html


async def test_only_officers_write(town: Town) -> None:
    resident = await town.resident()
    id = await town.publish()
    base = f"/staff/consultations/{id}"
    for path in ("/add-question", "/pages/new", "/exits/new", "/copy", "/import", "/export", "/versions/1", "/preview"):
        assert (await resident.get(base + path)).status == 403, path
    for path in (
        "/pages/x",
        "/exits/x",
        "/copy",
        "/versions/begin",
        "/preview",
        "/pages/page-1/routes",
        "/questions/q1",
    ):
        assert (await resident.post(base + path, {})).status == 403, path
    assert (await read(town, id)).next_version is None

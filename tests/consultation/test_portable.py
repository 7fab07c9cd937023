"""A questionnaire as a file: out and in again, and what is refused."""

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given

from services.consultation.domain import (
    END,
    Exit,
    Kind,
    Option,
    Page,
    Question,
    Questionnaire,
    Route,
    Unfit,
    read_file,
    write_file,
)
from services.consultation.domain.portable import AQuestion
from tests.consultation.questionnaires import UNHURRIED, WARD_OPTIONS, questionnaires
from tests.world import ROOT

YES_NO = (Option("yes", "Yes"), Option("no", "No"))
ASKED = Questionnaire(
    (
        Page("one", "First", questions=(Question("q1", Kind.ONE_CHOICE, "Which?", options=YES_NO),)),
        Page("two", "Second", questions=(Question("q2", Kind.SHORT_TEXT, "Why?"),)),
    )
)


def told(body: Any) -> tuple[str, ...]:
    with pytest.raises(Unfit) as refused:
        read_file(json.dumps(body).encode(), WARD_OPTIONS)
    return refused.value.sentences


def body(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(write_file(ASKED))
    return found | changes


@UNHURRIED
@given(questionnaires())
def test_what_is_written_to_a_file_and_read_again_is_equal(asked: Questionnaire) -> None:
    assert read_file(write_file(asked, "Parks & people"), WARD_OPTIONS).questionnaire == asked


def test_a_file_says_what_it_is_for() -> None:
    read = read_file(write_file(ASKED, "The park"), WARD_OPTIONS)
    assert (read.title, read.about) == ("The park", "")


def test_a_file_as_some_editors_save_it_is_read() -> None:
    assert read_file(b"\xef\xbb\xbf" + write_file(ASKED), WARD_OPTIONS).questionnaire == ASKED


def test_every_setting_of_a_question_is_in_the_file() -> None:
    only_in_translations = {"other_text"}
    assert {field.name for field in fields(Question)} - only_in_translations == set(AQuestion.model_fields)


def test_wards_come_from_the_town_that_reads_the_file() -> None:
    asked = Questionnaire((Page("one", questions=(Question("w", Kind.WARD, "Where?", options=WARD_OPTIONS),)),))
    elsewhere = (Option("north", "North"), Option("east", "East"))

    assert b"biscot" not in write_file(asked)
    assert read_file(write_file(asked), elsewhere).questionnaire.question("w").options == elsewhere


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"{", "not JSON: it cannot be read from line 1"),
        (b"[" * 100_000, "too much is nested"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "a number is too long"),
        (b'{"a": 1, "a": 2}', "“a” is in the same group twice"),
        ("é".encode("latin-1"), "not in the encoding UTF-8"),
        (b"x" * 1_000_001, "larger than 1,000 kB"),
        (b"[]", "must be a group in curly brackets"),
        (b'{"format": "engage-questionnaire", "version": 1, "pages": [], "title": "\\ud800"}', "no text can have"),
    ],
)
def test_what_is_no_file_of_ours_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(Unfit) as refused:
        read_file(data, WARD_OPTIONS)
    assert sentence in refused.value.sentence
    assert refused.value.field == "file"


def test_a_file_of_a_later_version_is_refused() -> None:
    assert told(body(version=2)) == ("“version” must be 1",)


def test_what_is_not_known_is_refused_with_its_place() -> None:
    found = body()
    found["pages"][1]["questions"][0]["colour"] = "red"
    assert told(found) == ("Page 2, question 1: “colour” is not known here. Take it out",)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"text": ""}, "Page 1, question 1, “text”: Enter the question"),
        ({"text": "x" * 301}, "Page 1, question 1, “text”: This must be 300 characters or fewer"),
        ({"text": "A\u0007"}, "Page 1, question 1: “text” holds an invisible character that cannot be kept"),
        ({"text": "A\nB"}, "Page 1, question 1: “text” must be one line"),
        ({"text": 3}, "Page 1, question 1: “text” must be text"),
        ({"required": 1}, "Page 1, question 1: “required” must be true or false"),
        ({"id": "Q 1"}, "Page 1, question 1: “id” must be up to 60 small letters"),
        ({"id": "new"}, "and not “new” or “end”"),
        ({"kind": "essay"}, "Page 1, question 1: “kind” must be 'one_choice'"),
        ({"options": []}, "Page 1, question 1, “options”: Enter at least two"),
        ({"options": [{"id": "a", "text": "A"}, {"id": "b", "text": " "}]}, "needs words"),
        ({"options": [{"id": "a", "text": "A"}, {"id": "a", "text": "B"}]}, "are the same"),
        ({"options": {"a": "A"}}, "Page 1, question 1: “options” must be a list"),
        ({"least": 1}, "Page 1, question 1, “least”: This kind of question has no least or most"),
        ({"rows": [{"id": "a", "text": "A"}]}, "Only a matrix has rows"),
        ({"file_types": ["pdf"]}, "Only a file has this"),
        ({"keep": "whole", "keep_why": "x"}, "Only a postcode has this"),
        ({"facts_title": "Costs"}, "Write the background"),
        ({"kind": "agree"}, "“options”: leave them out"),
        ({"kind": "short_text"}, "has no answers to choose from"),
        ({"kind": "respondent"}, "only these can be offered: resident (A resident)"),
        ({"kind": "number", "options": [], "least": 10**400}, "Enter a number from -1,000,000,000,000"),
    ],
)
def test_a_question_is_checked_as_if_it_were_typed(change: dict[str, Any], sentence: str) -> None:
    found = body()
    found["pages"][0]["questions"][0] |= change
    assert sentence in " ".join(told(found))


def test_ids_must_differ() -> None:
    found = body()
    found["pages"][1] |= {"id": "one"}
    found["pages"][1]["questions"][0] |= {"id": "q1"}
    assert told(found)[:2] == ("Two pages have the id “one”", "Two questions have the id “q1”")


def test_only_one_question_asks_as_whom_people_answer() -> None:
    who = {
        "kind": "respondent",
        "text": "Who?",
        "options": [{"id": "resident", "text": "A resident"}, {"id": "staff", "text": "A member of council staff"}],
    }
    found = body()
    found["pages"][0]["questions"] += [{"id": "a", **who}, {"id": "b", **who}]
    assert told(found) == ("Only one question can ask as whom people answer",)


@pytest.mark.parametrize(
    ("route", "sentence"),
    [
        (Route("q1", ("perhaps",), END), "Page 1, route 1, “options”: Choose at least one of the answers to “Which?”"),
        (Route("q1", ("yes",), "three"), "Page 1, route 1, “to”: Choose where the route leads"),
        (Route("q2", ("yes",), END), "Page 1, route 1, “question”: A route must depend on a question with answers"),
        (Route("q1", ("yes",), "one"), "leads back to page 1 “First”. People would go round for ever"),
    ],
)
def test_a_route_that_leads_nowhere_or_round_is_refused(route: Route, sentence: str) -> None:
    found = body()
    found["pages"][0]["routes"] = [{"question": route.question, "options": route.options, "to": route.to}]
    assert sentence in " ".join(told(found))


def test_a_page_that_nobody_reaches_is_refused() -> None:
    found = body()
    found["pages"][0]["questions"][0]["required"] = True
    found["pages"][0]["routes"] = [{"question": "q1", "options": ["yes", "no"], "to": END}]
    assert told(found) == ("Nobody reaches page 2 “Second”: every way leads past it",)


def test_an_exit_page_that_nobody_reaches_is_refused() -> None:
    lost = replace(ASKED, exits=(Exit("out", "Out", "Sorry"),))
    with pytest.raises(Unfit, match="Nobody reaches the exit page “Out”"):
        read_file(write_file(lost), WARD_OPTIONS)


def test_there_are_limits_to_how_much_a_file_holds() -> None:
    found = body()
    found["pages"] += [{"id": f"p{n}"} for n in range(49)]
    found["pages"][0]["questions"] += [{"id": f"m{n}", "kind": "short_text", "text": "More?"} for n in range(99)]
    assert told(found) == (
        "There can be at most 50 pages. The file has 51",
        "There can be at most 100 questions. The file has 101",
    )


def test_of_many_faults_the_first_are_told() -> None:
    found = body()
    found["pages"][0]["questions"] = [{"id": f"m{n}", "kind": "short_text", "text": ""} for n in range(30)]
    with pytest.raises(Unfit, match="30 things are wrong") as refused:
        read_file(json.dumps(found).encode(), WARD_OPTIONS)
    assert (len(refused.value.sentences), refused.value.more) == (20, 10)


def test_the_example_in_the_documentation_is_read() -> None:
    words = (ROOT / "docs" / "questionnaire-file.md").read_text("utf-8")
    example = words.partition("```json\n")[2].partition("```")[0]

    asked = read_file(example.encode(), WARD_OPTIONS).questionnaire

    assert [page.id for page in asked.pages] == ["you", "park"]
    assert all(f"`{name}`" in words for name in AQuestion.model_fields)

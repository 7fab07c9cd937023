"""What is typed is read as people mean it, or refused in a sentence by its field."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.consultation.domain import AGREE_SCALE, Keep, Kind, Option, Question, as_given, read
from shared.errors import Invalid
from tests.consultation.questionnaires import good_answer, questions

OPTIONS = (Option("a", "Apples"), Option("b", "Bread"), Option("c", "Cheese"))
ID = "0123456789abcdef" * 2
Typed = Mapping[str, Sequence[str]]


def ask(kind: Kind, **settings: object) -> Question:
    return Question("q", kind, "Which?", **settings)  # type: ignore[arg-type]


ONE = ask(Kind.ONE_CHOICE, options=OPTIONS, other=True)
SEVERAL = ask(Kind.SEVERAL_CHOICES, options=OPTIONS, least=2, most=3, other=True)
MATRIX = ask(Kind.MATRIX, options=OPTIONS, rows=(Option("x", "Xmas"), Option("y", "Yule")), required=True)
RANKING = ask(Kind.RANKING, options=OPTIONS, least=2)
NUMBER = ask(Kind.NUMBER, least=-5, most=10_000)
DATE, SHORT, LONG, EMAIL = ask(Kind.DATE), ask(Kind.SHORT_TEXT), ask(Kind.LONG_TEXT), ask(Kind.EMAIL)
OUTWARD = ask(Kind.POSTCODE)
WHOLE = ask(Kind.POSTCODE, keep=Keep.WHOLE, keep_why="To see how far it is")
WARD_ONLY = ask(Kind.POSTCODE, keep=Keep.WARD, options=OPTIONS)
FILE = ask(Kind.FILE, file_types=("pdf",), most=1)


@pytest.mark.parametrize(
    ("question", "typed", "stored"),
    [
        (ONE, {"q": ["a"]}, {"q": ("a",)}),
        (ONE, {"q": ["a", "a"]}, {"q": ("a",)}),
        (ONE, {"q": ["a"] * 100_000}, {"q": ("a",)}),
        (ONE, {"q": ["", " "]}, {}),
        (ONE, {"q": ["other"], "q.other": [" Soup "]}, {"q": ("other",), "q.other": ("Soup",)}),
        # What is written under "Other" counts only where "Other" is chosen, as its label says.
        (ONE, {"q": ["a"], "q.other": ["Soup"]}, {"q": ("a",)}),
        (ONE, {"q.other": ["Soup"]}, {}),
        (ask(Kind.AGREE, options=AGREE_SCALE), {"q": ["neither"]}, {"q": ("neither",)}),
        (SEVERAL, {"q": ["c", "a", "c"]}, {"q": ("a", "c")}),
        (SEVERAL, {}, {}),
        (MATRIX, {"q.x": ["a"], "q.y": ["b"], "q.z": ["a"]}, {"q.x": ("a",), "q.y": ("b",)}),
        (RANKING, {"q.a": ["2"], "q.b": [" 1 "], "q.c": [""]}, {"q": ("b", "a")}),
        (RANKING, {"q.a": ["２"], "q.b": ["١"]}, {"q": ("b", "a")}),
        (RANKING, {"q": ["c", "a"]}, {"q": ("c", "a")}),
        (NUMBER, {"q": ["12"]}, {"q": ("12",)}),
        (NUMBER, {"q": ["007.50"]}, {"q": ("7.5",)}),
        (NUMBER, {"q": ["-0"]}, {"q": ("0",)}),
        (NUMBER, {"q": ["-0.000"]}, {"q": ("0",)}),
        (NUMBER, {"q": ["−3"]}, {"q": ("-3",)}),
        (NUMBER, {"q": ["£1,234.50"]}, {"q": ("1234.5",)}),
        (NUMBER, {"q": ["9 999"]}, {"q": ("9999",)}),
        (NUMBER, {"q": ["10000"]}, {"q": ("10000",)}),
        (NUMBER, {"q": ["١٢"]}, {"q": ("12",)}),
        (NUMBER, {"q": ["１２"]}, {"q": ("12",)}),
        (NUMBER, {"q": ["\u200f\u202a12\u202c"]}, {"q": ("12",)}),
        (NUMBER, {"q": ["\u200b", "\u00a0"]}, {}),
        (DATE, {"q.day": ["29"], "q.month": ["2"], "q.year": ["2024"]}, {"q": ("2024-02-29",)}),
        (DATE, {"q.day": ["1"], "q.month": ["Sept"], "q.year": ["1985"]}, {"q": ("1985-09-01",)}),
        (DATE, {"q.day": ["1"], "q.month": ["September"], "q.year": ["1985"]}, {"q": ("1985-09-01",)}),
        (DATE, {"q.day": ["1"], "q.month": ["sep."], "q.year": ["1985"]}, {"q": ("1985-09-01",)}),
        (DATE, {"q.day": ["٩"], "q.month": ["２"], "q.year": ["1985"]}, {"q": ("1985-02-09",)}),
        (DATE, {"q": ["2024-02-29"]}, {"q": ("2024-02-29",)}),
        (DATE, {"q.day": [" "]}, {}),
        (SHORT, {"q": ["  ½ of it, “this” \u200f"]}, {"q": ("½ of it, “this” \u200f",)}),
        (SHORT, {"q": ["\u200f\u200b \n\t\u00a0"]}, {}),
        (SHORT, {"q": ["x" * 200]}, {"q": ("x" * 200,)}),
        (SHORT, {"q": ["١٢"]}, {"q": ("١٢",)}),
        (LONG, {"q": ["one\r\ntwo"]}, {"q": ("one\ntwo",)}),
        (LONG, {"q": ["می\u200cخواهم"]}, {"q": ("می\u200cخواهم",)}),
        (EMAIL, {"q": [" Me.And+You@mail.example.co.uk "]}, {"q": ("Me.And+You@mail.example.co.uk",)}),
        (EMAIL, {"q": ["me@例え.jp"]}, {"q": ("me@例え.jp",)}),
        (OUTWARD, {"q": ["lu1 2bq"]}, {"q": ("LU1",)}),
        (OUTWARD, {"q": ["LU12BQ"]}, {"q": ("LU1",)}),
        (OUTWARD, {"q": ["sw1a1aa"]}, {"q": ("SW1A",)}),
        (OUTWARD, {"q": ["LU1"]}, {"q": ("LU1",)}),
        (WHOLE, {"q": ["l u 1\u00a02bq"]}, {"q": ("LU1 2BQ",)}),
        (WARD_ONLY, {"q": ["b"]}, {"q": ("b",)}),
        (WARD_ONLY, {"q": [OPTIONS[1].text.upper()]}, {"q": (OPTIONS[1].id,)}),
        (WARD_ONLY, {"q": ["LU1 2BQ"]}, {"q": ("LU1",)}),
        (FILE, {"q": [ID, ID]}, {"q": (ID,)}),
        (ask(Kind.INFORMATION), {"q": ["x"]}, {}),
    ],
)  # fmt: skip
def test_what_is_typed_is_read_as_people_mean_it(
    question: Question, typed: Typed, stored: Mapping[str, tuple[str, ...]]
) -> None:
    assert read(question, typed) == stored


@pytest.mark.parametrize(
    ("question", "typed", "field", "sentence"),
    [
        (ONE, {"q": ["a", "b"]}, "q", "Choose only one answer to “Which?”"),
        (ONE, {"q": ["gone"]}, "q", "Choose from the answers listed under “Which?”"),
        (ONE, {"q": ["a", "gone"]}, "q", "Choose from the answers listed"),
        (ONE, {"q": ["x" * 1_000_000]}, "q", "Choose from the answers listed"),
        (ONE, {"q": ["other"]}, "q.other", "Say what “Other” is"),
        (ONE, {"q": ["other"], "q.other": ["\u200b"]}, "q.other", "Say what “Other” is"),
        (ONE, {"q": ["other"], "q.other": ["x" * 201]}, "q.other", "200 characters or fewer. It is 1 over"),
        (ask(Kind.ONE_CHOICE, options=OPTIONS), {"q": ["other"]}, "q", "from the answers listed"),
        (SEVERAL, {"q": ["a"]}, "q", "Choose at least 2"),
        (SEVERAL, {"q": ["a", "b", "c", "other"], "q.other": ["d"]}, "q", "Choose no more than 3"),
        (MATRIX, {"q.x": ["a"]}, "q.y", "Choose an answer to “Yule”"),
        (MATRIX, {"q.x": ["a", "b"], "q.y": ["a"]}, "q.x", "Choose only one answer to “Xmas”"),
        (MATRIX, {"q.x": ["gone"], "q.y": ["a"]}, "q.x", "from the answers listed"),
        (RANKING, {"q.a": ["1"], "q.b": ["1"]}, "q.b", "You gave number 1 twice"),
        (RANKING, {"q.a": ["1"], "q.b": ["3"]}, "q.b", "has number 2"),
        (RANKING, {"q.a": ["2"], "q.b": ["3"]}, "q.a", "has number 1"),
        (RANKING, {"q.a": ["0"]}, "q.a", "Enter a whole number from 1 to 3 for “Apples”"),
        (RANKING, {"q.a": ["-1"]}, "q.a", "from 1 to 3"),
        (RANKING, {"q.a": ["99999999999"]}, "q.a", "from 1 to 3"),
        (RANKING, {"q.a": ["9" * 5000]}, "q.a", "from 1 to 3"),
        (RANKING, {"q.a": ["²"]}, "q.a", "from 1 to 3"),
        (RANKING, {"q.a": ["1.0"]}, "q.a", "from 1 to 3"),
        (RANKING, {"q.a": ["first"]}, "q.a", "from 1 to 3"),
        (RANKING, {"q.a": ["1"]}, "q", "Put in order at least 2"),
        (RANKING, {"q": ["a", "a"]}, "q", "in one place only"),
        (RANKING, {"q": ["a", "gone"]}, "q", "in one place only"),
        (NUMBER, {"q": ["NaN"]}, "q", "Enter a number for “Which?”"),
        (NUMBER, {"q": ["Infinity"]}, "q", "Enter a number"),
        (NUMBER, {"q": ["1e9"]}, "q", "Enter a number"),
        (NUMBER, {"q": ["1_000"]}, "q", "Enter a number"),
        (NUMBER, {"q": ["0x10"]}, "q", "Enter a number"),
        (NUMBER, {"q": ["5²"]}, "q", "Enter a number"),
        (NUMBER, {"q": ["½"]}, "q", "Enter a number"),
        (NUMBER, {"q": ["1,5"]}, "q", "Enter a number"),
        (NUMBER, {"q": ["1 5"]}, "q", "Enter a number"),
        (NUMBER, {"q": ["1.2.3"]}, "q", "Enter a number"),
        (NUMBER, {"q": ["9" * 1_000_000]}, "q", "Enter a number"),
        (NUMBER, {"q": ["twelve"]}, "q", "Enter a number"),
        (NUMBER, {"q": ["10000.01"]}, "q", "Enter 10,000 or less"),
        (NUMBER, {"q": ["-5.0001"]}, "q", "Enter -5 or more"),
        (DATE, {"q.day": ["31"], "q.month": ["2"], "q.year": ["2024"]}, "q.day", "no such day"),
        (DATE, {"q.day": ["29"], "q.month": ["2"], "q.year": ["2023"]}, "q.day", "no such day"),
        (DATE, {"q.day": ["0"], "q.month": ["2"], "q.year": ["2023"]}, "q.day", "no such day"),
        (DATE, {"q.day": ["1_0"], "q.month": ["2"], "q.year": ["2023"]}, "q.day", "no such day"),
        (DATE, {"q.day": ["+1"], "q.month": ["2"], "q.year": ["2023"]}, "q.day", "no such day"),
        (DATE, {"q.day": ["1"], "q.month": ["13"], "q.year": ["2023"]}, "q.month", "a month from 1 to 12"),
        (DATE, {"q.day": ["1"], "q.month": ["ma"], "q.year": ["2023"]}, "q.month", "a month from 1 to 12"),
        (DATE, {"q.day": ["1"], "q.month": ["0"], "q.year": ["2023"]}, "q.month", "a month from 1 to 12"),
        (DATE, {"q.day": ["1"], "q.month": ["Smarch"], "q.year": ["2023"]}, "q.month", "a month from 1 to 12"),
        (DATE, {"q.day": ["1"], "q.month": ["1"], "q.year": ["0"]}, "q.year", "the year with 4 numbers"),
        (DATE, {"q.day": ["1"], "q.month": ["1"], "q.year": ["0000"]}, "q.year", "the year with 4 numbers"),
        (DATE, {"q.day": ["1"], "q.month": ["1"], "q.year": ["85"]}, "q.year", "the year with 4 numbers"),
        (DATE, {"q.day": ["1"], "q.month": ["1"], "q.year": ["9" * 5000]}, "q.year", "the year with 4 numbers"),
        (DATE, {"q.month": ["1"], "q.year": ["2023"]}, "q.day", "Enter the day too"),
        (DATE, {"q.day": ["1"], "q.year": ["2023"]}, "q.month", "Enter the month too"),
        (DATE, {"q.day": ["1"], "q.month": ["1"]}, "q.year", "Enter the year too"),
        (DATE, {"q": ["2023-02-31"]}, "q.day", "no such day"),
        (DATE, {"q": ["2023"]}, "q.month", "Enter the month too"),
        (DATE, {"q": ["31/02/2023"]}, "q.month", "Enter the month too"),
        (SHORT, {"q": ["x" * 1_000_000]}, "q", "It is 999,800 over"),
        (SHORT, {"q": ["a\0b"]}, "q", "invisible character"),
        (LONG, {"q": ["a\x1bb"]}, "q", "invisible character"),
        (LONG, {"q": ["a\ud800b"]}, "q", "invisible character"),
        (LONG, {"q": ["x" * 10_001]}, "q", "10,000 characters or fewer"),
        (EMAIL, {"q": ["me"]}, "q", "Enter an e-mail address in the correct format"),
        (EMAIL, {"q": ["me@localhost"]}, "q", "Enter an e-mail address"),
        (EMAIL, {"q": ["a b@example.org"]}, "q", "Enter an e-mail address"),
        (EMAIL, {"q": ["me@example.org, you@example.org"]}, "q", "Enter an e-mail address"),
        (EMAIL, {"q": ["me@" + "a." * 500_000 + "org"]}, "q", "Enter an e-mail address"),
        (OUTWARD, {"q": ["1 High Street"]}, "q", "Enter a full UK postcode"),
        (OUTWARD, {"q": ["LU"]}, "q", "Enter a full UK postcode"),
        (OUTWARD, {"q": ["LU1 2BQ; DROP"]}, "q", "Enter a full UK postcode"),
        (WHOLE, {"q": ["LU1"]}, "q", "Enter a full UK postcode"),
        (FILE, {"q": ["../../etc/passwd"]}, "q", "Choose the file for “Which?” again"),
        (FILE, {"q": [ID.upper()]}, "q", "Choose the file for “Which?” again"),
        (FILE, {"q": [f"{number:032x}" for number in range(6)]}, "q", "at most 5 files"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_answer_is_refused_in_a_sentence_by_its_field(
    question: Question, typed: Typed, field: str, sentence: str
) -> None:
    with pytest.raises(Invalid) as refused:
        read(question, typed)
    assert list(refused.value.errors) == [field]
    assert sentence in refused.value.errors[field]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.INFORMATION])
def test_an_answer_that_must_be_given_is_asked_for_by_the_first_of_its_fields(kind: Kind) -> None:
    settings = {"options": OPTIONS, "rows": MATRIX.rows} if kind is Kind.MATRIX else {"options": OPTIONS}
    question = ask(kind, required=True, **settings)
    for typed in ({}, {field: [" \u200b"] for field in question.fields}):
        with pytest.raises(Invalid) as refused:
            read(question, typed)
        first = {Kind.DATE: "q.day", Kind.MATRIX: "q.x"}.get(kind, "q")
        assert next(iter(refused.value.errors)) == first
        assert all("“" in sentence for sentence in refused.value.errors.values())


@given(st.data())
def test_what_is_stored_is_read_again_as_the_same_and_goes_into_a_form_and_back(data: st.DataObject) -> None:
    question = data.draw(questions("q"))
    stored = read(question, data.draw(good_answer(question)) if question.is_asked else {})

    assert read(question, stored) == stored
    assert read(question, as_given(question, stored)) == stored


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a machine that is busy with other things
@given(st.data())
def test_whatever_is_sent_is_read_or_refused_by_a_field_of_the_question(data: st.DataObject) -> None:
    question = data.draw(questions("q"))
    fields = st.sampled_from(question.fields) if question.fields else st.just("q")
    known = [option.id for option in question.all_options] + ["1", "2", "31", "2024"]
    typed = data.draw(st.dictionaries(fields, st.lists(st.text(max_size=8) | st.sampled_from(known), max_size=4)))
    stored, errors = {}, {}
    try:
        stored = dict(read(question, typed))
    except Invalid as invalid:
        errors = dict(invalid.errors)

    assert set(stored) | set(errors) <= {*question.fields, "q"}
    assert all(errors.values())
    assert errors or read(question, stored) == stored


@given(st.dates(), st.sampled_from(("", " ", "\u200e")))
def test_every_day_there_is_can_be_typed(day: date, around: str) -> None:
    typed = {"q.day": [f"{around}{day.day}"], "q.month": [f"{day.month}{around}"], "q.year": [f"{day.year:04}"]}
    assert read(DATE, typed) == {"q": (day.isoformat(),)}


@given(st.integers(0, 40), st.integers(0, 20), st.integers(0, 3000))
def test_only_days_that_there_are_can_be_typed(day: int, month: int, year: int) -> None:
    with suppress(Invalid):
        stored = read(DATE, {"q.day": [str(day)], "q.month": [str(month)], "q.year": [f"{year:04}"]})
        assert stored["q"] == (date(year, month, day).isoformat(),)


@pytest.mark.parametrize("seed", ["a" * 32, "b" * 32])
def test_options_stand_in_an_order_of_their_own_for_each_response_with_other_last(seed: str) -> None:
    many = tuple(Option(f"o{number}", f"Option {number}") for number in range(20))
    question = ask(Kind.ONE_CHOICE, options=many, other=True, shuffled=True)

    shown = [option.id for option in question.shown_options(seed)]

    assert shown == [option.id for option in question.shown_options(seed)]
    assert shown[-1] == "other"
    assert sorted(shown[:-1]) == sorted(option.id for option in many)
    assert shown != [option.id for option in question.all_options]
    assert shown != [option.id for option in question.shown_options("c" * 32)]

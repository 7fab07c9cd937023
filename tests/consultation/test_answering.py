"""Answering in the browser: what goes in, what is refused and how, and what is stored."""

import asyncio
import re
from datetime import timedelta

import pytest

from services.consultation.domain import Audience, Kind, Question
from services.consultation.domain import Page as FormPage
from tests.eventually import eventually
from tests.town import QUESTIONS, Town
from tests.visitor import Page, Visitor

GOOD: dict[str, str | list[str]] = {"q-missing": "swings", "q-when": ["am", "pm"], "q-who": "My dog"}
SEND = ("go", "send")


def two_pages(second: Question) -> tuple[FormPage, ...]:
    return FormPage("page-1", questions=QUESTIONS), FormPage("page-2", questions=(second,))


async def check_page(visitor: Visitor, answers: dict[str, str | list[str]] = GOOD) -> Page:
    page = await visitor.submit(await visitor.get("/consultations/park/answer"), answers)
    assert "Check your answers" in page.html, page.html
    return page


def reference(page: Page) -> str:
    found = re.search(r"<strong>([0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3})</strong>", page.html)
    assert found is not None, page.html
    return found[1]


async def test_a_response_is_stored_and_gets_a_reference(town: Town) -> None:
    await town.publish()
    visitor = town.visitor()

    receipt = await visitor.submit(await check_page(visitor), button=SEND)

    assert receipt.status == 200
    (stored,) = await town.consultations.responses.find()
    assert stored.value.reference == reference(receipt)
    assert stored.value.answers == {"missing": ("swings",), "when": ("am", "pm"), "who": ("My dog",)}
    assert stored.value.resident is None


async def test_three_sends_at_once_store_one_response_and_show_one_receipt(town: Town) -> None:
    await town.publish()
    visitor = town.visitor()
    check = await check_page(visitor)

    receipts = await asyncio.gather(*(visitor.submit(check, button=SEND) for _ in range(3)))

    assert len({receipt.html for receipt in receipts}) == 1
    assert await town.responses() == 1


async def test_the_form_shown_anew_is_another_response(town: Town) -> None:
    await town.publish()
    visitor = town.visitor()
    first, second = await check_page(visitor), await check_page(visitor)

    assert reference(await visitor.submit(first, button=SEND)) != reference(await visitor.submit(second, button=SEND))
    assert await town.responses() == 2


async def test_going_back_and_sending_other_answers_keeps_the_first_and_says_so(town: Town) -> None:
    await town.publish()
    visitor = town.visitor()
    check = await check_page(visitor)
    receipt = await visitor.submit(check, button=SEND)

    again = await visitor.submit(check, {"q-missing": "cafe"}, button=SEND)

    assert again.status == 409
    assert reference(receipt) in again.html
    assert "sent first" in again.html
    (stored,) = await town.consultations.responses.find()
    assert stored.value.answers["missing"] == ("swings",)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("q-missing", [], "Choose an answer to “What is missing most?”"),
        ("q-missing", ["slide"], "Choose from the answers listed under “What is missing most?”"),
        ("q-who", ["x" * 250], "must be 200 characters or fewer. It is 50 over"),
        ("q-else", ["y" * 10_001], "must be 10,000 characters or fewer. It is 1 over"),
    ],
)
async def test_a_fault_is_told_by_the_field_and_the_answers_are_kept(
    town: Town, field: str, typed: list[str], sentence: str
) -> None:
    await town.publish()
    visitor = town.visitor()
    answers = {**GOOD, "q-else": "Keep <this> & that", field: typed}

    page = await visitor.submit(await visitor.get("/consultations/park/answer"), answers)

    assert page.status == 422
    assert page.html.count(sentence) == 2  # in the summary, and by the field
    assert f'href="#{field}"' in page.html
    assert "<title>Error: " in page.html
    kept = page.form().fields
    for name, value in answers.items():
        if name not in {field, "q-missing"}:
            assert kept[name] == ([value] if isinstance(value, str) else value)
    assert await town.responses() == 0


async def test_a_fault_that_only_shows_at_the_end_leads_back_to_its_page(town: Town) -> None:
    await town.publish(pages=two_pages(Question("why", Kind.SHORT_TEXT, "Why?", required=True)))
    visitor = town.visitor()
    second = await visitor.submit(await visitor.get("/consultations/park/answer"), GOOD)
    check = await visitor.submit(second, {"q-why": "Because"})

    page = await visitor.submit(check, {"q-missing": "slide"}, button=SEND)

    assert page.status == 422
    assert page.form().fields["page"] == ["page-1"]
    assert page.form().fields["q-why"] == ["Because"]
    assert await town.responses() == 0


async def test_pages_go_forth_and_back_and_lose_nothing(town: Town) -> None:
    await town.publish(pages=two_pages(Question("why", Kind.LONG_TEXT, "Why?")))
    visitor = town.visitor()
    second = await visitor.submit(await visitor.get("/consultations/park/answer"), GOOD)
    back = await visitor.submit(second, {"q-why": "Line one\r\nline two"}, button=("go", "back"))
    second = await visitor.submit(back, {"q-missing": "cafe"}, button=("go", "next"))
    check = await visitor.submit(second, button=("go", "next"))
    changing = await visitor.submit(check, button=("go", "page-page-2"))
    check = await visitor.submit(changing, {"q-why": "Line one\r\nline three"}, button=("go", "next"))

    await visitor.submit(check, button=SEND)

    (stored,) = await town.consultations.responses.find()
    assert stored.value.answers["missing"] == ("cafe",)
    assert stored.value.answers["why"] == ("Line one\nline three",)


async def test_markup_in_an_answer_is_shown_as_written(town: Town) -> None:
    await town.publish()
    check = await check_page(town.visitor(), {**GOOD, "q-else": "<script>alert(1)</script>"})
    assert "<script>alert" not in check.html
    assert "&lt;script&gt;alert(1)" in check.html


async def test_a_form_that_lost_its_number_is_refused(town: Town) -> None:
    await town.publish()
    page = await town.visitor().post("/consultations/park/answer", {"response": ["'; drop"], "go": ["send"]})
    assert page.status == 400
    assert "lost its number" in page.html


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"response=" + b"0" * 32 + b"&q-else=" + b"x" * 4_000_001, 413, "too long for this form"),
        (b"response=" + b"0" * 32 + b"&q-else=%ff%fe", 400, "cannot be read as text"),
        (b"response=" + b"0" * 32 + b"&q-else=\xff", 400, "cannot be read as text"),
        (b"response=" + b"0" * 32 + b"&q-else=a%00b", 400, "invisible character"),
    ],
)
async def test_bytes_that_cannot_be_taken_are_refused_with_a_sentence(
    town: Town, body: bytes, status: int, sentence: str
) -> None:
    await town.publish()
    page = await town.visitor().post_bytes("/consultations/park/answer", body)
    assert page.status == status
    assert sentence in page.html
    assert await town.responses() == 0


async def test_a_form_sent_from_another_site_is_refused(town: Town) -> None:
    await town.publish()
    visitor = town.visitor()
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        page = await visitor.post_bytes("/consultations/park/answer", b"go=send", headers)
        assert page.status == 403
        assert "another site" in page.html


async def test_a_consultation_that_is_not_open_says_so_and_stores_nothing(town: Town) -> None:
    await town.publish()
    visitor = town.visitor()
    check = await check_page(visitor)
    town.clock.forward(timedelta(days=1))

    late = await visitor.submit(check, button=SEND)

    assert late.status == 409
    assert "This consultation has closed" in late.html
    assert await town.responses() == 0
    assert (await visitor.get("/consultations/park/answer")).status == 409
    assert (await visitor.get("/consultations/nowhere/answer")).status == 404


async def test_a_retry_after_the_close_gets_the_receipt_of_what_was_stored(town: Town) -> None:
    await town.publish()
    visitor = town.visitor()
    check = await check_page(visitor)
    receipt = await visitor.submit(check, button=SEND)
    town.clock.forward(timedelta(days=2))

    again = await visitor.submit(check, button=SEND)

    assert reference(again) == reference(receipt)
    assert await town.responses() == 1


async def test_who_is_signed_in_answers_once_and_gets_one_mail(town: Town) -> None:
    await town.publish(audience=Audience.SIGNED_IN)
    resident = await town.resident()
    first, second = await check_page(resident), await check_page(resident)

    receipt = await resident.submit(first, button=SEND)
    other = await resident.submit(second, button=SEND)

    assert other.status == 409
    assert reference(receipt) in other.html
    assert await town.responses() == 1
    (mail,) = await eventually(lambda: town.mails("resident@example.org", "We have your answers"))
    assert reference(receipt) in str(mail.get_body(("plain",)))


async def test_who_is_not_signed_in_is_sent_to_sign_in_and_brought_back(town: Town) -> None:
    await town.publish(audience=Audience.SIGNED_IN)
    visitor = town.visitor()
    page = await visitor.get("/consultations/park/answer")
    assert page.path.startswith("/sign-in?next=")

    await (await town.resident()).close()
    await visitor.submit(page, {"email": "resident@example.org"}, action="/sign-in")
    link = await town.link("resident@example.org", count=2)
    arrived = await visitor.submit(await visitor.get(link))

    assert arrived.path == "/consultations/park/answer"


async def test_a_session_that_ends_midway_keeps_the_answers(town: Town) -> None:
    await town.publish(audience=Audience.SIGNED_IN, closes_at=town.clock() + timedelta(days=9))
    resident = await town.resident()
    check = await check_page(resident)
    town.clock.forward(timedelta(days=1))

    page = await resident.submit(check, button=SEND)

    assert page.status == 422
    assert "You have been signed out" in page.html
    assert page.form().fields["q-who"] == ["My dog"]
    assert await town.responses() == 0


async def test_results_are_shown_when_the_officer_chose(town: Town) -> None:
    await town.publish(live_results=False)
    visitor = town.visitor()
    await visitor.submit(await check_page(visitor), button=SEND)

    before = await visitor.get("/consultations/park/results")
    town.clock.forward(timedelta(days=1))
    after = await visitor.get("/consultations/park/results")

    assert "What is missing most?" not in before.html
    assert "What is missing most?" in after.html


async def test_nobody_but_officers_sees_staff_pages(town: Town) -> None:
    await town.publish()
    resident = await town.resident()
    for path in (
        "/staff",
        "/staff/consultations/new",
        "/staff/consultations/park",
        "/staff/consultations/park/texts/who",
    ):
        assert (await town.visitor().get(path)).path.startswith("/sign-in")
        assert (await resident.get(path)).status == 403
    for path in ("/staff/consultations/park/publish", "/staff/consultations/park/questions/who/remove"):
        assert (await resident.post(path, {})).status == 403


async def test_the_api_takes_the_same_response_under_the_same_rules(town: Town) -> None:
    await town.publish()
    visitor = town.visitor()
    response_id = "a" * 32
    good = {"id": response_id, "answers": {"missing": ["cafe"], "else": ["Hello"]}}

    first = await visitor.post_json("/api/consultations/park/responses", good)
    again = await visitor.post_json("/api/consultations/park/responses", good)
    bad = await visitor.post_json("/api/consultations/park/responses", {"answers": {"missing": ["slide"]}})
    shapeless = await visitor.post_json("/api/consultations/park/responses", {"answers": "no"})
    huge = await visitor.post_json("/api/consultations/park/responses", {"answers": {"else": ["x" * 1_000_001]}})

    assert (first[0], again[0]) == (201, 201)
    assert first[1] == again[1]
    assert bad == (422, {"error": "Choose from the answers listed under “What is missing most?”", "field": "missing"})
    assert shapeless[0] == 422
    assert set(shapeless[1]) == {"error", "field"}
    assert huge[0] == 413
    assert set(huge[1]) == {"error", "field"}
    assert await town.responses() == 1


async def test_a_preview_shows_a_page_that_there_is_whatever_was_asked_for(town: Town) -> None:
    await town.publish()
    officer, _ = await town.staff()
    for asked in ("1", "2", "0", "-1", "²", "x", "9" * 5000):
        page = await officer.get(f"/staff/consultations/park/preview?page={asked}")
        assert (page.status, "This is a preview" in page.html) == (200, True), asked[:9]


async def test_a_text_of_a_million_characters_is_refused_by_its_field_and_all_of_it_is_kept(town: Town) -> None:
    await town.publish()
    visitor = town.visitor()
    text = "x" * 1_000_000
    refused = await visitor.submit(
        await visitor.get("/consultations/park/answer"), {**GOOD, "q-else": text}, action="/answer"
    )

    assert refused.status == 422
    assert "It is 990,000 over" in refused.html.replace(text, "")
    kept = refused.form("/answer").fields["q-else"][0].strip()
    assert (len(kept), set(kept)) == (1_000_000, {"x"})
    assert refused.form("/answer").fields["q-who"] == ["My dog"]
    assert await town.responses() == 0

"""The form on paper: every question under the number that it has online, and the routes in words."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest

from services.consultation import usecases
from services.consultation.domain import Details, Exit, Kind, Option, Page, Question, Route
from tests.town import Town, details_of, opened_town

SHORT = tuple(Option(id, id.capitalize()) for id in ("yes", "no", "never"))
PAGES = (
    Page(
        "one",
        questions=(
            Question("hello", Kind.INFORMATION, "Before you begin", hint="There is *one* path."),
            Question("use", Kind.ONE_CHOICE, "Do you use the park?", required=True, options=SHORT, other=True),
        ),
        routes=(Route("use", ("no", "never"), "three"), Route("use", ("other",), "bye"), Route("use", ("yes",), "two")),
    ),
    Page(
        "two",
        "Using it",
        questions=(Question("when", Kind.DATE, "When last?"),),
        routes=(Route("use", ("yes",), "end"),),
    ),
    Page("three", "Not using it", questions=(Question("why", Kind.LONG_TEXT, "Why not?"),)),
)
EXITS = (Exit("bye", "Only for people who can tell", "Ask us instead."),)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with opened_town(tmp_path) as town:
        await town.publish(pages=PAGES, exits=EXITS)
        yield town


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html.partition("<main")[2].partition("</main")[0])).split())


async def test_the_paper_has_all_pages_with_numbers_routes_and_where_to_send_it(town: Town) -> None:
    said = words((await town.visitor().get("/consultations/park/print")).html)

    for part in (
        "Before you begin There is one path.",
        "1. Do you use the park? (please answer this one) Tick one box. Yes No Never Other. What is it?",
        "→ If you ticked “No” or “Never” at question 1, go to question 3.",
        "→ If you ticked “Other” at question 1, stop here: “Only for people who can tell”. Ask us instead.",
        "→ If you ticked “Yes” at question 1, leave out the rest and go to “What to do with this form”.",
        "2. When last? Day Month Year",
        "3. Why not?",
        "Luton Council Town Hall George Street Luton LU1 2BQ",
        "It must be with us by",
        "Another format.",
    ):
        assert part in said


async def test_a_question_has_the_same_number_online_on_the_check_page_in_results_and_on_paper(town: Town) -> None:
    visitor = town.visitor()
    page = await visitor.get("/consultations/park/answer")
    assert "1. Do you use the park?" in page.html
    page = await visitor.submit(page, {"q-use": "no"}, button=("go", "next"), action="/answer")
    assert "3. Why not?" in page.html
    page = await visitor.submit(page, button=("go", "next"), action="/answer")

    assert "1. Do you use the park?" in page.html
    assert "3. Why not?" in page.html
    assert "2. When last?" not in page.html
    results = (await visitor.get("/consultations/park/results")).html
    assert "3. Why not?" in results


async def test_a_draft_is_printed_for_officers_alone(town: Town) -> None:
    officer, _ = await town.staff()
    details = Details(**details_of(town.clock()))
    await usecases.draft_consultation(usecases.DraftConsultation("draft", details, "officer"), town.consultations)

    assert (await town.visitor().get("/consultations/draft/print")).status == 404
    assert (await officer.get("/consultations/draft/print")).status == 200


async def test_large_print_is_one_link_away(town: Town) -> None:
    page = await town.visitor().get("/consultations/park/print")
    assert "engage-paper--large" not in page.html

    large = await town.visitor().get("/consultations/park/print?size=large")

    assert '?size=large"' in page.html
    assert "engage-paper--large" in large.html

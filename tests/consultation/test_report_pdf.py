"""The PDF of a report: what stands in it, that everyone can read it, and that words stay words."""

import hashlib
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from services.consultation.domain import AGREE_SCALE, Kind
from services.consultation.domain.report import Edition
from services.consultation.domain.report_words import Content
from services.consultation.due import TEMPLATE
from services.consultation.queries import QuestionResult, Results
from services.consultation.queries.report import Figure, ReportView
from services.consultation.queries.report_document import report_document
from shared.pdf import NotTypeset, typeset
from shared.place import load_place
from shared.web.charts import Bar
from tests.consultation.reports import CAFE, PARK, SWINGS, TAKEN, publish, tags_of, with_pdf, words_of, write
from tests.consultation.sending import send
from tests.eventually import eventually
from tests.town import NOON, Town, opened_town

PLACE = load_place(Path(__file__).parents[2] / "places" / "luton")
ADDRESS = "https://engage.example/consultations/park/report"
MARKUP = '#eval("1+1") $x^2$ *bold* _it_ `code` @ref <label> // no comment \\ #include "x" [link]'
FORMULA = '=HYPERLINK("https://evil.example")'
TURNED = "\u202egnp.exe\u202c"
OTHER_WRITING = "বাংলা 😀 中文"


def view(content: Content, **changes: Any) -> ReportView:
    bars = tuple(Bar(option.text, 20 + place, (20 + place) / 110) for place, option in enumerate(AGREE_SCALE))
    result = QuestionResult("safe", "I feel safe there", Kind.AGREE, 110, bars, "1")
    results = Results(PARK, 120, (result,))
    edition = Edition(1, NOON, "author", content)
    made = ReportView(PARK, edition, 1, NOON, (), results, [Figure(result, "38% agreed or strongly agreed.")])
    return replace(made, **changes)


async def pdf_of(content: Content, **changes: Any) -> bytes:
    return await typeset(TEMPLATE, report_document(view(content, **changes), PLACE, ADDRESS), NOON)


WHOLE = Content("What we asked.", "On paper.", TAKEN, (SWINGS, CAFE))


async def test_it_says_what_was_said_what_was_done_and_what_was_decided() -> None:
    words = words_of(await pdf_of(WHOLE))

    for expected in (
        "What came of it: The park",
        "Decided on Monday 1 June 2026 by The parks committee.",
        "Children asked for it.",
        "You said Many want swings. We did We bought four. Done on Monday 1 June 2026.",
        "You said Some want a café. We did not It would need a road. Decided on Monday 1 June 2026.",
        "120 responses are counted here.",
        "110 of 120 answered this question.",
        "38% agreed or strongly agreed.",
        "It is on the web at https://engage.example/consultations/park/",
    ):
        assert expected in words


async def test_it_is_tagged_has_a_title_a_language_headings_and_says_charts_in_words() -> None:
    pdf = await pdf_of(WHOLE)
    root: Any = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    tags = tags_of(pdf)
    names = [name for name, _ in tags]

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert PdfReader(io.BytesIO(pdf)).metadata.title == "What came of it: The park"  # type: ignore[union-attr]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert {"/H1", "/H2", "/P", "/Table", "/THead", "/TH", "/TD"} <= set(names)
    assert names.count("/TH") == 3
    (figure,) = (said for name, said in tags if name == "/Figure")
    assert str(figure["/Alt"]).startswith(
        "Bar chart of the answers to: I feel safe there. Strongly agree 18%; Agree 19%"
    )


@pytest.mark.parametrize("evil", [MARKUP, FORMULA, "= Heading\n- list\n+ more", "<script>alert(1)</script>"])
async def test_what_looks_like_an_instruction_comes_out_as_it_was_typed(evil: str) -> None:
    everywhere = Content(
        evil,
        evil,
        replace(TAKEN, by=evil.splitlines()[0], words=evil, reasons=evil),
        (replace(SWINGS, theme=evil.splitlines()[0], said=evil, did=evil),),
    )
    words = words_of(await pdf_of(everywhere))

    assert words.count(" ".join(evil.split())) >= 6


async def test_signs_that_turn_letters_round_are_left_out_and_the_letters_stay() -> None:
    pdf = await pdf_of(replace(WHOLE, introduction=f"Open {TURNED} now"))

    assert "Open gnp.exe now" in words_of(pdf)


async def test_signs_that_no_font_has_become_squares_and_it_says_so() -> None:
    words = words_of(await pdf_of(replace(WHOLE, introduction=f"Before {OTHER_WRITING} after")))

    assert "Before □□□□□ □ □□ after" in words
    assert "A square stands for each." in words
    assert "A square" not in words_of(await pdf_of(WHOLE))


async def test_the_same_report_gives_the_same_bytes() -> None:
    assert await pdf_of(WHOLE) == await pdf_of(WHOLE)


async def test_a_template_that_never_ends_is_ended() -> None:
    with pytest.raises(NotTypeset, match="longer than 1 second"):
        await typeset(
            "#for a in range(9000) { for b in range(9000) { for c in range(9000) { } } }", {}, NOON, within_s=1
        )


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ('#read("/etc/passwd")', "file"),
        ('#json(bytes(sys.inputs.data)).at("nothing")', "nothing"),
    ],
)
async def test_a_template_reaches_no_file_and_no_package_and_its_fault_is_told(template: str, said: str) -> None:
    with pytest.raises(NotTypeset, match=said):
        await typeset(template, {"a": "b"}, NOON, within_s=20)


async def test_a_pdf_is_made_after_publication_and_served_with_its_hash(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await closed_with_answers(town, 3)
        await write(town)
        await publish(town)
        edition = await with_pdf(town)
        answer = await served(town, "/consultations/park/report.pdf")

        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert hashlib.sha256(answer.content).hexdigest() == edition.pdf.digest
        assert len(answer.content) == edition.pdf.size
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["repr-digest"].startswith("sha-256=:")
        assert "3 responses are counted here." in words_of(answer.content)
        assert (tmp_path / "data" / "files" / edition.pdf.file).read_bytes() == answer.content


async def test_there_is_none_before_publication_and_none_of_another_edition(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await closed_with_answers(town, 1)
        for path in ("report.pdf", "report", "report/1", "report/1.pdf"):
            assert (await served(town, f"/consultations/park/{path}")).status_code == 404
        await write(town)
        assert (await served(town, "/consultations/park/report")).status_code == 404
        await publish(town)
        await with_pdf(town)

        assert (await served(town, "/consultations/park/report/2.pdf")).status_code == 404


async def test_a_pdf_waits_for_answers_that_are_still_being_counted(tmp_path: Path) -> None:
    """What stands on paper cannot be put right later."""
    async with opened_town(tmp_path) as town:
        await closed_with_answers(town, 2)
        stored = (await town.consultations.store.find("tallies", {"consultation": "park"}))[0]
        behind = {**stored.body, "responses": stored.body["responses"] - 1}
        await town.consultations.store.replace("tallies", stored.id, stored.version, behind)
        await write(town)
        await publish(town)

        async def tried() -> bool:
            loaded = await town.consultations.reports.get("park")
            return loaded is not None and loaded.value.newest.pdf.tries > 0

        await eventually(tried, "a try")
        assert (await served(town, "/consultations/park/report.pdf")).status_code == 404
        caught_up = (await town.consultations.store.find("tallies", {"consultation": "park"}))[0]
        await town.consultations.store.replace("tallies", caught_up.id, caught_up.version, stored.body)
        town.clock.forward(timedelta(minutes=1))
        await with_pdf(town)

        answer = await served(town, "/consultations/park/report.pdf")
        assert "2 responses are counted here." in words_of(answer.content)


async def closed_with_answers(town: Town, count: int) -> None:
    await town.publish()
    for _ in range(count):
        await send(town.visitor())

    async def counted() -> bool:
        parts = await town.consultations.store.find("tallies", {"consultation": "park"})
        return bool(sum(part.body["responses"] for part in parts) == count)

    await eventually(counted, "the answers counted")
    town.clock.forward(timedelta(days=2))


async def served(town: Town, path: str) -> Any:
    return await town.visitor()._client.get("http://testserver" + path)

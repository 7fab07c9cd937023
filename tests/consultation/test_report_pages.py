"""An officer writes, publishes and corrects a report on the pages; everyone reads it; the start page knows of it."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from services.accounts.domain import Role
from services.consultation import usecases
from services.consultation.domain.report import PDF_TRIES
from services.consultation.queries.today import today
from shared.run import Run
from tests.consultation.reports import SWINGS, publish, with_pdf, words_of, write
from tests.consultation.sending import send, text_in
from tests.eventually import eventually
from tests.town import Town, opened_town
from tests.visitor import Visitor

HERE = "/staff/consultations/park/report"
EVIL = '<script>alert("x")</script> =1+1 #eval("2")'
DAY = {"on-day": "1", "on-month": "6", "on-year": "2026"}
ITEM = {"theme": "Swings", "said": f"Many want swings. {EVIL}", "upshot": "done", "did": "We bought four.", **DAY}
DECISION = {"taken": "yes", "by": "The committee", "words": "To buy swings.", "reasons": "Children asked.", **DAY}


async def put(officer: Visitor, path: str, typed: Mapping[str, str]) -> int:
    page = await officer.submit(await officer.get(f"{HERE}/{path}"), typed)
    return 303 if page.path.startswith(HERE) and page.status == 200 else page.status


async def closed(town: Town) -> Visitor:
    await town.publish()
    await send(town.visitor())
    town.clock.forward(timedelta(days=2))
    officer, _ = await town.staff()
    return officer


async def test_an_officer_writes_checks_previews_publishes_and_corrects(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        officer = await closed(town)
        assert "Record the decision" in (await officer.get(HERE)).html
        assert (await put(officer, "items/new", {**ITEM, "did": ""})) == 422
        assert (await put(officer, "items/new", ITEM)) == 303
        assert (await put(officer, "items/new", {**ITEM, "theme": "A café", "upshot": "not_done"})) == 303
        assert (await put(officer, "decision", DECISION)) == 303
        assert (await put(officer, "words", {"introduction": "We asked.", "method": "On paper."})) == 303
        preview = await officer.get(f"{HERE}/preview")
        assert "This is a preview." in preview.html
        assert "<script>" not in preview.html
        assert (await town.visitor().get("/consultations/park/report")).status == 404

        await officer.submit(await officer.get(HERE), action="/publish")
        page = await town.visitor().get("/consultations/park/report")

        assert page.status == 200
        said = text_in(page)
        for expected in (
            "Decided on Monday 1 June 2026 by The committee.",
            "We bought four.",
            "1 response",
            "We did not",
        ):
            assert expected in said
        assert "&lt;script&gt;" in page.html
        await correct(officer, town)


async def correct(officer: Visitor, town: Town) -> None:
    item = next(
        part for part in (await officer.get(HERE)).html.split('"') if "/report/items/" in part and "new" not in part
    )
    assert (await put(officer, item.removeprefix(f"{HERE}/"), {"did": "We bought five."})) == 303
    assert "We bought four." in (await town.visitor().get("/consultations/park/report")).html
    refused = await officer.submit(await officer.get(HERE), action="/publish")
    assert (refused.status, "Say what you correct" in refused.html) == (422, True)
    await officer.submit(await officer.get(HERE), {"corrects": "It was five, not four."}, action="/publish")

    now = await town.visitor().get("/consultations/park/report")
    before = await town.visitor().get("/consultations/park/report/1")
    assert "This report was corrected." in now.html
    assert "It was five, not four." in now.html
    assert "We bought five." in now.html
    assert "This was corrected later." in before.html
    assert "We bought four." in before.html
    edition = await with_pdf(town, number=2)
    assert "It was five, not four." in words_of((tmp_file(town) / edition.pdf.file).read_bytes())


def tmp_file(town: Town) -> Path:
    return town.host.parts.settings.data / "files"


async def test_themes_move_and_go(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        officer = await closed(town)
        await write(town)
        for item, way in (("swings", "down"), ("swings", "up"), ("cafe", "up")):
            assert (
                f'action="{HERE}/items/{item}/move"><input type="hidden" name="way" value="{way}">'
                in (await officer.get(HERE)).html
            )
            await officer.post(f"{HERE}/items/{item}/move", {"way": [way]})
        loaded = await town.consultations.reports.get("park")
        assert loaded is not None
        assert [item.id for item in loaded.value.content.items] == ["cafe", "swings"]

        await officer.submit(await officer.get(HERE), action="/items/cafe/remove")
        loaded = await town.consultations.reports.get("park")

        assert loaded is not None
        assert [item.id for item in loaded.value.content.items] == ["swings"]


async def test_only_officers_see_a_report_that_is_not_published(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await town.publish()
        town.clock.forward(timedelta(days=2))
        await write(town)
        selector, _ = await town.staff(Role.SELECTOR, email="selector@council.example")
        for path in ("", "/preview", "/words", "/decision", "/items/new", "/items/swings"):
            assert (await selector.get(HERE + path)).status == 403, path
            assert (await town.visitor().get(HERE + path)).path.startswith("/sign-in"), path
        for path in ("/publish", "/ask", "/approval", "/pdf", "/themes", "/items/swings/remove", "/items/swings/move"):
            assert (await selector.post(HERE + path, {})).status == 403, path
        loaded = await town.consultations.reports.get("park")
        assert loaded is not None
        assert not loaded.value.is_published
        assert len(loaded.value.content.items) == 2


async def test_a_second_officer_approves_on_the_page(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    told = json.loads((Path("places") / "luton" / "place.json").read_text())
    (place / "place.json").write_text(json.dumps({**told, "second_officer": True}))
    async with opened_town(tmp_path / "town", place=place) as town:
        officer = await closed_with_approval(town)
        assert (await put(officer, "items/new", ITEM)) == 303
        assert (await put(officer, "decision", DECISION)) == 303
        await officer.submit(await officer.get(HERE), action="/ask")
        assert "It waits for another officer" in (await officer.get(HERE)).html
        second, _ = await town.staff(email="second@council.example")
        assert "Another officer asked for publication of the report" in (await second.get("/staff")).html
        assert "Approvals are waiting" not in (await officer.get("/staff")).html

        page = await second.get(HERE)
        seen = page.html.partition('name="seen" value="')[2].partition('"')[0]
        await second.post(f"{HERE}/approval", {"seen": [seen], "go": ["approve"]})

        assert (await town.visitor().get("/consultations/park/report")).status == 200


async def closed_with_approval(town: Town) -> Visitor:
    await town.publish()
    town.clock.forward(timedelta(days=2))
    officer, _ = await town.staff()
    return officer


async def test_the_start_page_says_what_needs_doing_and_where(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        officer, _ = await town.staff()
        assert "Nothing needs doing today." in (await officer.get("/staff")).html
        await town.publish()
        await town.publish("later", title="Later", closes_at=town.clock() + timedelta(days=8))

        page = (await officer.get("/staff")).html
        assert "Closing soon" in page
        assert 'href="/staff/consultations/park">The park' in page
        assert 'href="/staff/consultations/later">Later<span' not in page, "it closes in more than a week"
        town.clock.forward(timedelta(days=2))
        officer, _ = await town.staff(email="next-day@council.example")
        assert "Feedback is owed" in (await officer.get("/staff")).html
        town.clock.forward(timedelta(weeks=13))
        officer, _ = await town.staff(email="next-season@council.example")
        late = (await officer.get("/staff")).html
        assert "Feedback is overdue" in late
        assert f'href="{HERE}">The park' in late

        await write(town)
        await publish(town)

        async def done() -> bool:
            found = await today(town.consultations, "officer", town.clock())
            return "park" not in {todo.href.split("/")[3] for task in found.tasks for todo in task.todos}

        await eventually(done, "nothing left to do about the park")
        assert "You can read what came of it." in (await town.visitor().get("/consultations/park")).html


async def test_the_start_page_shows_responses_set_aside_and_imports_to_finish(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await town.publish()
        officer, _ = await town.staff()
        receipt = await send(town.visitor())
        reference = receipt.html.partition("<strong>")[2].partition("</strong>")[0]
        aside = await officer.get("/staff/consultations/park/unusual")
        await officer.submit(aside, {"reference": reference, "why": "test"}, action="/unusual")

        async def shown() -> bool:
            return "1 response set aside. Check that it is right." in (await officer.get("/staff")).html

        await eventually(shown, "the response that is set aside")
        assert 'href="/staff/consultations/park/set-aside">The park' in (await officer.get("/staff")).html


async def test_a_pdf_that_could_not_be_made_is_on_the_start_page_and_can_be_tried_again(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        officer = await closed(town)
        await write(town, SWINGS)
        files = tmp_file(town)
        files.write_text("where the folder should be")
        await publish(town)
        assert "The PDF is being made." in (await officer.get(HERE)).html
        run = Run(lambda: None)
        for _ in range(PDF_TRIES):
            await run(lambda: usecases.note_no_pdf("park", 1, town.consultations, town.clock()))
        assert "Reports without a PDF" in (await officer.get("/staff")).html
        files.unlink()
        await officer.submit(await officer.get(HERE), action="/report/pdf")

        await with_pdf(town)
        assert "Reports without a PDF" not in (await officer.get("/staff")).html

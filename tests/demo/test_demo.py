"""The demonstration is filled in with what was published, once, and says what is not real."""

import csv
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy import demo
from deploy.demo.housing import FOLDER
from services.consultation import queries, usecases
from services.consultation.queries.themes import theme_counts
from tests.consultation.reports import with_pdf, words_of
from tests.eventually import eventually
from tests.town import Town, opened_town


async def results(town: Town, id: str) -> queries.Results:
    loaded = await town.consultations.consultations.get(id)
    assert loaded is not None

    async def through() -> queries.Results | None:
        found = await queries.results(loaded.value, town.consultations)
        return found if found.responses == 381 else None

    found = await eventually(through, "all events through")
    assert found is not None
    return found


@pytest.fixture
async def town(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """The filled demonstration, each test's own. It is filled once: that takes longer than what is looked at."""
    kept = tmp_path_factory.getbasetemp() / "filled-town"
    if not kept.exists():
        making = kept.with_name("filling-town")
        async with opened_town(making, demo=True) as town:
            await demo.fill(town.host)
            await results(town, "luton-2040-vision")
            await with_pdf(town, "luton-2040-vision")
        making.rename(kept)
    shutil.copytree(kept / "data", tmp_path / "data")
    async with opened_town(tmp_path, demo=True) as town:
        yield town


def share(found: queries.Results, question: str, *options: str) -> float:
    result = next(each for each in found.questions if each.id == question)
    return sum(bar.share for bar in result.bars if bar.label in options)


async def test_the_vision_consultation_has_the_published_totals(town: Town) -> None:
    found = await results(town, "luton-2040-vision")

    kinds = {bar.label: bar.count for bar in found.questions[0].bars}
    assert kinds["An organisation"] == 119
    assert kinds["A member of council staff"] == 61
    assert sum(kinds.values()) - 119 - 61 == 201
    agree = ("Strongly agree", "Agree")
    assert f"{share(found, 'ambition', *agree):.0%}" == "61%"
    priorities = [
        share(found, id, *agree) for id in ("economy", "wellbeing", "child_friendly", "net_zero", "community")
    ]
    assert (f"{min(priorities):.0%}", f"{max(priorities):.0%}") == ("72%", "87%")


async def test_the_page_of_results_and_the_open_data_have_the_published_totals_too(town: Town) -> None:
    await results(town, "luton-2040-vision")
    here = "/consultations/luton-2040-vision/results"
    page, file = await town.visitor().get(here), await town.visitor().get(f"{here}/open-data.csv")

    assert all(f"<strong>{share} agree or strongly agree</strong>" in page.html for share in ("61%", "72%", "87%"))
    rows = list(csv.DictReader(file.html.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").splitlines()))
    totals = [row for row in rows if not row["group_by"]]
    assert totals[0]["count"] == "381"
    assert {row["answer"]: row["count"] for row in totals if row["question"] == "capacity"} == {
        "All who answered": "381",
        "A resident aged 25 or over": "139",
        "A young person aged 24 or under": "62",
        "A member of council staff": "61",
        "An organisation": "119",
    }
    agreeing = {row["question"]: row["share"] for row in totals if row["answer"] == "Agree or strongly agree"}
    assert f"{float(agreeing.pop('ambition')):.0%}" == "61%"
    assert (f"{float(min(agreeing.values())):.0%}", f"{float(max(agreeing.values())):.0%}") == ("72%", "87%")


async def test_the_housing_survey_has_the_real_votes(town: Town) -> None:
    with (FOLDER / "participants-votes.csv").open(newline="") as file:
        votes = list(csv.DictReader(file))
    found = await results(town, "affordable-housing")

    asked = [question for question in found.questions if question.id.startswith("s")]
    assert len(asked) == 20
    for question in asked:
        counts = {bar.label: bar.count for bar in question.bars}
        column = [person[question.id[1:]] for person in votes]
        assert counts["Agree"] == column.count("1")
        assert counts["Disagree"] == column.count("-1")
        assert counts["Neither agree nor disagree"] == column.count("0")
    assert found.questions[-1].answered == 57
    stored = await town.consultations.responses.find({"consultation": "affordable-housing"}, limit=400)
    texts = [each.value.answers["ideas"][0] for each in stored if "ideas" in each.value.answers]
    assert sum(len(text.split("\n\n")) for text in texts) >= 165


async def test_what_people_wrote_has_themes_of_which_some_are_confirmed_and_some_answers_are_published(
    town: Town,
) -> None:
    id = demo.reading.ID
    loaded = await town.consultations.consultations.get(id)
    assert loaded is not None

    async def through() -> bool:
        return await town.consultations.to_read.count({"consultation": id}) == 165

    await eventually(through, "all of them to be read")
    themes = await usecases.reading.themes_of(id, "idea", town.consultations)
    counts = await theme_counts(loaded.value, "idea", themes, town.consultations)

    assert len(themes.there) == 7
    assert counts.answers == 165
    assert 60 < counts.decided < 150
    html = (await town.visitor().get(f"/consultations/{id}/answers")).html
    assert "165 real statements" in html
    assert html.count("engage-card") >= 10


async def test_the_vision_consultation_has_a_report_whose_pdf_has_the_published_figures(
    town: Town, tmp_path: Path
) -> None:
    edition = await with_pdf(town, "luton-2040-vision")
    words = words_of((tmp_path / "data" / "files" / edition.pdf.file).read_bytes())

    assert "381 responses are counted here." in words
    assert "201 from members of the public, 119 from organisations and 61 from council staff" in words
    assert "An organisation 119 31%" in words
    assert "A member of council staff 61 16%" in words
    residents = re.findall(r"(?:A resident aged 25 or over|A young person aged 24 or under) (\d+) \d+%", words)
    assert sum(int(count) for count in residents) == 201
    agreed = re.findall(r"answered this question. (\d+)% agreed or strongly agreed", words)
    assert agreed == ["61", "72", "76", "80", "83", "87"]
    assert "made up for the demonstration. It is not the council’s own report." in words


async def test_one_consultation_has_feedback_overdue_for_everyone_to_see(town: Town) -> None:
    visitor = town.visitor()

    async def told() -> bool:
        return "You can read what came of it." in (await visitor.get("/consultations/luton-2040-vision")).html

    await eventually(told, "the report known to its consultation", within=60)
    assert "We are late." in (await visitor.get("/consultations/cycle-parking")).html
    for other in ("luton-2040-vision", "affordable-housing", "living-here", "town-centre"):
        assert "We are late." not in (await visitor.get(f"/consultations/{other}")).html, other
    await visitor.post("/demo/sign-in/officer", {})
    assert "Feedback is overdue" in (await visitor.get("/staff")).html


async def test_filling_in_again_changes_nothing(town: Town) -> None:
    await results(town, "affordable-housing")
    await demo.fill(town.host)

    assert await town.consultations.responses.count() == 770 + 165
    assert await town.consultations.consultations.count() == 6
    assert await town.accounts.people.count() == 2
    report = await town.consultations.reports.get("luton-2040-vision")
    assert report is not None
    assert len(report.value.editions) == 1


async def test_every_page_with_example_responses_says_so(town: Town) -> None:
    visitor = town.visitor()
    await visitor.post("/demo/sign-in/officer", {})
    id = "luton-2040-vision"
    for path in (
        f"/consultations/{id}",
        f"/consultations/{id}/results",
        f"/staff/consultations/{id}",
        f"/staff/consultations/{id}/texts/organisation",
    ):
        assert "generated from the totals" in (await visitor.get(path)).html, path
    for path in ("/", "/consultations", "/staff"):
        assert "(example data)" in (await visitor.get(path)).html, path


async def test_a_demonstration_shows_its_mail_and_signs_staff_in_with_one_click(tmp_path: Path) -> None:
    async with opened_town(tmp_path, demo=True, smtp="") as town:
        await demo.fill(town.host)
        visitor = town.visitor()
        assert (await visitor.post("/demo/sign-in/officer", {})).path == "/staff"
        assert (await visitor.post("/demo/sign-in/admin", {})).status == 422

        await visitor.submit(await visitor.get("/sign-in"), {"email": "resident@engage.example"}, action="/sign-in")

        async def arrived() -> bool:
            return "Your link to sign in" in (await visitor.get("/mail")).html

        await eventually(arrived)
        mail = await visitor.get("/mail/1")
        assert "http://testserver/sign-in/" in mail.html
        assert "Sign in" in (await visitor.get("/mail/1/html")).html

"""A second officer: no place that asks for one publishes what only one has read."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.consultation import usecases
from services.consultation.domain import Consultation, Details, Page, Questionnaire, publishing
from services.consultation.domain.approval import Step
from shared.errors import Conflict, Forbidden, Refusal
from shared.place import load_place
from shared.settings import Settings
from tests.town import NOON, QUESTIONS, Town, details_of, opened_town

ASKED = Questionnaire((Page("page-1", questions=QUESTIONS),))
DRAFT = Consultation("park", Details(**details_of(NOON)), "author", questionnaire=ASKED)
WAITING = publishing.ask_for_publication(DRAFT, "author", NOON)


def test_one_officer_alone_cannot_publish_where_two_are_asked_for() -> None:
    with pytest.raises(Conflict, match="Another officer has to approve"):
        publishing.publish(DRAFT, "author", NOON, second_officer=True)

    published, _ = publishing.publish(DRAFT, "author", NOON, second_officer=False)
    assert [entry.step for entry in published.history] == [Step.PUBLISHED]


@pytest.mark.parametrize("by", ["author", "asker"])
def test_neither_who_wrote_it_nor_who_asked_can_decide(by: str) -> None:
    waiting = publishing.ask_for_publication(DRAFT, "asker", NOON)

    with pytest.raises(Forbidden, match="Another officer"):
        publishing.approve(waiting, by, NOON, waiting.mark)
    with pytest.raises(Forbidden, match="Another officer"):
        publishing.send_back(waiting, by, NOON, waiting.mark, "Too short")


def test_who_approved_and_when_is_kept() -> None:
    published, event = publishing.approve(WAITING, "second", NOON, WAITING.mark)

    assert published.is_published
    assert event is not None
    assert [(entry.step, entry.by, entry.at) for entry in published.history] == [
        (Step.ASKED, "author", NOON),
        (Step.APPROVED, "second", NOON),
        (Step.PUBLISHED, "second", NOON),
    ]


def test_what_was_changed_after_it_was_asked_for_has_to_be_asked_for_again() -> None:
    changed = WAITING.edit(replace(WAITING.details, proposal="Something else."))

    with pytest.raises(Conflict, match="may have been changed since"):
        publishing.approve(changed, "second", NOON, WAITING.mark)
    again = publishing.ask_for_publication(changed, "author", NOON)
    with pytest.raises(Conflict, match="changed while you read it"):
        publishing.approve(again, "second", NOON, WAITING.mark)
    assert publishing.approve(again, "second", NOON, again.mark)[0].is_published


def test_a_change_of_a_question_counts_as_one_too() -> None:
    changed = WAITING.write(lambda asked: asked.remove_question("else"))

    with pytest.raises(Conflict, match="may have been changed since"):
        publishing.approve(changed, "second", NOON, changed.mark)


def test_it_is_sent_back_only_with_a_reason_and_can_be_asked_for_again() -> None:
    with pytest.raises(Refusal, match="Say what has to be changed"):
        publishing.send_back(WAITING, "second", NOON, WAITING.mark, "")

    back = publishing.send_back(WAITING, "second", NOON, WAITING.mark, "Say who pays")
    assert (back.history[-1].step, back.history[-1].note) == (Step.SENT_BACK, "Say who pays")
    with pytest.raises(Conflict, match="Nobody has asked"):
        publishing.approve(back, "second", NOON, back.mark)
    assert len(publishing.ask_for_publication(back, "author", NOON).history) == 3


def test_what_lacks_something_cannot_be_asked_for_and_asking_twice_is_asking_once() -> None:
    with pytest.raises(Conflict, match="Say what is proposed"):
        publishing.ask_for_publication(replace(DRAFT, details=replace(DRAFT.details, proposal="")), "author", NOON)

    assert publishing.ask_for_publication(WAITING, "author", NOON) == WAITING


def test_a_new_version_needs_the_second_officer_too() -> None:
    published, _ = publishing.approve(WAITING, "second", NOON, WAITING.mark)
    version = published.begin_version().write(lambda asked: asked.remove_question("else"))

    with pytest.raises(Conflict, match="Another officer"):
        publishing.publish(version, "author", NOON, second_officer=True)
    asked = publishing.ask_for_publication(version, "author", NOON)
    answered, event = publishing.approve(asked, "second", NOON, asked.mark)
    assert (answered.questionnaire.version, event) == (2, None)
    assert answered.history[-1].version == 2


@pytest.fixture
async def careful_town(tmp_path: Path) -> AsyncIterator[Town]:
    place = load_place(Settings().place).model_dump(mode="json") | {"second_officer": True}
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "place.json").write_text(json.dumps(place))
    async with opened_town(tmp_path, place=tmp_path / "place") as opened:
        yield opened


async def ready(town: Town) -> str:
    """A draft of the officer's that lacks nothing."""
    documents = town.consultations
    (me,) = [each.id for each in await town.accounts.people.find() if "officer" in each.value.roles][:1]
    details = Details(**details_of(town.clock()))
    command = usecases.DraftConsultation("park", details, me)
    await usecases.draft_consultation(command, documents)
    await usecases.put_questionnaire(usecases.PutQuestionnaire("park", ASKED), documents)
    return "/staff/consultations/park"


async def test_two_officers_publish_through_the_pages(careful_town: Town) -> None:
    one, _ = await careful_town.staff(email="one@council.example")
    base = await ready(careful_town)
    two, _ = await careful_town.staff(email="two@council.example")

    overview = await one.get(base)
    assert "Another officer has to approve this" in overview.html
    assert f'action="{base}/publish"' not in overview.html
    refused = await one.post(f"{base}/publish", {})
    assert refused.status == 422
    assert "Ask for publication" in refused.html

    asked = await one.submit(overview, action="/approval/ask")
    assert "Publication was asked for" in asked.html
    assert f'href="{base}/approval"' not in asked.html

    page = await two.get(f"{base}/approval")
    seen = page.html.split('name="seen" value="')[1].split('"')[0]
    wordless = await two.post(f"{base}/approval", {"go": ["back"], "seen": [seen], "note": [" "]})
    assert wordless.status == 422
    assert "Say what has to be changed" in wordless.html
    own = await one.post(f"{base}/approval", {"go": ["approve"], "seen": [seen]})
    assert own.status == 403
    published = await two.post(f"{base}/approval", {"go": ["approve"], "seen": [seen]})
    assert "Approved" in published.html
    assert (await careful_town.visitor().get("/consultations/park")).status == 200


async def test_what_is_sent_back_shows_the_reason_to_who_asked(careful_town: Town) -> None:
    one, _ = await careful_town.staff(email="one@council.example")
    base = await ready(careful_town)
    two, _ = await careful_town.staff(email="two@council.example")
    await one.submit(await one.get(base), action="/approval/ask")
    page = await two.get(f"{base}/approval")
    seen = page.html.split('name="seen" value="')[1].split('"')[0]

    await two.post(f"{base}/approval", {"go": ["back"], "seen": [seen], "note": ["Say who pays"]})

    overview = await one.get(base)
    assert "It was sent back." in overview.html
    assert "Say who pays" in overview.html
    assert "Ask for publication" in overview.html
    assert not (await careful_town.consultations.consultations.find())[0].value.is_published

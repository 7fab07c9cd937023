"""Save and come back: with an account, by a link in a mail, or with an invitation."""

import asyncio
from datetime import timedelta

from services.consultation import usecases
from services.consultation.domain import Audience, Draft, Kind, Question
from services.consultation.domain import Page as FormPage
from tests.consultation.sending import GOOD, SAVE, SEND, START, check_page, save, send, text_in
from tests.eventually import eventually
from tests.town import QUESTIONS, Town, text_of
from tests.visitor import Page, Visitor

PAGES = (
    FormPage("page-1", questions=QUESTIONS),
    FormPage("page-2", questions=(Question("why", Kind.LONG_TEXT, "Why?", required=True),)),
)


async def drafts(town: Town) -> list[Draft]:
    """Those that have not ended."""
    return [each.value for each in await town.consultations.drafts.find() if each.value.ended_at is None]


async def saved_on_page_2(visitor: Visitor, typed: str = "Half a sen") -> Page:
    second = await visitor.submit(await visitor.get(START), GOOD, action="/answer")
    return await visitor.submit(second, {"q-why": typed}, action="/answer", button=SAVE)


async def test_who_is_signed_in_comes_back_to_the_page_and_the_words(town: Town) -> None:
    await town.publish(pages=PAGES)
    resident = await town.resident()
    page = await saved_on_page_2(resident)

    begun = await resident.get(START)
    back = await resident.get(f"{begun.path}/answer")

    assert "Your answers are saved" in page.html
    assert "not sent yet" in text_in(page)
    assert begun.path == page.path
    fields = back.form("/answer").fields
    assert (fields["page"], fields["q-why"], fields["q-missing"]) == (["page-2"], ["Half a sen"], ["swings"])
    assert await town.responses() == 0
    assert "Go on" in (await resident.get("/my-answers")).html
    assert "Go on with your answers" in (await resident.get("/consultations/park")).html


async def test_what_is_saved_with_faults_is_kept_as_it_was_typed(town: Town) -> None:
    await town.publish()
    resident = await town.resident()

    page = await save(resident, {"q-missing": "slide", "q-who": "x" * 300})
    back = await resident.get(f"{page.path}/answer")

    assert back.form("/answer").fields["q-who"] == ["x" * 300]


async def test_three_saves_at_once_and_two_tabs_are_one_draft_and_one_mail(town: Town) -> None:
    await town.publish()
    resident = await town.resident()
    first, second = await resident.get(START), await resident.get(START)

    pages = await asyncio.gather(
        *(resident.submit(tab, GOOD, action="/answer", button=SAVE) for tab in (first, first, first, second))
    )
    await resident.submit(second, {**GOOD, "q-who": "My cat"}, action="/answer", button=SAVE)

    assert len({page.path for page in pages}) == 1
    (draft,) = await drafts(town)
    assert draft.given["who"] == ("My cat",)
    mails = await eventually(lambda: town.mails("resident@example.org", "Your answers so far"), "the mail")
    await eventually(lambda: town.notifications.begun.get(draft.id), "what is to be reminded of")
    assert len(mails) == 1
    assert f"/consultations/park/drafts/{draft.id}" in text_of(mails[0])
    assert "My" not in text_of(mails[0])


async def test_what_is_sent_is_no_draft_any_more_whichever_tab_it_was_sent_from(town: Town) -> None:
    await town.publish()
    resident = await town.resident()
    other_tab = await check_page(resident)
    await save(resident)
    (draft,) = await drafts(town)

    await resident.submit(other_tab, button=SEND)

    await eventually(lambda: ended(town), "the draft ends")
    kept = await town.consultations.drafts.get(draft.id)
    assert kept is not None
    assert (kept.value.given, kept.value.person) == ({}, None)
    await eventually(lambda: forgotten(town, draft.id), "nothing to be reminded of")
    assert (await resident.get(f"/consultations/park/drafts/{draft.id}")).status == 404


async def ended(town: Town) -> bool:
    return not await drafts(town)


async def forgotten(town: Town, draft: str) -> bool:
    return await town.notifications.begun.get(draft) is None


async def test_what_was_sent_cannot_be_saved_over_it(town: Town) -> None:
    await town.publish()
    resident = await town.resident()
    form = await resident.get(START)
    await send(resident)

    page = await resident.submit(form, GOOD, action="/answer", button=SAVE)

    assert page.status == 422
    assert "You have sent your answers already" in page.html
    assert page.form("/answer").fields["q-who"] == ["My dog"]
    assert await drafts(town) == []


async def test_who_is_not_signed_in_keeps_them_by_the_link_in_a_mail(town: Town) -> None:
    await town.publish(pages=PAGES)
    await town.resident()
    visitor, phone = town.visitor(), town.visitor()

    asked = await saved_on_page_2(visitor)
    (unclaimed,) = await drafts(town)
    await visitor.submit(asked, {"email": "resident@example.org"}, action="/sign-in")
    arrived = await phone.submit(await phone.get(await town.link("resident@example.org", 2)))
    back = await phone.submit(arrived, action=f"/drafts/{unclaimed.id}")

    assert "belong to your account" in text_in(asked)
    assert "belong to your account" in text_in(arrived)
    assert unclaimed.person is None
    assert back.form("/answer").fields["q-why"] == ["Half a sen"]
    assert back.form("/answer").fields["page"] == ["page-2"]
    (claimed,) = await drafts(town)
    assert claimed.person is not None
    (mail,) = await eventually(lambda: town.mails("resident@example.org", "Your answers so far"), "the mail")
    assert unclaimed.id in text_of(mail)
    assert (await visitor.get(asked.path)).path.startswith("/sign-in")
    check = await phone.submit(back, {"q-why": "Because"}, action="/answer", button=("go", "next"))
    await phone.submit(check, button=SEND)
    (response,) = await town.consultations.responses.find()
    assert response.value.resident == claimed.person


async def test_who_opens_the_link_of_a_draft_does_not_take_it(town: Town) -> None:
    """Programs open links, and a page elsewhere may lead there: it is taken by the button."""
    await town.publish()
    asked = await save(town.visitor())
    resident = await town.resident()

    await resident.get(asked.path)
    assert (await resident.get(f"{asked.path}/answer")).status == 404

    (draft,) = await drafts(town)
    assert draft.person is None


async def test_nobody_else_sees_or_deletes_a_draft(town: Town) -> None:
    await town.publish()
    resident, other = await town.resident(), await town.resident("other@example.org")
    page = await save(resident)

    for path in (page.path, f"{page.path}/answer", f"{page.path}/delete"):
        assert (await other.get(path)).status == 404
        assert (await town.visitor().get(path)).path.startswith("/sign-in")
    assert (await other.post(f"{page.path}/delete", {})).status == 404
    assert (await other.post(page.path, {})).status == 409
    assert len(await drafts(town)) == 1


async def test_what_is_deleted_is_gone_and_nobody_is_reminded(town: Town) -> None:
    await town.publish()
    resident = await town.resident()
    page = await save(resident)
    (draft,) = await drafts(town)
    await eventually(lambda: town.notifications.begun.get(draft.id), "what is to be reminded of")

    asked = await resident.get(f"{page.path}/delete")
    answers = await asyncio.gather(*(resident.submit(asked, action="/delete") for _ in range(2)))

    assert {answer.status for answer in answers} == {200}
    assert await drafts(town) == []
    await eventually(lambda: forgotten(town, draft.id), "nothing to be reminded of")
    assert (await resident.get(START)).path == START


async def test_saving_after_the_close_stores_nothing_and_offers_a_download(town: Town) -> None:
    await town.publish(closes_at=town.clock() + timedelta(hours=2))
    visitor = town.visitor()
    form = await visitor.get(START)
    town.clock.forward(timedelta(hours=3))

    late = await visitor.submit(form, {**GOOD, "q-else": "=1+1"}, action="/answer", button=SAVE)
    file = await visitor.submit(late)

    assert late.status == 409
    assert "This consultation has closed" in late.html
    assert await drafts(town) == []
    assert "What is missing most?\nSwings" in file.html
    assert "Who do you go with?\nMy dog" in file.html
    assert "What else?\n=1+1" in file.html
    assert "I feel safe there\nNot answered" in file.html
    assert await town.responses() == 0


async def test_what_is_sent_after_the_close_can_be_downloaded_with_its_faults(town: Town) -> None:
    await town.publish(closes_at=town.clock() + timedelta(hours=2))
    visitor = town.visitor()
    check = await check_page(visitor)
    town.clock.forward(timedelta(hours=3))

    late = await visitor.submit(check, {"q-who": "y" * 300}, button=SEND)
    file = await visitor.submit(late)

    assert "y" * 300 in file.html


async def test_a_draft_is_kept_after_the_close_to_be_downloaded_and_then_deleted(town: Town) -> None:
    await town.publish(audience=Audience.SIGNED_IN, closes_at=town.clock() + timedelta(hours=2))
    resident = await town.resident()
    page = await save(resident)
    town.clock.forward(timedelta(hours=3))

    kept = await resident.get(page.path)
    file = await resident.submit(kept, action="/download")
    assert "Swings" in file.html

    (draft,) = await drafts(town)
    await eventually(lambda: town.notifications.begun.get(draft.id), "what is to be reminded of")
    town.clock.forward(timedelta(days=30))
    await eventually(lambda: ended(town), "the draft ends")
    await eventually(lambda: forgotten(town, draft.id), "nothing to be reminded of")
    town.clock.forward(timedelta(days=8))
    await eventually(lambda: gone(town), "nothing is left")


async def gone(town: Town) -> bool:
    return await town.consultations.drafts.count() == 0


async def test_what_nobody_signed_in_for_is_deleted_after_two_days(town: Town) -> None:
    await town.publish(closes_at=town.clock() + timedelta(days=20))
    await save(town.visitor())

    town.clock.forward(timedelta(days=2) - timedelta(minutes=1))
    (draft,) = await drafts(town)
    assert await usecases.due_drafts(town.consultations, town.clock()) == []
    town.clock.forward(timedelta(minutes=2))

    await eventually(lambda: ended(town), "the draft ends")
    kept = await town.consultations.drafts.get(draft.id)
    assert kept is not None
    assert kept.value.given == {}


async def test_a_close_that_was_put_off_keeps_drafts_longer(town: Town) -> None:
    """A draft knows the close of when it was saved; the consultation's own counts."""
    await town.publish()
    resident = await town.resident()
    await save(resident)
    (loaded,) = await town.consultations.drafts.find()
    past = town.clock() - timedelta(days=1)
    await usecases.tidy_draft(loaded, town.consultations, past)

    (kept,) = await drafts(town)
    assert kept.given["who"] == ("My dog",)
    assert kept.due_at > town.clock() + timedelta(days=30)


async def test_new_answers_of_an_account_take_the_place_of_those_saved_before(town: Town) -> None:
    await town.publish()
    resident = await town.resident()
    await save(resident)
    page = await save(town.visitor(), {**GOOD, "q-who": "My cat"})

    back = await resident.submit(await resident.get(page.path), action=page.path)

    assert back.form("/answer").fields["q-who"] == ["My cat"]
    (draft,) = await drafts(town)
    assert draft.given["who"] == ("My cat",)

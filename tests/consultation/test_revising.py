"""Changing and withdrawing what was sent, until the close."""

import asyncio
from datetime import timedelta

from services.consultation import usecases
from services.consultation.domain import Audience, Response
from shared.run import Run
from tests.consultation.sending import SEND, START, counted, reference, send, text_in
from tests.eventually import eventually
from tests.town import Town, text_of
from tests.visitor import Page, Visitor


async def stored(town: Town) -> Response:
    (loaded,) = await town.consultations.responses.find({"consultation": "park"})
    return loaded.value


async def changing(visitor: Visitor, town: Town) -> Page:
    return await visitor.get(f"/my-answers/{(await stored(town)).id}/change")


async def check_of(visitor: Visitor, page: Page, answers: dict[str, str | list[str]]) -> Page:
    return await visitor.submit(page, answers, action="/answer", button=("go", "next"))


async def count_is(town: Town, responses: int, **options: int) -> None:
    """Once the events are counted."""

    async def same() -> bool:
        number, bars = await counted(town)
        return (number, {name: count for name, count in bars.items() if count}) == (responses, options)

    await eventually(same, f"{responses} responses, {options}")


async def test_who_is_signed_in_changes_answers_in_a_form_that_has_them(town: Town) -> None:
    await town.publish()
    resident = await town.resident()
    receipt = await send(resident)
    await count_is(town, 1, Swings=1)

    form = await changing(resident, town)
    fields = form.form("/answer").fields
    check = await check_of(resident, form, {"q-missing": "cafe", "q-who": ""})
    changed = await resident.submit(check, button=SEND)

    assert (fields["q-missing"], fields["q-when"], fields["q-who"]) == (["swings"], ["am", "pm"], ["My dog"])
    assert reference(changed) == reference(receipt)
    assert "You changed them at" in text_in(changed)
    now = await stored(town)
    assert now.answers == {"missing": ("cafe",), "when": ("am", "pm")}
    assert now.changed_at is not None
    assert now.changed_at > now.submitted_at
    await count_is(town, 1, **{"A café": 1})


async def test_three_changes_at_once_and_a_retry_are_one_change(town: Town) -> None:
    await town.publish()
    resident = await town.resident()
    await send(resident)
    check = await check_of(resident, await changing(resident, town), {"q-missing": "cafe"})

    receipts = await asyncio.gather(*(resident.submit(check, button=SEND) for _ in range(3)))
    receipts.append(await resident.submit(check, button=SEND))

    assert len({receipt.html for receipt in receipts}) == 1
    assert receipts[0].status == 200
    await count_is(town, 1, **{"A café": 1})
    mails = await eventually(lambda: town.mails("resident@example.org", "We have your changed answers"), "a receipt")
    assert len(mails) == 1
    assert reference(receipts[0]) in text_of(mails[0])


async def test_two_tabs_that_change_lose_no_change(town: Town) -> None:
    await town.publish()
    resident = await town.resident()
    await send(resident)
    first, second = await changing(resident, town), await changing(resident, town)
    one = await check_of(resident, first, {"q-missing": "cafe"})
    other = await check_of(resident, second, {"q-who": "My cat"})
    await resident.submit(one, button=SEND)

    late = await resident.submit(other, button=SEND)

    assert late.status == 409
    assert "Your answers have changed since you opened this page" in late.html
    assert (await stored(town)).answers["missing"] == ("cafe",)
    assert (await stored(town)).answers["who"] == ("My dog",)


async def test_withdrawn_answers_are_deleted_and_that_there_were_some_stays(town: Town) -> None:
    await town.publish()
    resident = await town.resident()
    receipt = await send(resident)
    asked = await resident.get(f"/my-answers/{(await stored(town)).id}/withdraw")

    pages = await asyncio.gather(*(resident.submit(asked, action="/withdraw") for _ in range(3)))

    assert {page.status for page in pages} == {200}
    assert reference(pages[0]) == reference(receipt)
    now = await stored(town)
    assert (now.answers, now.withdrawn_at is None, now.reference) == ({}, False, reference(receipt))
    await count_is(town, 0)
    mails = await eventually(lambda: town.mails("resident@example.org", "We have withdrawn your answers"), "a mail")
    assert len(mails) == 1
    assert "These answers were withdrawn" in text_in(await resident.get(receipt.path))


async def test_who_withdrew_can_answer_again_and_is_counted_once(town: Town) -> None:
    await town.publish(audience=Audience.SIGNED_IN)
    resident = await town.resident()
    await send(resident)
    asked = await resident.get(f"/my-answers/{(await stored(town)).id}/withdraw")
    await resident.submit(asked, action="/withdraw")
    check = await check_of(resident, await resident.get(START), {"q-missing": "cafe"})

    receipts = await asyncio.gather(*(resident.submit(check, button=SEND) for _ in range(3)))

    assert len({receipt.html for receipt in receipts}) == 1
    assert "/receipt/" in receipts[0].path
    assert (await stored(town)).answers == {"missing": ("cafe",)}
    assert (await stored(town)).withdrawn_at is None
    await count_is(town, 1, **{"A café": 1})


async def test_nobody_else_sees_changes_or_withdraws_answers(town: Town) -> None:
    await town.publish()
    resident, other = await town.resident(), await town.resident("other@example.org")
    form_of_other = await changing_of(resident, town)
    id = (await stored(town)).id

    for path in (f"/my-answers/{id}", f"/my-answers/{id}/change", f"/my-answers/{id}/withdraw"):
        assert (await other.get(path)).status == 404
        assert (await town.visitor().get(path)).path.startswith("/sign-in")
    assert (await other.post(f"/my-answers/{id}/withdraw", {})).status == 404
    stolen = await other.submit(form_of_other, {"q-missing": "cafe"}, action="/answer", button=SEND)

    assert stolen.status == 404
    assert (await stored(town)).answers["missing"] == ("swings",)


async def changing_of(visitor: Visitor, town: Town) -> Page:
    await send(visitor)
    return await changing(visitor, town)


async def test_answers_sent_without_signing_in_are_nobodys_to_change(town: Town) -> None:
    await town.publish()
    await send(town.visitor())
    resident = await town.resident()

    assert (await resident.get(f"/my-answers/{(await stored(town)).id}")).status == 404


async def test_a_change_after_the_close_is_refused_and_can_be_downloaded(town: Town) -> None:
    await town.publish(closes_at=town.clock() + timedelta(hours=2))
    resident = await town.resident()
    await send(resident)
    check = await check_of(resident, await changing(resident, town), {"q-who": "My cat"})
    id = (await stored(town)).id
    town.clock.forward(timedelta(hours=3))

    late = await resident.submit(check, button=SEND)
    file = await resident.submit(late)

    assert late.status == 409
    assert "This consultation has closed" in late.html
    assert "My cat" in file.html
    assert (await resident.get(f"/my-answers/{id}/change")).status == 409
    assert (await resident.post(f"/my-answers/{id}/withdraw", {})).status == 409
    assert (await stored(town)).answers["who"] == ("My dog",)


async def test_what_is_at_fault_in_a_change_is_told_by_the_field(town: Town) -> None:
    await town.publish()
    resident = await town.resident()
    await send(resident)

    page = await check_of(resident, await changing(resident, town), {"q-missing": "slide"})

    assert page.status == 422
    assert "Choose from the answers listed under “What is missing most?”" in page.html
    assert page.form("/answer").fields["stored"] != [""]


async def test_what_is_set_aside_is_kept_and_not_counted_until_it_is_restored(town: Town) -> None:
    await town.publish()
    await send(town.visitor())
    await count_is(town, 1, Swings=1)
    run, id = Run(town.host.service("consultation").relay.wake), (await stored(town)).id

    aside = usecases.SetAsideResponse("park", id, "Sent by a program")
    for _ in range(2):
        await run(lambda: usecases.set_aside_response(aside, town.consultations, town.clock()))
    await count_is(town, 0)
    assert (await stored(town)).answers["missing"] == ("swings",)
    assert (await stored(town)).set_aside == "Sent by a program"

    back = usecases.RestoreResponse("park", id)
    for _ in range(2):
        await run(lambda: usecases.restore_response(back, town.consultations, town.clock()))
    await count_is(town, 1, Swings=1)


async def test_what_is_set_aside_stays_out_when_it_is_changed_or_withdrawn(town: Town) -> None:
    await town.publish()
    resident = await town.resident()
    form = await changing_of(resident, town)
    await count_is(town, 1, Swings=1)
    run, response = Run(town.host.service("consultation").relay.wake), await stored(town)
    aside = usecases.SetAsideResponse("park", response.id, "Sent by a program")
    await run(lambda: usecases.set_aside_response(aside, town.consultations, town.clock()))
    await count_is(town, 0)

    form = await changing(resident, town)
    await resident.submit(await check_of(resident, form, {"q-missing": "cafe"}), button=SEND)
    assert (await stored(town)).answers["missing"] == ("cafe",)
    await count_is(town, 0)
    back = usecases.RestoreResponse("park", response.id)
    await run(lambda: usecases.restore_response(back, town.consultations, town.clock()))
    await count_is(town, 1, **{"A café": 1})

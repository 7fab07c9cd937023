"""A resident's own page."""

from datetime import timedelta

from tests.consultation.sending import GOOD, reference, save, send, text_in
from tests.town import Town


async def test_it_lists_what_was_answered_and_what_was_begun(town: Town) -> None:
    await town.publish()
    await town.publish("bins", title="The bins")
    resident = await town.resident()
    receipt = await send(resident, {**GOOD, "q-else": "<b>Benches</b>"})
    await save(resident, path="/consultations/bins/answer")

    page = await resident.get("/my-answers")
    mine = await resident.get(receipt.path.replace("/consultations/park/receipt", "/my-answers"))

    assert "Saved, not sent yet The bins" in text_in(page)
    assert f"Reference {reference(receipt)}" in text_in(page)
    assert "What is missing most? Swings" in text_in(mine)
    assert "When do you go? Mornings Evenings" in text_in(mine)
    assert "I feel safe there Not answered" in text_in(mine)
    assert "&lt;b&gt;Benches" in mine.html
    assert 'href="/my-answers"' in (await resident.get("/account")).html


async def test_who_has_answered_is_led_there_instead_of_to_an_empty_form(town: Town) -> None:
    await town.publish()
    resident = await town.resident()
    await send(resident)

    assert (await resident.get("/consultations/park/answer")).path.startswith("/my-answers/")


async def test_after_the_close_answers_are_read_and_no_longer_changed(town: Town) -> None:
    await town.publish(closes_at=town.clock() + timedelta(hours=2))
    resident = await town.resident()
    receipt = await send(resident)
    town.clock.forward(timedelta(hours=3))

    mine = await resident.get(receipt.path.replace("/consultations/park/receipt", "/my-answers"))

    assert "Swings" in mine.html
    assert "cannot be changed any more" in mine.html
    assert "/change" not in mine.html
    assert "/withdraw" not in mine.html


async def test_nobody_sees_the_answers_of_another(town: Town) -> None:
    await town.publish()
    await send(await town.resident())
    other = await town.resident("other@example.org")

    assert "You have not sent any answers" in (await other.get("/my-answers")).html
    assert (await town.visitor().get("/my-answers")).path == "/sign-in?next=/my-answers"

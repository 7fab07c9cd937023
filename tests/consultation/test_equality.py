"""Equality monitoring: optional, apart, locked, and shown as counts that tell of nobody."""

import asyncio
import json
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultation import usecases
from services.consultation.domain import Consultation, Details, State
from services.consultation.domain.equality import (
    FEWEST,
    PREFER_NOT,
    Monitoring,
    as_bytes,
    from_bytes,
    monitoring_of,
    question_sets,
    read_equality,
    suppressed,
    table,
)
from shared import secrets
from shared.errors import Conflict, Invalid
from shared.secrets import Secrets
from tests.eventually import eventually
from tests.town import NOON, Town, details_of
from tests.visitor import Page, Visitor

SET = question_sets()[-1].id
ASKED = Monitoring(SET, ("age", "religion"), "To see whom we have not reached.")
SEND, SKIP = ("go", "send"), ("go", "skip")
TOLD: dict[str, str | list[str]] = {"e-age": "16-to-24", "e-religion": "sikh"}


async def published(town: Town) -> None:
    await town.publish(monitoring=ASKED)


async def sent(town: Town, visitor: Visitor | None = None) -> tuple[Visitor, Page]:
    """The page after the answers."""
    visitor = visitor or town.visitor()
    check = await visitor.submit(await visitor.get("/consultations/park/answer"), {"q-missing": "swings"})
    return visitor, await visitor.submit(check, button=SEND)


async def kept(town: Town) -> list[dict[str, str]]:
    found = await town.consultations.store.find("equality", limit=1000)
    return [{"id": each.id, **each.body} for each in found]


def key_of(town: Town) -> Secrets:
    return town.host.parts.secrets


async def test_the_answers_are_stored_before_the_questions_on_equality_are_asked(town: Town) -> None:
    await published(town)

    _, page = await sent(town)

    assert await town.responses() == 1
    assert page.path.startswith("/consultations/park/equality/")
    for words in (ASKED.reason, "Which age group are you in?", "What is your religion?", "Prefer not to say"):
        assert words in page.html
    assert "What is your sex?" not in page.html


async def test_nothing_is_asked_where_no_officer_chose_it(town: Town) -> None:
    await town.publish()

    _, page = await sent(town)

    assert page.path.startswith("/consultations/park/receipt/")
    assert await kept(town) == []


async def test_skipping_is_one_button_that_stores_nothing_and_leads_to_the_receipt(town: Town) -> None:
    await published(town)
    visitor, page = await sent(town)

    receipt = await visitor.submit(page, TOLD, button=SKIP)

    assert receipt.path.startswith("/consultations/park/receipt/")
    assert await kept(town) == []


async def test_sending_it_with_nothing_answered_stores_nothing_either(town: Town) -> None:
    await published(town)
    visitor, page = await sent(town)

    receipt = await visitor.submit(page, button=SEND)

    assert receipt.path.startswith("/consultations/park/receipt/")
    assert await kept(town) == []


async def test_what_is_kept_can_be_read_with_the_key_alone_and_names_no_response_person_or_time(town: Town) -> None:
    await published(town)
    visitor, page = await sent(town, await town.resident())

    await visitor.submit(page, TOLD, button=SEND)

    (stored,) = await kept(town)
    (response,) = await town.consultations.responses.find()
    assert set(stored) == {"id", "consultation", "locked"}
    written = json.dumps(stored)
    for told in ("sikh", "16-to-24", response.id, response.value.resident or "?", response.value.reference):
        assert told not in written
    about = f"park:{stored['id']}"
    unlocked = key_of(town).unlock_equality(stored["locked"], about)
    assert unlocked is not None
    assert from_bytes(unlocked) == {"age": "16-to-24", "religion": "sikh"}
    assert stored["id"] == key_of(town).equality_id(response.id)
    assert secrets.generate().unlock_equality(stored["locked"], about) is None
    assert key_of(town).unlock_equality(stored["locked"], "another:" + stored["id"]) is None


async def test_no_event_carries_anything_of_it(town: Town) -> None:
    await published(town)
    visitor, page = await sent(town)
    before = await town.consultations.store.pending(100)

    await visitor.submit(page, TOLD, button=SEND)

    assert all("sikh" not in event.payload for each in before for event in each.events)
    assert "equality" not in {each.collection for each in await town.consultations.store.pending(100)}


async def test_three_sends_at_once_and_the_back_button_keep_the_first(town: Town) -> None:
    await published(town)
    visitor, page = await sent(town)

    receipts = await asyncio.gather(*(visitor.submit(page, TOLD, button=SEND) for _ in range(3)))
    await visitor.submit(page, {"e-age": "85-or-over"}, button=SEND)

    assert len({receipt.html for receipt in receipts}) == 1
    (stored,) = await kept(town)
    unlocked = key_of(town).unlock_equality(stored["locked"], f"park:{stored['id']}")
    assert unlocked is not None
    assert from_bytes(unlocked)["age"] == "16-to-24"
    assert (await visitor.get(page.path)).path.startswith("/consultations/park/receipt/")


async def test_an_answer_that_is_not_listed_is_refused_by_its_field_and_the_others_are_kept(town: Town) -> None:
    await published(town)
    visitor, page = await sent(town)

    refused = await visitor.submit(page, {**TOLD, "e-age": "17"}, button=SEND)

    assert refused.status == 422
    assert "Choose one of the answers listed" in refused.html
    assert refused.form().fields["e-religion"] == ["sikh"]
    assert await kept(town) == []


async def test_nobody_can_tell_anything_about_a_response_that_is_not_there(town: Town) -> None:
    await published(town)
    visitor, page = await sent(town)
    form = page.form()

    for response in ("0" * 32, "x"):
        address = f"/consultations/park/equality/{response}"
        assert (await visitor.get(address)).status == 404
        assert (await visitor.post(address, {**form.fields, "go": ["send"], "e-age": ["16-to-24"]})).status == 404
    assert await kept(town) == []


async def test_with_answers_that_are_withdrawn_go_those_on_equality(town: Town) -> None:
    await published(town)
    resident, page = await sent(town, await town.resident())
    await resident.submit(page, TOLD, button=SEND)
    assert len(await kept(town)) == 1
    (response,) = await town.consultations.responses.find()

    await resident.submit(await resident.get(f"/my-answers/{response.id}/withdraw"), action="/withdraw")

    async def gone() -> bool:
        return not await kept(town)

    await eventually(gone, "what is kept to be deleted")
    await resident.post(page.path, {"go": ["send"], "e-age": ["16-to-24"]})
    assert await kept(town) == []


async def test_without_a_key_nobody_is_asked_and_with_another_what_was_kept_is_counted_as_unreadable(
    town: Town,
) -> None:
    await published(town)
    for _ in range(2):
        visitor, page = await sent(town)
        await visitor.submit(page, TOLD, button=SEND)

    for there in (secrets.generate(), Secrets({})):
        counts = await usecases.equality_counts("park", ASKED, town.consultations, there)
        assert counts.unreadable == 2
        assert all(row.count is None for table in counts.tables for row in table.rows)
    await usecases.forget_equality("r1", town.consultations, Secrets({}))


async def test_one_damaged_set_does_not_hide_the_others(town: Town) -> None:
    await published(town)
    visitor, page = await sent(town)
    await visitor.submit(page, TOLD, button=SEND)
    for number, locked in enumerate(("", "not base64!", "AAAA")):
        body = {"consultation": "park", "locked": locked}
        await town.consultations.store.insert("equality", f"damaged-{number}", body)

    counts = await usecases.equality_counts("park", ASKED, town.consultations, key_of(town))

    assert counts.unreadable == 3


async def test_officers_see_rounded_counts_once_it_has_closed_and_not_before(town: Town) -> None:
    await published(town)
    key = key_of(town)
    for number in range(40):
        age = "16-to-24" if number < 21 else "25-to-34" if number < 35 else "75-to-84" if number < 36 else "85-or-over"
        id = key.equality_id(f"r{number}")
        locked = key.lock_equality(as_bytes({"age": age}), f"park:{id}")
        await town.consultations.store.insert("equality", id, {"consultation": "park", "locked": locked})
    officer, _ = await town.staff()
    assert "<table" not in (await officer.get("/staff/consultations/park/equality")).html

    officer, _ = await late(town)
    page = (await officer.get("/staff/consultations/park/equality")).html

    assert rows(page, "Which age group") == ["Not shown", "20", "15", *["Not shown"] * 7]
    assert "All who answered" not in page


async def late(town: Town) -> tuple[Visitor, object]:
    """An officer, after the close."""
    town.clock.forward(timedelta(days=2))
    return await town.staff(email="later@council.example")


def rows(page: str, caption: str) -> list[str]:
    table = page.split(caption, 1)[1].split("</table>", 1)[0]
    return [cell.split("<", 1)[0] for cell in table.split('govuk-table__cell--numeric">')[1:]]


async def test_a_resident_sees_no_counts(town: Town) -> None:
    await published(town)

    assert (await (await town.resident()).get("/staff/consultations/park/equality")).status == 403


async def test_an_officer_chooses_questions_with_a_reason_before_it_is_published(town: Town) -> None:
    await town.publish()
    officer, _ = await town.staff()
    draft = await officer.submit(
        await officer.get("/staff/consultations/new"), {"title": "The pond", "decision_open": "yes"}
    )
    page = await officer.get(f"{draft.path}/equality")
    assert page.form().fields.get("questions") is None

    refused = await officer.submit(page, {"questions": ["age", "sex"]})
    assert refused.status == 422
    assert "Say why you ask" in refused.html
    chosen = await officer.submit(refused, {"questions": ["sex", "age"], "reason": "To reach everyone."})

    assert "people are asked for: Age group, Sex." in chosen.html
    again = await officer.get(f"{draft.path}/equality")
    assert again.form().fields["questions"] == ["age", "sex"]
    published_one = await officer.post(
        "/staff/consultations/park/equality", {"set": [SET], "questions": ["age"], "reason": ["Why"]}
    )
    assert published_one.status == 422
    assert "must not change under them" in published_one.html


def test_a_published_consultation_does_not_change_what_it_asks() -> None:
    draft = Consultation("park", Details(**details_of(NOON)), "officer")
    assert draft.monitor(ASKED).monitoring == ASKED
    with pytest.raises(Conflict):
        replace(draft, state=State.PUBLISHED).monitor(ASKED)


def test_every_question_of_every_set_can_be_declined_and_names_its_source() -> None:
    for each in question_sets():
        assert each.source
        assert len({question.id for question in each.questions}) == len(each.questions)
        for question in each.questions:
            ids = [option.id for option in question.options]
            assert ids[-1] == PREFER_NOT
            assert len(set(ids)) == len(ids)
            assert question.source


def test_an_unknown_question_is_refused_and_no_question_needs_no_reason() -> None:
    with pytest.raises(Invalid, match="that are listed"):
        monitoring_of(SET, ["age", "income"], "Because")
    with pytest.raises(Invalid, match="1,000 characters or fewer"):
        monitoring_of(SET, ["age"], "x" * 1_001)
    assert monitoring_of(SET, [], "").questions == ()


def test_two_answers_to_one_question_are_refused() -> None:
    with pytest.raises(Invalid) as refused:
        read_equality(ASKED, {"age": ["16-to-24", "25-to-34"], "religion": ["sikh"]})

    assert list(refused.value.errors) == ["age"]


def test_what_is_locked_is_as_long_whatever_was_answered() -> None:
    every = {question.id: question.options[0].id for question in question_sets()[-1].questions}

    assert len(as_bytes(every)) == len(as_bytes({"sex": "male"}))
    assert from_bytes(as_bytes(every)) == every


@given(st.lists(st.integers(0, 60), min_size=2, max_size=20))
def test_what_is_shown_is_rounded_and_hides_every_small_count(counts: list[int]) -> None:
    shown = suppressed(counts)

    assert len(shown) == len(counts)
    for count, seen in zip(counts, shown, strict=True):
        if count < FEWEST:
            assert seen is None
        if seen is not None:
            assert seen % FEWEST == 0
            assert abs(seen - count) < FEWEST / 2
    hidden = [count for count, seen in zip(counts, shown, strict=True) if seen is None]
    if hidden and len(hidden) < len(counts):
        assert len(hidden) > 1
        assert sum(hidden) >= FEWEST


@pytest.mark.parametrize(("options", "most"), [(2, 40), (3, 24), (4, 17)])
def test_no_small_count_can_be_worked_out_from_what_is_shown(options: int, most: int) -> None:
    """Whoever knows the rule makes every table that would be shown so: each small count in it could be any other."""
    could_be: dict[tuple[int | None, ...], list[set[int]]] = defaultdict(lambda: [set() for _ in range(options)])
    for counts in product(range(most), repeat=options):
        for place, count in enumerate(counts):
            could_be[tuple(suppressed(counts))][place].add(count)
    small = set(range(FEWEST))
    of_small = [
        (shown, could_be[shown][place])
        for shown in could_be
        if all(each is None or each < most - FEWEST for each in shown)
        for place in range(options)
        if shown[place] is None
    ]
    assert len(of_small) >= options
    for shown, possible in of_small:
        assert small <= possible, shown


def test_a_total_stands_only_beside_counts_that_are_all_shown() -> None:
    (sex,) = (question for question in question_sets()[-1].questions if question.id == "sex")
    every = [{"sex": "female"}] * 31 + [{"sex": "male"}] * 22 + [{"sex": PREFER_NOT}] * 6

    assert [row.count for row in table(sex, every).rows] == [30, 20, 5]
    assert table(sex, every).total == 60
    assert [row.count for row in table(sex, every[:-2]).rows] == [30, None, None]
    assert table(sex, every[:-2]).total is None

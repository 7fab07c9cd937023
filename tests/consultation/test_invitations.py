"""Answering by invitation: a token brings one response, and only its hash is kept."""

import asyncio
import csv
import io
import json
import re

import pytest

from services.consultation.domain import Audience, hash_of
from shared.sheets import no_formula
from tests.consultation.sending import GOOD, SAVE, SEND, START, check_page, reference, save, send, text_in
from tests.eventually import eventually
from tests.town import Town
from tests.visitor import Visitor

HERE = "/staff/consultations/park/invitations"


async def officer_of(town: Town) -> Visitor:
    officer, _ = await town.staff()
    return officer


async def make(officer: Visitor, number: int = 2, label: str = "Households in Biscot") -> list[str]:
    made = await officer.submit(await officer.get(HERE), {"number": str(number), "label": label}, action="/invitations")
    tokens: list[str] = made.form("/letters.csv").fields["token"]
    assert len(tokens) == number
    return tokens


async def states(town: Town) -> list[str]:
    return sorted(each.value.state for each in await town.consultations.invitations.find())


async def test_an_officer_makes_invitations_and_downloads_them_once_for_letters(town: Town) -> None:
    await town.publish(audience=Audience.INVITED)
    officer = await officer_of(town)
    made = await officer.submit(await officer.get(HERE), {"number": "3", "label": "=Biscot"}, action="/invitations")

    file = await officer.submit(made)

    rows = list(csv.reader(io.StringIO(file.html.removeprefix("\ufeff"))))
    assert rows[0] == ["Number", "For", "Code", "Link"]
    assert [row[:2] for row in rows[1:]] == [["1", "'=Biscot"], ["2", "'=Biscot"], ["3", "'=Biscot"]]
    for _, _, code, link in rows[1:]:
        assert re.fullmatch(r"[2-9B-Z]{4}(-[2-9B-Z]{4}){3}", code)
        assert link == f"http://testserver{START}?invitation={code}"
    stored = json.dumps([each.body for each in await town.consultations.store.find("invitations")])
    assert not [code for _, _, code, _ in rows[1:] if code in stored or code.replace("-", "") in stored]
    listed = await officer.get(HERE)
    assert "=Biscot 0 3 0" in text_in(listed)
    assert not [code for _, _, code, _ in rows[1:] if code in listed.html]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(cell: str) -> None:
    assert no_formula(cell) == f"'{cell}"
    assert no_formula("Biscot =1") == "Biscot =1"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"number": "0", "label": "x"}, "Enter how many to make, from 1 to 1,000"),
        ({"number": "1001", "label": "x"}, "Enter how many to make, from 1 to 1,000"),
        ({"number": "²", "label": "x"}, "Enter how many to make, from 1 to 1,000"),
        ({"number": "9", "label": " "}, "Say who they are for"),
        ({"number": "9", "label": "y" * 81}, "Say who they are for"),
    ],
)
async def test_what_is_wrong_with_the_form_is_told_by_the_field(
    town: Town, typed: dict[str, str], sentence: str
) -> None:
    await town.publish(audience=Audience.INVITED)
    officer = await officer_of(town)

    page = await officer.submit(await officer.get(HERE), typed, action="/invitations")

    assert page.status == 422
    assert page.html.count(sentence) == 2
    assert await states(town) == []


async def test_the_same_form_sent_twice_makes_no_second_batch(town: Town) -> None:
    await town.publish(audience=Audience.INVITED)
    officer = await officer_of(town)
    form = await officer.get(HERE)
    typed = {"number": "2", "label": "Biscot"}

    pages = await asyncio.gather(*(officer.submit(form, typed, action="/invitations") for _ in range(2)))

    assert sorted(page.status for page in pages) == [200, 422]
    assert await states(town) == ["unused", "unused"]


async def test_only_who_holds_a_token_answers(town: Town) -> None:
    await town.publish(audience=Audience.INVITED)
    (token,) = await make(await officer_of(town), 1)
    visitor, resident = town.visitor(), await town.resident()

    for path, status in ((START, 200), (f"{START}?invitation=2222-3333-4444-5555", 422)):
        page = await resident.get(path)
        assert (page.status, "Enter the code from your invitation" in page.html) == (status, True)
    forged = await check_page(visitor, path=f"{START}?invitation={token}")
    refused = await visitor.submit(forged, {"invitation": ""}, button=SEND)
    assert (refused.status, "You need the code" in refused.html) == (403, True)
    refused = await resident.submit(forged, {"invitation": "2222-3333-4444-5555"}, button=SEND)
    assert refused.status == 403
    assert await town.responses() == 0

    assert reference(await send(visitor, path=f"{START}?invitation={token.lower().replace('-', '%20')}"))
    (stored,) = await town.consultations.responses.find()
    assert (stored.value.invitation, stored.value.resident) == (hash_of(token), None)


async def test_one_token_brings_one_response_whatever_is_sent_at_once(town: Town) -> None:
    await town.publish(audience=Audience.INVITED)
    (token,) = await make(await officer_of(town), 1)
    path, visitor, other = f"{START}?invitation={token}", town.visitor(), await town.resident()
    check, same = await check_page(visitor, path=path), await check_page(other, path=path)
    theirs = await check_page(other, {**GOOD, "q-who": "My cat"}, path)

    receipts = await asyncio.gather(
        *(visitor.submit(check, button=SEND) for _ in range(3)), other.submit(same, {"response": "a" * 32}, button=SEND)
    )
    different = await other.submit(theirs, button=SEND)

    assert len({receipt.path for receipt in receipts}) == 1
    assert different.status == 409
    assert reference(receipts[0]) in different.html
    assert await town.responses() == 1
    await eventually(lambda: is_used(town), "noted as used")


async def is_used(town: Town) -> bool:
    return await states(town) == ["used"]


async def test_a_used_token_leads_to_the_answers_to_change_or_withdraw(town: Town) -> None:
    await town.publish(audience=Audience.INVITED)
    (token,) = await make(await officer_of(town), 1)
    path, visitor = f"{START}?invitation={token}", town.visitor()
    receipt = await send(visitor, path=path)

    mine = await visitor.get(path)
    form = await visitor.get(f"{mine.path.split('?')[0]}/change?invitation={token}")
    check = await visitor.submit(form, {"q-missing": "cafe"}, action="/answer", button=("go", "next"))
    changed = await visitor.submit(check, button=SEND)

    assert "My dog" in mine.html
    assert reference(changed) == reference(receipt)
    (stored,) = await town.consultations.responses.find()
    assert stored.value.answers["missing"] == ("cafe",)
    assert (await visitor.get(f"/my-answers/{stored.id}?invitation=2222-3333-4444-5555")).status == 404

    asked = await visitor.get(f"/my-answers/{stored.id}/withdraw?invitation={token}")
    await visitor.submit(asked, action="/withdraw")
    again = await send(visitor, {"q-missing": "swings"}, path)
    assert reference(again) == reference(receipt)
    (stored,) = await town.consultations.responses.find()
    assert stored.value.answers == {"missing": ("swings",)}


async def test_who_holds_a_token_saves_and_comes_back_with_it(town: Town) -> None:
    await town.publish(audience=Audience.INVITED)
    (token,) = await make(await officer_of(town), 1)
    path, visitor, phone = f"{START}?invitation={token}", town.visitor(), town.visitor()
    form = await visitor.get(path)

    saved = await asyncio.gather(*(visitor.submit(form, GOOD, action="/answer", button=SAVE) for _ in range(3)))
    back = await phone.get(path)
    at, query = back.path.split("?")
    resumed = await phone.get(f"{at}/answer?{query}")

    assert {page.status for page in saved} == {200}
    assert "open the link in your invitation again" in text_in(back)
    assert await town.consultations.drafts.count() == 1
    assert resumed.form("/answer").fields["q-who"] == ["My dog"]
    assert (await phone.get(at)).status == 404
    check = await phone.submit(resumed, action="/answer", button=("go", "next"))
    assert reference(await phone.submit(check, button=SEND))


async def test_unused_invitations_are_taken_back_and_used_ones_stay(town: Town) -> None:
    await town.publish(audience=Audience.INVITED)
    officer, visitor = await officer_of(town), town.visitor()
    used, unused = await make(officer, 2)
    (other,) = await make(officer, 1, "Councillors & staff")
    check = await check_page(visitor, path=f"{START}?invitation={unused}")
    await send(visitor, path=f"{START}?invitation={used}")
    await eventually(lambda: some_used(town), "noted as used")

    asked = await officer.get(f"{HERE}/take-back?label=Households+in+Biscot")
    assert "Take back 1 unused invitation?" in text_in(asked)
    for _ in range(2):
        listed = await officer.submit(asked, action="/take-back")

    assert "Households in Biscot 1 0 1" in text_in(listed)
    assert await states(town) == ["revoked", "unused", "used"]
    refused = await visitor.submit(check, button=SEND)
    assert (refused.status, "taken back by the council" in refused.html) == (403, True)
    page = await visitor.get(f"{START}?invitation={unused}")
    assert (page.status, page.html.count("taken back by the council")) == (422, 2)
    assert "My dog" in (await visitor.get(f"{START}?invitation={used}")).html
    assert (await visitor.get(f"{START}?invitation={other}")).form("/answer").fields["invitation"] == [other]
    assert await town.responses() == 1


async def some_used(town: Town) -> bool:
    return "used" in await states(town)


async def test_a_token_of_another_consultation_lets_nobody_in(town: Town) -> None:
    await town.publish(audience=Audience.INVITED)
    await town.publish("bins", audience=Audience.INVITED)
    (token,) = await make(await officer_of(town), 1)

    page = await town.visitor().get(f"/consultations/bins/answer?invitation={token}")

    assert (page.status, "This code is not right" in page.html) == (422, True)


async def test_nobody_but_officers_makes_invitations(town: Town) -> None:
    await town.publish(audience=Audience.INVITED)
    resident = await town.resident()
    for path in (HERE, f"{HERE}/take-back"):
        assert (await resident.get(path)).status == 403
    for path in (HERE, f"{HERE}/letters.csv", f"{HERE}/take-back"):
        assert (await resident.post(path, {"number": ["1"], "label": ["x"], "batch": ["b"]})).status == 403
    assert await states(town) == []


async def test_a_consultation_that_all_may_answer_has_no_invitations(town: Town) -> None:
    await town.publish()
    officer = await officer_of(town)
    assert "can be answered without an invitation" in (await officer.get(HERE)).html
    page = await officer.post(HERE, {"number": ["1"], "label": ["x"], "batch": ["b"]})
    assert page.status == 422
    assert await states(town) == []
    assert (await save(town.visitor(), path=f"{START}?invitation=2222-3333-4444-5555")).status == 200

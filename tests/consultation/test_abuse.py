"""Spam and abuse: who gets through, what is set aside, what an officer sees, and what is forgotten."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from services.consultation import queries, usecases
from services.consultation.domain.abuse import WHY, copy_mark, judge, most_within
from services.consultation.domain.response import Judgement
from shared.contracts.consultation import ResponseRevisedV1, ResponseSubmittedV1
from shared.secrets import generate
from shared.web.buckets import Buckets, network_of
from tests.eventually import eventually
from tests.town import NOON, Town, opened_town
from tests.visitor import Page, Visitor

ANSWER = "/consultations/park/answer"
UNUSUAL = "/staff/consultations/park/unusual"
SEND = ("go", "send")
LETTER = "We ask the council to keep the old trees along the path."


def fields(number: int, **answers: str) -> dict[str, list[str]]:
    given = {"missing": "swings", **answers}
    typed = {f"q-{name}": [value] for name, value in given.items()}
    return {"response": [f"{number:032x}"], "version": ["1"], "go": ["send"], **typed}


def from_address(town: Town, address: str) -> Visitor:
    visitor = Visitor(lambda _: "http://testserver", httpx.ASGITransport(app=town.app, client=(address, 5000)))
    town._visitors.append(visitor)
    return visitor


async def send(visitor: Visitor, numbers: Sequence[int], **answers: str) -> list[Page]:
    return [await visitor.post(ANSWER, fields(number, **answers)) for number in numbers]


async def counted(town: Town, expected: int) -> None:
    async def seen() -> bool:
        loaded = (await usecases.load("park", town.consultations)).value
        return (await queries.results(loaded, town.consultations)).responses == expected

    assert await eventually(seen, f"{expected} responses")


# Limits


async def test_200_people_behind_the_address_of_a_library_all_get_through_in_an_hour(town: Town) -> None:
    await town.publish()
    library = from_address(town, "203.0.113.9")

    for number in range(200):
        (page,) = await send(library, [number])
        assert "We have your answers" in page.html, number
        town.clock.forward(timedelta(seconds=18))

    assert await town.responses() == 200


def test_of_a_flood_of_5000_few_get_through() -> None:
    buckets = Buckets(120, 600)

    through = sum(buckets.take("net", NOON + timedelta(milliseconds=number)) == 0 for number in range(5_000))

    assert through == 120
    assert buckets.take("other", NOON) == 0


def test_a_bucket_fills_again_with_time_and_says_how_long_that_takes() -> None:
    buckets = Buckets(2, 60)
    assert [buckets.take("net", NOON) for _ in range(3)] == [0, 0, 60]
    assert buckets.take("net", NOON + timedelta(seconds=59)) == 1
    assert buckets.take("net", NOON + timedelta(seconds=60)) == 0
    assert [buckets.take("net", NOON + timedelta(days=1)) for _ in range(3)] == [0, 0, 60]


def test_without_a_limit_all_get_through() -> None:
    buckets = Buckets(1, 0)
    assert {buckets.take("net", NOON) for _ in range(1_000)} == {0}


async def test_who_is_over_the_limit_keeps_the_answers_and_is_told_when_to_try_again(tmp_path: Any) -> None:
    async with opened_town(tmp_path, answers_at_once=3, answers_per_hour=60) as town:
        await town.publish()
        visitor, elsewhere = from_address(town, "203.0.113.9"), from_address(town, "203.0.113.10")
        await send(visitor, range(3))

        page = await visitor.post(ANSWER, fields(3, who="My dog"))

        assert page.status == 429
        assert "Nothing of yours is lost: send them again in a minute" in page.html
        assert page.form().fields["q-who"] == ["My dog"]
        assert page.form().fields["response"] == [f"{3:032x}"]
        assert await town.responses() == 3
        assert (await elsewhere.post(ANSWER, fields(4))).status == 200
        town.clock.forward(timedelta(minutes=1))
        assert "We have your answers" in (await visitor.submit(page, button=SEND)).html


async def test_programs_have_the_same_limit_and_are_told_how_long_to_wait(tmp_path: Any) -> None:
    async with opened_town(tmp_path, answers_at_once=2, answers_per_hour=60) as town:
        await town.publish()
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=town.app), base_url="http://testserver"
        ) as client:
            answers = {"answers": {"missing": ["swings"]}}
            sent = [await client.post("/api/consultations/park/responses", json=answers) for _ in range(3)]

        assert [each.status_code for each in sent] == [201, 201, 429]
        assert 0 < int(sent[2].headers["retry-after"]) <= 60
        assert set(sent[2].json()) == {"error", "field"}


async def test_one_person_may_send_30_in_an_hour_from_wherever_they_are(town: Town) -> None:
    await town.publish()
    resident = await town.resident()
    pages = await send(resident, [0] * 31)
    assert [page.status for page in pages] == [200] * 30 + [429]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("testclient", ""),
        (None, ""),
    ],
)
def test_a_network_is_an_ipv4_address_or_what_an_ipv6_one_begins_with(address: str | None, network: str) -> None:
    client = (address, 1) if address else None
    assert network_of(Request({"type": "http", "client": client, "headers": []})) == network


def test_a_network_is_named_otherwise_each_day_and_in_each_deployment() -> None:
    secrets, others = generate(), generate()
    today, tomorrow = date(2026, 6, 1), date(2026, 6, 2)

    names = {secrets.network_tag("203.0.113.9", today), secrets.network_tag("203.0.113.9", tomorrow)}
    names |= {others.network_tag("203.0.113.9", today), secrets.network_tag("203.0.113.10", today)}

    assert len(names) == 4
    assert secrets.network_tag("203.0.113.9", today) in names
    assert not any("203" in name and "113" in name for name in names)


# The hidden field


async def test_what_fills_in_the_hidden_field_gets_a_receipt_and_is_not_counted(town: Town) -> None:
    await town.publish()
    robot, person = from_address(town, "203.0.113.1"), town.visitor()
    first = await robot.get(ANSWER)
    check = await robot.submit(first, {"q-missing": "cafe", "homepage": "https://buy.example"}, button=("go", "next"))
    receipt = await robot.submit(check, button=SEND)
    await send(person, [7])

    assert "We have your answers" in receipt.html
    await counted(town, 1)
    stored = {each.value.set_aside for each in await town.consultations.responses.find()}
    assert stored == {"trap", ""}
    page = await person.get("/consultations/park/results")
    assert f"1 response was set aside, because {WHY['trap']}." in page.html


async def test_the_hidden_field_is_out_of_the_way_of_people_and_carried_from_page_to_page(town: Town) -> None:
    await town.publish()
    visitor = town.visitor()
    first = await visitor.get(ANSWER)
    at_fault = await visitor.submit(first, {"homepage": "x"})
    again = await visitor.submit(at_fault, {"homepage": "x"})

    for page in (first, again):
        assert page.html.count('name="homepage"') == 1
        hidden = page.html[page.html.index('name="homepage"') - 200 :][:320]
        for part in ('aria-hidden="true"', 'tabindex="-1"', 'autocomplete="off"', "govuk-visually-hidden"):
            assert part in hidden
    assert again.form().fields["homepage"] == ["x"]


async def test_an_officer_puts_a_trapped_response_back_and_it_counts(town: Town) -> None:
    await town.publish()
    await town.visitor().post(ANSWER, fields(1) | {"homepage": ["x"]})
    officer, _ = await town.staff()
    page = await officer.get("/staff/consultations/park/set-aside")
    assert "as it came" in page.html

    after = await officer.submit(page, action="/set-aside")

    assert "None is set aside" in after.html
    await counted(town, 1)
    (stored,) = await town.consultations.responses.find()
    assert [each.why for each in stored.value.judgements] == ["trap", ""]
    assert stored.value.judgements[1].by
    assert "set aside, because" not in (await officer.get("/consultations/park/results")).html


# What is unusual


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"else": (LETTER,)}, {"else": (f"  {LETTER.upper()}\n",)}, True),
        ({"else": (LETTER,)}, {"else": (LETTER + " Please.",)}, False),
        ({"else": (LETTER,), "missing": ("swings",)}, {"else": (LETTER,), "missing": ("cafe",)}, True),
    ],
)
def test_the_same_words_are_known_by_their_mark(one: Mapping[str, Any], other: Mapping[str, Any], same: bool) -> None:
    assert (copy_mark(one) == copy_mark(other)) is same


def test_answers_without_a_longer_text_have_no_mark() -> None:
    assert copy_mark({"missing": ("swings",), "who": ("My dog",)}) == ""


def test_a_burst_is_what_lies_within_ten_minutes() -> None:
    moments: list[datetime] = [NOON + timedelta(minutes=minute) for minute in (0, 3, 9, 10, 11, 30)]
    assert most_within(moments) == 4
    assert most_within([]) == 0


async def burst(town: Town, count: int = 12, **answers: str) -> Visitor:
    """Many from one network, among a few from elsewhere; and an officer."""
    await town.publish()
    await send(from_address(town, "203.0.113.9"), range(count), **answers)
    for number in range(3):
        await send(
            from_address(town, f"198.51.100.{number}"),
            [100 + number],
            **{"else": f"My own words number {number} about it"},
        )
    return (await town.staff())[0]


async def group_page(officer: Visitor) -> Page:
    overview = await officer.get(UNUSUAL)
    (path,) = {part.partition('"')[0] for part in overview.html.split(f'href="{UNUSUAL}/')[1:]}
    return await officer.get(f"{UNUSUAL}/{path}")


async def test_a_burst_from_one_network_is_shown_with_its_share_and_no_more_of_it(town: Town) -> None:
    officer = await burst(town)

    page = await officer.get(UNUSUAL)
    group = await group_page(officer)

    assert "One network, one day" in page.html
    assert ">12</td>" in page.html
    assert ">80%</td>" in page.html
    tags = {each.value.network for each in await town.consultations.responses.find()}
    for shown in (page.html, group.html, group.path):
        assert "203.0.113" not in shown
        assert not any(tag in shown for tag in tags)
    assert "same answers throughout" in group.html


async def test_the_same_words_from_many_networks_are_shown(town: Town) -> None:
    await town.publish()
    for number in range(6):
        await send(from_address(town, f"203.0.113.{number}"), [number], **{"else": LETTER})
    officer, _ = await town.staff()

    page = await officer.get(UNUSUAL)

    assert "The same words" in page.html
    assert "One network" not in page.html
    assert LETTER not in page.html


async def test_a_slow_stream_from_one_network_is_not_unusual(town: Town) -> None:
    await town.publish()
    library = from_address(town, "203.0.113.9")
    for number in range(12):
        await send(library, [number])
        town.clock.forward(timedelta(minutes=5))
    officer, _ = await town.staff()
    assert "Nothing is unusual" in (await officer.get(UNUSUAL)).html


async def test_an_officer_sets_a_group_aside_and_everyone_reads_how_many_and_why(town: Town) -> None:
    officer = await burst(town)
    await counted(town, 15)
    page = await group_page(officer)

    no_reason = await officer.submit(page, button=("do", "aside-all"), action=page.path)
    after = await officer.submit(page, {"why": "burst"}, button=("do", "aside-all"), action=page.path)

    assert (no_reason.status, "Choose why it is left out" in no_reason.html) == (422, True)
    assert after.html.count("Set aside: many came") == 12
    await counted(town, 3)
    results = await town.visitor().get("/consultations/park/results")
    assert f"12 responses were set aside, because {WHY['burst']}." in results.html
    aside = await officer.get("/staff/consultations/park/set-aside")
    assert aside.html.count("by officer") == 12


async def test_setting_aside_twice_does_it_once_and_putting_back_counts_again(town: Town) -> None:
    officer = await burst(town)
    page = await group_page(officer)
    for _ in range(2):
        after = await officer.submit(page, {"why": "burst"}, button=("do", "aside-all"), action=page.path)
        assert after.status == 200
    await counted(town, 3)
    aside = (await town.consultations.responses.find({"set_aside": "burst"}))[0].value
    consultation = (await usecases.load("park", town.consultations)).value
    assert judge(consultation, aside, Judgement(NOON, "other officer", "test")) == (aside, None)

    await officer.submit(page, button=("do", "restore-all"), action=page.path)

    await counted(town, 15)
    stored = await town.consultations.responses.find()
    assert sorted(len(each.value.judgements) for each in stored) == [0] * 3 + [2] * 12
    assert "set aside" not in (await town.visitor().get("/consultations/park/results")).html


async def test_single_responses_are_chosen_from_a_group(town: Town) -> None:
    officer = await burst(town)
    page = await group_page(officer)
    two = [f"{number:032x}" for number in (3, 5)]

    none = await officer.submit(page, {"why": "test"}, button=("do", "aside"), action=page.path)
    await officer.submit(page, {"why": "test", "responses": two}, button=("do", "aside"), action=page.path)

    assert (none.status, "Choose at least one response" in none.html) == (422, True)
    aside = [each.id for each in await town.consultations.responses.find({"set_aside": "test"})]
    assert aside == two
    await counted(town, 13)


async def test_one_response_is_set_aside_by_its_reference_with_a_note(town: Town) -> None:
    officer = await burst(town)
    stored = await town.consultations.responses.get(f"{101:032x}")
    assert stored is not None
    page = await officer.get(UNUSUAL)
    given = {"reference": stored.value.reference.lower(), "why": "other"}

    lacking = await officer.submit(page, given, action=UNUSUAL)
    unknown = await officer.submit(page, {"reference": "AAA-AAA-AAA", "why": "test"}, action=UNUSUAL)
    after = await officer.submit(page, given | {"note": "Sent by a colleague to try <it>"}, action=UNUSUAL)

    assert (lacking.status, "Write down the reason" in lacking.html) == (422, True)
    assert (unknown.status, "There is no response to this consultation" in unknown.html) == (422, True)
    assert "Note: Sent by a colleague to try &lt;it&gt;" in after.html
    await counted(town, 14)


def test_the_note_stays_out_of_events() -> None:
    revised = ResponseRevisedV1.model_fields.keys() | ResponseSubmittedV1.model_fields.keys()
    assert {"why", "set_aside"} <= revised
    assert not {"note", "network", "judgements"} & revised


async def test_nobody_but_officers_sees_what_is_unusual(town: Town) -> None:
    await burst(town)
    resident = await town.resident()
    for path in (UNUSUAL, UNUSUAL + "/0123456789abcdef", "/staff/consultations/park/set-aside"):
        assert (await town.visitor().get(path)).path.startswith("/sign-in")
        assert (await resident.get(path)).status == 403
        assert (await resident.post(path, {"why": ["test"]})).status in {403, 405}


# What is kept of networks


async def networks(town: Town) -> set[str]:
    return {each.value.network for each in await town.consultations.responses.find(limit=500)}


async def test_what_names_a_network_is_forgotten_14_days_after_the_close(town: Town) -> None:
    await burst(town, 2)
    assert "" not in await networks(town)

    town.clock.forward(timedelta(days=1 + 13, hours=23))
    await usecases.forget_network_of((await town.consultations.responses.find())[0], town.consultations, NOON)
    assert "" not in await networks(town)
    town.clock.forward(timedelta(hours=2))

    async def forgotten() -> bool:
        return await networks(town) == {""}

    assert await eventually(forgotten, "networks forgotten")
    bodies = [json.dumps(each.body) for each in await town.consultations.store.find("responses", limit=10)]
    assert all('"network_until": null' in body for body in bodies)

"""Statements: voted on once each by everyone, moderated, counted by events, and seen evenly."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.consultation.domain import Audience
from services.consultation.domain.statement import Ballot, State, Statement, Vote, flags_of
from services.consultation.domain.turn import next_statement
from services.consultation.domain.vote_tally import count_votes_into, totals_of
from services.consultation.queries import statements as asked
from services.consultation.usecases import statements
from shared.errors import Conflict, NotFound
from shared.run import Run
from tests.consultation.statements_desk import TEXTS, with_statements
from tests.eventually import eventually
from tests.town import NOON, Town, opened_town
from tests.visitor import Visitor

AT = "/consultations/park/statements"
STAFF = "/staff/consultations/park/statements"


async def totals(town: Town, cast: int) -> Any:
    async def counted() -> Any:
        found = await asked.vote_totals("park", town.consultations)
        return found if found.cast == cast else None

    return await eventually(counted, "votes counted")


async def vote(visitor: Visitor, choice: str) -> Any:
    return await visitor.submit(await visitor.get(AT), {}, action="/vote", button=("vote", choice))


async def test_a_person_votes_on_each_statement_once_and_is_then_done(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await with_statements(town)
        visitor = town.visitor()

        for _ in TEXTS:
            page = await vote(visitor, "agree")

        assert "You have voted on all 4 statements" in page.html
        assert (await totals(town, 4)).votes == {f"s{number}": (1, 0, 0) for number in range(4)}
        assert (await totals(town, 4)).people == 1


async def test_a_refresh_shows_the_same_statement(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await with_statements(town)
        visitor = town.visitor()
        await vote(visitor, "pass")

        assert len({(await visitor.get(AT)).html for _ in range(5)}) == 1


async def test_a_double_click_and_a_second_vote_leave_one_vote_the_latest(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await with_statements(town, "More trees")
        visitor = town.visitor()
        form = (await visitor.get(AT)).form("/vote").fields

        await asyncio.gather(*(visitor.post(f"{AT}/vote", {**form, "vote": ["agree"]}) for _ in range(3)))
        await totals(town, 1)
        await visitor.post(f"{AT}/vote", {**form, "vote": ["disagree"]})

        async def changed() -> bool:
            found = await asked.vote_totals("park", town.consultations)
            return found.votes == {"s0": (0, 0, 1)} and found.people == 1

        await eventually(changed, "the latest vote")


async def test_who_is_signed_in_has_one_ballot_whatever_the_browser(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await with_statements(town, "More trees")
        resident = await town.resident()
        await vote(resident, "agree")

        assert "voted on all 1 statements" in (await resident.get(AT)).html
        assert await town.consultations.ballots.count({"consultation": "park"}) == 1


async def test_a_vote_on_a_statement_that_was_taken_away_is_refused_and_another_is_shown(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await with_statements(town, "More trees", "Fewer cars")
        visitor = town.visitor()
        form = (await visitor.get(AT)).form("/vote").fields
        gone = form["statement"][0]
        judged = statements.JudgeStatement("park", gone, accept=False, by="o", reason="Off topic")
        await statements.judge_statement(judged, town.consultations)

        page = await visitor.post(f"{AT}/vote", {**form, "vote": ["agree"]})

        assert page.status == 422
        assert "no longer voted on" in page.html
        assert page.form("/vote").fields["statement"] != [gone]
        assert await town.consultations.ballots.count() == 0


async def test_a_vote_that_is_none_is_told_by_the_buttons(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await with_statements(town)
        visitor = town.visitor()
        form = (await visitor.get(AT)).form("/vote").fields

        page = await visitor.post(f"{AT}/vote", {**form, "vote": ["maybe"]})

        assert page.status == 422
        assert "Choose agree, disagree or pass" in page.html


async def test_a_closed_consultation_takes_no_votes(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await with_statements(town)
        visitor = town.visitor()
        form = (await visitor.get(AT)).form("/vote").fields
        town.clock.forward(timedelta(days=2))

        page = await visitor.post(f"{AT}/vote", {**form, "vote": ["agree"]})

        assert page.status != 200
        assert await town.consultations.ballots.count() == 0
        assert "cannot be voted on now" in (await visitor.get(AT)).html


async def test_a_statement_of_ones_own_waits_for_an_officer_who_sees_what_is_suspect(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await with_statements(town)
        visitor = town.visitor()
        writing = await visitor.get(f"{AT}/add")
        page = await visitor.submit(writing, {"text": "Mr Jones of 12 Park Road should go, call 01582 546000"})
        assert "Your statement is stored" in page.html
        assert "Jones" not in (await visitor.get(AT)).html

        officer, _ = await town.staff()
        desk = await officer.get(STAFF)
        assert "Waiting for you: 1" in desk.html
        assert "may say who somebody is" in desk.html
        waiting = (await town.consultations.statements.find({"state": State.WAITING}))[0].value
        await officer.submit(desk, {}, action=f"/{waiting.id}", button=("do", "accept"))

        assert (await town.consultations.statements.get(waiting.id)).value.state is State.SHOWN  # type: ignore[union-attr]


async def test_the_same_form_twice_adds_one_statement(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await with_statements(town)
        visitor = town.visitor()
        form = (await visitor.get(f"{AT}/add")).form("/add").fields
        sent = {**form, "text": ["A pond"]}

        await asyncio.gather(*(visitor.post(f"{AT}/add", sent) for _ in range(3)))

        assert await town.consultations.statements.count({"state": State.WAITING}) == 1


@pytest.mark.parametrize(("typed", "sentence"), [("", "Enter your statement"), ("x" * 300, "It is 20 over")])
async def test_a_statement_that_is_none_is_refused_with_what_was_typed(
    tmp_path: Path, typed: str, sentence: str
) -> None:
    async with opened_town(tmp_path) as town:
        await with_statements(town)
        visitor = town.visitor()

        page = await visitor.submit(await visitor.get(f"{AT}/add"), {"text": typed})

        assert page.status == 422
        assert sentence in page.html
        assert typed in page.html


async def test_markup_in_a_statement_is_text(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await with_statements(town, "<b>More</b> \u202etrees")

        page = await town.visitor().get(AT)

        assert "&lt;b&gt;More&lt;/b&gt;" in page.html
        assert "<bdi>" in page.html


async def test_statements_cannot_be_switched_on_where_people_are_invited(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await town.publish("park", audience=Audience.INVITED)
        officer, _ = await town.staff()

        page = await officer.submit(
            await officer.get(STAFF), {"question": "What?", "options": "on"}, action="/statements"
        )

        assert page.status == 422
        assert "Statements need a consultation that anyone can answer" in page.html


async def test_the_map_is_drawn_from_events_and_names_nobody(tmp_path: Path) -> None:
    """Two camps of fifteen, ten statements: half divide them, half unite them."""
    async with opened_town(tmp_path) as town:
        await with_statements(town, *(f"Statement {number}" for number in range(10)))
        documents, run = town.consultations, Run(town.host.service("consultation").relay.wake)
        dice = random.Random(1)
        for person in range(30):
            camp = Vote.AGREE if person < 15 else Vote.DISAGREE
            votes = [(f"s{n}", camp if n < 5 and dice.random() < 0.95 else Vote.AGREE) for n in range(10)]
            command = statements.CastVotes("park", f"{person:032x}", votes)
            await run(lambda c=command: statements.cast_votes(c, documents, town.clock()))  # type: ignore[misc]
        await totals(town, 300)

        async def drawn() -> Any:
            loaded = await documents.opinion_maps.get("park")
            return loaded.value if loaded and loaded.value.votes == 300 else None

        found = await eventually(drawn, "the map", within=40)

        assert found.sizes == (15, 15)
        assert found.trust == "stable"
        assert {line.statement for line in found.divided} == {f"s{n}" for n in range(5)}
        assert {line.statement for line in found.agreed} == {f"s{n}" for n in range(5, 10)}
        page = await town.visitor().get(f"{AT}/map")
        assert "form 2 groups" in page.html
        assert f"{0:032x}" not in page.html


def test_every_statement_is_seen_about_as_often() -> None:
    """200 people with ten votes each, on 50 statements of which ten came late."""
    dice, votes = random.Random(5), Counter[str]()
    for person in range(200):
        shown = [f"s{n}" for n in range(40 if person < 100 else 50)]
        voted: dict[str, int] = {}
        for _ in range(10):
            chosen = next_statement(shown, voted, votes, dice)
            assert chosen is not None
            voted[chosen] = 1
            votes[chosen] += 1

    assert sum(votes.values()) == 2000
    assert min(votes[f"s{n}"] for n in range(50)) >= 30
    assert max(votes.values()) <= 50


SHOWN = [Statement(f"s{n}", "park", f"Statement {n}", NOON, state=State.SHOWN) for n in range(4)]
casts = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.lists(st.tuples(st.sampled_from(SHOWN), st.sampled_from(list(Vote))), max_size=5)
    )
)


@settings(max_examples=200)
@given(casts, st.randoms(use_true_random=False))
def test_totals_from_events_are_a_recount_whatever_their_order(
    casts: list[tuple[str, list[tuple[Statement, Vote]]]], dice: random.Random
) -> None:
    ballots = {id: Ballot(id, "park") for id in "abc"}
    events = []
    for id, votes in casts:
        ballots[id], event = ballots[id].cast(votes, NOON)
        if event is not None:
            events.append(event)
    dice.shuffle(events)
    body: dict[str, Any] = {"consultation": "park", "people": 0, "votes": {}}
    for event in events:
        count_votes_into(body, event)

    found = totals_of([body])

    recount = Counter((id, vote) for ballot in ballots.values() for id, vote in ballot.votes.items())
    for statement in SHOWN:
        expected = tuple(recount[statement.id, vote] for vote in (1, 0, -1))
        assert found.votes.get(statement.id, (0, 0, 0)) == expected
    assert found.people == sum(bool(ballot.votes) for ballot in ballots.values())


def test_only_what_is_shown_in_this_consultation_can_be_voted_on() -> None:
    ballot, waiting = Ballot("a", "park"), Statement("w", "park", "Waits", NOON)
    elsewhere = Statement("e", "road", "Elsewhere", NOON, state=State.SHOWN)

    for statement in (waiting, elsewhere, waiting.reject("o", "No")):
        with pytest.raises(NotFound):
            ballot.cast([(statement, Vote.AGREE)], NOON)
    with pytest.raises(Conflict):
        ballot.cast([(SHOWN[0].reject("o", "No"), Vote.AGREE)], NOON)


def test_what_may_be_wrong_is_flagged() -> None:
    assert flags_of("More trees in the park") == ()
    assert "is in capitals" in flags_of("CLOSE THE ROAD NOW")
    assert "repeats signs" in flags_of("No!!!!")
    assert any("E-mail" in flag for flag in flags_of("Write to jo@example.org"))

"""Who answered beside who lives here: named while there is time, and in figures that tell of nobody."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultation.domain.equality import Monitoring, question_sets, suppressed
from services.consultation.domain.representation import (
    Quiet,
    Snapshot,
    compare_in_confidence,
    compare_openly,
    is_quiet,
    is_time,
    quiet_groups,
)
from services.consultation.queries.representation import not_heard_from
from shared.place import load_place
from tests.consultation.populations import QUESTIONS, WARDS, answer, tell_in_confidence, town_of_wards
from tests.eventually import eventually
from tests.town import NOON, Town, opened_town

SET = question_sets()[-1]
PLACE = load_place(Path("places/luton"))
AGE = PLACE.characteristics["age"]
AGES = [option.id for option in SET.question("age").options]
ASKED = Monitoring(SET.id, ("age",), "To see whom we have not reached.")
YOUNG, OLD = Quiet("Age", "Under 25"), {"age": "45-to-54"}


def test_every_answer_that_a_place_compares_by_is_one_of_the_question_and_none_but_declining_is_left_out() -> None:
    for each in PLACE.characteristics.values():
        options = [option.id for option in SET.question(each.question).options]
        named = [option for group in each.compare for option in group.options]
        assert sorted([*named, "prefer-not-to-say"]) == sorted(options)
        assert sum(each.share_of(group) for group in each.compare) == pytest.approx(1)


def test_a_group_is_quiet_when_chance_would_not_explain_it() -> None:
    assert is_quiet(5, 100, 0.36)
    assert not is_quiet(5, 29, 0.36)
    assert not is_quiet(32, 100, 0.36)
    assert not is_quiet(9, 40, 0.36)


def test_a_snapshot_is_taken_once_a_day_and_for_ten_more_people() -> None:
    first = Snapshot("park", NOON)
    assert not is_time(first, 29, NOON)
    assert is_time(first, 30, NOON)
    taken = Snapshot("park", NOON, taken_at=NOON, of=40)
    assert not is_time(taken, 90, NOON + timedelta(hours=23))
    assert not is_time(taken, 49, NOON + timedelta(days=2))
    assert is_time(taken, 50, NOON + timedelta(days=1))


def test_groups_are_compared_by_answers_put_together() -> None:
    answers = [{"age": "under-16"}] * 3 + [{"age": "16-to-24"}] * 7 + [OLD] * 90 + [{"age": "prefer-not-to-say"}] * 40

    assert quiet_groups(AGE, answers) == (YOUNG,)


def test_shares_told_in_confidence_are_made_of_what_the_table_shows() -> None:
    """Three under 16 and three over 85 are hidden there, and in the share of nobody here."""
    answers = [{"age": "under-16"}, {"age": "85-or-over"}] * 3 + [{"age": "16-to-24"}] * 22 + [OLD] * 79

    found = compare_in_confidence(AGE, AGES, answers)

    assert [(group.name, group.heard) for group in found.groups] == [("Under 25", 0.2), ("25 and over", 0.8)]
    assert found.people == 100


@given(st.lists(st.integers(0, 12), min_size=len(AGES), max_size=len(AGES)))
def test_a_share_that_is_shown_adds_to_the_table_only_of_five_people_or_more(counts: list[int]) -> None:
    answers = [{"age": option} for option, count in zip(AGES, counts, strict=True) for _ in range(count)]
    shown = dict(zip(AGES, suppressed(counts), strict=True))
    by_option = dict(zip(AGES, counts, strict=True))

    found = compare_in_confidence(AGE, AGES, answers)

    for group, each in zip(found.groups, AGE.compare, strict=True):
        seen = sum(shown[option] or 0 for option in each.options)
        hidden = sum(by_option[option] for option in each.options if shown[option] is None)
        if hidden < 5 and any(shown[option] is None for option in each.options):
            expected = seen / found.people if seen and found.people else None
            assert group.heard == expected


def test_a_ward_from_which_nobody_came_is_quiet() -> None:
    found = compare_openly(
        PLACE.characteristics["age"].model_copy(update={"shares": WARDS}), {"North": 20, "East": 20, "South": 20}
    )

    assert found.quiet == ("West",)
    assert [group.heard for group in found.groups][:2] == [pytest.approx(1 / 3)] * 2


@pytest.fixture
async def wards(tmp_path: Path) -> AsyncIterator[Town]:
    async with town_of_wards(tmp_path) as opened:
        yield opened


async def snapshot(town: Town) -> Snapshot:
    """One that was never taken where there is none."""
    loaded = await town.consultations.heard.get("park")
    return loaded.value if loaded else Snapshot("park", None)


async def taken_snapshot(town: Town) -> Snapshot:
    async def is_taken() -> bool:
        return (await snapshot(town)).taken_at is not None

    await eventually(is_taken, "a snapshot")
    return await snapshot(town)


async def test_groups_not_heard_from_are_named_while_it_is_open_without_any_figure(wards: Town) -> None:
    await wards.publish(questions=QUESTIONS, monitoring=ASKED, closes_at=wards.clock() + timedelta(days=30))
    await tell_in_confidence(wards, [OLD] * 60)
    await answer(wards, [{"ward": "north"}] * 40)

    taken = await taken_snapshot(wards)

    assert taken.quiet == (YOUNG,)
    assert taken.last == ()
    officer, _ = await wards.staff()
    page = await officer.get("/staff/consultations/park/who-answered")
    assert "Age: Under 25" in page.html
    for ward in ("East", "South", "West"):
        assert f"Ward: {ward}" in page.html
    assert "Live here" in page.html
    assert ">Age</h2>" not in page.html
    assert (await wards.visitor().get("/consultations/park/who-answered")).status == 404


async def test_what_a_snapshot_says_does_not_change_for_nine_more_people_and_does_for_ten(wards: Town) -> None:
    await wards.publish(questions=QUESTIONS, monitoring=ASKED, closes_at=wards.clock() + timedelta(days=30))
    await tell_in_confidence(wards, [OLD] * 30)
    await answer(wards, [{"ward": "north"}])
    first = await taken_snapshot(wards)
    assert first.quiet == (YOUNG,)

    await tell_in_confidence(wards, [{"age": "16-to-24"}] * 9, first=30)
    wards.clock.forward(timedelta(days=2))

    async def looked_again() -> bool:
        return (await snapshot(wards)).look_at not in {first.look_at, None}

    await eventually(looked_again, "another look")
    assert (await snapshot(wards)).of == 30

    await tell_in_confidence(wards, [{"age": "16-to-24"}] * 11, first=39)
    wards.clock.forward(timedelta(days=2))

    async def anew() -> bool:
        return (await snapshot(wards)).of == 50

    await eventually(anew, "another snapshot")
    assert (await snapshot(wards)).quiet == ()


async def test_after_the_close_everyone_sees_the_shares(wards: Town) -> None:
    await wards.publish(questions=QUESTIONS, monitoring=ASKED)
    await tell_in_confidence(wards, [OLD] * 60 + [{"age": "16-to-24"}] * 20)
    await answer(wards, [{"ward": "north"}] * 12)
    wards.clock.forward(timedelta(days=3))

    async def last() -> bool:
        return bool((await snapshot(wards)).last)

    await eventually(last, "the last shares")
    page = await wards.visitor().get("/consultations/park/who-answered")

    assert page.status == 200
    assert "25%" in page.html
    assert "36%" in page.html
    assert "not heard from" not in page.html
    results = await wards.visitor().get("/consultations/park/results")
    assert "/consultations/park/who-answered" in results.html


async def test_the_start_page_names_them_with_where_to_look(wards: Town) -> None:
    await wards.publish(questions=QUESTIONS, monitoring=ASKED, closes_at=wards.clock() + timedelta(days=30))
    await tell_in_confidence(wards, [OLD] * 60)
    await answer(wards, [{"ward": "north"}] * 40)
    await taken_snapshot(wards)
    wards.clock.forward(timedelta(hours=2))  # the first look came with the first answer

    async def all_named() -> bool:
        found = await not_heard_from(["park"], wards.consultations)
        return found == {"park": (*(Quiet("Ward", ward) for ward in ("East", "South", "West")), YOUNG)}

    await eventually(all_named, "wards and ages to be named")
    officer, _ = await wards.staff()
    start = (await officer.get("/staff")).html
    assert "Few answers yet from: Ward East, Ward South, Ward West, Age Under 25." in start
    assert "/staff/consultations/park/who-answered" in start
    assert await not_heard_from([], wards.consultations) == {}


async def test_a_consultation_from_before_there_were_snapshots_gets_its_shares_after_a_restart(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await town.publish(monitoring=ASKED)
        await tell_in_confidence(town, [OLD] * 60 + [{"age": "16-to-24"}] * 20)
    async with opened_town(tmp_path) as town:
        town.clock.forward(timedelta(days=3))

        async def last() -> bool:
            return bool((await snapshot(town)).last)

        await eventually(last, "the last shares")
        page = await town.visitor().get("/consultations/park/who-answered")

    assert "25%" in page.html

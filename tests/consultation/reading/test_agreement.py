"""Two officers code a sample apart from each other; then both see how far they agree, and settle the rest."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultation.domain.double_coding import draw
from services.consultation.queries import agreement as queries
from services.consultation.usecases import reading
from shared.errors import Conflict, Invalid
from tests.consultation.reading.texts_of_people import published, run_of, theme
from tests.town import Town, opened_town
from tests.visitor import Page, Visitor

AGREEMENT = "/staff/consultations/park/texts/idea/agreement"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with opened_town(tmp_path) as town:
        yield town


@given(st.integers(5, 30), st.text(max_size=10), st.integers(30, 60))
def test_a_seed_draws_the_same_answers_whatever_their_order_and_each_once(size: int, seed: str, there: int) -> None:
    answers = {f"r{number}": f"m{number}" for number in range(there)}
    drawn = draw(answers, size, seed)

    assert drawn == draw(dict(reversed(answers.items())), size, seed)
    assert len({each.response for each in drawn}) == size
    assert all(answers[each.response] == each.mark for each in drawn)


def test_samples_are_spread_over_all_answers() -> None:
    answers = {f"r{number}": "m" for number in range(100)}
    drawn = [each.response for seed in range(400) for each in draw(answers, 10, str(seed))]
    often = [drawn.count(response) for response in answers]
    assert min(often) > 15
    assert max(often) < 75


@pytest.mark.parametrize(("size", "why"), [(4, "from 5 to 300"), (301, "from 5 to 300"), (11, "only 10 answers")])
def test_a_sample_is_neither_too_small_nor_larger_than_what_there_is(size: int, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        draw({f"r{number}": "m" for number in range(10)}, size, "seed")


async def drawn(town: Town) -> tuple[str, str, str, Visitor, Visitor]:
    """A sample of six, the ids of two themes, and two officers."""
    await published(town, [f"Idea {number}" for number in range(6)])
    trees, buses = await theme(town, 1, "Trees"), await theme(town, 2, "Buses")
    first, _ = await town.staff()
    second, _ = await town.staff(email="second@council.example")
    page = await first.submit(await first.get(AGREEMENT), {"size": "6", "seed": "luton"}, action="/agreement")
    assert "with the seed <strong>luton</strong>" in page.html
    return page.path, trees, buses, first, second


async def code_all(officer: Visitor, path: str, choose: dict[str, str]) -> Page:
    """By the number of the idea; "none" for the others."""
    page = await officer.submit(await officer.get(path), action="/join")
    found = re.search(rf'href="({path}/code/[^"]+)"', page.html)
    assert found is not None, page.html
    page = await officer.get(found[1])
    while "/code/" in page.path:
        number = re.search(r"Idea (\d)", page.html)
        assert number is not None
        page = await officer.submit(page, {"themes": choose.get(number[1], "none")})
    return await officer.submit(page, action="/finish")


async def test_two_officers_code_blind_and_then_see_their_kappa_and_what_to_settle(town: Town) -> None:
    path, trees, buses, first, second = await drawn(town)

    waiting = await code_all(first, path, {"0": trees, "1": trees, "2": buses})
    assert "shown once the other officer has" in waiting.html
    page = await second.get(path)
    assert "Cohen" not in page.html
    assert "Trees" not in page.html.partition("<main")[2]
    done = await code_all(second, path, {"0": trees, "1": buses, "2": buses})

    assert "5 of 6 answers have exactly the same themes from both" in done.html
    # Trees: yes-yes 1, yes-no 1, no-no 4: alike 5/6, by chance (2·1 + 4·5)/36, so kappa is (30 - 22)/(36 - 22)
    row = re.search(r"Trees</th>.*?</tr>", done.html, re.DOTALL)
    assert row is not None
    assert "83%" in row[0]
    assert "0.57" in row[0]
    assert "Moderate" in row[0]
    assert "1 to settle" in done.html
    assert await town.consultations.codings.count() == 0

    after = await first.submit(done, action="/settle")

    assert await town.consultations.codings.count() == 5
    assert "Settle it" in after.html
    (open_answer,) = re.findall(r'href="([^"]+)">Settle it', after.html)
    await first.submit(await first.get(open_answer), {"themes": trees}, button=("go", "stay"), action="/themes")
    assert "Settled" in (await second.get(path)).html


async def test_nobody_sees_what_another_chose_or_changes_what_they_have_finished(town: Town) -> None:
    path, trees, _, first, second = await drawn(town)
    await code_all(first, path, {"0": trees})
    sample = path.rpartition("/")[2]
    (loaded,) = await town.consultations.samples.find()
    answer = loaded.value.answers[0].response
    by = loaded.value.coders[0]

    command = reading.CodeBlind(sample, "park", "idea", answer, (trees,), by)
    with pytest.raises(Conflict, match="You have finished this sample"):
        await reading.code_blind(command, town.consultations, town.clock())
    assert (await second.get(f"{path}/code/{answer}")).status == 409
    third, _ = await town.staff(email="third@council.example")
    await second.submit(await second.get(path), action="/join")
    page = await third.get(path)
    assert "Two other officers code this sample" in page.html
    assert (await third.post(f"{path}/join", {})).status == 422
    coded = (await town.consultations.samples.find())[0].value
    for each in coded.answers:
        await second.submit(await second.get(f"{path}/code/{each.response}"), {"themes": "none"})
    themes = await reading.themes_of("park", "idea", town.consultations)
    found = await queries.agreement(coded, themes, town.consultations)
    assert len(found.codings) == 12
    assert found.compared == []


async def test_a_sample_is_finished_when_all_of_it_is_coded_and_settled_when_both_have(town: Town) -> None:
    path, _, _, first, _ = await drawn(town)
    await first.submit(await first.get(path), action="/join")
    assert "6 answers are not coded yet" in (await first.post(f"{path}/finish", {})).html
    settle = reading.SettleAgreed(path.rpartition("/")[2], "park", "idea", "officer")
    with pytest.raises(Conflict, match="Wait until both"):
        await run_of(town)(lambda: reading.settle_agreed(settle, town.consultations, town.clock()))


async def test_a_theme_that_is_merged_after_coding_is_compared_as_it_is_now(town: Town) -> None:
    path, trees, buses, first, second = await drawn(town)
    await code_all(first, path, {"0": trees})
    done = await code_all(second, path, {"0": buses})
    assert "5 of 6 answers" in done.html

    merge = reading.MergeTheme(trees, "park", "idea", buses, "officer")
    await reading.merge_theme(merge, town.consultations, town.clock())

    assert "6 of 6 answers" in (await first.get(path)).html

"""Themes: suggested without a network, confirmed answer by answer, and nothing lost when two officers are at it."""

import asyncio
import csv
import random
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.demo.housing import FOLDER
from services.consultation import usecases
from services.consultation.domain.coding import Change, uncoded
from services.consultation.domain.reading import mark_of_text
from services.consultation.domain.theme import Theme, Themes, make_theme
from services.consultation.domain.theme_run import ThemeRun
from services.consultation.domain.themes import suggest
from services.consultation.domain.themes.words import stem, terms
from services.consultation.queries import themes as queries
from services.consultation.queries.theme_groups import theme_groups
from services.consultation.usecases import reading
from shared.errors import Conflict, Invalid, NotFound
from tests.consultation.reading.texts_of_people import published, ready, run_of, send, theme
from tests.consultation.sending import text_in
from tests.eventually import eventually
from tests.town import NOON, Town, opened_town
from tests.visitor import Page

IDEA = "/staff/consultations/park/texts/idea"
BUSES = ["More buses in the evening", "The bus stop needs a shelter", "Buses that come on time", "A bus to the station"]
TREES = ["Plant more trees", "Trees along the path", "A tree for every child", "Old trees must be kept"]
LITTER = ["Litter everywhere, more bins", "Bins are full", "Empty the litter bins", "Pick up the litter"]


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with opened_town(tmp_path) as town:
        yield town


# Suggesting


@pytest.mark.parametrize(
    ("words", "one"),
    [
        ("park parks parking parked", "park"),
        ("bus buses", "bus"),
        ("plan plans planned planning", "plan"),
        ("library libraries", "library"),
        ("house houses housing", "hous"),
        ("glass", "glass"),
        ("king", "king"),
    ],
)
def test_forms_of_a_word_are_one(words: str, one: str) -> None:
    assert {stem(word) for word in words.split()} == {one}


def test_phrases_may_have_a_small_word_in_their_middle() -> None:
    found = dict(terms("The cost of living, and bus stops"))
    assert found["cost liv"] == "cost of living"
    assert found["bus stop"] == "bus stops"
    assert "the" not in found


def test_answers_about_the_same_thing_come_together_and_are_named_by_it() -> None:
    texts = [*BUSES, *TREES, *LITTER]
    found = suggest(texts, 3)

    groups = {tuple(sorted({place // 4 for place in each.answers})) for each in found}
    assert groups == {(0,), (1,), (2,)}
    for each, word in ((0, "bus"), (1, "tree"), (2, "litter")):
        (mine,) = [theme for theme in found if theme.answers[0] // 4 == each]
        assert word in mine.name.lower()


def test_the_same_texts_give_the_same_themes_each_time() -> None:
    with (FOLDER / "comments.csv").open(newline="", encoding="utf-8") as file:
        texts = [row["comment-body"] for row in csv.DictReader(file)]

    first, again = suggest(texts), suggest(texts)

    assert first == again
    assert 5 <= len(first) <= 12
    named = " | ".join(theme.name.lower() for theme in first)
    for word in ("tax", "interest rates", "state housing", "land"):
        assert word in named


def test_an_answer_may_have_several_themes_or_none() -> None:
    both = "Plant trees at the bus stop, and let the buses wait under the trees"
    texts = [*BUSES * 3, *TREES * 3, both, "I have nothing to say about it"]

    found = suggest(texts, 2)

    assert [len(texts) - 2 in each.answers for each in found] == [True, True]
    assert not any(len(texts) - 1 in each.answers for each in found)


@pytest.mark.parametrize("texts", [[], [""], ["the and of"], ["one"] * 2, ["trees", "buses", "bins"], ["trees"] * 50])
def test_texts_with_too_little_in_common_have_no_themes_and_do_no_harm(texts: list[str]) -> None:
    assert len(suggest(texts)) <= 1


@given(st.lists(st.text(max_size=40), max_size=25), st.integers(2, 20))
def test_whatever_people_write_each_suggestion_is_of_answers_that_are_there(texts: list[str], wanted: int) -> None:
    for each in suggest(texts, wanted):
        assert set(each.answers) <= set(range(len(texts)))
        assert len(set(each.answers)) == len(each.answers)
        assert each.name


# Theme and coding


def a_theme(name: str, number: int) -> Theme:
    return make_theme(f"t{number}", "park", "idea", name, "officer", NOON)


def test_a_theme_that_was_merged_leads_to_the_one_it_went_into_however_far() -> None:
    a, b, c = a_theme("A", 1), a_theme("B", 2), a_theme("C", 3)
    b = b.merge_into(c, "officer", NOON)
    a = a.merge_into(a_theme("B", 2), "officer", NOON)
    themes = Themes([a, b, c])

    assert themes.now(["t1", "t2"]) == {"t3"}
    assert [each.id for each in themes.there] == ["t3"]
    assert {each.id for each in themes.merged_in("t3")} == {"t1", "t2", "t3"}


def test_two_themes_merged_into_each_other_at_the_same_moment_stay_one() -> None:
    a, b = a_theme("A", 1), a_theme("B", 2)
    themes = Themes([a.merge_into(b, "one", NOON), b.merge_into(a, "other", NOON)])

    assert themes.now(["t1"]) == themes.now(["t2"]) == {"t1"}
    assert [each.id for each in themes.there] == ["t1"]


def test_what_is_not_there_any_more_is_neither_renamed_nor_merged() -> None:
    a, b = a_theme("A", 1), a_theme("B", 2)
    merged, deleted = a.merge_into(b, "officer", NOON), a.delete("officer", NOON)

    with pytest.raises(Conflict, match="was merged into another theme"):
        merged.rename("New", "officer", NOON)
    with pytest.raises(Conflict, match="was deleted"):
        deleted.merge_into(b, "officer", NOON)
    with pytest.raises(Conflict, match="not there any more"):
        b.merge_into(deleted, "officer", NOON)
    with pytest.raises(Invalid, match="another theme of the same question"):
        b.merge_into(b, "officer", NOON)
    with pytest.raises(Invalid, match="100 characters"):
        b.rename("x" * 101, "officer", NOON)
    assert Themes([deleted]).now(["t1"]) == frozenset()
    assert merged.merge_into(b, "officer", NOON) == merged


def test_what_two_officers_do_to_one_answer_adds_up() -> None:
    empty = uncoded("park", "r", "idea", NOON)
    first = empty.code(Change("m", add=("t1",)), "one", NOON)
    second = first.code(Change("m", add=("t2",)), "other", NOON)

    assert second.themes == ("t1", "t2")
    assert [step.by for step in second.steps] == ["one", "other"]
    assert second.code(Change("m", out=("t1",)), "one", NOON).themes == ("t2",)


def test_no_theme_takes_the_others_out_and_a_theme_takes_no_theme_out() -> None:
    coded = uncoded("park", "r", "idea", NOON).code(Change("m", add=("t1",)), "officer", NOON)
    none = coded.code(Change("m", no_theme=True), "officer", NOON)
    again = none.code(Change("m", add=("t2",)), "officer", NOON)

    assert (none.themes, none.no_theme, none.is_decided) == ((), True, True)
    assert (again.themes, again.no_theme) == (("t2",), False)
    assert none.code(Change("m", no_theme=True), "officer", NOON) is none


def test_the_themes_of_a_text_that_has_changed_are_not_carried_over() -> None:
    coded = uncoded("park", "r", "idea", NOON).code(Change("old", add=("t1",), tags=("a",)), "officer", NOON)
    after = coded.code(Change("new", add=("t2",)), "officer", NOON)

    assert after.themes == ("t2",)
    assert after.tags == ("a",)
    assert after.steps[-1].taken_out == ("t1",)


# In the service


async def code(town: Town, response: str, text: str, *themes: str, by: str = "officer") -> tuple[str, ...]:
    change = Change(mark_of_text(text), add=themes, no_theme=True if not themes else None)
    command = reading.CodeAnswer("park", response, "idea", change, by)
    _, told = await run_of(town)(lambda: reading.code_answer(command, town.consultations, town.clock()))
    return told


async def counted(town: Town) -> dict[str, int]:
    consultation = (await usecases.load("park", town.consultations)).value
    themes = await reading.themes_of("park", "idea", town.consultations)
    counts = await queries.theme_counts(consultation, "idea", themes, town.consultations)
    return {row.name: row.count for row in queries.theme_rows(themes, counts)} | {"none": counts.none}


async def merge(town: Town, id: str, into: str) -> None:
    command = reading.MergeTheme(id, "park", "idea", into, "officer")
    await run_of(town)(lambda: reading.merge_theme(command, town.consultations, town.clock()))


async def test_a_confirmation_into_a_theme_that_is_merged_at_that_moment_is_never_lost(town: Town) -> None:
    texts = [f"Idea number {number}" for number in range(20)]
    ids = await published(town, texts)
    a, b = await theme(town, 1, "Trees"), await theme(town, 2, "Green")
    dice = random.Random(6)

    async def confirm(id: str, text: str) -> None:
        await asyncio.sleep(dice.random() / 50)
        await code(town, id, text, a)

    async def join() -> None:
        await asyncio.sleep(0.01)
        await merge(town, a, b)

    await asyncio.gather(join(), *(confirm(id, text) for id, text in zip(ids, texts, strict=True)))

    assert await counted(town) == {"Green": 20, "none": 0}


async def test_who_confirms_into_a_merged_theme_is_told_where_the_answer_is(town: Town) -> None:
    (id,) = await published(town, ["A tree"])
    a, b = await theme(town, 1, "Trees"), await theme(town, 2, "Green")
    officer, _ = await town.staff()
    page = await officer.get(f"{IDEA}/answers/{id}")
    await merge(town, a, b)

    after = await officer.submit(page, {"themes": a}, button=("go", "stay"), action="/themes")

    assert "merged into “Green” meanwhile" in text_in(after).replace("&#34;", '"')
    assert await counted(town) == {"Green": 1, "none": 0}


async def test_who_confirms_into_a_deleted_theme_is_told_and_nothing_is_stored(town: Town) -> None:
    (id,) = await published(town, ["A tree"])
    a = await theme(town, 1, "Trees")
    officer, _ = await town.staff()
    page = await officer.get(f"{IDEA}/answers/{id}")
    await reading.delete_theme(reading.DeleteTheme(a, "park", "idea", "other"), town.consultations, town.clock())

    after = await officer.submit(page, {"themes": a}, button=("go", "stay"), action="/themes")

    assert after.status == 422
    assert "was deleted meanwhile" in after.html
    assert await town.consultations.codings.count() == 0


async def test_who_codes_an_answer_that_was_changed_meanwhile_is_told(town: Town) -> None:
    (id,) = await published(town, ["A tree"])
    a = await theme(town, 1, "Trees")
    with pytest.raises(Conflict, match="has changed since you opened"):
        await code(town, id, "Another text", a)


async def test_an_answer_of_two_themes_that_are_merged_is_counted_once(town: Town) -> None:
    (id,) = await published(town, ["A tree"])
    a, b = await theme(town, 1, "Trees"), await theme(town, 2, "Green")
    await code(town, id, "A tree", a, b)
    assert await counted(town) == {"Trees": 1, "Green": 1, "none": 0}

    await merge(town, a, b)

    assert await counted(town) == {"Green": 1, "none": 0}


async def test_the_codings_of_a_response_that_is_set_aside_count_no_more(town: Town) -> None:
    first, second = await published(town, ["A tree", "Two trees"])
    a = await theme(town, 1, "Trees")
    await code(town, first, "A tree", a)
    await code(town, second, "Two trees")
    assert await counted(town) == {"Trees": 1, "none": 1}

    await usecases.set_aside_response(
        usecases.SetAsideResponse("park", first, "test"), town.consultations, town.clock()
    )
    town.host.service("consultation").relay.wake()

    await ready(town, 1)
    assert await counted(town) == {"Trees": 0, "none": 1}
    with pytest.raises(NotFound):
        await code(town, first, "A tree", a)


async def test_many_officers_at_one_answer_lose_nothing(town: Town) -> None:
    (id,) = await published(town, ["A tree"])
    themes = [await theme(town, number, f"Theme {number}") for number in range(1, 13)]

    await asyncio.gather(*(code(town, id, "A tree", each, by=each) for each in themes))

    assert set((await counted(town)).values()) == {0, 1}
    (stored,) = await town.consultations.codings.find()
    assert set(stored.value.themes) == set(themes)


async def looked(town: Town, officer: object = None) -> ThemeRun:
    async def done() -> ThemeRun | None:
        runs = [each.value for each in await town.consultations.theme_runs.find()]
        return next((run for run in runs if run.state == "done"), None)

    found = await eventually(done, "themes")
    assert found is not None
    return found


async def test_an_officer_looks_for_themes_confirms_answers_and_sees_them_counted(town: Town) -> None:
    await published(town, [*BUSES, *TREES, *LITTER])
    officer, _ = await town.staff()
    page = await officer.submit(await officer.get(f"{IDEA}/themes"), {"wanted": "3"}, action="/look")
    assert page.status == 200
    assert (await looked(town)).found == 3
    page = await officer.get(f"{IDEA}/themes")
    assert page.html.count("Make a theme of it") == 3
    assert "There is no theme yet" in page.html

    page = await officer.submit(_suggestion_form(page, "tree"), action="/suggested")

    assert "4 answers that may have it" in page.html
    assert await counted(town) == {"Trees": 0, "none": 0} or "none" in await counted(town)
    assert sum((await counted(town)).values()) == 0  # a suggestion is never counted
    page = await officer.submit(page, {"answers": _answers(page)[:3]}, button=("do", "confirm"), action="/suggested")
    assert "3 answers have it" in page.html
    page = await officer.submit(page, {"answers": _answers(page)[:1]}, button=("do", "reject"), action="/suggested")
    assert "may have it" not in page.html
    assert max((await counted(town)).values()) == 3


async def test_a_theme_is_renamed_split_merged_and_deleted_on_its_page(town: Town) -> None:
    ids = await published(town, ["A tree", "A hedge", "A lawn"])
    a = await theme(town, 1, "Trees")
    for id, text in zip(ids, ["A tree", "A hedge", "A lawn"], strict=True):
        await code(town, id, text, a)
    officer, _ = await town.staff()
    page = await officer.submit(await officer.get(f"{IDEA}/themes/{a}"), {"name": "Plants"}, action="/rename")
    assert "Plants" in page.html
    no_name = await officer.submit(page, {"answers": _answers(page)[:1]}, button=("do", "split"), action="/answers")
    assert "Enter a name for the new theme" in no_name.html

    typed = {"answers": _answers(page)[:1], "new-name": "Grass"}
    page = await officer.submit(page, typed, button=("do", "split"), action="/answers")

    assert await counted(town) == {"Plants": 2, "Grass": 1, "none": 0}
    page = await officer.submit(page, {"answers": _answers(page)[:1]}, button=("do", "out"), action="/answers")
    assert await counted(town) == {"Plants": 1, "Grass": 1, "none": 0}
    grass = next(each.value.id for each in await town.consultations.themes.find() if each.value.name == "Grass")
    page = await officer.submit(page, {"into": grass}, action="/merge")
    assert "“Plants” was merged into “Grass”" in page.html
    assert await counted(town) == {"Grass": 2, "none": 0}
    assert (await officer.get(f"{IDEA}/themes/{a}")).path.startswith(f"{IDEA}/themes/{grass}")
    unsure = await officer.submit(page, action="/delete")
    assert "Tick the box" in unsure.html
    page = await officer.submit(page, {"sure": "yes"}, action="/delete")
    assert page.path == f"{IDEA}/themes"
    assert await counted(town) == {"none": 0}


async def test_an_officer_codes_answer_after_answer(town: Town) -> None:
    await published(town, ["A tree", "A hedge"])
    a = await theme(town, 1, "Trees")
    officer, _ = await town.staff()
    page = await officer.get(f"{IDEA}/next/themes")
    page = await officer.submit(page, {"themes": a, "tags": "North, dogs"}, button=("go", "next"), action="/themes")
    wrong = await officer.submit(page, {"themes": [a, "none"]}, button=("go", "next"), action="/themes")
    assert (wrong.status, "or that it has none" in wrong.html) == (422, True)
    page = await officer.submit(page, {"themes": "none"}, button=("go", "next"), action="/themes")

    assert page.path == IDEA
    assert await counted(town) == {"Trees": 1, "none": 1}
    assert (await officer.get(f"{IDEA}?theme={a}")).html.count("Themes and publication<span") == 1
    assert (await officer.get(f"{IDEA}?theme=none")).html.count("Themes and publication<span") == 1
    assert (await officer.get(f"{IDEA}?theme=open")).html.count("Themes and publication<span") == 0
    assert (await officer.get(f"{IDEA}?tag=dogs")).html.count("Themes and publication<span") == 1
    assert (await officer.get("/staff/consultations/park/reading?tag=north")).html.count(
        '<div class="engage-card">'
    ) == 1


async def test_a_run_that_was_killed_is_done_by_who_finds_it(town: Town) -> None:
    await published(town, [*BUSES, *TREES, *LITTER])
    now = town.clock()
    killed = ThemeRun("a" * 32, "park", "idea", 3, "officer", now, now + timedelta(minutes=2), percent=40, tries=1)
    await town.consultations.theme_runs.add(killed)
    with pytest.raises(Conflict, match="being looked for already"):
        await reading.ask_for_themes(
            reading.AskForThemes("park", "idea", 3, "officer"), town.consultations, town.clock()
        )

    town.clock.forward(timedelta(minutes=3))

    run = await looked(town)
    assert (run.texts, run.found, run.tries) == (12, 3, 2)


async def test_two_processes_at_one_run_suggest_each_theme_once(town: Town) -> None:
    await published(town, [*BUSES, *TREES, *LITTER])
    run = await reading.ask_for_themes(
        reading.AskForThemes("park", "idea", 3, "officer"), town.consultations, town.clock()
    )
    loaded = await town.consultations.theme_runs.get(run.id)
    assert loaded is not None
    await asyncio.gather(
        *(reading.look_for_themes(loaded, town.consultations, town.clock) for _ in range(2)), return_exceptions=True
    )
    await looked(town)

    assert await town.consultations.suggestions.count({"run": run.id}) == 3


async def test_an_answer_that_came_with_another_option_is_a_text_too(town: Town) -> None:
    await published(town)
    await send(town, 1, where="other", where__other="Behind the library")
    await ready(town, 1)
    officer, _ = await town.staff()

    assert "Behind the library" in (await officer.get("/staff/consultations/park/texts/where.other")).html
    assert "Themes of “Where? (Other)”" in (await officer.get("/staff/consultations/park")).html


def _suggestion_form(page: Page, word: str) -> Page:
    """The page with the form alone of the suggestion whose name has a word."""
    forms = re.findall(r'<form method="post" action="[^"]+/suggested">.*?</form>', page.html, re.DOTALL)
    (mine,) = [form for form in forms if word in form.lower()]
    return Page(page.path, page.status, mine)


def _answers(page: Page) -> list[str]:
    return re.findall(r'name="answers" type="checkbox" value="([^"]+)"', page.html)


async def test_themes_are_counted_by_group_and_small_numbers_are_hidden_so_that_nobody_works_them_out(
    town: Town,
) -> None:
    await published(town)
    green, quiet = await theme(town, 1, "Green"), await theme(town, 2, "Quiet")
    for number in range(1, 41):
        who = "organisation" if number % 4 == 0 else "resident"
        id = await send(town, number, idea=f"Idea {number}", who=who)
        # 12 of 30 residents and 3 of 10 organisations; 18 and 5
        is_green = number in {4, 8, 12} or (who == "resident" and number <= 16)
        is_quiet = number > 20 if who == "organisation" else number <= 24
        having = [each for each, has in ((green, is_green), (quiet, is_quiet)) if has]
        await code(town, id, f"Idea {number}", *having)
    await ready(town, 40)
    consultation = (await usecases.load("park", town.consultations)).value
    themes = await reading.themes_of("park", "idea", town.consultations)
    by = consultation.questionnaire.question("who")
    counts = await queries.theme_counts(consultation, "idea", themes, town.consultations, by)
    assert counts.themes == {green: 15, quiet: 23}

    table = theme_groups(themes, counts, by)

    assert table.groups == ["A resident", "An organisation"]
    # All know that 15 said Green: "10" for the residents would leave 3 to 7 organisations, so it is hidden as well.
    assert table.rows == [("Green", [None, None]), ("Quiet", [20, 5])]
    assert table.answers == [30, 10]
    officer, _ = await town.staff()
    page = await officer.get(f"{IDEA}/themes?by=who")
    assert page.html.count(">hidden</td>") == 2
    assert "could be worked out" in page.html

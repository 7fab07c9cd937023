"""The same questions from wave to wave."""

import json
from datetime import timedelta

import pytest

from services.consultation import queries, usecases
from services.consultation.domain import AGREE_SCALE, Kind, Option, Question
from services.consultation.domain.wave import SURVEY, Wave, same_words
from shared.contracts.consultation import ResponseSubmittedV1
from shared.errors import Invalid
from shared.event import record
from shared.place import load_place
from tests.consultation.lives import deliveries
from tests.consultation.sending import text_in
from tests.town import NOON, Town
from tests.world import ROOT

PERCEPTIONS = SURVEY + "annual-perceptions-survey"
SATISFIED = Question(
    "satisfied",
    Kind.ONE_CHOICE,
    "How satisfied are you with your local area as a place to live?",
    options=(
        Option("very-satisfied", "Very"),
        Option("fairly-satisfied", "Fairly"),
        Option("very-dissatisfied", "Not"),
    ),
)
TRUST = Question("trust", Kind.AGREE, "I trust the council", options=AGREE_SCALE)


async def wave(town: Town, id: str, chosen: dict[str, list[str]], of: str = "", **changes: object) -> None:
    """One that everyone may see, with a response for each answer in the lists."""
    questions = changes.pop("questions", (SATISFIED, TRUST))
    await town.publish(id, questions=questions, **changes)
    number = max(map(len, chosen.values()))
    events = [
        record(
            ResponseSubmittedV1(
                response=f"{id}{at}",
                consultation=id,
                title="",
                reference="",
                choices={field: (options[at],) for field, options in chosen.items()},
            ),
            key=f"{id}{at}",
            at=NOON,
        )
        for at in range(number)
    ]
    await town.host.service("consultation").consumer.take(deliveries(events))
    await usecases.set_wave(usecases.SetWave(id, Wave(of, id)), town.consultations, town.host.parts.place)


async def trends(town: Town, id: str) -> queries.Trends:
    loaded = await town.consultations.consultations.get(id)
    assert loaded is not None
    return await queries.trends(loaded.value, town.consultations, town.host.parts.place, town.clock())


def shares(found: queries.Trends, question: str) -> dict[str, list[float | None]]:
    trends = next(each for each in found.questions if each.id == question).trends
    return {trend.label: [round(point.share, 2) if point else None for point in trend.points] for trend in trends}


async def test_shares_of_each_wave_stand_side_by_side_the_oldest_first(town: Town) -> None:
    await wave(town, "first", {"trust": ["agree", "agree", "disagree", "neither"]})
    await wave(town, "second", {"trust": ["strongly_agree", "agree", "agree", "disagree"]}, of="first")

    found = await trends(town, "second")

    assert [each.name for each in found.waves] == ["first", "second"]
    assert shares(found, "trust") == {"Agree or strongly agree": [0.5, 0.75]}


async def test_the_annual_survey_goes_on_from_the_totals_that_were_published(town: Town) -> None:
    """66% in 2020, 73% in 2022, and what is answered here."""
    chosen = ["very-satisfied"] * 3 + ["very-dissatisfied"]
    await wave(town, "now", {"satisfied": chosen, "trust": ["agree"] * 4}, of=PERCEPTIONS)

    found = await trends(town, "now")

    assert shares(found, "satisfied") == {"Very or fairly satisfied": [0.66, 0.73, 0.75]}
    page = await town.visitor().get("/consultations/now/results/trends")
    assert "Single responses, how many answered and the exact words of the question are not known here" in page.html
    assert "In 2020 the words were others" in text_in(page)
    assert "66%" in page.html
    assert "73%" in page.html


def test_the_published_figures_are_those_of_the_council() -> None:
    place = load_place(ROOT / "places" / "luton")
    survey = next(each for each in place.surveys if SURVEY + each.id == PERCEPTIONS)
    found = {(wave.name, share.question): share.share for wave in survey.waves for share in wave.shares}
    published = json.loads((ROOT / "places" / "luton" / "vision-consultation.json").read_text())
    waves = published["annual_perceptions_survey"]["waves"]
    names = {id: id for _, id in found} | {"influence": "cannot_influence"}

    assert (found["2020", "satisfied"], found["2022", "satisfied"]) == (0.66, 0.73)
    assert found == {(wave, id): waves[wave][names[id]] for wave, id in found}


async def test_other_words_are_told_and_another_kind_of_question_is_not_compared(town: Town) -> None:
    other = Question("trust", Kind.AGREE, "I trust my councillor", options=AGREE_SCALE)
    kind = Question("satisfied", Kind.SEVERAL_CHOICES, SATISFIED.text, options=SATISFIED.options)
    old = {"trust": ["agree"], "satisfied": ["very-satisfied"]}
    await wave(town, "first", old, questions=(kind, other))
    await wave(town, "second", old, of="first")

    found = await trends(town, "second")

    (question,) = found.questions
    assert (question.id, question.other_words) == ("trust", {"first": "I trust my councillor"})


async def test_margins_of_error_are_shown_of_a_random_sample_alone(town: Town) -> None:
    answers = {"trust": ["agree"] * 60 + ["disagree"] * 40}
    await wave(town, "first", answers)
    await wave(town, "second", answers, of="first")
    sampled = Wave("first", "second", random_sample=True)
    await usecases.set_wave(usecases.SetWave("second", sampled), town.consultations, town.host.parts.place)

    found = await trends(town, "second")

    first, second = found.questions[0].trends[0].points
    assert first is not None
    assert second is not None
    assert first.interval is None
    assert "no random sample" in found.waves[0].why_no_interval
    assert second.interval is not None
    assert (round(second.interval.low, 2), round(second.interval.high, 2)) == (0.50, 0.69)


async def test_a_wave_whose_results_wait_for_its_close_is_left_out(town: Town) -> None:
    await wave(town, "first", {"trust": ["agree"]}, live_results=False)
    await wave(town, "second", {"trust": ["agree"]}, of="first")

    assert [each.name for each in (await trends(town, "second")).waves] == ["second"]

    town.clock.forward(timedelta(days=2))
    assert [each.name for each in (await trends(town, "second")).waves] == ["first", "second"]


async def test_a_consultation_cannot_come_before_itself(town: Town) -> None:
    await wave(town, "first", {"trust": ["agree"]})
    await wave(town, "second", {"trust": ["agree"]}, of="first")

    with pytest.raises(Invalid, match="itself a later wave"):
        await usecases.set_wave(usecases.SetWave("first", Wave("second")), town.consultations, town.host.parts.place)


async def test_an_officer_says_what_it_is_a_wave_of_and_a_copy_says_it_by_itself(town: Town) -> None:
    await wave(town, "first", {"trust": ["agree"]})
    await wave(town, "second", {"trust": ["agree"]})
    officer, _ = await town.staff()
    here = "/staff/consultations/second/wave"

    await officer.submit(await officer.get(here), {"of": "first", "name": "Spring"}, action="/wave")
    loaded = await town.consultations.consultations.get("second")
    assert loaded is not None
    assert loaded.value.wave == Wave("first", "Spring")

    refused = await officer.submit(await officer.get(here), {"of": "nowhere"}, action="/wave")
    assert (refused.status, "Choose one of the consultations that are listed" in refused.html) == (422, True)

    copied = usecases.wave_from("from:second", town.host.parts.place)
    begun = usecases.wave_from("start:annual-perceptions-survey", town.host.parts.place)
    assert (copied.of, begun.of) == ("second", PERCEPTIONS)


def test_words_are_the_same_apart_from_capitals_spaces_and_the_last_mark() -> None:
    assert same_words("I trust  the Council.", "I trust the council")
    assert not same_words("I trust the council", "I trust the councils")

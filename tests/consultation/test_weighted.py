"""Results weighted to the population: asked for on a page, worked out in the background, and honest about itself."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from services.accounts.domain import Role
from services.consultation import usecases
from services.consultation.domain import Audience, Consultation, Details, Page, Questionnaire
from services.consultation.domain.weighted import Sample, State, Use, Weighted, ask, weigh
from shared.errors import Conflict, Invalid
from shared.place import load_place
from shared.population import Characteristic
from tests.consultation.populations import QUESTIONS, WARDS, answer, town_of_wards
from tests.eventually import eventually
from tests.town import NOON, Town, details_of
from tests.visitor import Visitor

AGE = load_place(Path("places/luton")).characteristics["age"]
WARD = Characteristic(name="Ward", source="Made up", shares=WARDS)
KNOWN = {"age": AGE, "ward": WARD}
BY_AGE = Use("age", "age", {"young": "Under 25", "old": "25 and over"})
PARK = Consultation(
    "park", Details(**details_of(NOON)), "officer", questionnaire=Questionnaire((Page("p", questions=QUESTIONS),))
)


def sample(*people: tuple[int, Mapping[str, str]], uses: tuple[Use, ...] = (BY_AGE,)) -> Sample:
    made = Sample(uses)
    for number, each in people:
        for _ in range(number):
            made.add({field: (option,) for field, option in each.items()})
    return made


SPLIT = sample((20, {"age": "young", "pool": "yes"}), (80, {"age": "old", "pool": "no"}))


def test_who_is_heard_from_less_counts_for_more() -> None:
    """Under 25 are 36% of the population and 20% of the answers, and all of them want a pool."""
    outcome = weigh(SPLIT, PARK, KNOWN, None, NOON)

    pool = next(each for each in outcome.questions if each.id == "pool")
    assert pool.options[0].share == pytest.approx(0.2)
    assert pool.options[0].weighted == pytest.approx(0.36)
    assert [(margin.group, margin.before) for margin in outcome.margins] == [("Under 25", 0.2), ("25 and over", 0.8)]
    assert [margin.after for margin in outcome.margins] == pytest.approx([0.36, 0.64])
    assert outcome.effective == pytest.approx(100**2 / (20 * 1.8**2 + 80 * 0.8**2))
    assert (outcome.responses, outcome.capped) == (100, 0)


def test_an_open_consultation_has_no_margin_of_error_and_a_random_sample_has_one_by_its_effective_size() -> None:
    opened = weigh(SPLIT, PARK, KNOWN, None, NOON).questions[1]
    drawn = weigh(SPLIT, PARK, KNOWN, 225_300, NOON).questions[1]

    assert "no random sample" in opened.no_interval
    assert opened.options[0].low is None
    assert drawn.no_interval == ""
    low, high = drawn.options[0].low, drawn.options[0].high
    assert low is not None
    assert high is not None
    assert low < 0.36 < high
    assert high - low > 0.19, "that of 100 answers of equal weight is 0.185 wide"


def test_a_weight_of_thirty_is_cut_to_five_and_that_is_said() -> None:
    outcome = weigh(
        sample((1, {"age": "young", "pool": "yes"}), (99, {"age": "old", "pool": "no"})), PARK, KNOWN, None, NOON
    )

    assert outcome.largest == pytest.approx(36)
    assert outcome.capped == 1
    assert outcome.off == pytest.approx(0.31, abs=0.01)


@pytest.mark.parametrize(
    ("uses", "sentence"),
    [
        ((), "Choose a question"),
        ((Use("age", "pool", {"yes": "Under 25"}),), "No answer stands for: 25 and over"),
        ((Use("age", "when", {"am": "Under 25"}),), "Choose a question from the list"),
        ((Use("income", "age", {"young": "Under 25"}),), "Choose a question from the list"),
        ((Use("age", "age", {"young": "Tall", "old": "25 and over"}),), "Choose a group from the list"),
        ((Use("age", "age", {"middle": "Under 25", "old": "25 and over"}),), "Choose a group from the list"),
    ],
)
def test_what_cannot_be_weighted_by_is_refused_by_its_characteristic(uses: tuple[Use, ...], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        ask(PARK, uses, KNOWN, "officer", NOON, is_random_sample=False)


def test_only_who_was_invited_can_have_been_drawn_at_random() -> None:
    with pytest.raises(Conflict, match="invited"):
        ask(PARK, (BY_AGE,), KNOWN, "officer", NOON, is_random_sample=True)
    invited = Consultation(
        "p", Details(**{**details_of(NOON), "audience": Audience.INVITED}), "o", questionnaire=PARK.questionnaire
    )
    assert ask(invited, (BY_AGE,), KNOWN, "officer", NOON, is_random_sample=True).is_random_sample


@pytest.fixture
async def wards(tmp_path: Path) -> AsyncIterator[Town]:
    async with town_of_wards(tmp_path) as opened:
        yield opened


async def ended(town: Town) -> Weighted:
    async def found() -> list[Weighted]:
        loaded = await town.consultations.weighted.get("park")
        return [loaded.value] if loaded and loaded.value.state is not State.ASKED else []

    return (await eventually(found, "the weights"))[0]


async def asked(town: Town) -> Visitor:
    """By an officer, on the page: by ward and by age."""
    officer, _ = await town.staff()
    assert "Which question tells: Age?" in (await officer.get("/staff/consultations/park/weighting")).html
    groups = await officer.get("/staff/consultations/park/weighting/groups?use-age=age&use-ward=ward")
    assert groups.form().fields["group-ward-1"] == ["North"], "answers with the name of a group are put to it"
    assert groups.form().fields["group-age-2"] == [""]
    refused = await officer.submit(groups)
    assert refused.status == 422
    assert "No answer stands for: 25 and over" in refused.html
    page = await officer.submit(refused, {"group-age-2": "25 and over"})
    assert page.path == "/staff/consultations/park/weighting"
    return officer


EVERYWHERE = [
    {"ward": ward.lower(), "age": age, "pool": "yes" if age == "young" else "no"}
    for ward in WARDS
    for age in ("young", "old", "old", "old")
]


async def test_an_officer_asks_for_weighted_results_and_sees_them_beside_the_others(wards: Town) -> None:
    await wards.publish(questions=QUESTIONS)
    await answer(wards, EVERYWHERE)
    officer = await asked(wards)

    done = await ended(wards)

    assert done.outcome is not None
    page = (await officer.get("/staff/consultations/park/weighting")).html
    assert "36%" in page
    assert "25%" in page
    assert "there is no margin of error" in page
    assert "out of date" not in page
    await answer(wards, [{"ward": "north", "age": "old", "pool": "yes"}], first=len(EVERYWHERE))
    assert (
        "out of date: the number of responses has changed by 1"
        in (await officer.get("/staff/consultations/park/weighting")).html
    )


async def test_a_group_that_nobody_is_in_is_named_where_it_was_asked_for(wards: Town) -> None:
    await wards.publish(questions=QUESTIONS)
    await answer(wards, [each for each in EVERYWHERE if each["ward"] != "west"])
    officer = await asked(wards)

    done = await ended(wards)

    assert done.state is State.REFUSED
    assert (
        "Nobody who answered is in the group “West”" in (await officer.get("/staff/consultations/park/weighting")).html
    )


async def test_responses_that_do_not_count_are_not_weighted(wards: Town) -> None:
    await wards.publish(questions=QUESTIONS)
    await answer(wards, EVERYWHERE)
    loaded = (await wards.consultations.responses.find(limit=1))[0]
    await wards.consultations.store.replace(
        "responses", loaded.id, loaded.version, {**(await _body(wards, loaded.id)), "set_aside": "copy"}
    )
    await asked(wards)

    done = await ended(wards)

    assert done.outcome is not None
    assert done.outcome.responses == len(EVERYWHERE) - 1


async def _body(town: Town, id: str) -> dict[str, object]:
    stored = await town.consultations.store.get("responses", id)
    assert stored is not None
    return stored.body


async def test_nobody_but_officers_sees_any_of_it(wards: Town) -> None:
    await wards.publish(questions=QUESTIONS)
    selector, _ = await wards.staff(Role.SELECTOR, email="selector@council.example")

    for path in ("weighting", "weighting/groups", "who-answered"):
        assert (await selector.get(f"/staff/consultations/park/{path}")).status == 403


async def test_a_draft_has_nothing_to_weight(wards: Town) -> None:
    await wards.consultations.consultations.add(PARK)
    command = usecases.WeightResults("park", (BY_AGE,), is_random_sample=False, by="officer")

    with pytest.raises(Conflict, match="not published"):
        await usecases.weight_results(command, wards.consultations, wards.host.parts.place, NOON)

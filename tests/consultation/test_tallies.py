"""Counts from events: each response once, however often and in whatever order its event comes."""

from pathlib import Path

from services.consultation import queries
from shared.bus.port import Delivery
from shared.contracts.consultation import ResponseSubmittedV1
from shared.event import Outgoing, record
from tests.town import NOON, Town


def event(number: int, option: str = "swings") -> Outgoing:
    fact = ResponseSubmittedV1(
        response=str(number),
        consultation="park",
        title="The park",
        reference="",
        choices={"missing": (option,), "when": ("am", "pm")},
        texts=("else",),
    )
    return record(fact, key=str(number), at=NOON)


def deliveries(events: list[Outgoing], partition: int = 0) -> list[Delivery]:
    return [
        Delivery(event.topic, partition, place, event.payload.encode()) for place, event in enumerate(events, start=1)
    ]


async def counted(town: Town) -> tuple[int, dict[str, int]]:
    consultation = await town.consultations.consultations.get("park")
    assert consultation is not None
    results = await queries.results(consultation.value, town.consultations)
    return results.responses, {bar.label: bar.count for bar in results.questions[0].bars}


async def test_events_that_come_again_count_once(town: Town, tmp_path: Path) -> None:
    await town.publish()
    consumer = town.host.service("consultation").consumer
    events = [event(1), event(2, "cafe"), event(3)]

    await consumer.take(deliveries(events))
    await consumer.take(deliveries(events))
    await consumer.take(deliveries([events[2], event(4), events[0]]))

    assert await counted(town) == (4, {"Swings": 3, "A café": 1})


async def test_the_parts_of_several_partitions_are_summed(town: Town) -> None:
    await town.publish()
    consumer = town.host.service("consultation").consumer

    await consumer.take(deliveries([event(1), event(2)], partition=0))
    await consumer.take(deliveries([event(3, "cafe")], partition=2))

    assert await counted(town) == (3, {"Swings": 2, "A café": 1})


async def test_shares_are_of_those_who_answered_the_question(town: Town) -> None:
    await town.publish()
    consumer = town.host.service("consultation").consumer
    await consumer.take(deliveries([event(1), event(2, "cafe"), event(3), event(4)]))

    consultation = await town.consultations.consultations.get("park")
    assert consultation is not None
    results = await queries.results(consultation.value, town.consultations)

    missing, when, safe, _, text = results.questions
    assert [bar.share for bar in missing.bars] == [0.75, 0.25]
    assert [bar.share for bar in when.bars] == [1.0, 1.0]
    assert (safe.answered, [bar.share for bar in safe.bars]) == (0, [0.0] * 5)
    assert text.answered == 4

"""What becomes of some responses, as events: for the tests of what is counted from them."""

from collections.abc import Iterator, Sequence
from itertools import cycle

from hypothesis import strategies as st

from services.consultation.domain import (
    Channel,
    Consultation,
    Details,
    Given,
    Origin,
    Questionnaire,
    Response,
    State,
    change,
    restore,
    set_aside,
    withdraw,
)
from services.consultation.domain import Page as FormPage
from shared.bus.port import Delivery
from shared.contracts.consultation import ResponseRevisedV1, ResponseSubmittedV1
from shared.event import Outgoing, record
from tests.town import NOON, QUESTIONS, details_of


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


ASKED = Questionnaire((FormPage("page-1", questions=QUESTIONS),))
GIVEN = st.fixed_dictionaries(
    {"missing": st.sampled_from([["swings"], ["cafe"]])},
    optional={
        "when": st.sampled_from([["am"], ["pm"], ["am", "pm"]]),
        "safe": st.sampled_from([["agree"], ["disagree"]]),
        "who": st.just(["My dog"]),
    },
)
STEPS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["change", "withdraw", "set_aside", "restore"]), GIVEN), max_size=25
)


CHANNELS = {"0": Channel.ONLINE, "1": Channel.PAPER, "2": Channel.ONLINE, "3": Channel.PHONE}
"""How each of the four comes."""


def published() -> Consultation:
    return Consultation("park", Details(**details_of(NOON)), "officer", State.PUBLISHED, ASKED)


def lives(steps: Sequence[tuple[int, str, Given]]) -> tuple[list[Response], list[tuple[int, Outgoing]]]:
    """What becomes of four responses: how they are stored at the end, and the events, with who each is about."""
    park = published()
    now: dict[int, Response] = {}
    events: list[tuple[int, Outgoing]] = []
    for who, step, answers in steps:
        fact: ResponseSubmittedV1 | ResponseRevisedV1 | None
        if who not in now:
            now[who], fact = park.respond(str(who), answers, Origin(channel=CHANNELS[str(who)]), NOON)
        elif step == "change":
            now[who], fact = change(park, now[who], answers, NOON)
        elif step == "withdraw":
            now[who], fact = withdraw(park, now[who], NOON)
        elif step == "set_aside" and now[who].withdrawn_at is None:
            now[who], fact = set_aside(park, now[who], "Sent by a program")
        else:
            now[who], fact = restore(park, now[who])
        if fact is not None:
            events.append((who, record(fact, key=str(who), at=NOON)))
    return list(now.values()), events


def batches(all: Sequence[Delivery], sizes: Sequence[int]) -> Iterator[Sequence[Delivery]]:
    start = 0
    for size in cycle(sizes):
        if start >= len(all):
            return
        yield all[start : start + size]
        start += size

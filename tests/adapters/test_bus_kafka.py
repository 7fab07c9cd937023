"""What only Kafka can do to us: records that others wrote, and a broker that is away, is killed or loses its memory."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy import servers
from deploy.servers import Addresses, Missing
from shared.bus.kafka import PUBLISH_WITHIN_S, STOP_WITHIN_S, KafkaBus
from shared.bus.port import COMPACTED, Bus
from shared.errors import Unavailable
from tests.adapters.buses import Listener, event
from tests.eventually import eventually
from tests.servers import absent, require_servers

pytestmark = pytest.mark.servers


@pytest.fixture
def topic() -> str:
    return f"trial-{uuid4().hex}"


@pytest.fixture
async def buses() -> AsyncIterator[list[KafkaBus]]:
    """Put a bus in here to have it stopped when the test ends."""
    made: list[KafkaBus] = []
    yield made
    for bus in made:
        await bus.stop()


async def ready(bus: Bus) -> bool:
    with contextlib.suppress(Unavailable):
        await bus.ping()
        return True
    return False


async def test_records_that_others_wrote_reach_the_handler_as_they_are(topic: str, buses: list[KafkaBus]) -> None:
    address = require_servers().kafka
    listener = Listener()
    bus = KafkaBus(address, [topic])
    buses.append(bus)
    bus.subscribe(topic, topic, listener.take)
    await bus.start()
    await eventually(lambda: ready(bus))

    async with AIOKafkaProducer(bootstrap_servers=address) as producer:
        for value, headers in (
            (b"no JSON", [("content-type", b"application/json")]),
            (b"\xff\xfe no text", [("content-type", b"text/plain")]),
            (b'{"json": 1}', [("content-type", b"application/json"), ("reply_to", topic.encode())]),
            (b"bad header", [("content-type", b"\xff\xfe")]),
            (b"null header", [("correlation_id", None)]),
            (b"no header", []),
            (None, []),
        ):
            await producer.send_and_wait(topic, value, key=b"k", headers=headers)

    await eventually(lambda: len(listener.payloads) >= 7)
    assert listener.payloads == [
        b"no JSON",
        b"\xff\xfe no text",
        b'{"json": 1}',
        b"bad header",
        b"null header",
        b"no header",
        b"",
    ]


async def test_what_is_forgotten_is_a_tombstone_to_kafka(topic: str, buses: list[KafkaBus]) -> None:
    address = require_servers().kafka
    bus = KafkaBus(address, [topic])
    buses.append(bus)
    await bus.start()
    await eventually(lambda: ready(bus))

    await bus.publish([event(topic, "ann", "contact"), event(topic, "ann", "")])

    async with AIOKafkaConsumer(topic, bootstrap_servers=address, auto_offset_reset="earliest") as consumer:
        records = [await consumer.getone() for _ in range(2)]
    assert [(record.key, record.value) for record in records] == [(b"ann", b"contact"), (b"ann", None)]


async def test_systems_that_share_a_kafka_do_not_hear_each_other(topic: str, buses: list[KafkaBus]) -> None:
    heard = {}
    for system in ("north", "south"):
        bus = KafkaBus(require_servers().kafka, ["trial"], prefix=f"{topic}.{system}.")
        buses.append(bus)
        heard[system] = Listener()
        bus.subscribe("trial", "group", heard[system].take)
        await bus.start()
        await eventually(partial(ready, bus))

    for bus, system in zip(buses, heard, strict=True):
        await bus.publish([event("trial", "k", system)])
    await eventually(lambda: all(listener.has(system) for system, listener in heard.items()))

    assert {system: listener.payloads for system, listener in heard.items()} == {
        "north": [b"north"],
        "south": [b"south"],
    }
    assert {delivery.topic for listener in heard.values() for call in listener.calls for delivery in call} == {"trial"}


async def test_topics_are_made_and_the_one_with_contact_details_is_compacted(topic: str, buses: list[KafkaBus]) -> None:
    address = require_servers().kafka
    bus = KafkaBus(address, ["trial", *COMPACTED], prefix=topic)
    buses.append(bus)
    await bus.start()
    await eventually(lambda: ready(bus))

    names = ordinary, contacts = f"{topic}trial", f"{topic}accounts.resident.v1"
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    described = {each["topic"]: each for each in await admin.describe_topics(list(names))}
    settings = {name: await _settings(admin, name) for name in names}
    await admin.close()

    assert {name: len(each["partitions"]) for name, each in described.items()} == {ordinary: 3, contacts: 3}
    assert settings[contacts]["cleanup.policy"] == "compact"
    assert settings[ordinary]["cleanup.policy"] == "delete"
    assert settings[ordinary]["retention.ms"] == "-1"


async def _settings(admin: AIOKafkaAdminClient, topic: str) -> dict[str, str]:
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    return {setting[0]: setting[1] for answer in answers for resource in answer.resources for setting in resource[4]}


async def test_topics_that_cannot_be_made_are_said_and_not_made_otherwise(
    topic: str, buses: list[KafkaBus], caplog: pytest.LogCaptureFixture
) -> None:
    address = require_servers().kafka
    bus = KafkaBus(address, [], replication=9)
    buses.append(bus)
    bus.subscribe(topic, topic, Listener().take)
    await bus.start()

    await eventually(lambda: "InvalidReplicationFactor" in caplog.text)
    with pytest.raises(Unavailable):
        await bus.publish([event(topic, "k", "x")])
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    assert topic not in await admin.list_topics()
    await admin.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """For a Kafka of our own, which may be killed."""
    folder = tmp_path_factory.mktemp("kafka")
    yield folder
    servers.stop(folder, wipe=True)


@pytest.fixture
def own(folder: Path) -> Addresses:
    try:
        return servers.start(folder)
    except Missing as missing:
        absent(str(missing))


async def test_a_bus_starts_without_kafka_and_delivers_once_it_is_there(
    topic: str, folder: Path, own: Addresses, buses: list[KafkaBus]
) -> None:
    await asyncio.to_thread(servers.kill, folder, "kafka")
    listener = Listener()
    bus = KafkaBus(own.kafka, [topic])
    buses.append(bus)
    bus.subscribe(topic, topic, listener.take)

    begun = time.monotonic()
    await bus.start()
    for _ in range(3):
        with pytest.raises(Unavailable):
            await bus.publish([event(topic, "k", "too early")])
    with pytest.raises(Unavailable):
        await bus.ping()
    assert time.monotonic() - begun < 2

    await asyncio.to_thread(servers.start, folder)
    await eventually(lambda: ready(bus), "Kafka", within=60)
    await bus.publish([event(topic, "k", "in time")])
    await eventually(lambda: listener.has("in time"))


async def test_a_kafka_that_is_killed_is_said_in_time_and_found_again(
    topic: str, folder: Path, own: Addresses, buses: list[KafkaBus]
) -> None:
    listener = Listener()
    bus = KafkaBus(own.kafka, [topic])
    buses.append(bus)
    bus.subscribe(topic, topic, listener.take)
    await bus.start()
    await eventually(lambda: ready(bus))
    await bus.publish([event(topic, f"k{n}", f"before {n}") for n in range(50)])
    await asyncio.to_thread(servers.kill, folder, "kafka")

    begun = time.monotonic()
    with pytest.raises(Unavailable):
        await bus.publish([event(topic, f"k{n}", f"meanwhile {n}") for n in range(200)])
    assert time.monotonic() - begun < PUBLISH_WITHIN_S + 3

    await asyncio.to_thread(servers.start, folder)
    await eventually(lambda: published(bus, topic, "after"), "publishing", within=60)
    await eventually(lambda: listener.has(*(f"before {n}" for n in range(50)), "after"), within=60)


async def published(bus: Bus, topic: str, payload: str) -> bool:
    with contextlib.suppress(Unavailable):
        await bus.publish([event(topic, "k0", payload)])
        return True
    return False


async def test_a_bus_stops_in_time_when_kafka_has_gone(
    topic: str, folder: Path, own: Addresses, buses: list[KafkaBus]
) -> None:
    bus = KafkaBus(own.kafka, [topic])
    for n in range(3):
        bus.subscribe(topic, f"{topic}.{n}", Listener().take)
    await bus.start()
    await eventually(lambda: ready(bus))
    await bus.publish([event(topic, "k", "x")])
    await asyncio.to_thread(servers.kill, folder, "kafka")
    publishing = asyncio.create_task(published(bus, topic, "never"))

    begun = time.monotonic()
    await bus.stop()
    assert time.monotonic() - begun < STOP_WITHIN_S + 3
    assert not await publishing


async def test_a_kafka_that_has_lost_what_it_acknowledged_is_published_to_again(
    topic: str, folder: Path, own: Addresses, buses: list[KafkaBus]
) -> None:
    """As after a power cut: the log is shorter than the producer's count, and it would refuse every event to come."""
    listener = Listener()
    bus = KafkaBus(own.kafka, [topic])
    buses.append(bus)
    bus.subscribe(topic, topic, listener.take)
    await bus.start()
    await eventually(lambda: ready(bus))
    await bus.publish([event(topic, "k", "kept")])
    sizes = {log: log.stat().st_size for log in _logs(folder, topic)}
    await asyncio.gather(*(bus.publish([event(topic, "k", f"lost {n}")]) for n in range(3)))
    await asyncio.to_thread(servers.kill, folder, "kafka")
    for log in _logs(folder, topic):
        with log.open("r+b") as file:
            file.truncate(sizes[log])
    await asyncio.to_thread(servers.start, folder)

    await eventually(lambda: published(bus, topic, "after"), "publishing", within=60)

    await eventually(lambda: listener.has("kept", "after"), within=60)


def _logs(folder: Path, topic: str) -> list[Path]:
    return sorted((folder / "kafka" / "data").glob(f"{topic}-*/*.log"))

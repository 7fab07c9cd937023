"""The bus on Kafka, through FastStream. Settings and their reasons are in docs/adr/."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from aiokafka import ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from shared.bus.port import BATCH, COMPACTED, Bus, Delivery, Handler
from shared.errors import Unavailable
from shared.event import Outgoing

log = logging.getLogger(__name__)

PARTITIONS = 3
PUBLISH_WITHIN_S = 10.0
"""Left to itself, publishing to a dead Kafka blocks for 40 seconds."""

GIVE_UP_MS = 8000
"""What Kafka has not taken by then is dropped by the client: it stays in its document and is published again."""

LARGEST_BATCH = 900_000
"""Bytes; Kafka takes 1 048 588. What one call publishes to a partition fits into one, so that no later event of a key
is kept where an earlier one was not."""

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 5.0
"""Between attempts to start, while Kafka is away."""

PAUSE_S = 0.5
"""After a handler that failed; without it FastStream tries again thousands of times a second."""

GRACE_S = 5.0
"""For handlers at work when the bus stops."""

STOP_WITHIN_S = 8.0
"""Stopping a broker whose servers are gone would otherwise wait for them."""


class KafkaBus(Bus):
    """Topics and groups begin with `prefix` on Kafka, and only there: so several systems can share it."""

    def __init__(self, servers: str, topics: Sequence[str], *, prefix: str = "", replication: int = 1) -> None:
        self._servers = servers.split(",")
        self._topics = topics
        self._prefix = prefix
        self._replication = replication
        self._handlers: dict[str, dict[str, Handler]] = {}
        self._broker: KafkaBroker | None = None
        self._starting: asyncio.Task[None] | None = None

    async def publish(self, events: Sequence[Outgoing]) -> None:
        broker = self._broker
        if broker is None:
            raise Unavailable("Kafka does not answer yet")
        try:
            async with asyncio.timeout(PUBLISH_WITHIN_S):
                # Handed over one after the other, so that one key's events stay in order; each is a future that is
                # done when Kafka has kept it.
                await asyncio.gather(*[await self._hand_over(broker, event) for event in events])
        except (KafkaError, TimeoutError) as error:
            raise Unavailable(f"Kafka does not answer: {type(error).__name__}") from error

    async def _hand_over(self, broker: KafkaBroker, event: Outgoing) -> asyncio.Future[Any]:
        payload, topic = event.payload.encode() or None, self._prefix + event.topic
        return await broker.publish(payload, topic=topic, key=event.key.encode(), no_confirm=True)

    def subscribe(self, topic: str, group: str, handler: Handler) -> None:
        self._handlers.setdefault(group, {})[topic] = handler

    async def start(self) -> None:
        self._starting = asyncio.create_task(self._start_when_there())

    async def stop(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait({self._starting})
        if self._broker is not None:
            await _stop(self._broker)
            self._broker = None

    async def ping(self) -> None:
        if self._broker is None or not await self._broker.ping(timeout=2.0):
            raise Unavailable("Kafka does not answer")

    async def _start_when_there(self) -> None:
        pause = FIRST_PAUSE_S
        while not await self._try_to_start():
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE_S, pause * 2)

    async def _try_to_start(self) -> bool:
        broker = self._new_broker()
        try:
            await self._make_topics()
            await broker.start()
        except (KafkaError, OSError, TimeoutError) as error:
            log.warning("Kafka does not answer yet: %s", type(error).__name__)
        except Exception:
            log.exception("could not start on Kafka")
        else:
            self._broker = broker
        finally:
            if self._broker is not broker:
                await _stop(broker)
        return self._broker is broker

    def _new_broker(self) -> KafkaBroker:
        broker = KafkaBroker(
            self._servers,
            acks="all",
            # An idempotent producer never drops what it holds, so it cannot be stopped while Kafka is away; and after
            # a power cut that cost Kafka its newest records, their counts differ and it is refused for ever.
            enable_idempotence=False,
            linger_ms=2,
            request_timeout_ms=GIVE_UP_MS,
            max_batch_size=LARGEST_BATCH,
            max_request_size=LARGEST_BATCH,
            graceful_timeout=GRACE_S,
            # Ours are there by now; one that FastStream makes has one partition and one copy.
            allow_auto_create_topics=False,
            apply_types=False,
            logger=None,
        )
        # One consumer for all topics of a group: with one each, every one that joins makes those before it begin again.
        for group, handlers in self._handlers.items():
            subscriber = broker.subscriber(
                *(self._prefix + topic for topic in handlers),
                group_id=self._prefix + group,
                batch=True,
                max_records=BATCH,
                batch_timeout_ms=50,
                auto_offset_reset="earliest",
                # Without this an exception, or a kill, loses messages; a policy of the broker is not handed down.
                ack_policy=AckPolicy.NACK_ON_ERROR,
                session_timeout_ms=10_000,
                no_reply=True,
                parser=_without_headers,
                decoder=_as_they_came,
            )
            subscriber(_taking(group, handlers, self._prefix))
        return broker

    async def _make_topics(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._servers)
        try:
            await admin.start()
            wanted = {*self._topics, *(topic for handlers in self._handlers.values() for topic in handlers)}
            there = set(await admin.list_topics())
            missing = sorted(topic for topic in wanted if self._prefix + topic not in there)
            made = await admin.create_topics([self._new_topic(name) for name in missing]) if missing else None
        finally:
            await admin.close()
        for name, code, *_ in made.topic_errors if made else ():
            if code not in (0, TopicAlreadyExistsError.errno):
                raise for_code(code)(f"the topic {name} could not be made")

    def _new_topic(self, name: str) -> NewTopic:
        """Events are kept for ever unless an operator sets otherwise: a new service begins at the oldest."""
        config = {"cleanup.policy": "compact"} if name in COMPACTED else {"retention.ms": "-1"}
        return NewTopic(self._prefix + name, PARTITIONS, self._replication, topic_configs=config)


def _taking(group: str, handlers: Mapping[str, Handler], prefix: str) -> Any:
    """The handlers as FastStream calls them: with records that may be of several topics and partitions."""

    async def take(records: Sequence[ConsumerRecord[Any, Any]]) -> None:
        by_partition: dict[tuple[str, int], list[Delivery]] = {}
        for record in records:
            topic = record.topic.removeprefix(prefix)
            delivery = Delivery(topic, record.partition, record.offset, record.value or b"")
            by_partition.setdefault((topic, record.partition), []).append(delivery)
        try:
            for (topic, _), deliveries in by_partition.items():
                await handlers[topic](deliveries)
        except Exception:
            log.exception("%s could not take in events of %s; trying again", group, topic)
            await asyncio.sleep(PAUSE_S)
            raise

    return take


async def _without_headers(records: tuple[ConsumerRecord[Any, Any], ...], parse: Any) -> Any:
    """FastStream loses the whole batch when a header is not UTF-8 or is null. Ours say nothing we need."""
    return await parse(tuple(replace(record, headers=()) for record in records))


async def _as_they_came(message: Any) -> Any:
    """FastStream would read JSON by itself, and bring bytes that are none again and again."""
    return message.raw_message


async def _stop(broker: KafkaBroker) -> None:
    try:
        await asyncio.wait_for(broker.stop(), STOP_WITHIN_S)
    except (TimeoutError, KafkaError):
        log.warning("Kafka did not answer while stopping")

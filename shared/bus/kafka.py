"""The bus on Kafka, through FastStream. Settings and their reasons are in docs/adr/."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from aiokafka import ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage

from shared.bus.port import BATCH, COMPACTED, Bus, Delivery, Handler
from shared.errors import Unavailable
from shared.event import Outgoing

log = logging.getLogger(__name__)

PARTITIONS = 3
PUBLISH_WITHIN_S = 10.0
"""Left to itself, publishing to a dead Kafka blocks for 40 seconds."""

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 5.0
STOP_WITHIN_S = 8.0
"""Stopping a broker whose servers are gone would otherwise wait for them."""


class KafkaBus(Bus):
    def __init__(self, servers: str, topics: Sequence[str], *, replication: int = 1) -> None:
        self._servers = servers.split(",")
        self._topics = topics
        self._replication = replication
        self._subscriptions: list[tuple[str, str, Handler]] = []
        self._broker: KafkaBroker | None = None
        self._starting: asyncio.Task[None] | None = None

    async def publish(self, events: Sequence[Outgoing]) -> None:
        if self._broker is None:
            raise Unavailable("Kafka does not answer yet")
        by_topic: dict[str, list[Outgoing]] = {}
        for event in events:
            by_topic.setdefault(event.topic, []).append(event)
        try:
            async with asyncio.timeout(PUBLISH_WITHIN_S):
                for topic, its in by_topic.items():
                    await asyncio.gather(*await self._send(self._broker, topic, its))
        except (KafkaError, TimeoutError) as error:
            raise Unavailable(f"Kafka does not answer: {type(error).__name__}") from error

    async def _send(self, broker: KafkaBroker, topic: str, events: Sequence[Outgoing]) -> list[asyncio.Future[Any]]:
        """Hand over in order, so that one key's events stay in order; each future is done when Kafka has kept it."""
        return [
            await broker.publish(event.payload.encode(), topic=topic, key=event.key.encode(), no_confirm=True)
            for event in events
        ]

    def subscribe(self, topic: str, group: str, handler: Handler) -> None:
        self._subscriptions.append((topic, group, handler))

    async def start(self) -> None:
        self._starting = asyncio.create_task(self._start_when_there())

    async def stop(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        if self._broker is not None:
            await _stop(self._broker)
            self._broker = None

    async def ping(self) -> None:
        if self._broker is None or not await self._broker.ping(timeout=2.0):
            raise Unavailable("Kafka does not answer")

    async def _start_when_there(self) -> None:
        pause = FIRST_PAUSE_S
        while True:
            broker = self._new_broker()
            try:
                await self._make_topics()
                await broker.start()
            except (KafkaError, OSError, TimeoutError) as error:
                log.warning("Kafka does not answer yet: %s", type(error).__name__)
                await _stop(broker)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE_S, pause * 2)
            else:
                self._broker = broker
                return

    def _new_broker(self) -> KafkaBroker:
        broker = KafkaBroker(
            self._servers, acks="all", enable_idempotence=True, linger_ms=2, request_timeout_ms=8000, logger=None
        )
        for topic, group, handler in self._subscriptions:
            subscriber = broker.subscriber(
                topic,
                group_id=group,
                batch=True,
                max_records=BATCH,
                batch_timeout_ms=50,
                auto_offset_reset="earliest",
                # Without this an exception, or a kill, loses messages; a policy of the broker is not handed down.
                ack_policy=AckPolicy.NACK_ON_ERROR,
                session_timeout_ms=10_000,
                decoder=_as_it_came,
            )
            subscriber(_taking(handler))
        return broker

    async def _make_topics(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._servers)
        try:
            await admin.start()
            there = set(await admin.list_topics())
            missing = [self._new_topic(name) for name in self._topics if name not in there]
            if missing:
                await admin.create_topics(missing)
        except TopicAlreadyExistsError:
            return
        finally:
            await admin.close()

    def _new_topic(self, name: str) -> NewTopic:
        """Events are kept for ever unless an operator sets otherwise: a new service begins at the oldest."""
        config = {"cleanup.policy": "compact"} if name in COMPACTED else {"retention.ms": "-1"}
        return NewTopic(name, PARTITIONS, self._replication, topic_configs=config)


def _taking(handler: Handler) -> Any:
    """The handler as FastStream calls it: with a batch that may span partitions."""

    async def take(_: Any, message: KafkaMessage) -> None:
        records: Sequence[ConsumerRecord[Any, Any]] = (
            message.raw_message if isinstance(message.raw_message, tuple) else (message.raw_message,)
        )
        by_partition: dict[int, list[Delivery]] = {}
        for record in records:
            delivery = Delivery(record.topic, record.partition, record.offset, record.value or b"")
            by_partition.setdefault(record.partition, []).append(delivery)
        for deliveries in by_partition.values():
            await handler(deliveries)

    return take


async def _as_it_came(message: Any) -> Any:
    """FastStream would read JSON by itself, and bring bytes that are none again and again."""
    return message.body


async def _stop(broker: KafkaBroker) -> None:
    try:
        await asyncio.wait_for(broker.stop(), STOP_WITHIN_S)
    except (TimeoutError, KafkaError):
        log.warning("Kafka did not answer while stopping")

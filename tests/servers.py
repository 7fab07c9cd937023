"""Where the real servers are that a test may use."""

import atexit
import contextlib
import functools
import gc
import os
import warnings
from typing import NoReturn

import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient

from deploy import servers
from deploy.servers import kafka, record
from deploy.servers.record import Addresses

KAFKA_IMAGE = "apache/kafka:4.4.0"
MONGO_IMAGE = "mongo:8"
ENGINE_SECONDS = 2
NONE_FOUND = (
    "No real Kafka and MongoDB: `make servers` starts them on this machine, "
    "or start Docker, or name both in ENGAGE_TEST_KAFKA (host:port) and ENGAGE_TEST_MONGO (mongodb://host:port)."
)


def require_servers() -> Addresses:
    """For fixtures: the servers, or the test fails (CI) or is skipped (a laptop) and says how to start them."""
    return find_servers() or absent(NONE_FOUND)


def absent(sentence: str) -> NoReturn:
    """What a test needs is not there. Skipped in CI, it would count as passed with nobody there to read why."""
    if os.environ.get("CI") == "true":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def find_servers() -> Addresses | None:
    """The servers named by the environment; else in Docker, started here; else those of `make servers`; else none."""
    return _named() or _in_docker() or servers.addresses()


def _named() -> Addresses | None:
    names = ("ENGAGE_TEST_KAFKA", "ENGAGE_TEST_MONGO")
    given = [os.environ[name] for name in names if os.environ.get(name)]
    if len(given) == 1:
        raise ValueError(f"Only one of {' and '.join(names)} is set: set both or neither.")
    return Addresses(kafka=given[0], mongo=given[1]) if given else None


@functools.cache
def _in_docker() -> Addresses | None:
    """A pair of containers, once for a run of the tests; they go when it ends."""
    host = engine_host()
    if host is None:
        return None
    port = record.free_port()
    own = {
        "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{host}:{port}",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
    }
    broker = DockerContainer(KAFKA_IMAGE).with_envs(**_kafka_settings(), **own).with_bind_ports(9092, port)
    store = DockerContainer(MONGO_IMAGE).with_exposed_ports(27017)
    for container in (broker, store):
        container.start()
        atexit.register(container.stop)
    found = Addresses(kafka=f"{host}:{port}", mongo=f"mongodb://{host}:{store.get_exposed_port(27017)}")
    servers.wait_until_answering(found)
    return found


def engine_host() -> str | None:
    """Where containers' ports are reached, or None without an engine that answers; docker alone is only a client."""
    # A docker client that reaches no engine leaves its socket for the collector to find, which would fail some test.
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        host = _ask_engine()
        gc.collect()
    return host


def _ask_engine() -> str | None:
    try:
        engine = DockerClient(timeout=ENGINE_SECONDS)
        with contextlib.closing(engine.client):
            engine.client.ping()
            return engine.host()
    except Exception:  # noqa: BLE001 - the socket's, the transport's or the client's own: none of them is an engine
        return None


def _kafka_settings() -> dict[str, str]:
    """The settings that `make servers` has too, spelt as the image wants them: node.id as KAFKA_NODE_ID."""
    lines = (kafka.HERE / "kafka.properties").read_text().splitlines()
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {f"KAFKA_{name.replace('.', '_').upper()}": value for name, value in pairs}

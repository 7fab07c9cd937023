"""The servers behind `make servers`: they answer, survive kill -9 with what they acknowledged, and end alone."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import MongoClient, WriteConcern

from deploy import servers
from deploy.servers import Addresses, Missing, java, mongo, process, record
from tests.servers import absent, engine_host, find_servers

TOPIC = "kept"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("servers")
    yield folder
    servers.stop(folder, wipe=True)


@pytest.fixture
def pair(folder: Path) -> Addresses:
    """Both running: started by the first test, and again after one that stopped them."""
    try:
        return servers.start(folder)
    except Missing as missing:
        absent(str(missing))


@pytest.mark.servers
async def test_a_killed_kafka_comes_back_on_its_port_with_every_acknowledged_record(
    folder: Path, pair: Addresses
) -> None:
    await _publish(pair.kafka, [b"1", b"2", b"3"])

    await asyncio.to_thread(servers.kill, folder, "kafka")
    assert servers.running(folder) == ["mongo"]
    assert servers.addresses(folder) is None
    again = await asyncio.to_thread(servers.start, folder)

    assert again == pair
    assert await _published(again.kafka) == [b"1", b"2", b"3"]


@pytest.mark.servers
def test_a_killed_mongo_comes_back_on_its_port_with_every_acknowledged_insert(folder: Path, pair: Addresses) -> None:
    _insert(pair.mongo, ["1", "2", "3"])

    servers.kill(folder, "mongo")
    assert servers.running(folder) == ["kafka"]
    again = servers.start(folder)

    assert again == pair
    assert _inserted(again.mongo) == ["1", "2", "3"]


@pytest.mark.servers
def test_starting_what_runs_changes_nothing_and_restarting_changes_only_the_process(
    folder: Path, pair: Addresses
) -> None:
    before = record.read(folder)

    assert servers.start(folder) == pair
    assert record.read(folder) == before

    assert servers.restart(folder, "mongo") == pair
    after = record.read(folder)
    assert after.pids["kafka"] == before.pids["kafka"]
    assert after.pids["mongo"] != before.pids["mongo"]


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """The process id and the mark of a SecantusDB that is none of the pair's."""
    mongo.prepare(tmp_path, {})
    pid = process.spawn(mongo.command(tmp_path, {"mongo": record.free_port()}), tmp_path / "mongo.log")
    yield pid, mongo.mark(tmp_path)
    process.kill([(pid, mongo.mark(tmp_path))])


@pytest.mark.servers
def test_stopping_ends_these_servers_and_spares_another_of_the_same_kind(
    folder: Path, pair: Addresses, stranger: tuple[int, str]
) -> None:
    ours = record.read(folder).pids.values()

    assert servers.stop(folder) == ["kafka", "mongo"]

    assert not any(psutil.pid_exists(pid) for pid in ours)
    assert process.is_running(*stranger)
    assert servers.addresses(folder) is None


@pytest.mark.servers
def test_a_stop_keeps_the_data_and_a_wipe_takes_them(folder: Path, pair: Addresses) -> None:
    _insert(pair.mongo, ["kept"])

    servers.stop(folder)
    assert "kept" in _inserted(servers.start(folder).mongo)
    servers.stop(folder, wipe=True)
    assert [left.name for left in folder.iterdir()] == ["lock"]


@pytest.mark.servers
def test_stopping_spares_a_process_that_now_has_an_old_number(
    stranger: tuple[int, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("old")
    (folder / "lock").touch()
    pids: dict[str, int] = dict.fromkeys(servers.SERVERS, stranger[0])
    record.write(folder, record.Record({"kafka": 1, "controller": 2, "mongo": 3}, pids))

    assert servers.stop(folder) == []
    assert process.is_running(*stranger)


def test_a_machine_without_java_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _only_on_path(tmp_path, monkeypatch)

    for look, named in ((java.java, "Java 17 or later"), (java.maven, "Maven")):
        with pytest.raises(Missing, match=rf"needs {named}.*apt-get install maven default-jre-headless"):
            look()


def test_a_java_too_old_for_kafka_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _only_on_path(tmp_path, monkeypatch)
    program = tmp_path / "java"
    says = "#!/bin/sh\necho 'openjdk version \"{}\" 2025-04-15' >&2\n"
    program.touch(mode=0o700)

    for old in ("1.8.0_402", "11.0.2"):
        program.write_text(says.format(old))
        with pytest.raises(Missing):
            java.java()
    program.write_text(says.format("17.0.15"))
    assert java.java() == str(program)


def test_servers_named_by_the_environment_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGAGE_TEST_KAFKA", "127.0.0.1:1")
    monkeypatch.setenv("ENGAGE_TEST_MONGO", "mongodb://127.0.0.1:2")
    assert find_servers() == Addresses(kafka="127.0.0.1:1", mongo="mongodb://127.0.0.1:2")

    monkeypatch.delenv("ENGAGE_TEST_MONGO")
    with pytest.raises(ValueError, match="Only one of"):
        find_servers()


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_in_ci_a_missing_server_fails_the_test_and_on_a_laptop_skips_it(
    ci: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="none here"):
        absent("none here")


def test_a_docker_client_without_an_engine_counts_as_no_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    assert engine_host() is None


def _only_on_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    for name in ("JAVA_HOME", "CI"):
        monkeypatch.delenv(name, raising=False)


def _insert(address: str, ids: list[str]) -> None:
    with MongoClient[dict[str, str]](address) as client:
        safe = client.test.get_collection("kept", write_concern=WriteConcern(w="majority", j=True))
        safe.insert_many([{"_id": each} for each in ids])


def _inserted(address: str) -> list[str]:
    with MongoClient[dict[str, str]](address) as client:
        return [document["_id"] for document in client.test.kept.find().sort("_id")]


async def _publish(address: str, values: list[bytes]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, num_partitions=1, replication_factor=1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=address, acks="all") as producer:
        for value in values:
            await producer.send_and_wait(TOPIC, value)


async def _published(address: str) -> list[bytes]:
    async with AIOKafkaConsumer(TOPIC, bootstrap_servers=address, auto_offset_reset="earliest") as consumer:
        partition = TopicPartition(TOPIC, 0)
        end = (await consumer.end_offsets([partition]))[partition]
        return [(await consumer.getone()).value for _ in range(end)]

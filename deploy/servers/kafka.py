"""Apache Kafka in one process, broker and controller both, from the Java artefacts that the project publishes."""

import asyncio
import base64
import hashlib
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from deploy.servers import java, record

HERE = Path(__file__).parent
POM = HERE / "pom.xml"
TITLE = "Apache Kafka"
PORTS: tuple[str, ...] = ("kafka", "controller")
TRY_SECONDS = 2

# Serial collection and the quick compiler alone: on two cores it listens sooner and leaves more to the tests.
JVM = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}")


def mark(folder: Path) -> str:
    return str(folder / "kafka" / "server.properties")


def prepare(folder: Path, ports: Mapping[str, int]) -> None:
    """Fetch Kafka, write its settings and format its storage, each where that is still to do."""
    (folder / "kafka").mkdir(exist_ok=True)
    classpath(folder)
    _write_settings(folder, ports)
    _format_storage(folder)


def command(folder: Path, ports: Mapping[str, int]) -> list[str]:  # noqa: ARG001
    return [java.java(), "-Xmx512m", *JVM, "-cp", classpath(folder), "kafka.Kafka", mark(folder)]


def answers(address: str) -> bool:
    """Whether a metadata request gets through and every partition has its leader again."""
    return asyncio.run(_answers(address))


async def _answers(address: str) -> bool:
    client = AIOKafkaClient(bootstrap_servers=address, request_timeout_ms=TRY_SECONDS * 1000)
    try:
        await client.bootstrap()
        cluster = await client.fetch_all_metadata()
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        await client.close()
    led = all(
        cluster.available_partitions_for_topic(topic) == cluster.partitions_for_topic(topic)
        for topic in cluster.topics(exclude_internal_topics=False)
    )
    return bool(cluster.brokers()) and led


def classpath(folder: Path) -> str:
    """Kafka's jars, from Maven's own store. Asked of Maven again when the pom is another, or a jar has gone."""
    digest = hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    kept = folder / "kafka" / f"classpath-{digest}.txt"
    if not kept.exists() or not all(Path(jar).exists() for jar in kept.read_text().split(os.pathsep)):
        _ask_maven(kept)
    return kept.read_text()


def _ask_maven(kept: Path) -> None:
    goal = ["dependency:build-classpath", "-DincludeScope=runtime", f"-Dmdep.outputFile={kept}"]
    wanted = [java.maven(), "--batch-mode", "--quiet", "--file", str(POM), *goal]
    java.java()  # Maven without one says only that JAVA_HOME is wrong
    # One at a time: two first downloads would write the same files.
    with record.alone(POM):
        done = subprocess.run(wanted, capture_output=True, text=True, check=False)
    if done.returncode:
        kept.unlink(missing_ok=True)
        raise java.Missing(f"Maven could not fetch Apache Kafka:\n{(done.stdout + done.stderr).strip()[-2000:]}")


def _write_settings(folder: Path, ports: Mapping[str, int]) -> None:
    broker, controller = (f"{record.HOST}:{ports[name]}" for name in PORTS)
    # A properties file takes a backslash in a path for an escape.
    data = re.sub(r"([\\:=#!])", r"\\\1", str(_data(folder)))
    own = f"""
listeners=PLAINTEXT://{broker},CONTROLLER://{controller}
advertised.listeners=PLAINTEXT://{broker}
controller.quorum.voters=1@{controller}
log.dirs={data}
"""
    Path(mark(folder)).write_text((HERE / "kafka.properties").read_text() + own)


def _format_storage(folder: Path) -> None:
    formatted = folder / "kafka" / "formatted"
    if formatted.exists():
        return
    # Left by a formatting that was interrupted: Kafka would neither start on it nor format it again.
    shutil.rmtree(_data(folder), ignore_errors=True)
    tool = [java.java(), "-Xmx128m", *JVM, "-cp", classpath(folder), "kafka.tools.StorageTool", "format"]
    cluster = _cluster_id()
    done = subprocess.run(
        [*tool, "--cluster-id", cluster, "--config", mark(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"Apache Kafka could not format {_data(folder)}:\n{(done.stdout + done.stderr)[-2000:]}")
    formatted.write_text(cluster)


def _cluster_id() -> str:
    """16 bytes as Kafka spells them, never beginning with the dash that it would read as an option.

    Each pair of servers has its own, so that a client is told when the port is now another cluster's.
    """
    return base64.urlsafe_b64encode(b"E" + secrets.token_bytes(15)).decode().rstrip("=")


def _data(folder: Path) -> Path:
    return folder / "kafka" / "data"

"""Real servers without Docker, for tests and for a developer: Apache Kafka and SecantusDB on loopback.

Each pair lives in a folder of its own, with its data, its logs and servers.json, and survives the command that
started it. Every function here blocks, some for seconds: an async test calls them through asyncio.to_thread.
"""

import shutil
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol

from deploy.servers import kafka, mongo, process, record
from deploy.servers.java import Missing
from deploy.servers.record import Addresses

__all__ = ["FOLDER", "SERVERS", "Addresses", "Missing", "Which"]
__all__ += ["addresses", "kill", "restart", "running", "start", "stop", "wait_until_answering"]

FOLDER = Path(__file__).parents[2] / ".servers"
START_SECONDS = 60
STOP_SECONDS = 15

Which = Literal["kafka", "mongo"]


class Server(Protocol):
    """What kafka.py and mongo.py each are."""

    TITLE: str
    PORTS: tuple[str, ...]

    def mark(self, folder: Path) -> str: ...
    def prepare(self, folder: Path, ports: Mapping[str, int]) -> None: ...
    def command(self, folder: Path, ports: Mapping[str, int]) -> list[str]: ...
    def answers(self, address: str) -> bool: ...


SERVERS: Mapping[Which, Server] = {"kafka": kafka, "mongo": mongo}


def start(folder: Path = FOLDER) -> Addresses:
    """Start what does not run, and return when both answer. One that was killed comes back on its port with its data.

    Raises Missing when something must be installed, RuntimeError when one ends or is silent for START_SECONDS.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lock").touch()
    with record.alone(folder / "lock"):
        known = record.read(folder)
        for name in (name for server in SERVERS.values() for name in server.PORTS):
            known.ports.setdefault(name, record.free_port(known.ports.values()))
        ran = running(folder)
        down = {which: server for which, server in SERVERS.items() if which not in ran}
        for server in down.values():
            server.prepare(folder, known.ports)
        for which, server in down.items():
            known.pids[which] = process.spawn(server.command(folder, known.ports), folder / f"{which}.log")
            # At once, so that an interruption from here on leaves no server that `stop` does not know of.
            record.write(folder, known)
    wait_until_answering(known.addresses, folder)
    return known.addresses


def stop(folder: Path = FOLDER, *, wipe: bool = False) -> list[Which]:
    """End the servers of this folder and say which ran. The data stay unless they are to be wiped."""
    folder = folder.resolve()
    if not (folder / "lock").exists():
        return []
    with record.alone(folder / "lock"):
        ran = running(folder)
        process.end([_process(folder, which) for which in ran], patience=STOP_SECONDS)
        record.forget(folder)
        if wipe:
            for which in SERVERS:
                shutil.rmtree(folder / which, ignore_errors=True)
                (folder / f"{which}.log").unlink(missing_ok=True)
    return ran


def kill(folder: Path, which: Which) -> None:
    """End one of them with kill -9, as a machine short of memory does; `start` brings it back."""
    process.kill([_process(folder.resolve(), which)] if which in running(folder) else [])


def restart(folder: Path, which: Which) -> Addresses:
    """End one of them in good order and start it again on the same port."""
    process.end([_process(folder.resolve(), which)] if which in running(folder) else [], patience=STOP_SECONDS)
    return start(folder)


def running(folder: Path = FOLDER) -> list[Which]:
    """Which of them have a process now, whether or not they answer yet."""
    folder = folder.resolve()
    pids = record.read(folder).pids
    return [which for which in SERVERS if which in pids and process.is_running(*_process(folder, which))]


def addresses(folder: Path = FOLDER) -> Addresses | None:
    """Where both listen, or None unless both run."""
    return record.read(folder).addresses if len(running(folder)) == len(SERVERS) else None


def wait_until_answering(addresses: Addresses, folder: Path | None = None) -> None:
    """Return when a request to each has been answered.

    folder: where they run as processes of this machine; then the end of one is noticed at once and its log is quoted.
    """
    deadline = time.monotonic() + START_SECONDS
    for which, server in SERVERS.items():
        address: str = getattr(addresses, which)
        while not (_listens(address) and server.answers(address)):
            ended = folder is not None and which not in running(folder)
            if ended or time.monotonic() > deadline:
                raise RuntimeError(_what_went_wrong(which, folder, ended=ended))
            time.sleep(process.POLL_SECONDS)


def _listens(address: str) -> bool:
    """Asked first, since the clients' own attempts at a closed port fill the terminal with warnings."""
    host, port = address.removeprefix("mongodb://").split(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


def _what_went_wrong(which: Which, folder: Path | None, *, ended: bool) -> str:
    what = "ended while it started" if ended else f"did not answer within {START_SECONDS} s"
    sentence = f"{SERVERS[which].TITLE} {what}."
    if folder is None:
        return sentence
    log = folder / f"{which}.log"
    return f"{sentence} The end of {log}:\n{log.read_text(errors='replace')[-2000:]}"


def _process(folder: Path, which: Which) -> tuple[int, str]:
    return record.read(folder).pids[which], SERVERS[which].mark(folder)

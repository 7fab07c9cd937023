"""What is remembered of a pair of servers between two commands: servers.json in their folder."""

import contextlib
import fcntl
import json
import secrets
import socket
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Addresses:
    kafka: str
    """host:port, as Kafka clients take it."""
    mongo: str
    """mongodb://host:port"""


@dataclass
class Record:
    """Ports and process ids, by name. The ports of a server that was killed stay, so that it comes back on them."""

    ports: dict[str, int] = field(default_factory=dict)
    pids: dict[str, int] = field(default_factory=dict)

    @property
    def addresses(self) -> Addresses:
        return Addresses(kafka=f"{HOST}:{self.ports['kafka']}", mongo=f"mongodb://{HOST}:{self.ports['mongo']}")


def read(folder: Path) -> Record:
    """The record of a folder; an empty one where nothing was started."""
    try:
        kept = json.loads(_file(folder).read_bytes())
    except FileNotFoundError:
        return Record()
    return Record(ports=kept["ports"], pids=kept["pids"])


def write(folder: Path, record: Record) -> None:
    kept = {
        "kafka": record.addresses.kafka,
        "mongo": record.addresses.mongo,
        "pids": record.pids,
        "ports": record.ports,
    }
    new = folder / "servers.json.new"
    new.write_text(json.dumps(kept, indent=2) + "\n")
    # In one step: whoever reads meanwhile finds the old file or the new one, never half of one.
    new.replace(_file(folder))


def forget(folder: Path) -> None:
    _file(folder).unlink(missing_ok=True)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until no other process is in here with the same file: two of them would start two servers on one store."""
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def free_port(taken: Collection[int] = ()) -> int:
    """A port that nothing listens on, none of those taken, below those that Linux and macOS give to outgoing calls.

    A client that keeps calling a killed server on a port from that range ends up connected to itself, and the server
    cannot have its port back.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((HOST, port))
            if port not in taken:
                return port


def _file(folder: Path) -> Path:
    return folder / "servers.json"

"""SecantusDB: MongoDB's protocol over MongoDB's own storage engine, for development and tests only, never shipped."""

import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from deploy.servers import java, record

TITLE = "SecantusDB"
PORTS: tuple[str, ...] = ("mongo",)
TRY_SECONDS = 2


def mark(folder: Path) -> str:
    return str(folder / "mongo")


def prepare(folder: Path, ports: Mapping[str, int]) -> None:  # noqa: ARG001
    if importlib.util.find_spec("secantus") is None:
        raise java.Missing("SecantusDB is not in this virtual environment: `make servers` installs it.")
    (folder / "mongo").mkdir(exist_ok=True)


def command(folder: Path, ports: Mapping[str, int]) -> list[str]:
    settings = str(Path(__file__).parent / "secantusd.toml")
    where = ["--host", record.HOST, "--port", str(ports["mongo"]), "--storage-path", mark(folder)]
    return [sys.executable, "-m", "secantus", "--config", settings, *where]


def answers(address: str) -> bool:
    """Whether a ping gets through."""
    wait = TRY_SECONDS * 1000
    with MongoClient[dict[str, object]](address, serverSelectionTimeoutMS=wait, socketTimeoutMS=wait) as client:
        try:
            client.admin.command("ping")
        except PyMongoError:
            return False
    return True

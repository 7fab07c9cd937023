"""What may import what: the rules hold for the code as it is, and each is seen to fail on code that breaks it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from deploy.host import SERVICES

ROOT = Path(__file__).parents[2]
PACKAGES = ("services", "shared", "deploy")

BREACHES = [
    ("one-way", "shared.clock", "import services.accounts.domain"),
    ("one-way", "services.accounts.app", "import deploy.servers"),
    ("services-apart", "services.accounts.usecases", "import services.consultation.domain"),
    ("service-layers", "services.accounts.domain", "import services.accounts.storage"),
    ("service-layers", "services.consultation.queries", "import services.consultation.subscribers"),
    ("service-layers", "services.accounts.usecases", "import services.accounts.web"),
    ("service-layers", "services.consultation.subscribers", "import services.consultation.web"),
    ("service-layers", "services.accounts.web", "import services.accounts.app"),
    ("service-layers", "services.accounts.helpers", "import services.accounts.domain"),
    ("pure-domain", "services.accounts.domain", "import shared.store.port"),
    ("pure-domain", "services.consultation.domain.question", "import starlette"),
    ("pure-selection", "services.fairness_taskforce.selection.page", "import shared.web.charts"),
    ("pure-selection", "services.fairness_taskforce.selection.record", "import shared.store.port"),
    ("pure-selection", "services.fairness_taskforce.selection.reading", "import orjson"),
    ("verify-alone", "services.fairness_taskforce.selection.verify", "import shared.errors"),
    ("verify-alone", "services.fairness_taskforce.selection.verify", "from . import record"),
    ("verify-alone", "services.fairness_taskforce.selection.verify", "import numpy"),
    ("services-apart", "services.fairness_taskforce.selection.pool", "import services.accounts.domain"),
    ("engines-chosen-once", "services.accounts.app", "import shared.store.sqlite"),
    ("engines-chosen-once", "services.accounts.app", "import shared.store.mongo"),
    ("engines-chosen-once", "shared.relay", "import shared.bus.embedded"),
    ("engines-chosen-once", "shared.consume", "import shared.bus.kafka"),
    ("engines-chosen-once", "services.notifications.usecases", "import shared.mail.smtp"),
    ("sqlite", "shared.store.sqlite", "import sqlite3"),
    ("sqlite-file", "shared.relay", "import shared.sqlite_file"),
    ("mongo", "shared.store.documents", "import motor.motor_asyncio"),
    ("mongo", "services.accounts.storage", "from pymongo import MongoClient"),
    ("kafka", "shared.relay", "import aiokafka"),
    ("kafka", "services.accounts.app", "from faststream.kafka import KafkaBroker"),
    ("smtp", "services.notifications.usecases", "import aiosmtplib"),
    ("typst", "services.consultation.queries", "import typst"),
    ("mail-catcher", "services.notifications.app", "import aiosmtpd.smtp"),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The code and the rules, free to be broken."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=_all_but_python)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _all_but_python(folder: str, names: list[str]) -> set[str]:
    left_out = {name for name in names if name in {"node_modules", "static", "__pycache__"}}
    return left_out | {name for name in names if (Path(folder) / name).is_file() and not name.endswith(".py")}


def lint(folder: Path, *rules: str) -> subprocess.CompletedProcess[str]:
    chosen = [argument for rule in rules for argument in ("--contract", rule)]
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", *chosen]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_code_keeps_every_rule() -> None:
    done = lint(ROOT)

    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


@pytest.mark.parametrize(("rule", "module", "breach"), BREACHES, ids=[f"{rule}: {text}" for rule, _, text in BREACHES])
def test_a_breach_is_seen(copy: Path, rule: str, module: str, breach: str) -> None:
    path = copy.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    file.write_text((file.read_text() if file.exists() else "") + f"\n{breach}\n")

    done = lint(copy, rule)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "0 kept, 1 broken" in done.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_that_runs_has_its_wiring_its_storage_and_its_domain(name: str) -> None:
    """The rule service-layers lets them be missing, because the selection was there before its service."""
    found = {path.stem for path in (ROOT / "services" / name).iterdir()}

    assert found >= {"app", "storage", "domain"}


def test_every_rule_has_been_seen_to_fail() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]

    assert {contract["id"] for contract in settings["contracts"]} == {rule for rule, _, _ in BREACHES}

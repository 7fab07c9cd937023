"""What tests of notifications share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.store.port import Store
from tests.adapters.stores import ENGINES
from tests.notifications.desk import Desk
from tests.notifications.stores import opened_store

ON_BOTH_ENGINES = {"test_reports", "test_retention", "test_sending"}
"""Those that lean most on how documents are stored and found. The others hold there too, and take minutes."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        both = metafunc.module.__name__.rpartition(".")[2] in ON_BOTH_ENGINES
        metafunc.parametrize("engine", ENGINES if both else ["sqlite"])


@pytest.fixture
async def store(tmp_path: Path, engine: str) -> AsyncIterator[Store]:
    async with opened_store(engine, tmp_path) as store:
        yield store


@pytest.fixture
async def desk(store: Store) -> Desk:
    return Desk(store)

"""What tests of notifications share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.sqlite_file import SqliteFile
from tests.notifications.desk import Desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    file = SqliteFile(tmp_path / "engage.db")
    yield Desk(file)
    await file.close()

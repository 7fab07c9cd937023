"""What tests of all parts share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.town import Town, opened_town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with opened_town(tmp_path) as opened:
        yield opened

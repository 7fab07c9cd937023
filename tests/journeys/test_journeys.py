"""The main job in both worlds, and what a system does whose neighbours are away."""

from pathlib import Path

import pytest

from tests.servers import require_servers
from tests.smoke import do_the_job
from tests.world import started


async def test_the_main_job_is_done_embedded(tmp_path: Path) -> None:
    async with started("embedded", tmp_path) as world:
        assert (await do_the_job(world))["ok"] is True


@pytest.mark.servers
async def test_the_main_job_is_done_on_kafka_and_mongodb(tmp_path: Path) -> None:
    async with started("servers", tmp_path, require_servers()) as world:
        assert (await do_the_job(world))["ok"] is True

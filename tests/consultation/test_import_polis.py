"""Conversations held with Polis, taken in through the use cases: every latest vote as published, once each."""

import asyncio
import csv
import json
import os
import sys
from pathlib import Path

import pytest

from deploy.polis import import_conversation, name_of
from services.consultation.queries import statements as asked
from services.consultation.usecases import statements
from shared.errors import Refusal
from tests.consultation.test_opinions import FOLDERS
from tests.eventually import eventually
from tests.town import opened_town

BEGUN = 250_000
"""Bytes of the database once some of the statements are in it, and not all votes."""


@pytest.mark.parametrize(
    ("name", "people", "voted_on", "cast"),
    [("affordable-housing", 381, 165, 14_995), ("london-youth-policing", 26, 36, 638)],
)
async def test_every_latest_vote_is_as_published(
    tmp_path: Path, name: str, people: int, voted_on: int, cast: int
) -> None:
    async with opened_town(tmp_path) as town:
        id = await import_conversation(FOLDERS[name], town.host, lambda *_: None)
        again = await import_conversation(FOLDERS[name], town.host, lambda *_: None)
        documents = town.consultations

        assert again == id
        assert await documents.ballots.count({"consultation": id}) == people
        with (FOLDERS[name] / "participants-votes.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                loaded = await documents.ballots.get(statements.ballot_of(id, None, f"voter-{row['participant']}"))
                assert loaded is not None
                expected = {name_of(id, each): int(row[each]) for each in row if each.isdigit() and row[each]}
                assert loaded.value.votes == expected

        async def counted() -> bool:
            found = await asked.vote_totals(id, documents)
            return (found.people, len(found.votes), found.cast) == (people, voted_on, cast)

        await eventually(counted, "all votes counted")


async def test_a_folder_that_is_no_export_is_refused(tmp_path: Path) -> None:
    async with opened_town(tmp_path / "town") as town:
        with pytest.raises(Refusal, match=r"has no comments\.csv"):
            await import_conversation(tmp_path, town.host, lambda *_: None)


async def test_the_command_prints_one_line_of_json_last_also_after_a_kill(tmp_path: Path) -> None:
    folder = str(FOLDERS["london-youth-policing"])
    command = (sys.executable, "-m", "deploy.cli", "consultation", "import-polis", folder)
    environment = {**os.environ, "ENGAGE_DATA": str(tmp_path), "ENGAGE_DEMO": "true"}
    first = await asyncio.create_subprocess_exec(*command, env=environment)
    while not _has_begun(tmp_path):
        assert first.returncode is None, "it ended before it could be killed"
        await asyncio.sleep(0.01)
    first.kill()
    await first.wait()

    second = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    out, _ = await second.communicate()

    told = json.loads(out.decode().strip().splitlines()[-1])
    assert (told["people"], told["statements"], told["votes"]) == (26, 36, 638)
    assert sum(told["groups"]) == 24
    assert 0 <= told["stability"] <= 1


def _has_begun(folder: Path) -> bool:
    return any(file.stat().st_size > BEGUN for file in folder.glob("engage.db*"))

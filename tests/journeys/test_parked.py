"""A broken event is parked with its reason, the next one goes through, and the command line lists and replays it."""

from pathlib import Path

from shared.bus.embedded import EmbeddedBus
from shared.event import Outgoing
from shared.sqlite_file import SqliteFile
from tests.eventually import eventually
from tests.smoke import fill_in, publish
from tests.world import started


async def test_a_broken_event_is_listed_and_replayed_on_the_command_line(tmp_path: Path) -> None:
    async with started("embedded", tmp_path) as world:
        consultation = await publish(await world.officer())
        file = SqliteFile(tmp_path / "data" / "engage.db")
        await EmbeddedBus(file).publish([Outgoing("1", "consultation", "k", '{"not": "an event"}')])
        await file.close()
        visitor = world.visitor()
        await visitor.submit(await fill_in(visitor, consultation), button=("go", "send"))

        async def counted() -> bool:
            page = await visitor.get(f"/consultations/{consultation}/results")
            return "<strong>1</strong> response" in page.html

        await eventually(counted, "the event behind the broken one", within=30)
        listed = await world.command("parked", "list", "--service", "consultation")
        asked = await world.command("parked", "replay", "--service", "consultation")

        assert "consultation consultation:0:" in listed
        assert "parked since" in listed
        assert "ValueError" in listed
        assert "an event" not in listed
        assert "the service will handle it again" in asked

        async def tried_again() -> bool:
            return " parked since" in await world.command("parked", "list", "--service", "consultation")

        await eventually(tried_again, "it to be parked again", within=30)
        assert (await world.health("consultation"))["services"]["consultation"] == {"parked": 1}  # type: ignore[index]

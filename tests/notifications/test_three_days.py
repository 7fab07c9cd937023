"""Three days with a mail server that goes wrong at every stage, and a process that is killed at every step."""

import asyncio
import os
from datetime import datetime, timedelta
from pathlib import Path

from services.notifications import usecases
from services.notifications.domain import CLAIM, GIVE_UP_AFTER, Contact, Lane, Message, State, due_text
from services.notifications.due import Sender
from services.notifications.storage import COLLECTIONS, NotificationDocuments
from shared.mail.smtp import Patience, SmtpMailer, SmtpServer
from shared.sqlite_file import SqliteFile
from shared.store.port import Range
from tests.notifications.desk import Answers, Desk
from tests.notifications.faulty_smtp import FAULTS, STAGES, FaultyServer
from tests.notifications.mortal import Killed, MortalStore
from tests.notifications.stores import in_file

MESSAGES = 10_000
SEED = int(os.environ.get("ENGAGE_TEST_SEED", "4"))
WAVES = 12
BETWEEN = timedelta(hours=6)
STEP = timedelta(minutes=10)
PATIENCE = Patience(connect=0.4, command=0.4, content=4, whole=6)
"""More after the content: on a busy machine a yes that was said must not come too late."""
FINAL = {State.SENT, State.FAILED}
LANES = (Lane.NORMAL, Lane.BULK, Lane.URGENT)


async def test_three_days_with_a_faulty_server_lose_nothing_and_send_nothing_twice(tmp_path: Path) -> None:
    file, server = SqliteFile(tmp_path / "engage.db"), FaultyServer(SEED)
    desk = Desk(in_file(file))
    port = await server.start()
    mailer = SmtpMailer(SmtpServer("127.0.0.1", port), PATIENCE, connections=16)
    sender = desk.sender(mailer)
    sender.start()
    start = desk.clock()

    for wave in range(WAVES):
        if wave == WAVES // 2:
            server.stop()  # away for a quarter of a day
        await owe_wave(desk, wave)
        await pass_time(desk, sender, start + BETWEEN * (wave + 1))
        if wave == WAVES // 2:
            await server.start(port)
    await pass_time(desk, sender, start + BETWEEN * WAVES + GIVE_UP_AFTER + timedelta(days=1))

    await sender.stop()
    await mailer.close()
    server.stop()
    await everything_ended_well(desk, server)
    await file.close()


async def owe_wave(desk: Desk, wave: int) -> None:
    async def one(number: int) -> None:
        await desk.documents.contacts.add(Contact(f"p{number}", f"n{number}@example.org"))
        await desk.owe(f"m:{number}", person=f"p{number}", lane=LANES[number % 3])

    share = range(wave, MESSAGES, WAVES)
    await asyncio.gather(*(one(number) for number in share))


async def pass_time(desk: Desk, sender: Sender, until: datetime) -> None:
    """The clock goes on once nobody is at work, and to a little after something falls due."""
    while True:
        sender.wake()
        await until_at_rest(desk)
        due = await next_due(desk)
        if due is None or due > until:
            break
        desk.clock.forward(due - desk.clock() + STEP)
    if until > desk.clock():
        desk.clock.forward(until - desk.clock())


async def until_at_rest(desk: Desk) -> None:
    """Nothing is due, and nothing is with the server."""
    while True:
        now, documents = desk.clock(), desk.documents
        due = [await usecases.due_messages(documents, now, 1, lane) for lane in Lane]
        claimed = [
            await documents.messages.find(
                {"due": Range(least=f"{lane}:", below=due_text(lane, now + CLAIM)), "state": State.SENDING}, limit=1
            )
            for lane in Lane
        ]
        if not any(due) and not any(claimed):
            return
        await asyncio.sleep(0.05)


async def next_due(desk: Desk) -> datetime | None:
    firsts: list[datetime] = []
    for lane in Lane:
        where = {"due": Range(least=f"{lane}:", below=f"{lane}:~")}
        for loaded in await desk.documents.messages.find(where, sort="due", limit=1):
            assert loaded.value.next_try is not None
            firsts.append(loaded.value.next_try)
    return min(firsts, default=None)


async def everything_ended_well(desk: Desk, server: FaultyServer) -> None:
    messages = [each.value for each in await desk.documents.messages.find(limit=MESSAGES + 1)]
    assert len(messages) == MESSAGES
    assert {message.state for message in messages} == FINAL
    taken = {message_of(desk, id): id for id in server.taken}
    for message in messages:
        check(message, server, taken.get(message.id, ""))
    assert all(len(ids) == 1 for ids in server.ids_by_recipient.values())
    happened = {stage_and_fault for stage_and_fault, count in server.faults.items() if count}
    assert happened == {(stage, fault) for stage in STAGES for fault in FAULTS}
    sent = sum(message.state is State.SENT for message in messages)
    assert sent > 0.9 * MESSAGES


def message_of(desk: Desk, message_id: str) -> str:
    signed = desk.secrets.read_message_token(message_id.partition("@")[0])
    assert signed is not None
    return signed[0]


def check(message: Message, server: FaultyServer, id: str) -> None:
    """As often as the server said yes, it is sent; more often was it taken only where the yes never came."""
    said_yes = server.taken[id] - server.unanswered[id]
    assert said_yes == (1 if message.state is State.SENT else 0), (message, server.taken[id])


async def test_a_message_whose_process_is_killed_at_any_call_is_sent_once(tmp_path: Path) -> None:
    """Twice only for the kill between the server's yes and our note of it, and then with the same Message-ID."""
    taken: dict[tuple[int, bool], int] = {}
    for number in range(1, 100):
        for done in (False, True):
            file = SqliteFile(tmp_path / f"{number}-{done}.db")
            taken[number, done] = await mails_after_kill(file, number, done=done)
            await file.close()
        if not taken[number, True]:
            break
    del taken[number, False], taken[number, True]

    assert len(taken) >= 2 * 12
    twice = [kill for kill, mails in taken.items() if mails == 2]
    assert len(twice) == 1, twice
    assert all(mails == 1 for kill, mails in taken.items() if kill not in twice)


async def mails_after_kill(file: SqliteFile, number: int, *, done: bool) -> int:
    """0 once there are fewer calls than that."""
    desk, mailer = Desk(in_file(file)), Answers()
    await desk.know()
    whole = desk.documents
    desk.documents = NotificationDocuments(MortalStore(file, "notifications", COLLECTIONS, number, done=done))
    try:
        await owe_ten_times_and_send(desk, mailer)
    except Killed:
        desk.documents = whole
    else:
        return 0
    await owe_ten_times_and_send(desk, mailer)
    desk.clock.forward(CLAIM)
    await owe_ten_times_and_send(desk, mailer)

    assert {desk.id_of(mail) for mail in mailer.taken} == {"receipt:1"}
    assert len({mail["Message-ID"] for mail in mailer.taken}) == 1
    assert (await desk.message()).state is State.SENT
    return len(mailer.taken)


async def owe_ten_times_and_send(desk: Desk, mailer: Answers) -> None:
    for _ in range(10):
        await desk.owe()
    sending = desk.sending(mailer)
    for loaded in await usecases.due_messages(desk.documents, desk.clock(), 10):
        await usecases.send_message(loaded, sending)

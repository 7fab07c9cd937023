"""Mailings: everybody once, nobody missed, however often they are killed, paused or begun again."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

from services.notifications import usecases
from services.notifications.domain import (
    Contact,
    Frequency,
    Lane,
    MailingState,
)
from services.notifications.storage import COLLECTIONS, NotificationDocuments
from shared.sqlite_file import SqliteFile
from tests.notifications.desk import Answers, Desk
from tests.notifications.mortal import Killed, MortalStore
from tests.notifications.stores import in_file
from tests.town import text_of


async def test_an_announcement_goes_once_to_each_who_asked_for_it(desk: Desk) -> None:
    await desk.know_many(23)
    await desk.documents.contacts.add(Contact("asked-for-nothing", "quiet@example.org"))
    await desk.begin()
    await desk.begin()
    mailer = Answers()

    await desk.finish_mailings(page=5)
    await desk.send_all(mailer)

    assert Counter(mail["To"] for mail in mailer.taken) == {f"n{number}@example.org": 1 for number in range(23)}
    mailing = await desk.mailing()
    assert (mailing.state, mailing.looked_at, mailing.owed) == (MailingState.DONE, 24, 23)
    assert (await usecases.progress_of("opened:park", desk.documents)).states == {"sent": 23}


async def test_who_chose_digests_or_nothing_is_left_out(desk: Desk) -> None:
    await desk.know_many(3, Frequency.WEEKLY)
    await desk.begin()

    await desk.finish_mailings()

    assert await desk.documents.messages.count() == 0


async def test_a_mail_of_a_mailing_can_be_stopped_with_one_click_by_its_reader_alone(desk: Desk) -> None:
    await desk.know_many(2)
    await desk.begin()
    await desk.finish_mailings()
    mailer = Answers()
    await desk.send_all(mailer)

    for mail in mailer.taken:
        link = str(mail["List-Unsubscribe"]).strip("<>")
        person, topic = desk.secrets.read_choice_token(link.rpartition("/")[2]) or ("", "")
        assert desk.id_of(mail) == f"opened:park:{person}"
        assert topic == "consultation_opened"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        html = mail.get_body(("html",))
        assert html is not None
        assert link in text_of(mail)
        assert f'href="{link}"' in html.get_content()
        assert "mark-" not in text_of(mail)
        assert "http://localhost:8000/preferences/" in text_of(mail)
    assert len({str(mail["List-Unsubscribe"]) for mail in mailer.taken}) == 2


async def test_a_mailing_that_is_killed_at_any_call_and_begun_again_reaches_everybody_once(
    tmp_path: Path,
) -> None:
    kills = 0
    for number in range(1, 200):
        for done in (False, True):
            file = SqliteFile(tmp_path / f"{number}-{done}.db")
            kills += await _killed_once(file, number, done=done)
            await file.close()
        if kills < 2 * number:
            break
    assert kills > 40


async def _killed_once(file: SqliteFile, number: int, *, done: bool) -> bool:
    """Whether the mailing lasted until the kill."""
    desk = Desk(in_file(file))
    await desk.know_many(7)
    whole, killed = desk.documents, False
    desk.documents = NotificationDocuments(MortalStore(file, "notifications", COLLECTIONS, number, done=done))
    try:
        await desk.begin()
        await desk.finish_mailings(page=3)
    except Killed:
        killed = True
    desk.documents = whole
    await desk.begin()
    await desk.finish_mailings(page=3)
    mailer = Answers()
    await desk.send_all(mailer)
    assert Counter(mail["To"] for mail in mailer.taken) == {f"n{person}@example.org": 1 for person in range(7)}
    assert (await desk.mailing()).owed == 7
    return killed


async def test_a_mailing_does_not_run_far_ahead_of_the_senders(desk: Desk) -> None:
    await desk.know_many(3)
    await desk.begin()
    await desk.owe_many([f"ahead:{number}" for number in range(2000)], lane=Lane.BULK)

    await desk.mailings().step()
    assert (await desk.mailing()).looked_at == 0

    for loaded in await desk.documents.messages.find({"lane": Lane.BULK}, limit=10):
        later = loaded.value.claim(desk.clock()).put_off(desk.clock() + timedelta(hours=1))
        await desk.documents.messages.save(loaded, later)
    await desk.mailings().step()
    assert (await desk.mailing()).looked_at == 3


async def test_mailings_at_work_go_on_by_themselves(desk: Desk) -> None:
    await desk.know_many(5)
    await desk.begin()
    mailer = Answers()
    sender, mailings = desk.sender(mailer), desk.mailings()
    sender.start()
    mailings.start()

    mailings.wake()
    for _ in range(500):
        if len(mailer.taken) == 5:
            break
        await asyncio.sleep(0.01)
    await mailings.stop()
    await sender.stop()

    assert len(mailer.taken) == 5

"""The ways in for reports: a mailbox that is read, and an address to post to."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.notifications.domain import Contact, State
from services.notifications.due import MailboxReader
from services.notifications.usecases import Reports
from shared.errors import Unavailable
from shared.mail.mailbox import Mailbox, imap_server
from shared.sqlite_file import SqliteFile
from tests.eventually import eventually
from tests.notifications.desk import Desk
from tests.notifications.fake_imap import FakeImap, imap
from tests.notifications.stores import in_file
from tests.notifications.test_reports import NO_REPORTS, reports_of, sample, sent, suppressed, token_of
from tests.town import Town, opened_town


@pytest.fixture
async def server() -> AsyncIterator[FakeImap]:
    async with imap() as fake:
        yield fake


def reader_of(desk: Desk, server: FakeImap) -> MailboxReader:
    return MailboxReader(Mailbox(imap_server(server.url), 2.0), reports_of(desk))


async def test_reports_are_taken_from_the_mailbox_and_all_else_is_left_unseen(desk: Desk, server: FakeImap) -> None:
    await sent(desk)
    left = [server.put(sample(name)) for name in (*NO_REPORTS, "gmail-spam")]  # that one is of no mail of ours
    left.append(server.put(b"\xff\xfe nonsense"))
    bounce = server.put(sample("gmail-mailbox-full", token_of(desk)))
    reader = reader_of(desk, server)

    assert await reader.read_once() == 1
    assert server.seen == {bounce}
    assert (await desk.message()).state is State.BOUNCED

    server.fetched.clear()
    assert await reader.read_once() == 0
    assert server.fetched == []
    later = server.put(sample("postfix-unknown-user", token_of(desk)))
    assert await reader.read_once() == 1
    assert server.seen == {bounce, later}
    assert server.fetched == [later]
    assert not set(left) & server.seen


async def test_a_report_whose_effect_cannot_be_stored_is_not_marked_and_comes_again(
    desk: Desk, server: FakeImap
) -> None:
    reports = await sent(desk)
    server.put(sample("postfix-unknown-user", token_of(desk)))
    times = 0

    async def away() -> None:
        nonlocal times
        times += 1
        raise Unavailable("the store")

    async def no_store(use_case: object) -> None:
        await away()

    broken = Reports(desk.documents, desk.secrets, no_store, desk.clock)  # type: ignore[arg-type]
    mailbox = Mailbox(imap_server(server.url), 2.0)
    with pytest.raises(Unavailable):
        await MailboxReader(mailbox, broken).read_once()
    assert (times, server.seen) == (1, set())

    assert await MailboxReader(mailbox, reports).read_once() == 1
    assert await suppressed(desk)


@pytest.mark.parametrize("stage", ["LOGIN", "SELECT", "SEARCH", "FETCH", "STORE"])
@pytest.mark.parametrize("fault", ["drop", "refuse"])
async def test_a_mailbox_that_breaks_off_at_any_stage_is_read_again_later(
    desk: Desk, server: FakeImap, stage: str, fault: str
) -> None:
    await sent(desk)
    server.put(sample("postfix-unknown-user", token_of(desk)))
    reader = reader_of(desk, server)
    setattr(server, f"{fault}_at", stage)
    with pytest.raises(Unavailable) as refused:
        await reader.read_once()
    assert "example.org" not in str(refused.value)
    assert server.seen == set()

    setattr(server, f"{fault}_at", "")
    assert await reader.read_once() == 1
    assert await suppressed(desk)


async def test_a_wrong_password_says_neither_it_nor_the_name(desk: Desk, server: FakeImap) -> None:
    server.password = "another"
    with pytest.raises(Unavailable) as refused:
        await Mailbox(imap_server(server.url), 2.0).ping()

    assert "example.org" not in str(refused.value)
    assert "pass word" not in repr(imap_server(server.url))


@pytest.mark.parametrize(
    "url", ["", "https://a:b@c", "imaps://host", "imaps://user@host", "imaps://u:p@host:many/INBOX"]
)
def test_what_is_no_address_of_a_mailbox_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        imap_server(url)


TOKEN = "a-long-token"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with opened_town(tmp_path, reports_token=TOKEN) as town:
        yield town


async def post(town: Town, content: bytes, kind: str = "application/json", token: str = TOKEN) -> httpx.Response:
    transport = httpx.ASGITransport(app=town.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        headers = {"content-type": kind, "authorization": f"Bearer {token}"}
        return await client.post("/api/mail/reports", content=content, headers=headers)


async def a_token(town: Town) -> str:
    """Of the newest mail that somebody got."""
    await town.resident()
    (mail,) = town.mails("resident@example.org")
    return str(mail["Message-ID"]).strip("<>").partition("@")[0]


def receipt(reference: str | None, status: str = "permanent-failure", kind: str = "email") -> bytes:
    told = {
        "id": "740e5834-3a29-46b4-9a6f-16142fde533a",
        "reference": reference,
        "to": "resident@example.org",
        "status": status,
        "created_at": "2026-06-01T12:00:00.000000Z",
        "completed_at": "2026-06-01T12:00:02.000000Z",
        "sent_at": "2026-06-01T12:00:01.000000Z",
        "notification_type": kind,
    }
    return json.dumps(told).encode()


@pytest.mark.parametrize(
    ("status", "state", "suppressed"),
    [
        ("delivered", State.DELIVERED, ""),
        ("permanent-failure", State.BOUNCED, "GOV.UK Notify says permanent-failure"),
        ("temporary-failure", State.BOUNCED, ""),
        ("technical-failure", State.BOUNCED, ""),
    ],
)
async def test_a_receipt_of_notify_is_taken_in(town: Town, status: str, state: State, suppressed: str) -> None:
    answer = await post(town, receipt(await a_token(town), status))

    assert (answer.status_code, answer.json()) == (200, {"taken": True})
    (message,) = await town.notifications.messages.find()
    (contact,) = await town.notifications.contacts.find()
    assert (message.value.state, contact.value.suppressed) == (state, suppressed)


async def test_a_report_that_a_mail_server_posts_is_taken_in(town: Town) -> None:
    answer = await post(town, sample("postfix-unknown-user", await a_token(town)), "message/rfc822")

    assert answer.json() == {"taken": True}
    (message,) = await town.notifications.messages.find()
    assert message.value.state is State.BOUNCED


@pytest.mark.parametrize(
    "content", [receipt(None), receipt("not-ours"), receipt("not-ours", kind="sms", status="pending")]
)
async def test_a_receipt_of_another_mail_is_not_taken(town: Town, content: bytes) -> None:
    answer = await post(town, content)

    assert (answer.status_code, answer.json()) == (200, {"taken": False})


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x", "\u00e9"])
async def test_who_does_not_show_the_token_is_turned_away(town: Town, token: str) -> None:
    transport = httpx.ASGITransport(app=town.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        headers = {"content-type": "application/json", "authorization": f"Bearer {token}".encode()}
        answer = await client.post("/api/mail/reports", content=receipt("x"), headers=headers)  # type: ignore[arg-type]

    assert answer.status_code == 401
    assert answer.json()["field"] == "authorization"


@pytest.mark.parametrize(
    ("content", "kind", "status", "field"),
    [
        (b"{half", "application/json", 422, None),
        (b"[]", "application/json", 422, None),
        (b"{}", "application/json", 422, "status"),
        (receipt("x", "eaten"), "application/json", 422, "status"),
        (b"a=b", "application/x-www-form-urlencoded", 400, "content-type"),
        (b"x" * 1_000_001, "message/rfc822", 413, None),
    ],
)
async def test_a_body_that_is_none_is_refused_with_its_field(
    town: Town, content: bytes, kind: str, status: int, field: str | None
) -> None:
    answer = await post(town, content, kind)

    assert answer.status_code == status
    assert set(answer.json()) == {"error", "field"}
    assert answer.json()["field"] == field


async def test_without_a_token_set_there_is_nothing(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        answer = await post(town, receipt("x"), token="")

    assert answer.status_code == 404


async def test_bounces_are_read_by_the_running_service(tmp_path: Path, server: FakeImap) -> None:
    async with opened_town(tmp_path, bounces_url=server.url) as town:
        token = await a_token(town)
        health = await town.visitor().get("/health")
        assert '"bounces":"up"' in health.html
    bounce = server.put(sample("postfix-unknown-user", token))
    async with opened_town(tmp_path, bounces_url=server.url) as town:
        await eventually(lambda: bounce in server.seen, "the bounce is read")
        (message,) = await town.notifications.messages.find()
        assert message.value.state is State.BOUNCED


@pytest.mark.parametrize(
    ("settings", "sender"),
    [({}, "no-reply@example.org"), ({"bounces_to": "bounces@example.org"}, "bounces@example.org")],
)
async def test_bounces_go_to_their_mailbox_where_there_is_one(
    tmp_path: Path, settings: dict[str, str], sender: str
) -> None:
    file = SqliteFile(tmp_path / "engage.db")
    desk = Desk(in_file(file), mail_from="Engage <no-reply@example.org>", **settings)
    await desk.owe()

    mail = desk.compose(await desk.message(), Contact("person", "person@example.org"))

    assert mail.sender == sender
    assert b"From: Engage <no-reply@example.org>" in mail.content
    await file.close()

"""The adapter for GOV.UK Notify, against a server that checks the key, takes, refuses, hangs and drops."""

import asyncio
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from deploy.host import load_pages, opened
from deploy.servers.record import free_port
from services.notifications.domain import CLAIM, State
from shared.clock import system_clock
from shared.mail.notify import NotifyMailer, notify_service, plain
from shared.mail.port import Mail, RefusedForGood, RefusedForNow
from shared.settings import BadSetting, Settings
from tests.notifications.desk import Answers, Desk
from tests.notifications.fake_notify import KEY, SECRET, TEMPLATE, FakeNotify, Fault, notify
from tests.town import opened_town

TEAM_ONLY = "Can't send to this recipient using a team-only API key"


def mail(to: str = "person@example.org", *, again: bool = False, text: str = "Hello, town.") -> Mail:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "us@example.org", to, "Grüße & more"
    message["Message-ID"] = "<abc.def.ghi@example.org>"
    message["List-Unsubscribe"] = "<https://example.org/unsubscribe/x>"
    message.set_content(text)
    message.add_alternative("<p>Hello, town.</p>", subtype="html")
    return Mail("us@example.org", to, message.as_bytes(), again=again)


def mailer_of(
    fake: FakeNotify, key: str = KEY, template: str = TEMPLATE, reply_to: str = "", patience: float = 20
) -> NotifyMailer:
    return NotifyMailer(notify_service(fake.url, key, template, reply_to), system_clock, patience)


@pytest.fixture
async def fake() -> AsyncIterator[FakeNotify]:
    async with notify() as fake:
        yield fake


async def test_a_mail_is_the_template_filled_with_its_subject_and_text(fake: FakeNotify) -> None:
    await mailer_of(fake, reply_to="reply-id").send(mail())

    assert fake.taken == [
        {
            "email_address": "person@example.org",
            "template_id": TEMPLATE,
            "personalisation": {"subject": "Grüße & more", "body": "Hello, town.\n"},
            "reference": "abc.def.ghi",
            "email_reply_to_id": "reply-id",
            "one_click_unsubscribe_url": "https://example.org/unsubscribe/x",
        }
    ]


async def test_many_mails_at_once_each_go_once(fake: FakeNotify) -> None:
    mailer = mailer_of(fake)

    await asyncio.gather(*(mailer.send(mail(f"{number}@example.org"), urgent=number % 2 == 0) for number in range(40)))

    assert sorted(each["email_address"] for each in fake.taken) == sorted(f"{n}@example.org" for n in range(40))


@pytest.mark.parametrize(
    ("status", "error", "message", "refusal"),
    [
        (400, "ValidationError", "email_address Not a valid email address", RefusedForGood),
        (400, "BadRequestError", TEAM_ONLY, RefusedForGood),
        (400, "BadRequestError", "Template not found", RefusedForNow),
        (400, "BadRequestError", "Missing personalisation: body", RefusedForNow),
        (400, "BadRequestError", "email_reply_to_id x does not exist in database", RefusedForNow),
        (400, "person@example.org", "person@example.org is wrong", RefusedForGood),
        (403, "AuthError", "Invalid token: API key not found", RefusedForNow),
        (404, "NoResultFound", "No result found", RefusedForNow),
        (413, "", "", RefusedForGood),
        (429, "RateLimitError", "Exceeded rate limit for key type LIVE", RefusedForNow),
        (429, "TooManyRequestsError", "Exceeded send limits (50) for today", RefusedForNow),
        (500, "Exception", "Internal server error", RefusedForNow),
        (503, "Exception", "away", RefusedForNow),
        (302, "", "", RefusedForNow),
    ],
)
async def test_a_refusal_is_for_good_or_for_now_and_names_nobody(
    fake: FakeNotify, status: int, error: str, message: str, refusal: type[Exception]
) -> None:
    fake.faults = [Fault(status=status, error=error, message=message)]

    with pytest.raises(refusal) as refused:
        await mailer_of(fake).send(mail())

    assert str(status) in str(refused.value)
    assert "example.org" not in str(refused.value)
    assert fake.taken == []


@pytest.mark.parametrize("kind", ["hang", "drop", "babble", "half"])
async def test_a_server_that_hangs_drops_or_babbles_refuses_for_now(fake: FakeNotify, kind: str) -> None:
    fake.faults = [Fault(kind)]
    mailer = mailer_of(fake, patience=1 if kind == "hang" else 20)

    with pytest.raises(RefusedForNow) as refused:
        await mailer.send(mail())
    assert "example.org" not in str(refused.value)

    await mailer.send(mail())
    assert len(fake.taken) == 1


async def test_a_server_that_is_away_refuses_for_now() -> None:
    mailer = mailer_of(FakeNotify(port=free_port()))

    with pytest.raises(RefusedForNow):
        await mailer.send(mail())
    with pytest.raises(RefusedForNow):
        await mailer.ping()


async def test_a_mail_whose_yes_was_lost_does_not_go_twice(fake: FakeNotify) -> None:
    fake.faults = [Fault("drop", after=True)]
    mailer = mailer_of(fake)
    with pytest.raises(RefusedForNow):
        await mailer.send(mail())

    await mailer.send(mail(again=True))

    assert len(fake.taken) == 1


async def test_a_mail_that_never_arrived_goes_again(fake: FakeNotify) -> None:
    await mailer_of(fake).send(mail(again=True))

    assert fake.asked == ["GET /v2/notifications", "POST /v2/notifications/email"]
    assert len(fake.taken) == 1


async def test_where_it_cannot_be_asked_a_mail_waits(fake: FakeNotify) -> None:
    with pytest.raises(RefusedForNow, match="403"):
        await mailer_of(fake, KEY.replace("3d84", "0000")).send(mail(again=True))

    assert fake.taken == []


async def test_a_message_left_in_sending_by_a_crash_is_asked_for_and_noted_as_sent(
    desk: Desk, fake: FakeNotify
) -> None:
    await desk.know()
    await desk.owe()
    first = Answers()
    await desk.send_all(first)
    loaded = await desk.documents.messages.get("receipt:1")
    assert loaded is not None
    claimed = type(loaded.value)(
        **{name: getattr(loaded.value, name) for name in ("id", "template", "person", "values", "created_at")},
        next_try=desk.clock() + CLAIM,
        state=State.SENDING,
        attempts=1,
    )
    await desk.documents.messages.save(loaded, claimed)
    fake.taken = [{"reference": str(first.taken[0]["Message-ID"]).strip("<>").partition("@")[0]}]
    desk.clock.forward(CLAIM)

    await desk.send_all(mailer_of(fake))

    assert len(fake.taken) == 1
    assert (await desk.message()).state is State.SENT


async def test_ping_sees_a_wrong_key_and_a_wrong_template(fake: FakeNotify) -> None:
    await mailer_of(fake).ping()

    for mailer in (mailer_of(fake, KEY.replace("3d84", "0000")), mailer_of(fake, template="another")):
        with pytest.raises(RefusedForNow):
            await mailer.ping()


MARKED = [
    "# heading",
    "   ## heading",
    "* one",
    "- one",
    "• one",
    "+ one",
    "1. one",
    "^ quoted",
    "> quoted",
    "| a | b |",
    "```",
    "====",
    "----",
    "___",
    "[a]: https://evil.example",
    "[^1]: note",
]


@pytest.mark.parametrize("line", MARKED)
def test_nothing_at_the_start_of_a_line_becomes_markup(line: str) -> None:
    """What Notify looks for begins a line, after blanks at the most; an unseen sign in between keeps it from it."""
    shown = plain(f"text\n{line}\r\nmore")

    first = shown.split("\n")[1]
    assert first.lstrip(" ").startswith("\u200b")
    assert first.replace("\u200b", "") == line
    assert shown.replace("\u200b", "") == f"text\n{line}\nmore"


def test_links_and_escapes_in_a_text_are_shown_as_written() -> None:
    shown = plain("see [here](https://evil.example), [there][1] and \\*this\\*\n    indented\n\tso too")

    assert "](" not in shown
    assert "][" not in shown
    assert "\\*" not in shown
    assert "\n    " not in shown
    assert "\t" not in shown
    assert "see [here]" in shown


def test_our_own_texts_and_links_stay_as_they_are() -> None:
    text = "Hello\n\nOpen it:\nhttps://example.org/unsubscribe/a-b_c.d=?x=1\n\nQuestions? Answer this e-mail.\n"

    assert plain(text) == text


async def test_a_service_with_notify_sends_nothing_by_smtp(tmp_path: Path, fake: FakeNotify) -> None:
    settings = {"mail": "notify", "notify_url": fake.url, "notify_key": KEY, "notify_template": TEMPLATE}
    async with opened_town(tmp_path, **settings) as town:
        town.clock.forward(system_clock() - town.clock())
        visitor = town.visitor()
        await visitor.submit(await visitor.get("/sign-up"), {"email": "a@example.org", "ward": "Biscot"})
        async with asyncio.timeout(10):
            while not fake.taken:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        health = await visitor.get("/health")

    assert fake.taken[0]["email_address"] == "a@example.org"
    assert "/sign-in/" in fake.taken[0]["personalisation"]["body"]
    assert '"mail":"up"' in health.html
    assert len(town.inbox) == 0


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"notify_key": ""}, "ENGAGE_NOTIFY_KEY must be"),
        ({"notify_key": SECRET}, "ENGAGE_NOTIFY_KEY must be"),
        ({"notify_template": ""}, "ENGAGE_NOTIFY_TEMPLATE must be"),
        ({"notify_url": "notify"}, "ENGAGE_NOTIFY_URL must be"),
    ],
)
async def test_a_setting_that_cannot_be_used_is_named_and_the_key_is_not_shown(
    changed: dict[str, str], sentence: str
) -> None:
    told = {"notify_url": "https://x.example", "notify_key": KEY, "notify_template": TEMPLATE, **changed}
    with pytest.raises(ValueError, match=sentence) as refused:
        notify_service(told["notify_url"], told["notify_key"], told["notify_template"])

    assert SECRET not in str(refused.value)
    assert SECRET not in repr(notify_service("https://x.example", KEY, TEMPLATE))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"mail": "notify"}, "ENGAGE_NOTIFY_KEY"),
        ({"bounces_url": "imaps://nobody:secret@"}, "ENGAGE_BOUNCES_URL"),
    ],
)
async def test_the_host_refuses_to_start_with_it(tmp_path: Path, settings: dict[str, str], sentence: str) -> None:
    mine = Settings(**{"data": tmp_path, "smtp": "127.0.0.1:25", **settings})  # type: ignore[arg-type]
    with pytest.raises(BadSetting, match=sentence) as refused:
        async with opened(["notifications"], mine, pages=load_pages(mine)):
            pass

    assert "secret" not in str(refused.value)

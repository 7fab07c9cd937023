"""What became of a mail: bounces and receipts are believed only if we sent that mail, and count once."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.notifications import usecases
from services.notifications.domain import Fate, State, fate_of_status
from services.notifications.usecases import Reports
from shared.mail.reports import read_report
from shared.run import Run
from tests.notifications.desk import Answers, Desk

SAMPLES = Path(__file__).parent / "reports"
FATES = {
    "postfix-unknown-user": Fate.GONE,
    "postfix-letters-beyond-ascii": Fate.GONE,
    "exchange-unknown-user": Fate.GONE,
    "gmail-mailbox-full": Fate.SOFT,
    "postfix-host-away": Fate.SOFT,
    "gmail-spam": Fate.LOST,
    "postfix-delivered": Fate.DELIVERED,
    "postfix-delayed": None,
}
NO_REPORTS = ("out-of-office", "read-receipt", "person-forwards-a-bounce")


def sample(name: str, id: str = "THE-ID") -> bytes:
    return (SAMPLES / f"{name}.eml").read_bytes().replace(b"THE-ID", id.encode())


def token_of(desk: Desk, message: str = "receipt:1", email: str = "person@example.org") -> str:
    return desk.secrets.message_token(message, email)


def reports_of(desk: Desk) -> Reports:
    return Reports(desk.documents, desk.secrets, Run(lambda: None), desk.clock)


async def sent(desk: Desk, *ids: str) -> Reports:
    await desk.know()
    for id in ids or ("receipt:1",):
        await desk.owe(id)
    await desk.send_all(Answers())
    return reports_of(desk)


async def suppressed(desk: Desk, person: str = "person") -> str:
    loaded = await desk.documents.contacts.get(person)
    assert loaded is not None
    assert bool(loaded.value.suppressed) == (loaded.value.suppressed_at is not None)
    return loaded.value.suppressed


def test_there_is_a_sample_for_each_case() -> None:
    assert {path.stem for path in SAMPLES.glob("*.eml")} == {*FATES, *NO_REPORTS}


@pytest.mark.parametrize(("name", "fate"), FATES.items())
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_reports_of_the_usual_mail_servers_are_understood(name: str, fate: Fate | None, line_end: bytes) -> None:
    report = read_report(sample(name).replace(b"\n", line_end))

    assert report is not None
    assert report.id == "THE-ID"
    assert fate_of_status(report.action, report.status) is fate


@pytest.mark.parametrize("name", NO_REPORTS)
def test_what_people_and_their_programmes_answer_is_no_report(name: str) -> None:
    assert read_report(sample(name)) is None


@pytest.mark.parametrize("name", FATES)
async def test_a_report_that_is_cut_or_damaged_anywhere_does_no_harm(desk: Desk, name: str) -> None:
    content = sample(name)
    reports = reports_of(desk)
    for at in range(0, len(content), 97):
        damaged = (content[:at], content[at:], content[:at] + b"\xff\x00\r\n\r\n--" + content[at:])
        assert [await reports.take_mail(each) for each in damaged] == [False, False, False]


@pytest.mark.parametrize(
    ("action", "status", "fate"),
    [
        ("failed", "5.1.1", Fate.GONE),
        ("failed", "5.1.2", Fate.GONE),
        ("failed", "5.2.1", Fate.GONE),
        ("failed", "5.0.0", Fate.GONE),
        ("failed", "5.1.8", Fate.LOST),
        ("failed", "5.2.2", Fate.SOFT),
        ("failed", "5.4.4", Fate.SOFT),
        ("failed", "5.7.26", Fate.LOST),
        ("failed", "5.6.0", Fate.LOST),
        ("failed", "4.7.1", Fate.SOFT),
        ("failed", "2.0.0", None),
        ("failed", "", None),
        ("delayed", "4.4.1", None),
        ("relayed", "2.0.0", Fate.DELIVERED),
        ("eaten", "5.1.1", None),
    ],
)
def test_only_what_speaks_of_the_address_is_held_against_it(action: str, status: str, fate: Fate | None) -> None:
    assert fate_of_status(action, status) is fate


async def test_a_hard_bounce_marks_the_message_and_no_more_is_sent_to_the_address(desk: Desk) -> None:
    reports = await sent(desk)

    assert await reports.take_mail(sample("postfix-unknown-user", token_of(desk)))

    message = await desk.message()
    assert (message.state, message.reason) == (State.BOUNCED, "it came back: 5.1.1")
    assert await suppressed(desk) == "it came back: 5.1.1"
    await desk.owe("receipt:2")
    mailer = Answers()
    await desk.send_all(mailer)
    assert mailer.taken == []
    assert (await desk.message("receipt:2")).state is State.SUPPRESSED


async def test_the_message_id_of_the_mail_that_was_sent_is_the_one_that_is_believed(desk: Desk) -> None:
    await desk.know()
    await desk.owe()
    mailer = Answers()
    await desk.send_all(mailer)

    id = str(mailer.taken[0]["Message-ID"]).strip("<>").partition("@")[0]

    assert desk.secrets.read_message_token(id) == ("receipt:1", desk.secrets.address_tag("Person@example.org"))


async def test_nobody_can_make_up_a_bounce_of_another(desk: Desk) -> None:
    reports = await sent(desk)
    await desk.know("other@example.org", "other")
    mine = token_of(desk)
    signature = token_of(desk, "receipt:2").rpartition(".")[2]
    forged = (
        "receipt.1",
        f"{mine.rpartition('.')[0]}.{signature}",
        f"{token_of(desk, 'receipt:2').partition('.')[0]}.{mine.partition('.')[2]}",
        mine[:-1],
        mine + "x",
        desk.secrets.choice_token("receipt:1", "preferences"),
        "..",
        "",
        "\udcff.\udcff.\udcff",
    )

    for token in forged:
        assert not await reports.take(token, Fate.GONE, "forged")

    assert (await desk.message()).state is State.SENT
    assert await suppressed(desk) == ""


async def test_a_report_that_comes_twice_changes_nothing_more(desk: Desk) -> None:
    reports = await sent(desk)
    bounce = sample("exchange-unknown-user", token_of(desk))
    await reports.take_mail(bounce)
    before = (await desk.documents.messages.get("receipt:1"), await desk.documents.contacts.get("person"))

    desk.clock.forward(timedelta(days=1))
    assert await reports.take_mail(bounce)

    assert (await desk.documents.messages.get("receipt:1"), await desk.documents.contacts.get("person")) == before


async def test_a_late_bounce_takes_back_that_it_was_delivered_but_not_the_other_way_round(desk: Desk) -> None:
    reports = await sent(desk)
    for name, state in (
        ("postfix-delivered", State.DELIVERED),
        ("gmail-spam", State.BOUNCED),
        ("postfix-delivered", State.BOUNCED),
    ):
        assert await reports.take_mail(sample(name, token_of(desk)))
        assert (await desk.message()).state is state
    assert await suppressed(desk) == ""


async def test_a_delay_is_taken_in_and_changes_nothing(desk: Desk) -> None:
    reports = await sent(desk)

    assert await reports.take_mail(sample("postfix-delayed", token_of(desk)))
    assert not await reports.take_mail(sample("postfix-delayed"))

    assert (await desk.message()).state is State.SENT


@pytest.mark.parametrize(("fate", "state"), [(Fate.GONE, State.BOUNCED), (Fate.DELIVERED, State.DELIVERED)])
async def test_a_report_that_is_here_before_our_note_that_it_was_sent_stays(
    desk: Desk, fate: Fate, state: State
) -> None:
    await desk.know()
    await desk.owe()
    reports = reports_of(desk)

    class Quick(Answers):
        async def send(self, *args: object, **more: object) -> None:
            await reports.take(token_of(desk), fate, "quick")

    await desk.send_all(Quick())

    message = await desk.message()
    assert (message.state, message.due) == (state, None)
    assert message.kept_since is not None


async def test_a_report_of_a_message_whose_yes_was_lost_keeps_it_from_going_twice(desk: Desk) -> None:
    await desk.know()
    await desk.owe()
    loaded = (await usecases.due_messages(desk.documents, desk.clock(), 1))[0]
    await desk.documents.messages.save(loaded, loaded.value.claim(desk.clock()).failed_for_now("lost", desk.clock()))

    assert await reports_of(desk).take(token_of(desk), Fate.DELIVERED, "")

    desk.clock.forward(timedelta(hours=1))
    mailer = Answers()
    await desk.send_all(mailer)
    assert mailer.taken == []


async def test_a_report_of_a_message_that_is_not_there_is_taken_and_does_nothing(desk: Desk) -> None:
    assert await reports_of(desk).take(token_of(desk, "gone:1"), Fate.GONE, "it came back")


async def test_a_message_that_was_given_up_stays_so_but_its_address_is_suppressed(desk: Desk) -> None:
    await desk.know()
    await desk.owe()
    loaded = (await usecases.due_messages(desk.documents, desk.clock(), 1))[0]
    await desk.documents.messages.save(loaded, loaded.value.failed("too late", desk.clock()))

    await reports_of(desk).take(token_of(desk), Fate.GONE, "it came back")

    assert (await desk.message()).reason == "too late"
    assert await suppressed(desk) == "it came back"


async def test_soft_bounces_stop_mail_after_three_messages_over_three_days(desk: Desk) -> None:
    reports = await sent(desk, "m:1", "m:2", "m:3", "m:4")
    for message in ("m:1", "m:1", "m:2", "m:3"):
        await reports.take(token_of(desk, message), Fate.SOFT, "full")
    assert await suppressed(desk) == ""
    assert (await desk.message("m:3")).state is State.BOUNCED

    desk.clock.forward(timedelta(days=3))
    await reports.take(token_of(desk, "m:3"), Fate.SOFT, "full")
    assert await suppressed(desk) == ""
    await reports.take(token_of(desk, "m:4"), Fate.SOFT, "full")
    assert await suppressed(desk) == "full, again and again"


async def test_two_soft_bounces_over_weeks_do_not_stop_mail(desk: Desk) -> None:
    reports = await sent(desk, "m:1", "m:2")
    await reports.take(token_of(desk, "m:1"), Fate.SOFT, "full")
    desk.clock.forward(timedelta(days=14))
    await reports.take(token_of(desk, "m:2"), Fate.SOFT, "full")

    assert await suppressed(desk) == ""


@pytest.mark.parametrize("wait", ["a month", "a delivery"])
async def test_soft_bounces_are_forgotten(desk: Desk, wait: str) -> None:
    reports = await sent(desk, "m:1", "m:2", "m:3", "m:4")
    for message in ("m:1", "m:2"):
        await reports.take(token_of(desk, message), Fate.SOFT, "full")
    if wait == "a month":
        desk.clock.forward(timedelta(days=30))
    else:
        desk.clock.forward(timedelta(days=5))
        await reports.take(token_of(desk, "m:4"), Fate.DELIVERED, "")
    await reports.take(token_of(desk, "m:3"), Fate.SOFT, "full")

    assert await suppressed(desk) == ""


async def test_a_new_address_has_not_bounced_whatever_still_comes_of_the_old_one(desk: Desk) -> None:
    reports = await sent(desk)
    await reports.take(token_of(desk), Fate.GONE, "it came back")
    await desk.know("new@example.org", as_of=desk.clock())
    assert await suppressed(desk) == ""

    await reports.take(token_of(desk), Fate.GONE, "it came back")
    assert await suppressed(desk) == ""
    await desk.owe("receipt:2")
    mailer = Answers()
    await desk.send_all(mailer)
    assert mailer.taken[0]["To"] == "new@example.org"


async def test_other_news_of_a_person_does_not_lift_it(desk: Desk) -> None:
    reports = await sent(desk)
    await reports.take(token_of(desk), Fate.GONE, "it came back")

    await desk.know("Person@example.org", ward="Biscot", as_of=desk.clock())

    assert await suppressed(desk) == "it came back"

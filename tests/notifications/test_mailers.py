"""What every mailer promises, whatever it speaks: it takes, or refuses for now, or for good, and always ends."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from shared.mail.port import Mailer, RefusedForGood, RefusedForNow
from tests.notifications.fake_notify import Fault, notify
from tests.notifications.test_notify import mailer_of
from tests.notifications.test_smtp import mail
from tests.notifications.test_smtp_faults import scripted

SMTP: Mapping[str, dict[str, str | None]] = {
    "takes": {},
    "refuses for now": {"RCPT": "450 later"},
    "refuses for good": {"RCPT": "550 no such person"},
    "turns us away": {"MAIL": "530 sign in first"},
    "hangs": {"end": ""},
    "drops": {"end": None},
    "babbles": {"end": "nonsense"},
}
NOTIFY: Mapping[str, list[Fault]] = {
    "takes": [],
    "refuses for now": [Fault(status=429, error="RateLimitError")],
    "refuses for good": [Fault(status=400, error="ValidationError")],
    "turns us away": [Fault(status=403, error="AuthError")],
    "hangs": [Fault("hang")],
    "drops": [Fault("drop")],
    "babbles": [Fault("babble")],
}

Server = Callable[[str], AbstractAsyncContextManager[tuple[Mailer, Callable[[], int]]]]
"""A mailer with a server that does so, and how many mails that server has taken."""


@asynccontextmanager
async def smtp(does: str) -> AsyncIterator[tuple[Mailer, Callable[[], int]]]:
    async with scripted(**SMTP[does]) as (mailer, seen, _):
        yield mailer, lambda: seen.count("Hello, town.")


@asynccontextmanager
async def govuk(does: str) -> AsyncIterator[tuple[Mailer, Callable[[], int]]]:
    async with notify() as fake:
        fake.faults = list(NOTIFY[does])
        yield mailer_of(fake), lambda: len(fake.taken)


@pytest.mark.parametrize("server", [smtp, govuk])
async def test_it_returns_once_the_mail_is_taken(server: Server) -> None:
    async with server("takes") as (mailer, taken):
        await mailer.send(mail())
        await mailer.send(mail("urgent@example.org"), urgent=True)
        await mailer.ping()
        await mailer.close()

        assert taken() == 2


@pytest.mark.parametrize("server", [smtp, govuk])
@pytest.mark.parametrize("does", sorted(SMTP.keys() - {"takes"}))
async def test_it_says_whether_a_refusal_is_for_good_and_names_nobody(server: Server, does: str) -> None:
    expected = RefusedForGood if does == "refuses for good" else RefusedForNow
    async with server(does) as (mailer, _):
        with pytest.raises(expected) as refused:
            await mailer.send(mail())
        await mailer.close()

    assert "example.org" not in str(refused.value)

"""The whole system in the process of the test: embedded engines, a clock that the test sets, a mailbox it reads."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pyotp

from deploy.host import SERVICES, Host, web_app
from services.accounts import usecases as accounts
from services.accounts.domain import Role
from services.accounts.storage import AccountDocuments
from services.consultation import usecases
from services.consultation.domain import AGREE_SCALE, Audience, Details, Kind, Option, Page, Question, Questionnaire
from services.consultation.storage import ConsultationDocuments
from services.notifications.storage import NotificationDocuments
from shared.mail.catcher import Catcher, Inbox
from shared.run import Run
from shared.settings import Settings
from tests.eventually import eventually
from tests.visitor import Visitor

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class SetClock:
    """Starts at noon and runs on, so that what is tried again a moment later is; a test moves it forward."""

    def __init__(self) -> None:
        self._ahead = NOON - timedelta(seconds=time.monotonic())

    def __call__(self) -> datetime:
        return self._ahead + timedelta(seconds=time.monotonic())

    def forward(self, by: timedelta) -> None:
        self._ahead += by


@dataclass
class Town:
    host: Host
    clock: SetClock
    inbox: Inbox
    app: Any
    _visitors: list[Visitor] = field(default_factory=list)

    def visitor(self) -> Visitor:
        """Someone who is not signed in."""
        visitor = Visitor(lambda _: "http://testserver", httpx.ASGITransport(app=self.app, raise_app_exceptions=False))
        self._visitors.append(visitor)
        return visitor

    def mails(self, to: str, subject: str = "") -> list[EmailMessage]:
        """Oldest first."""
        caught = reversed(self.inbox.newest(10_000))
        return [each.mail for each in caught if each.mail["To"] == to and subject in str(each.mail["Subject"])]

    async def link(self, to: str, count: int = 1) -> str:
        """The path of the newest link mailed to an address, once `count` have come."""
        mails = await eventually(lambda: m if len(m := self.mails(to, "link to sign in")) >= count else [], "a link")
        found = re.search(r"http://testserver(/sign-in/\S+)", text_of(mails[-1]))
        assert found is not None
        return found[1]

    async def resident(self, email: str = "resident@example.org") -> Visitor:
        visitor = self.visitor()
        await visitor.submit(await visitor.get("/sign-up"), {"email": email, "ward": "Biscot"})
        page = await visitor.submit(await visitor.get(await self.link(email)))
        assert page.path == "/account", page.html
        return visitor

    async def staff(self, *roles: Role, email: str = "officer@council.example") -> tuple[Visitor, pyotp.TOTP]:
        service, parts = self.host.service("accounts"), self.host.parts
        command = accounts.AddStaff(email, roles or (Role.OFFICER,))
        _, secret = await Run(service.relay.wake)(
            lambda: accounts.add_staff(command, self.accounts, parts.secrets, self.clock())
        )
        visitor, codes = self.visitor(), pyotp.TOTP(secret)
        await visitor.submit(await visitor.get("/sign-in"), {"email": email})
        link = await visitor.get(await self.link(email))
        page = await visitor.submit(link, {"code": codes.at(self.clock())})
        assert page.path in {"/staff", "/account"}, page.html
        return visitor, codes

    @property
    def accounts(self) -> AccountDocuments:
        return AccountDocuments(self.host.service("accounts").store)

    @property
    def notifications(self) -> NotificationDocuments:
        return NotificationDocuments(self.host.service("notifications").store)

    @property
    def consultations(self) -> ConsultationDocuments:
        return ConsultationDocuments(self.host.service("consultation").store)

    async def publish(self, id: str = "park", **changes: Any) -> str:
        """A consultation that opened an hour ago and closes in a day, published. Returns its id."""
        questions, pages = changes.pop("questions", QUESTIONS), changes.pop("pages", ())
        monitoring = changes.pop("monitoring", None)
        exits = tuple(changes.pop("exits", ()))
        details = Details(**{**details_of(self.clock()), **changes})
        run, documents = Run(self.host.service("consultation").relay.wake), self.consultations
        await run(lambda: usecases.draft_consultation(usecases.DraftConsultation(id, details, "officer"), documents))
        asked = Questionnaire(tuple(pages) or (Page("page-1", questions=tuple(questions)),), exits)
        put = usecases.PutQuestionnaire(id, asked)
        await usecases.put_questionnaire(put, documents)
        if monitoring is not None:
            chosen = usecases.ChooseMonitoring(id, monitoring.set, monitoring.questions, monitoring.reason)
            await usecases.choose_monitoring(chosen, documents)
        publish = usecases.PublishConsultation(id, "officer")
        await run(lambda: usecases.publish_consultation(publish, documents, details.opens_at))
        return id

    async def responses(self, consultation: str = "park") -> int:
        return await self.consultations.responses.count({"consultation": consultation})


def details_of(now: datetime) -> Mapping[str, Any]:
    return {
        "title": "The park",
        "summary": "What should it have?",
        "background": "There is a path.",
        "decision": "What to buy in March.",
        "decision_open": True,
        "opens_at": now - timedelta(hours=1),
        "closes_at": now + timedelta(days=1),
        "audience": Audience.ANYONE,
        **INFORMATION,
    }


INFORMATION = {
    "proposal": "New things to play on.",
    "alternatives": "To leave the park as it is.",
    "reasons": "Children asked for it.",
    "impact": "None: nobody loses what they use now.",
    "next_steps": "The parks team reads all of it, and says in April what came of it.",
    "contact_team": "Parks",
    "contact_email": "parks@council.example",
    "formats": "On paper: ask the parks team.",
}
"""What a consultation on a proposal needs to be published."""


QUESTIONS = (
    Question(
        "missing",
        Kind.ONE_CHOICE,
        "What is missing most?",
        required=True,
        options=(Option("swings", "Swings"), Option("cafe", "A café")),
    ),
    Question(
        "when",
        Kind.SEVERAL_CHOICES,
        "When do you go?",
        options=(Option("am", "Mornings"), Option("pm", "Evenings")),
    ),
    Question("safe", Kind.AGREE, "I feel safe there", options=AGREE_SCALE),
    Question("who", Kind.SHORT_TEXT, "Who do you go with?"),
    Question("else", Kind.LONG_TEXT, "What else?"),
)


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


@asynccontextmanager
async def opened_town(folder: Path, **settings: Any) -> AsyncIterator[Town]:
    inbox, clock = Inbox(folder / "mail"), SetClock()
    catcher = Catcher(inbox)
    port = await catcher.start()
    mine = Settings(
        **{"data": folder / "data", "smtp": f"127.0.0.1:{port}", "public_url": "http://testserver", **settings}
    )
    hosts: list[Host] = []

    async def at_start(host: Host) -> None:
        hosts.append(host)

    app = web_app(list(SERVICES), mine, at_start, clock)
    async with _lifespan(app):
        town = Town(hosts[0], clock, inbox, app)
        yield town
        for visitor in town._visitors:
            await visitor.close()
    await catcher.stop()


@asynccontextmanager
async def _lifespan(app: Any) -> AsyncIterator[None]:
    """What a server does before the first request and after the last."""
    to_app: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    from_app: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    task = asyncio.create_task(app({"type": "lifespan", "asgi": {"version": "3.0"}}, to_app.get, from_app.put))
    await to_app.put({"type": "lifespan.startup"})
    answer = await from_app.get()
    assert answer["type"] == "lifespan.startup.complete", answer
    yield
    await to_app.put({"type": "lifespan.shutdown"})
    await from_app.get()
    await task

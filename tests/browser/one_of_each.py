"""A demonstration in which one of each mail has come, and a mailing and a suppressed address are there to look at."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

from deploy.demo.people import RESIDENT
from deploy.host import Host, load_pages, opened
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases import SaveDraft, save_draft
from services.notifications import usecases
from services.notifications.compose.templates import MAILS
from services.notifications.domain import Announcement, Contact, Frequency, Lifted, Topic, owe
from services.notifications.storage import NotificationDocuments
from shared.mail.catcher import Caught, Inbox
from shared.settings import read_settings
from tests.eventually import eventually
from tests.world import World

LONG_WORD = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"
TITLE = f"Should <Wardown Park> & its friends in {LONG_WORD} have a café each?"
SUMMARY = "The old kiosk is empty. Tell us whether a café should take its place & what it should sell."
CLOSES = "2031-07-01T16:00:00+00:00"
ABOUT = {"title": TITLE, "summary": SUMMARY, "consultation": "living-here", "closes_at": CLOSES}
RECEIPT = dict.fromkeys(("submitted_at", "revised_at"), "2031-06-01T12:00:00+00:00") | {"reference": "7HK2-M9QX4"}
DRAFT = {"title": TITLE, "closes_at": CLOSES, "link": "put in below"}
MADE_BY_ASKING = "sign_in"
"""Its link must be one that accounts knows."""

VALUES: Mapping[str, Mapping[str, str]] = {
    "changed": {**ABOUT, **RECEIPT},
    "closing_soon": ABOUT,
    "consultation_opened": ABOUT,
    "digest": {"frequency": "weekly", "count": "3"},
    "draft_reminder": DRAFT,
    "receipt": {**ABOUT, **RECEIPT},
    "report_published": {**ABOUT, "consultation": "luton-2040-vision"},
    "saved_draft": DRAFT,
    "withdrawn": {**ABOUT, **RECEIPT},
}
ITEM = {"title": TITLE, "summary": SUMMARY, "closes": "5pm UK time on Tuesday 1 July 2031"}
ITEMS = tuple(
    {**ITEM, "topic": topic, "consultation": id, "closes": "" if topic is Topic.REPORT_PUBLISHED else ITEM["closes"]}
    for topic, id in zip(Topic, ("living-here", "affordable-housing", "luton-2040-vision"), strict=True)
)
TOPICS = {**{str(topic): str(topic) for topic in Topic}, "digest": "digest_weekly", "draft_reminder": "closing_soon"}
TEMPLATES = sorted(each.name for each in MAILS.iterdir() if each.is_dir())


@dataclass(frozen=True)
class OneOfEach:
    """`mails` by template; `number` is what the inbox calls it."""

    mails: Mapping[str, EmailMessage]
    numbers: Mapping[str, int]


@asynccontextmanager
async def notifications_of(demo: World) -> AsyncIterator[tuple[Host, NotificationDocuments]]:
    """The documents of the running demonstration, from another process."""
    settings = read_settings(demo.environment)
    async with opened(["notifications"], settings, pages=load_pages(settings)) as host:
        yield host, NotificationDocuments(host.service("notifications").store)


async def resident_of(documents: NotificationDocuments) -> Contact:
    found = await eventually(lambda: documents.contacts.find({"sought": RESIDENT}), "the contact", within=30)
    return found[0].value


async def draft_of(person: str, demo: World) -> str:
    """The path of answers that they have saved, and not sent."""
    settings = read_settings(demo.environment)
    async with opened(["consultation"], settings, pages=load_pages(settings)) as host:
        documents = ConsultationDocuments(host.service("consultation").store)
        consultation = await documents.consultations.get("living-here")
        assert consultation is not None
        asked = consultation.value.questionnaire
        command = SaveDraft("living-here", uuid4().hex, {}, asked.version, asked.pages[0].id, person)
        draft = await save_draft(command, documents, host.parts.clock())
    return f"/consultations/living-here/drafts/{draft.id}"


async def one_of_each(demo: World) -> OneOfEach:
    visitor = demo.visitor()
    await visitor.post("/sign-in", {"email": [RESIDENT]})
    async with notifications_of(demo) as (host, documents):
        person = (await resident_of(documents)).id
        chosen = dict.fromkeys(Topic, Frequency.WEEKLY)  # so that there is something to stop
        await usecases.choose_frequencies(person, chosen, documents, host.parts.clock())
        asked = {"person": person, "template": MADE_BY_ASKING}
        (sign_in, *_) = await eventually(lambda: documents.messages.find(asked), "the link", within=30)
        ids, link = {MADE_BY_ASKING: sign_in.id}, {"link": await draft_of(person, demo)}
        for template, values in VALUES.items():
            ids[template] = f"look:{template}"
            items = ITEMS if template == "digest" else ()
            topic, now = TOPICS.get(template, ""), host.parts.clock()
            message = owe(ids[template], template, person, {**values, **link}, now, topic=topic, items=items)
            await usecases.owe_message(message, documents)
        marks = {f"<{host.parts.secrets.message_token(id, RESIDENT)}@localhost>": name for name, id in ids.items()}
    folder = Path(demo.environment["ENGAGE_DATA"]) / "mail"

    def come() -> dict[str, Caught]:
        caught = {marks.get(str(each.mail["Message-ID"]), ""): each for each in Inbox(folder).newest(100)}
        mine = {name: each for name, each in caught.items() if name}
        return mine if len(mine) == len(ids) else {}

    mine = await eventually(come, "one of each mail", within=30)
    return OneOfEach({n: each.mail for n, each in mine.items()}, {n: each.number for n, each in mine.items()})


async def something_for_staff(demo: World) -> None:
    """A mailing that was paused, and an address that was suppressed, let go and suppressed again."""
    async with notifications_of(demo) as (host, documents):
        now = host.parts.clock()
        resident = await resident_of(documents)
        lifted = (Lifted("it came back: 5.1.1", now - timedelta(days=9), resident.id, now - timedelta(days=5)),)
        held = Contact("held", "held@example.org", suppressed="it came back: 5.1.1", suppressed_at=now, lifted=lifted)
        await documents.contacts.add(held)
        message = owe("look:held", "receipt", "held", VALUES["receipt"], now)
        await documents.messages.add(message.suppressed("it came back: 5.1.1", now))
        announcement = Announcement("look", Topic.CONSULTATION_OPENED, ABOUT, now)
        await usecases.begin_mailing(announcement, documents, now)
        await usecases.pause_mailing("look", documents)

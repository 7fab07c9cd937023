"""Changing the wording of mails, and trying it out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain import Passage, Wording, owe_test
from services.notifications.storage import NotificationDocuments
from services.notifications.usecases.sending import owe_message
from shared.errors import Conflict
from shared.store.documents import Loaded
from shared.store.port import Duplicate, Stale

NO_ADDRESS = "We do not know your address yet. Sign in again, then try again"


@dataclass(frozen=True, slots=True)
class SaveWording:
    """`seen` is the number of the version that the officer began with."""

    template: str
    passages: Sequence[Passage]
    texts: Mapping[str, str]
    seen: int
    officer: str


@dataclass(frozen=True, slots=True)
class UseAgain:
    template: str
    passages: Sequence[Passage]
    version: int
    seen: int
    officer: str


async def wording_of(template: str, documents: NotificationDocuments) -> Wording:
    loaded = await documents.wordings.get(template)
    return loaded.value if loaded else Wording(template)


async def save_wording(command: SaveWording, documents: NotificationDocuments, now: datetime) -> None:
    """Raises Invalid; Stale."""
    loaded = await documents.wordings.get(command.template)
    await _reword(loaded, command, documents, now)


async def use_wording_again(command: UseAgain, documents: NotificationDocuments, now: datetime) -> None:
    """An earlier version, or with 0 the delivered one, as a new version. Raises NotFound, Invalid; Stale."""
    loaded = await documents.wordings.get(command.template)
    earlier = (loaded.value if loaded else Wording(command.template)).version(command.version)
    save = SaveWording(command.template, command.passages, earlier.of(command.passages), command.seen, command.officer)
    await _reword(loaded, save, documents, now)


async def send_test(template: str, officer: str, token: str, documents: NotificationDocuments, now: datetime) -> None:
    """Owe an officer one mail with sample data in the wording that is saved. Raises Conflict without an address."""
    if await documents.contacts.get(officer) is None:
        raise Conflict(NO_ADDRESS)
    wording = await wording_of(template, documents)
    await owe_message(owe_test(template, officer, token, now, wording.current.number), documents)


async def _reword(
    loaded: Loaded[Wording] | None, command: SaveWording, documents: NotificationDocuments, now: datetime
) -> None:
    wording = loaded.value if loaded else Wording(command.template)
    reworded = wording.reworded(command.passages, command.texts, command.seen, command.officer, now)
    if reworded == wording:
        return
    if loaded is not None:
        await documents.wordings.save(loaded, reworded)
        return
    try:
        await documents.wordings.add(reworded)
    except Duplicate:
        raise Stale(command.template) from None

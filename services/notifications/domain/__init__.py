"""Messages that we owe to people, and how they can be reached."""

from services.notifications.domain.announcement import Announcement
from services.notifications.domain.choice import DIGESTS, TITLES, Choice, Frequency, Topic, read_choices
from services.notifications.domain.contact import KINDS, Contact, digest_kind
from services.notifications.domain.digest import (
    Announced,
    Digest,
    DigestState,
    begin_digest,
    digest_id,
    for_contact,
)
from services.notifications.domain.mailing import AT_WORK, Mailing, MailingEnded, MailingState
from services.notifications.domain.message import (
    CLAIM,
    GIVE_UP_AFTER,
    HOLD,
    MAY_BECOME,
    Lane,
    Message,
    State,
    WrongState,
    due_text,
    owe,
)
from services.notifications.domain.occasion import Occasion, occasions_of
from services.notifications.domain.quiet import after_quiet_hours

__all__ = [
    "AT_WORK",
    "CLAIM",
    "DIGESTS",
    "GIVE_UP_AFTER",
    "HOLD",
    "KINDS",
    "MAY_BECOME",
    "TITLES",
    "Announced",
    "Announcement",
    "Choice",
    "Contact",
    "Digest",
    "DigestState",
    "Frequency",
    "Lane",
    "Mailing",
    "MailingEnded",
    "MailingState",
    "Message",
    "Occasion",
    "State",
    "Topic",
    "WrongState",
    "after_quiet_hours",
    "begin_digest",
    "digest_id",
    "digest_kind",
    "due_text",
    "for_contact",
    "occasions_of",
    "owe",
    "read_choices",
]

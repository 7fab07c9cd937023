"""Messages that we owe to people, and how they can be reached."""

from services.notifications.domain.contact import Contact
from services.notifications.domain.message import CLAIM, GIVE_UP_AFTER, Lane, Message, State, owe

__all__ = ["CLAIM", "GIVE_UP_AFTER", "Contact", "Lane", "Message", "State", "owe"]

"""What notifications does by the clock: sends what is due, and takes mailings a step further."""

from services.notifications.due.mailbox import MailboxReader
from services.notifications.due.mailings import Mailings
from services.notifications.due.sender import Sender

__all__ = ["MailboxReader", "Mailings", "Sender"]

"""From a message owed to a mail, and what officers are shown of one."""

from services.notifications.compose.about import BrokenMail
from services.notifications.compose.composer import Composer
from services.notifications.compose.templates import MailTemplate, MailTemplates, Shown

__all__ = ["BrokenMail", "Composer", "MailTemplate", "MailTemplates", "Shown"]

"""What is done about messages and contacts. Each use case changes one document."""

from services.notifications.usecases.contacts import keep_contact
from services.notifications.usecases.sending import (
    Compose,
    Sending,
    due_messages,
    owe_message,
    send_message,
    try_again,
)

__all__ = ["Compose", "Sending", "due_messages", "keep_contact", "owe_message", "send_message", "try_again"]

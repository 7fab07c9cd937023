"""What staff read about how things stand."""

from collections.abc import Mapping
from datetime import time

from services.notifications.compose import Composer
from services.notifications.domain import MailingState, Message, QuietHours, State
from shared.web.words import clock_words

LAST_PAGE = 2_000

STATES: Mapping[State, tuple[str, str, str]] = {
    State.OWED: ("Waiting", "govuk-tag--yellow", "It is not sent yet."),
    State.SENDING: ("Being sent", "govuk-tag--yellow", "It is with the mail server now."),
    State.SENT: ("Sent", "govuk-tag--green", "The mail server has taken it."),
    State.DELIVERED: ("Delivered", "govuk-tag--green", "It has reached the person's mailbox."),
    State.BOUNCED: ("Came back", "govuk-tag--red", "It was sent, but could not be delivered."),
    State.FAILED: ("Failed", "govuk-tag--red", "It could not be sent. We do not try again."),
    State.SUPPRESSED: ("Held back", "govuk-tag--orange", "We send no mail to this address."),
    State.CANCELLED: ("Cancelled", "govuk-tag--grey", "It was taken back before it was sent."),
}
"""The word, the colour of its tag, and a sentence."""

MAILING_STATES: Mapping[MailingState, tuple[str, str, str]] = {
    MailingState.RUNNING: ("Running", "govuk-tag--blue", "E-mails are going out."),
    MailingState.PAUSED: ("Paused", "govuk-tag--yellow", "Nothing goes out until somebody resumes it."),
    MailingState.CANCELLING: ("Being cancelled", "govuk-tag--orange", "E-mails that wait are being taken back."),
    MailingState.CANCELLED: ("Cancelled", "govuk-tag--grey", "E-mails that were not sent yet were taken back."),
    MailingState.DONE: ("Done", "govuk-tag--green", "Everyone was looked at. The last e-mails may be on their way."),
}


def names_of(composer: Composer) -> Mapping[str, str]:
    """What people call each template, by its name."""
    return {template.name: template.about.name for template in composer.templates.all()}


def sentence_of(message: Message) -> str:
    """What its state means; more for one that is tried again."""
    if message.state is State.OWED and message.reason:
        return "It could not be sent yet. We try again."
    return STATES[message.state][2]


def reason_of(message: Message) -> str:
    """As a sentence; empty for none."""
    return as_sentence(message.reason)


def as_sentence(reason: str) -> str:
    return f"{reason[0].upper()}{reason[1:]}." if reason else ""


def quiet_words(hours: QuietHours) -> tuple[str, str] | None:
    """When they begin and end, such as 9pm and 8am."""
    return None if hours.begin == hours.end else (clock_words(time(hours.begin)), clock_words(time(hours.end)))


def page_number(text: str) -> int:
    """1 for what is no number of a page."""
    if not (text.isascii() and text.isdigit()):
        return 1
    return min(max(int(text[:9]), 1), LAST_PAGE)

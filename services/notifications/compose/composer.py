"""From a message owed to a mail: its template filled, as text and as HTML."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import TemplateError

from services.notifications.compose.templates import MAILS, MailTemplate, MailTemplates, Shown
from services.notifications.domain import AS_DELIVERED, TEST, Contact, Message, Version, Wording
from shared.errors import NotFound
from shared.mail.mime import Blank, blank, mark, to_header
from shared.mail.port import Mail, RefusedForGood
from shared.place import Place
from shared.secrets import Secrets
from shared.settings import Settings
from shared.web.words import london_time

MAILINGS_KEPT = 8
"""Texts of mailings that are kept filled in, since a mailing has one text for all."""

LINKS = ("unsubscribe", "preferences")
HIDDEN = "(the link is shown only to the person)"
SAMPLE = "example"
"""What sample links end with: no token that we make is so short."""


class Composer:
    """Templates are folders of templates/mail; `values` and `items` of the message fill them.

    What can be unsubscribed from has the links `unsubscribe` and `preferences` as well. Raises BrokenMail at start.
    """

    def __init__(self, place: Place, settings: Settings, secrets: Secrets, folder: Path = MAILS) -> None:
        self._place = place
        self._url = settings.public_url.rstrip("/")
        self._host = urlsplit(self._url).hostname or "localhost"
        self._from = settings.mail_from or f"Engage {place.name} <no-reply@{self._host}>"
        self._sender = settings.bounces_to or parseaddr(self._from)[1]
        self._secrets = secrets
        self._marks = {name: mark(name) for name in LINKS}
        self._hidden = mark("hidden").text
        self._blanks: dict[tuple[str, str, int], Blank] = {}
        self.templates = MailTemplates(place, self._url, folder)
        for template in self.templates.all():
            self.templates.check(template.name, self._sample_values(template))

    @property
    def names(self) -> dict[str, str]:
        """What each template is called in plain words."""
        return {each.name: each.about.name for each in self.templates.all()}

    def __call__(self, message: Message, contact: Contact, version: Version = AS_DELIVERED) -> Mail:
        """Raises RefusedForGood when the template cannot be filled: trying again would not help."""
        try:
            own = self._links(message) if message.topic else {}
            headers = to_header(contact.email) + self._own_headers(message, contact, own.get("unsubscribe", ""))
            content = self._blank(message, version).filled(headers, own)
            return Mail(self._sender, contact.email, content, again=message.attempts > 1)
        except (TemplateError, ValueError, NotFound) as error:
            raise RefusedForGood(f"the template {message.template} cannot be filled: {type(error).__name__}") from error

    def sample(self, template: MailTemplate, version: Version) -> Shown:
        """With its sample values, and links that lead nowhere. Raises TemplateError, ValueError."""
        return self.templates.render(template.name, version, self._sample_values(template))

    def examples(self, template: MailTemplate) -> dict[str, str]:
        """A sample of each value that officers may use in it."""
        values = self.templates.values_used(template.name, self._sample_values(template))
        names = dict.fromkeys(name for passage in template.passages for name in passage.values)
        return {name: str(values[name]) for name in names}

    def shown(self, message: Message, wordings: Mapping[str, Wording]) -> Shown:
        """A message as staff may see it: what only the person may see is replaced by a sentence.

        One that was not tried yet has the wording that counts now. Raises RefusedForGood where it cannot be filled.
        """
        wording = wordings.get(message.template, Wording(message.template))
        try:
            version = wording.version(message.wording) if message.attempts else wording.current
            if TEST in message.values:
                return self._test(message, version)
            filled = self.templates.render(message.template, version, self._values_for_staff(message))
        except (TemplateError, ValueError, NotFound) as error:
            raise RefusedForGood(f"the template {message.template} cannot be filled: {type(error).__name__}") from error
        return Shown(self._without_links(filled.subject), self._without_links(filled.text), self._html(filled.html))

    def _blank(self, message: Message, version: Version) -> Blank:
        """Filled in but for what is the recipient's own."""
        if message.mailing is None:
            return self._filled(message, version)
        key = (message.mailing, message.template, version.number)
        if key not in self._blanks:
            if len(self._blanks) >= MAILINGS_KEPT:
                self._blanks.clear()
            self._blanks[key] = self._filled(message, version)
        return self._blanks[key]

    def _filled(self, message: Message, version: Version) -> Blank:
        if TEST in message.values:
            test = self._test(message, version)
            return blank(self._headers(test.subject), (test.text, test.html), [])
        marks = list(self._marks.values()) if message.topic else []
        values = self._values(message) | {each.name: each.text for each in marks}
        mail = self.templates.render(message.template, version, values)
        return blank(self._headers(mail.subject), (mail.text, mail.html), marks)

    def _test(self, message: Message, version: Version) -> Shown:
        sample = self.sample(self.templates.get(message.template), version)
        return replace(sample, subject=f"[Test] {sample.subject}")

    def _headers(self, subject: str) -> dict[str, str]:
        return {
            "Subject": subject,
            "From": self._from,
            "Reply-To": self._place.contact_email,
            "Auto-Submitted": "auto-generated",
        }

    def _values(self, message: Message) -> dict[str, object]:
        values = self._written(message.values) | {"items": message.items}
        if "sign_in" in message.values:
            values["link"] = f"{self._url}/sign-in/{self._secrets.link_token(message.values['sign_in'])}"
        return values

    def _sample_values(self, template: MailTemplate) -> dict[str, object]:
        sample = template.about.sample
        values = self._written(sample.values) | {"items": sample.items}
        if "sign_in" in sample.values:
            values["link"] = f"{self._url}/sign-in/{SAMPLE}"
        if template.about.unsubscribe:
            values |= {name: f"{self._url}/{name}/{SAMPLE}" for name in LINKS}
        return values

    def _values_for_staff(self, message: Message) -> dict[str, object]:
        template = self.templates.get(message.template)
        values = self._written(message.values) | {"items": message.items}
        links = [*template.about.secret, *(LINKS if message.topic else ())]
        return values | dict.fromkeys(links, self._hidden)

    @staticmethod
    def _written(values: Mapping[str, str]) -> dict[str, object]:
        """Times as people read them."""
        return {
            name: london_time(datetime.fromisoformat(value), zone=True) if name.endswith("_at") and value else value
            for name, value in values.items()
        }

    def _html(self, html: str) -> str:
        return self._without_links(re.sub(rf'href="[^"]*{self._hidden}[^"]*"', f'title="{HIDDEN}"', html))

    def _without_links(self, text: str) -> str:
        return re.sub(f"(?:{re.escape(self._url)})?{self._hidden}", HIDDEN, text)

    def _own_headers(self, message: Message, contact: Contact, unsubscribe: str) -> bytes:
        # The same whenever it is sent: after a crash between the server's yes and our note of it, readers see one mail.
        # By it a bounce is known to be of this message to this address, and to be none that somebody made up.
        lines = f"Message-ID: <{self._secrets.message_token(message.id, contact.email)}@{self._host}>\r\n"
        lines += f"Date: {format_datetime(message.created_at)}\r\n"
        if unsubscribe:  # one click in the reader's mail programme, which posts to it (RFC 8058)
            lines += f"List-Unsubscribe: <{unsubscribe}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        return lines.encode()

    def _links(self, message: Message) -> dict[str, str]:
        token, choices = (self._secrets.choice_token(message.person, topic) for topic in (message.topic, "preferences"))
        return {"unsubscribe": f"{self._url}/unsubscribe/{token}", "preferences": f"{self._url}/preferences/{choices}"}

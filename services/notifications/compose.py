"""From a message owed to a mail: its template filled, as text and as HTML."""

import re
from datetime import datetime
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape

from services.notifications.domain import Contact, Message
from shared.mail.mime import Blank, blank, mark, to_header
from shared.mail.port import Mail, RefusedForGood
from shared.place import Place
from shared.secrets import Secrets
from shared.settings import Settings
from shared.web.words import london_time

MAILS = Path(__file__).parent / "templates" / "mail"
MAILINGS_KEPT = 8
"""Texts of mailings that are kept filled in, since a mailing has one text for all."""

NOT_IN_AN_ID = re.compile(r"[^\w.-]", re.ASCII)


class Composer:
    """Templates are folders of subject.txt, body.txt and body.html; `values` and `items` of the message fill them.

    What can be unsubscribed from has the links `unsubscribe` and `preferences` as well.
    """

    def __init__(self, place: Place, settings: Settings, secrets: Secrets) -> None:
        self._place = place
        self._url = settings.public_url.rstrip("/")
        self._host = urlsplit(self._url).hostname or "localhost"
        self._from = settings.mail_from or f"Engage {place.name} <no-reply@{self._host}>"
        self._sender = parseaddr(self._from)[1]
        self._secrets = secrets
        self._marks = {name: mark(name) for name in ("unsubscribe", "preferences")}
        self._blanks: dict[tuple[str, str], Blank] = {}
        self._templates = Environment(
            loader=FileSystemLoader(MAILS),
            undefined=StrictUndefined,
            autoescape=select_autoescape(["html"], default=False),
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.globals |= {"place": place, "url": self._url}

    def __call__(self, message: Message, contact: Contact) -> Mail:
        """Raises RefusedForGood when the template cannot be filled: trying again would not help."""
        try:
            own = self._links(message) if message.topic else {}
            headers = to_header(contact.email) + self._own_headers(message, own.get("unsubscribe", ""))
            return Mail(self._sender, contact.email, self._blank(message).filled(headers, own))
        except (TemplateError, ValueError) as error:
            raise RefusedForGood(f"the template {message.template} cannot be filled: {type(error).__name__}") from error

    def _blank(self, message: Message) -> Blank:
        """Filled in but for what is the recipient's own."""
        if message.mailing is None:
            return self._filled(message)
        key = (message.mailing, message.template)
        if key not in self._blanks:
            if len(self._blanks) >= MAILINGS_KEPT:
                self._blanks.clear()
            self._blanks[key] = self._filled(message)
        return self._blanks[key]

    def _filled(self, message: Message) -> Blank:
        values: dict[str, object] = {**message.values, "items": message.items}
        if "sign_in" in message.values:
            values["link"] = f"{self._url}/sign-in/{self._secrets.link_token(message.values['sign_in'])}"
        for name, value in message.values.items():
            if name.endswith("_at") and value:
                values[name] = london_time(datetime.fromisoformat(value), zone=True)
        marks = self._marks.values() if message.topic else ()
        values |= {each.name: each.text for each in marks}
        subject, *texts = (
            self._templates.get_template(f"{message.template}/{part}").render(values)
            for part in ("subject.txt", "body.txt", "body.html")
        )
        headers = {
            "Subject": " ".join(subject.split()),
            "From": self._from,
            "Reply-To": self._place.contact_email,
            "Auto-Submitted": "auto-generated",
        }
        return blank(headers, texts, list(marks))

    def _own_headers(self, message: Message, unsubscribe: str) -> bytes:
        # The same whenever it is sent: after a crash between the server's yes and our note of it, readers see one mail.
        lines = f"Message-ID: <{NOT_IN_AN_ID.sub('.', message.id)}@{self._host}>\r\n"
        lines += f"Date: {format_datetime(message.created_at)}\r\n"
        if unsubscribe:  # one click in the reader's mail programme, which posts to it (RFC 8058)
            lines += f"List-Unsubscribe: <{unsubscribe}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        return lines.encode()

    def _links(self, message: Message) -> dict[str, str]:
        token, choices = (self._secrets.choice_token(message.person, topic) for topic in (message.topic, "preferences"))
        return {"unsubscribe": f"{self._url}/unsubscribe/{token}", "preferences": f"{self._url}/preferences/{choices}"}

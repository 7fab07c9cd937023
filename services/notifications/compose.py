"""From a message owed to a mail: its template filled, as text and as HTML."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape

from services.notifications.domain import Contact, Message
from shared.mail.port import RefusedForGood
from shared.place import Place
from shared.secrets import Secrets
from shared.settings import Settings
from shared.web.words import london_time

MAILS = Path(__file__).parent / "templates" / "mail"


class Composer:
    """Templates are folders of subject.txt, body.txt and body.html; `values` of the message fill them."""

    def __init__(self, place: Place, settings: Settings, secrets: Secrets) -> None:
        self._place = place
        self._url = settings.public_url.rstrip("/")
        self._host = urlsplit(self._url).hostname or "localhost"
        self._from = settings.mail_from or f"Engage {place.name} <no-reply@{self._host}>"
        self._secrets = secrets
        self._templates = Environment(
            loader=FileSystemLoader(MAILS),
            undefined=StrictUndefined,
            autoescape=select_autoescape(["html"], default=False),
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.globals |= {"place": place, "url": self._url}

    def __call__(self, message: Message, contact: Contact) -> EmailMessage:
        """Raises RefusedForGood when the template cannot be filled: trying again would not help."""
        values: dict[str, object] = dict(message.values)
        if "sign_in" in values:
            values["link"] = f"{self._url}/sign-in/{self._secrets.link_token(message.values['sign_in'])}"
        for name, value in message.values.items():
            if name.endswith("_at"):
                values[name] = london_time(datetime.fromisoformat(value), zone=True)
        try:
            return self._fill(message, contact, values)
        except (TemplateError, ValueError) as error:
            raise RefusedForGood(f"the template {message.template} cannot be filled: {type(error).__name__}") from error

    def _fill(self, message: Message, contact: Contact, values: dict[str, object]) -> EmailMessage:
        subject, text, html = (
            self._templates.get_template(f"{message.template}/{part}").render(values)
            for part in ("subject.txt", "body.txt", "body.html")
        )
        mail = EmailMessage()
        mail["Subject"] = " ".join(subject.split())
        mail["From"] = self._from
        mail["To"] = contact.email
        mail["Reply-To"] = self._place.contact_email
        mail["Date"] = format_datetime(message.created_at)
        # The same whenever it is sent: after a crash between the server's yes and our note of it, readers see one mail.
        mail["Message-ID"] = f"<{message.id.replace(':', '.')}@{self._host}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text)
        mail.add_alternative(html, subtype="html")
        return mail

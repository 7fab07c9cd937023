"""Choosing what to hear about, by the signed link in each mail: nobody has to sign in to stop it."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.notifications import usecases
from services.notifications.domain import (
    KINDS,
    TITLES,
    Contact,
    Frequency,
    Topic,
    digest_kind,
    read_choices,
    read_quiet_hours,
)
from services.notifications.storage import NotificationDocuments
from services.notifications.web.states import quiet_words
from shared.errors import Invalid, NotFound
from shared.service import Edge
from shared.web.forms import Form, read_form
from shared.web.sessions import need

PREFERENCES = "preferences"
"""What the token in a link to this page is for, where that in one to unsubscribe names a topic or a digest."""

HINTS = {
    Topic.CONSULTATION_OPENED: "What the council asks people about, as it begins.",
    Topic.CLOSING_SOON: "A last call, three days before the end. A weekly e-mail leaves out what has closed by then.",
    Topic.REPORT_PUBLISHED: "Reports on what people said, and what the council decided.",
}
FREQUENCIES = (
    (Frequency.NOW, "As it happens"),
    (Frequency.DAILY, "Once a day, at 6pm"),
    (Frequency.WEEKLY, "Once a week, on Thursday at 9am"),
    (Frequency.NEVER, "Never"),
)
KIND_WORDS = {
    **{str(topic): f"e-mails about {title[0].lower()}{title[1:]}" for topic, title in TITLES.items()},
    digest_kind(Frequency.DAILY): "the daily summary",
    digest_kind(Frequency.WEEKLY): "the weekly summary",
}
BROKEN = "This link is not complete. Open it again from the e-mail, or copy all of it"


class PreferencesPages:
    def __init__(self, edge: Edge, documents: NotificationDocuments) -> None:
        self._edge = edge
        self._documents = documents
        self._quiet = quiet_words(read_quiet_hours(edge.parts.settings.mail_quiet_hours))

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/preferences", self.mine, methods=["GET"]),
            Route("/preferences/{token}", self.show, methods=["GET"]),
            Route("/preferences/{token}", self.save, methods=["POST"]),
            Route("/preferences/{token}/saved", self.saved, methods=["GET"]),
            Route("/unsubscribe/{token}", self.ask, methods=["GET"]),
            Route("/unsubscribe/{token}", self.stop, methods=["POST"]),
        ]

    async def mine(self, request: Request) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        need(viewer)
        return RedirectResponse(f"/preferences/{self._token(viewer.person or '')}", 303)

    async def show(self, request: Request) -> Response:
        contact = await self._contact(request)
        chosen = Form({topic: [contact.frequency(topic)] for topic in Topic})
        return await self._preferences(request, chosen, contact)

    async def save(self, request: Request) -> Response:
        contact = await self._contact(request)
        form = await read_form(request)
        try:
            frequencies = read_choices({name: form.value(name) for name in form.names})
        except Invalid as invalid:
            return await self._preferences(request, form.with_errors(invalid.errors), contact)
        now = self._edge.parts.clock()
        await self._edge.run(lambda: usecases.choose_frequencies(contact.id, frequencies, self._documents, now))
        return RedirectResponse(f"/preferences/{request.path_params['token']}/saved", 303)

    async def saved(self, request: Request) -> Response:
        contact = await self._contact(request)
        words = dict(FREQUENCIES)
        chosen = [(title, words[contact.frequency(topic)]) for topic, title in TITLES.items()]
        return await self._page("preferences_saved.html", request, chosen=chosen, token=request.path_params["token"])

    async def ask(self, request: Request) -> Response:
        """Changes nothing: scanners of mail open every link."""
        person, kind = self._stopping(request)
        return await self._unsubscribe(request, person, kind, done=False)

    async def stop(self, request: Request) -> Response:
        """By the button, or by a mail provider for the reader (RFC 8058), whose body is of any type: it is not read."""
        person, kind = self._stopping(request)
        now = self._edge.parts.clock()
        await self._edge.run(lambda: usecases.unsubscribe(person, kind, self._documents, now))
        return await self._unsubscribe(request, person, kind, done=True)

    def _token(self, person: str) -> str:
        return self._edge.parts.secrets.choice_token(person, PREFERENCES)

    def _read(self, request: Request) -> tuple[str, str]:
        read = self._edge.parts.secrets.read_choice_token(request.path_params["token"])
        if read is None:
            raise NotFound(BROKEN)
        return read

    def _stopping(self, request: Request) -> tuple[str, str]:
        person, kind = self._read(request)
        if kind not in KINDS:
            raise NotFound(BROKEN)
        return person, kind

    async def _contact(self, request: Request) -> Contact:
        person, kind = self._read(request)
        if kind != PREFERENCES:
            raise NotFound(BROKEN)
        return (await usecases.known_contact(person, self._documents)).value

    async def _preferences(self, request: Request, form: Form, contact: Contact) -> Response:
        words = {"titles": TITLES, "hints": HINTS, "frequencies": FREQUENCIES, "quiet": self._quiet}
        return await self._page("preferences.html", request, form=form, contact=contact, **words)

    async def _unsubscribe(self, request: Request, person: str, kind: str, *, done: bool) -> Response:
        words = KIND_WORDS[kind]
        return await self._page("unsubscribe.html", request, what=words, done=done, token=self._token(person))

    async def _page(self, template: str, request: Request, **context: object) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        form = context.get("form")
        status = 422 if isinstance(form, Form) and form.errors else 200
        return HTMLResponse(self._edge.parts.pages.render(template, viewer, **context), status)

"""What was sent to whom and what became of it, for officers."""

import logging
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.notifications import queries, usecases
from services.notifications.compose import Composer, Shown
from services.notifications.domain import Message, State
from services.notifications.storage import NotificationDocuments
from services.notifications.web.states import STATES, as_sentence, names_of, page_number, reason_of, sentence_of
from shared.mail.port import RefusedForGood
from shared.service import Edge
from shared.web.forms import Form, read_form
from shared.web.sessions import need
from shared.web.viewer import Viewer

log = logging.getLogger(__name__)

HERE = "/staff/mail"


class MessagesPages:
    def __init__(self, edge: Edge, documents: NotificationDocuments, composer: Composer) -> None:
        self._edge = edge
        self._documents = documents
        self._composer = composer
        self._names = names_of(composer)

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(HERE, self.list, methods=["GET"]),
            Route(f"{HERE}/people", self.search, methods=["POST"]),
            Route(f"{HERE}/people/{{person}}", self.person, methods=["GET"]),
            Route(f"{HERE}/people/{{person}}/send-again", self.send_again, methods=["POST"]),
            Route(f"{HERE}/messages/{{id}}", self.message, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        return await self._list(request, await self._officer(request), Form())

    async def search(self, request: Request) -> Response:
        """By address, which goes no further than this: the page it leads to has the person's id in its address."""
        viewer = await self._officer(request)
        form = await read_form(request)
        address = form.value("email").strip()
        person = await queries.person_of(address, self._documents) if address else None
        if person is None:
            sentence = "We know nobody with this e-mail address" if address else "Enter an e-mail address"
            return await self._list(request, viewer, form.with_errors({"email": sentence}))
        return RedirectResponse(f"{HERE}/people/{quote(person, safe='')}", 303)

    async def person(self, request: Request) -> Response:
        viewer = await self._officer(request)
        person = request.path_params["person"]
        found = await queries.messages_to(person, self._documents, _page(request))
        contact = await queries.contact_of(person, self._documents)
        officers = await queries.addresses_of([each.by for each in contact.lifted] if contact else [], self._documents)
        done = request.query_params.get("done") == "again"
        return self._page(
            "staff/messages_person.html", viewer, found=found, contact=contact, officers=officers, done=done,
            person=person, link="?page=",
        )  # fmt: skip

    async def send_again(self, request: Request) -> Response:
        """Lift what holds mail to their address back."""
        viewer = await self._officer(request)
        person, officer = request.path_params["person"], viewer.person or ""
        now = self._edge.parts.clock()
        await self._edge.run(lambda: usecases.send_again(person, officer, self._documents, now))
        log.info("person %s lets mail go to person %s again", officer, person)
        return RedirectResponse(f"{HERE}/people/{quote(person, safe='')}?done=again", 303)

    async def message(self, request: Request) -> Response:
        viewer = await self._officer(request)
        row = await queries.message(request.path_params["id"], self._documents)
        shown = None
        if not row.message.is_forgotten:
            log.info("person %s opened what message %s says", viewer.person, row.message.id)
            shown = await self._shown(row.message)
        keep = self._edge.parts.settings.mail_keep_days
        return self._page("staff/message.html", viewer, row=row, shown=shown, keep_days=keep)

    async def _shown(self, message: Message) -> Shown | None:
        """None where its template has changed so much that its values do not fill it any more."""
        wording = await self._documents.wordings.get(message.template)
        try:
            return self._composer.shown(message, {message.template: wording.value} if wording else {})
        except RefusedForGood as refused:
            log.warning("%s", refused)
            return None

    async def _list(self, request: Request, viewer: Viewer, form: Form) -> Response:
        asked = _asked(request.query_params, self._names)
        found = await queries.messages(
            self._documents, _page(request), state=State(asked["state"]) if asked["state"] else None,
            template=asked["template"],
        )  # fmt: skip
        link = "?" + urlencode({**asked, "page": ""})
        chosen = Form({name: [value] for name, value in asked.items()})
        options = {
            "state_words": [(state, words) for state, (words, *_) in STATES.items()],
            "template_words": list(self._names.items()),
        }
        page = self._page("staff/messages.html", viewer, found=found, chosen=chosen, form=form, link=link, **options)
        page.status_code = 422 if form.errors else 200
        return page

    async def _officer(self, request: Request) -> Viewer:
        viewer = await self._edge.sessions.viewer(request)
        need(viewer, "officer")
        return viewer

    def _page(self, template: str, viewer: Viewer, **context: object) -> Response:
        words = {
            "states": STATES,
            "names": self._names,
            "sentence_of": sentence_of,
            "reason_of": reason_of,
            "as_sentence": as_sentence,
        }
        return HTMLResponse(self._edge.parts.pages.render(template, viewer, here=HERE, **words, **context))


def _page(request: Request) -> int:
    return page_number(request.query_params.get("page", ""))


def _asked(query: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """What to list, '' for all: what is no state, and no template, comes from no form of ours."""
    state, template = query.get("state", ""), query.get("template", "")
    return {"state": state if state in set(State) else "", "template": template if template in names else ""}

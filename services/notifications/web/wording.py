"""The wording of mails: officers see each mail with sample data, change its words, and send themselves a test."""

import re
from collections.abc import Sequence
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.notifications import usecases
from services.notifications.compose import Composer, MailTemplate
from services.notifications.domain import AS_DELIVERED, Version, Wording, read_texts
from services.notifications.storage import NotificationDocuments
from services.notifications.usecases import SaveWording, UseAgain
from shared.errors import Conflict, Invalid
from shared.service import Edge
from shared.web.forms import Form, read_form
from shared.web.sessions import need

HERE = "/staff/mail/wording"
PREVIEW_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; form-action 'none'; base-uri 'none';"
    " sandbox"
)
"""Styles within the mail, and nothing else: no script, no form, no picture from elsewhere."""

NUMBER = re.compile(r"[0-9]{1,6}")
TOKEN = re.compile(r"[0-9a-f]{32}")
DONE = {
    "saved": "The new wording is saved. E-mails have it within a few seconds.",
    "tested": "A test is on its way to your own address.",
}


class WordingPages:
    def __init__(self, edge: Edge, documents: NotificationDocuments, composer: Composer) -> None:
        self._edge = edge
        self._documents = documents
        self._composer = composer

    def routes(self) -> Sequence[BaseRoute]:
        one = f"{HERE}/{{template}}"
        return [
            Route(HERE, self.list, methods=["GET"]),
            Route(one, self.show, methods=["GET"]),
            Route(one, self.save, methods=["POST"]),
            Route(f"{one}/again", self.use_again, methods=["POST"]),
            Route(f"{one}/test", self.test, methods=["POST"]),
            Route(f"{one}/html", self.html, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        await self._officer(request)
        wordings = await usecases.known_wordings(self._documents)
        rows = [(each, wordings.get(each.name, Wording(each.name)).current) for each in self._composer.templates.all()]
        return await self._page(request, "staff/wordings.html", rows=rows)

    async def show(self, request: Request) -> Response:
        await self._officer(request)
        template = self._template(request)
        wording = await usecases.wording_of(template.name, self._documents)
        done = DONE.get(request.query_params.get("done", ""))
        form = _form(template, wording.current, wording.current.number)
        return await self._one(request, template, wording, form, wording.current, done)

    async def save(self, request: Request) -> Response:
        """Or only show what it would look like: that is the first button, which the enter key presses."""
        officer = await self._officer(request)
        template, form = self._template(request), await read_form(request)
        texts = _texts(template, form)
        try:
            if form.value("do") != "save":
                typed = read_texts(template.passages, texts)
                wording = await usecases.wording_of(template.name, self._documents)
                return await self._one(request, template, wording, form, _unsaved(typed), None)
            command = SaveWording(template.name, template.passages, texts, _number(form.value("seen")), officer)
            await self._edge.run(lambda: usecases.save_wording(command, self._documents, self._edge.parts.clock()))
        except Invalid as invalid:
            return await self._refused(request, template, form, invalid)
        return RedirectResponse(f"{HERE}/{template.name}?done=saved", 303)

    async def use_again(self, request: Request) -> Response:
        officer = await self._officer(request)
        template, form = self._template(request), await read_form(request)
        number, seen = _number(form.value("version")), _number(form.value("seen"))
        command = UseAgain(template.name, template.passages, number, seen, officer)
        try:
            await self._edge.run(lambda: usecases.use_wording_again(command, self._documents, self._edge.parts.clock()))
        except Invalid as invalid:
            wording = await usecases.wording_of(template.name, self._documents)
            shown = _form(template, wording.version(number), seen)
            return await self._refused(request, template, shown, invalid)
        return RedirectResponse(f"{HERE}/{template.name}?done=saved", 303)

    async def test(self, request: Request) -> Response:
        officer = await self._officer(request)
        template, form = self._template(request), await read_form(request)
        token = form.value("token") if TOKEN.fullmatch(form.value("token")) else uuid4().hex
        try:
            await self._edge.run(
                lambda: usecases.send_test(template.name, officer, token, self._documents, self._edge.parts.clock())
            )
        except Conflict as refused:
            wording = await usecases.wording_of(template.name, self._documents)
            shown = _form(template, wording.current, wording.current.number)
            return await self._refused(request, template, shown, Invalid({"": refused.sentence}))
        return RedirectResponse(f"{HERE}/{template.name}?done=tested", 303)

    async def html(self, request: Request) -> Response:
        """The HTML version alone, for the frame. The query has texts that are not saved."""
        await self._officer(request)
        template = self._template(request)
        query = Form({name: [text] for name, text in request.query_params.items()})
        version = (await usecases.wording_of(template.name, self._documents)).current
        if query.names:
            version = _unsaved(read_texts(template.passages, _texts(template, query)))
        html = self._composer.sample(template, version).html
        return HTMLResponse(html, headers={"content-security-policy": PREVIEW_POLICY})

    async def _refused(self, request: Request, template: MailTemplate, form: Form, invalid: Invalid) -> Response:
        """With what counts now in the preview. Who has been told of another's wording may save over it."""
        wording = await usecases.wording_of(template.name, self._documents)
        if "" in invalid.errors:
            form = Form({**{name: form.all(name) for name in form.names}, "seen": [str(wording.current.number)]})
        return await self._one(request, template, wording, form.with_errors(invalid.errors), wording.current, None)

    async def _one(  # noqa: PLR0913
        self,
        request: Request,
        template: MailTemplate,
        wording: Wording,
        form: Form,
        version: Version,
        done: str | None,
    ) -> Response:
        return await self._page(
            request,
            "staff/wording.html",
            form=form,
            template=template,
            wording=wording,
            history=[*reversed(wording.versions), AS_DELIVERED],
            people=await self._people(wording),
            version=version,
            unsaved=version is not wording.current,
            shown=self._composer.sample(template, version),
            examples=self._composer.examples(template),
            token=uuid4().hex,
            done=done,
        )

    async def _people(self, wording: Wording) -> dict[str, str]:
        """Addresses of the officers in the history, by id."""
        found = {}
        for person in {each.by for each in wording.versions}:
            contact = await self._documents.contacts.get(person)
            found[person] = contact.value.email if contact else "someone whose account is gone"
        return found

    def _template(self, request: Request) -> MailTemplate:
        return self._composer.templates.get(request.path_params["template"])

    async def _officer(self, request: Request) -> str:
        viewer = await self._edge.sessions.viewer(request)
        need(viewer, "officer")
        return viewer.person or ""

    async def _page(self, request: Request, page: str, **context: object) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        form = context.get("form")
        status = 422 if isinstance(form, Form) and form.errors else 200
        return HTMLResponse(self._edge.parts.pages.render(page, viewer, **context), status)


def _form(template: MailTemplate, version: Version, seen: int) -> Form:
    texts = version.of(template.passages) | {"seen": str(seen)}
    return Form({name: [text] for name, text in texts.items()})


def _texts(template: MailTemplate, form: Form) -> dict[str, str]:
    return {each.name: form.value(each.name) for each in template.passages}


def _unsaved(texts: dict[str, str]) -> Version:
    return Version(0, "", AS_DELIVERED.at, texts)


def _number(typed: str) -> int:
    """-1, which is no version, for what is no number."""
    return int(typed) if NUMBER.fullmatch(typed) else -1

"""Sign up, sign in by the link in the mail, sign out."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.accounts import usecases
from services.accounts.domain import LinkSpent, Role
from services.accounts.storage import AccountDocuments
from shared.errors import Invalid, NotFound, Refusal, TooMany
from shared.service import Edge
from shared.web.forms import Form, read_form
from shared.web.sessions import clear_cookie, make_token, need, set_cookie
from shared.web.viewer import Viewer

DEMO_ROLES = (Role.OFFICER, Role.RESIDENT)


class Web:
    def __init__(self, edge: Edge, documents: AccountDocuments) -> None:
        self._edge = edge
        self._documents = documents
        self._pages = edge.parts.pages
        self._secure = not edge.parts.settings.public_url.startswith("http://")

    def routes(self) -> list[BaseRoute]:
        routes: list[BaseRoute] = [
            Route("/sign-up", self.sign_up_form, methods=["GET"]),
            Route("/sign-up", self.sign_up, methods=["POST"]),
            Route("/sign-in", self.sign_in_form, methods=["GET"]),
            Route("/sign-in", self.sign_in, methods=["POST"]),
            Route("/sign-in/check-your-email", self.check_your_email, methods=["GET"]),
            Route("/sign-in/{token}", self.link, methods=["GET"]),
            Route("/sign-in/{token}", self.use_link, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
            Route("/sign-out/everywhere", self.sign_out_everywhere, methods=["POST"]),
            Route("/account", self.account, methods=["GET"]),
        ]
        if self._edge.parts.settings.demo:
            routes.append(Route("/demo/sign-in/{role}", self.demo_sign_in, methods=["POST"]))
        return routes

    async def sign_up_form(self, request: Request) -> Response:
        return await self._sign_up_page(request, Form({"next": [_inside(request.query_params.get("next"))]}))

    async def sign_up(self, request: Request) -> Response:
        form = await read_form(request)
        command = usecases.SignUp(form.value("email"), form.value("ward"), form.all("interests"))
        try:
            await self._edge.run(
                lambda: usecases.sign_up(
                    command, self._documents, self._edge.parts.secrets, self._edge.parts.place, self._now()
                )
            )
            await self._request_sign_in(form)
        except Invalid as invalid:
            return await self._sign_up_page(request, form.with_errors(invalid.errors))
        return RedirectResponse("/sign-in/check-your-email", 303)

    async def _sign_up_page(self, request: Request, form: Form) -> Response:
        place = self._edge.parts.place
        wards = [(ward, ward) for ward in place.wards]
        return await self._page("sign_up.html", request, form, wards=wards, interests=place.interests)

    async def sign_in_form(self, request: Request) -> Response:
        return await self._page("sign_in.html", request, Form({"next": [_inside(request.query_params.get("next"))]}))

    async def sign_in(self, request: Request) -> Response:
        form = await read_form(request)
        try:
            await self._request_sign_in(form)
        except Invalid as invalid:
            return await self._page("sign_in.html", request, form.with_errors(invalid.errors))
        return RedirectResponse("/sign-in/check-your-email", 303)

    async def _request_sign_in(self, form: Form) -> None:
        """Too many links are not spoken of: whoever asks must not learn that the address has an account."""
        command = usecases.RequestSignIn(form.value("email"), _inside(form.value("next")))
        try:
            await self._edge.run(
                lambda: usecases.request_sign_in(command, self._documents, self._edge.parts.secrets, self._now())
            )
        except TooMany:
            return

    async def check_your_email(self, request: Request) -> Response:
        return await self._page("check_your_email.html", request, Form())

    async def link(self, request: Request) -> Response:
        """The link only opens a page: programs that look through mail open links, and must not use them up."""
        try:
            _, person = await usecases.open_link(
                request.path_params["token"], self._documents, self._edge.parts.secrets, self._now()
            )
        except LinkSpent as spent:
            return await self._page("sign_in.html", request, Form(errors={"": spent.sentence}), status=spent.status)
        return await self._page("link.html", request, Form(), staff=person.is_staff)

    async def use_link(self, request: Request) -> Response:
        form = await read_form(request)
        command = usecases.UseLink(request.path_params["token"], form.value("code"))
        try:
            person, go_on = await self._edge.run(
                lambda: usecases.use_link(command, self._documents, self._edge.parts.secrets, self._now())
            )
        except LinkSpent as spent:
            return await self._page("sign_in.html", request, Form(errors={"": spent.sentence}), status=spent.status)
        except Invalid as invalid:
            return await self._page("link.html", request, Form(errors=invalid.errors), staff=True)
        return self._signed_in(person.viewer, go_on)

    def _signed_in(self, viewer: Viewer, go_on: str = "") -> Response:
        response = RedirectResponse(go_on or ("/staff" if viewer.is_staff else "/account"), 303)
        token = make_token(self._edge.parts.secrets.session_private, viewer, self._now())
        set_cookie(response, token, secure=self._secure)
        return response

    async def sign_out(self, _: Request) -> Response:
        response = RedirectResponse("/", 303)
        clear_cookie(response, secure=self._secure)
        return response

    async def sign_out_everywhere(self, request: Request) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        need(viewer)
        command = usecases.SignOutEverywhere(viewer.person or "")
        await self._edge.run(lambda: usecases.sign_out_everywhere(command, self._documents, self._now()))
        return await self.sign_out(request)

    async def account(self, request: Request) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        need(viewer)
        loaded = await self._documents.people.get(viewer.person or "")
        if loaded is None:
            raise NotFound("This account has been closed")
        return await self._page("account.html", request, Form(), person=loaded.value)

    async def demo_sign_in(self, request: Request) -> Response:
        try:
            role = Role(request.path_params["role"])
        except ValueError:
            raise NotFound("There is no such role") from None
        if role not in DEMO_ROLES:
            raise Refusal("This role has no door of its own")
        return self._signed_in((await usecases.person_with_role(role, self._documents)).viewer)

    async def _page(
        self, template: str, request: Request, form: Form, *, status: int | None = None, **context: object
    ) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        page = self._pages.render(template, viewer, form=form, **context)
        return HTMLResponse(page, status or (422 if form.errors else 200))

    def _now(self) -> datetime:
        return self._edge.parts.clock()


def _inside(path: str | None) -> str:
    """Only a path of this site may be gone on to."""
    return path if path and path.startswith("/") and not path.startswith(("//", "/\\")) else ""

"""From a refusal or a fault to an answer: a page for people, {"error", "field"} for programs."""

import logging
from urllib.parse import quote

from fastapi.exceptions import RequestValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from shared.errors import Refusal, SignInNeeded, TooMany, Unavailable
from shared.store.port import Stale
from shared.web.pages import Pages
from shared.web.viewer import ANONYMOUS

log = logging.getLogger(__name__)

TITLES = {
    400: "We cannot read what was sent",
    401: "Sign in first",
    403: "You do not have access to this page",
    404: "Page not found",
    405: "Page not found",
    409: "This cannot be done any more",
    410: "This link does not work any more",
    413: "That is too much for one form",
    422: "There is a problem",
    429: "Too many tries",
    503: "Sorry, we cannot take this in right now",
}
NOT_FOUND = "If you typed the address, check that it is correct. If you pasted it, check that you copied all of it."
AWAY = "Something we depend on does not answer. Nothing was lost. Try again in a few minutes."
FAULT = "Something went wrong on our side, and we have made a note of it. Try again in a few minutes."
AT_FAULT = 500


class Problems:
    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def install(self, app: Starlette) -> None:
        app.add_exception_handler(Refusal, self.refused)
        app.add_exception_handler(HTTPException, self.http)
        app.add_exception_handler(RequestValidationError, self.invalid_json)
        app.add_exception_handler(Unavailable, self.away)
        app.add_exception_handler(Stale, self.away)
        app.add_exception_handler(Exception, self.fault)

    async def refused(self, request: Request, error: Exception) -> Response:
        refusal = error if isinstance(error, Refusal) else Refusal(FAULT)
        if isinstance(refusal, SignInNeeded) and not _is_api(request) and request.method == "GET":
            return RedirectResponse(f"/sign-in?next={quote(request.url.path)}", 303)
        answer = self._answer(request, refusal.status, refusal.sentence, refusal.field)
        if isinstance(refusal, TooMany) and refusal.retry_after is not None:
            answer.headers["retry-after"] = str(refusal.retry_after)
        return answer

    async def http(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else AT_FAULT
        return self._answer(request, status, NOT_FOUND if status in {404, 405} else TITLES.get(status, FAULT))

    async def invalid_json(self, request: Request, error: Exception) -> Response:
        first = error.errors()[0] if isinstance(error, RequestValidationError) else {"loc": (), "msg": FAULT}
        field = ".".join(str(part) for part in first["loc"][1:]) or None
        return self._answer(request, 422, str(first["msg"]), field)

    async def away(self, request: Request, error: Exception) -> Response:
        # Only the first part of the path: those of sign-in links end with a secret.
        log.warning("%s /%s: %s", request.method, request.scope["path"].split("/")[1], error)
        return self._answer(request, 503, AWAY)

    async def fault(self, request: Request, _: Exception) -> Response:
        return self._answer(request, AT_FAULT, FAULT)

    def _answer(self, request: Request, status: int, sentence: str, field: str | None = None) -> Response:
        if _is_api(request):
            return JSONResponse({"error": sentence, "field": field}, status)
        title = TITLES.get(status, "Sorry, there is a problem with the service")
        page = self._pages.render("error.html", ANONYMOUS, title=title, sentence=sentence, next_step=None)
        return HTMLResponse(page, status)


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")

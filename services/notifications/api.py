"""Where programs say what became of a mail: GOV.UK Notify its receipts, a mail server its reports."""

import hmac

from fastapi import APIRouter, Request
from pydantic import BaseModel, ValidationError

from services.notifications.domain import NOTIFY_FATES
from services.notifications.usecases import Reports
from shared.errors import NotFound, Refusal, SignInNeeded, Unreadable

KINDS = "Send application/json, as GOV.UK Notify does, or message/rfc822"


class Receipt(BaseModel):
    """What GOV.UK Notify posts, as far as we look at it: not whom it was sent to."""

    reference: str | None = None
    status: str
    notification_type: str = "email"


class Taken(BaseModel):
    """Whether it was about a mail of ours. If not, sending it again would change nothing."""

    taken: bool


class Api:
    def __init__(self, reports: Reports, token: str) -> None:
        self._reports = reports
        self._token = token

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/mail", tags=["mail"])
        router.add_api_route("/reports", self.report, methods=["POST"])
        return router

    async def report(self, request: Request) -> Taken:
        """A receipt of GOV.UK Notify as JSON, or a delivery status notification (RFC 3464) as message/rfc822."""
        self._admit(request.headers.get("authorization", ""))
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            return Taken(taken=await self._receipt(await request.body()))
        if kind == "message/rfc822":
            return Taken(taken=await self._reports.take_mail(await request.body()))
        raise Unreadable(KINDS, "content-type")

    def _admit(self, authorization: str) -> None:
        if not self._token:
            raise NotFound("There is nothing at this address")
        shown = authorization.encode(errors="replace")
        if not hmac.compare_digest(shown, f"Bearer {self._token}".encode()):
            raise SignInNeeded("The token is missing or wrong", "authorization")

    async def _receipt(self, body: bytes) -> bool:
        try:
            receipt = Receipt.model_validate_json(body)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            raise Refusal(first["msg"], ".".join(str(part) for part in first["loc"]) or None) from None
        if receipt.notification_type != "email" or receipt.reference is None:
            return False
        if receipt.status not in NOTIFY_FATES:
            raise Refusal(f"The status must be one of {', '.join(NOTIFY_FATES)}", "status")
        fate = NOTIFY_FATES[receipt.status]
        return await self._reports.take(receipt.reference, fate, f"GOV.UK Notify says {receipt.status}")

"""Accounts for programs: who the session belongs to."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from services.accounts.storage import AccountDocuments
from shared.errors import NotFound
from shared.service import Edge
from shared.web.sessions import need


class Account(BaseModel):
    id: str
    roles: tuple[str, ...]
    ward: str | None
    interests: tuple[str, ...]


class Api:
    def __init__(self, edge: Edge, documents: AccountDocuments) -> None:
        self._edge = edge
        self._documents = documents

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/account", tags=["accounts"])
        router.add_api_route("", self.account, methods=["GET"])
        return router

    async def account(self, request: Request) -> Account:
        """The account of who is signed in."""
        viewer = await self._edge.sessions.viewer(request)
        need(viewer)
        loaded = await self._documents.people.get(viewer.person or "")
        if loaded is None:
            raise NotFound("This account has been closed")
        person = loaded.value
        return Account(id=person.id, roles=person.roles, ward=person.ward, interests=person.interests)

"""Who is asking: session tokens that accounts signs and every service checks."""

from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from starlette.requests import Request
from starlette.responses import Response

from shared.clock import Clock
from shared.consume import Received
from shared.contracts.accounts import SessionsRevokedV1
from shared.errors import Forbidden, SignInNeeded
from shared.store.documents import as_text
from shared.store.port import Collection, Duplicate, Store
from shared.web.viewer import ANONYMOUS, Viewer

COOKIE = "engage_session"

LIFE = timedelta(hours=8)
"""A working day. Signing out everywhere ends a session sooner."""

ASK_AGAIN = timedelta(seconds=5)
"""How long a checked token is taken without asking whether it was revoked since."""

REMEMBERED = 20_000

REVOCATIONS = Collection("revocations")
"""From when on a person's sessions count, by person."""


def make_token(key: Ed25519PrivateKey, viewer: Viewer, now: datetime) -> str:
    claims = {"sub": viewer.person, "roles": sorted(viewer.roles), "iat": now.timestamp(), "exp": now + LIFE}
    return jwt.encode(claims, key, algorithm="EdDSA")


class Sessions:
    """Checks tokens with the public key alone, so that no service but accounts can make one."""

    def __init__(self, public_key: Ed25519PublicKey, store: Store, clock: Clock) -> None:
        self._key = public_key
        self._store = store
        self._clock = clock
        self._checked: OrderedDict[str, tuple[Viewer, datetime, datetime]] = OrderedDict()

    async def viewer(self, request: Request) -> Viewer:
        """Who is asking; ANONYMOUS without a cookie, or with one that counts no more."""
        token = request.cookies.get(COOKIE)
        if not token:
            return ANONYMOUS
        now = self._clock()
        known = self._checked.get(token)
        if known is not None and now < known[1] and now < known[2]:
            return known[0]
        return await self._check(token, now)

    async def _check(self, token: str, now: datetime) -> Viewer:
        claims = self._read(token)
        if claims is None or now.timestamp() >= claims["exp"]:
            return ANONYMOUS
        revoked = await self._store.get("revocations", claims["sub"])
        began = datetime.fromtimestamp(claims["iat"], UTC)
        if revoked is not None and began < datetime.fromisoformat(revoked.body["before"]):
            return ANONYMOUS
        viewer = Viewer(claims["sub"], frozenset(claims["roles"]))
        self._checked[token] = (viewer, now + ASK_AGAIN, datetime.fromtimestamp(claims["exp"], UTC))
        while len(self._checked) > REMEMBERED:
            self._checked.popitem(last=False)
        return viewer

    def _read(self, token: str) -> dict[str, Any] | None:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key,
                algorithms=["EdDSA"],
                options={"verify_exp": False, "verify_iat": False, "require": ["sub", "exp", "iat", "roles"]},
            )
        except jwt.InvalidTokenError:
            return None
        return claims

    async def on_sessions_revoked(self, received: Received[SessionsRevokedV1]) -> None:
        """Keep the latest moment for each person."""
        person, body = received.fact.person, {"before": as_text(received.fact.before)}
        try:
            await self._store.insert("revocations", person, body)
        except Duplicate:
            stored = await self._store.get("revocations", person)
            if stored is not None and stored.body["before"] < body["before"]:
                await self._store.replace("revocations", person, stored.version, body)


def need(viewer: Viewer, *roles: str) -> None:
    """Raises SignInNeeded for someone who is not signed in, Forbidden for someone with none of the roles."""
    if not viewer.is_signed_in:
        raise SignInNeeded("Sign in to see this page")
    if roles and not any(viewer.has(role) for role in roles):
        raise Forbidden("Your account does not have access to this page")


def set_cookie(response: Response, token: str, *, secure: bool) -> None:
    response.set_cookie(
        COOKIE, token, max_age=int(LIFE.total_seconds()), httponly=True, samesite="lax", secure=secure, path="/"
    )


def clear_cookie(response: Response, *, secure: bool) -> None:
    response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=secure, path="/")

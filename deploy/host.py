"""One process with one, some or all of the services: the only place that chooses engines."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from services.accounts import app as accounts
from services.consultation import app as consultation
from services.notifications import app as notifications
from shared import secrets
from shared.bus.embedded import EmbeddedBus
from shared.bus.kafka import KafkaBus
from shared.bus.port import COMPACTED, Bus
from shared.clock import Clock, system_clock
from shared.errors import Unavailable
from shared.mail.catcher import Catcher, Inbox
from shared.mail.mailbox import Mailbox, imap_server
from shared.mail.notify import NotifyMailer, notify_service
from shared.mail.port import Mailer, RefusedForNow
from shared.mail.smtp import SmtpMailer, SmtpServer
from shared.place import load_place
from shared.secrets import Secrets
from shared.service import Parts, Service
from shared.settings import BadSetting, Settings
from shared.sqlite_file import SqliteFile
from shared.store.mongo import MongoStore, connect
from shared.store.port import Store
from shared.store.sqlite import SqliteStore
from shared.web.guard import Guard
from shared.web.pages import Pages
from shared.web.problems import Problems

log = logging.getLogger(__name__)

SERVICES: dict[str, ModuleType] = {module.NAME: module for module in (accounts, notifications, consultation)}
"""In the order in which their routes are tried; consultation has the home page and comes last."""

TOPICS = (*sorted(COMPACTED), *SERVICES)
ASK_WITHIN_S = 3.0


@dataclass(frozen=True)
class Host:
    services: Sequence[Service]
    parts: Parts
    probes: dict[str, Any]

    def service(self, name: str) -> Service:
        return next(service for service in self.services if service.name == name)


@asynccontextmanager
async def opened(
    names: Sequence[str], settings: Settings, *, pages: Pages, clock: Clock = system_clock, catcher: bool = False
) -> AsyncIterator[Host]:
    """Services with their engines, not yet started: no event is taken in or sent, no mail goes out.

    `catcher`: run the built-in mail catcher as well, where settings name no mail server.
    """
    async with AsyncExitStack() as stack:
        file = SqliteFile(settings.data / "engage.db") if "sqlite" in settings.store or _embedded(settings) else None
        if file is not None:
            stack.push_async_callback(file.close)
        parts = Parts(_bus(settings, file), clock, pages.place, pages, _secrets(settings), settings)
        stores = _stores(names, settings, file, stack)
        services = [
            await _build(name, stores[name], parts, stack, catcher=catcher) for name in SERVICES if name in names
        ]
        yield Host(services, parts, {"bus": parts.bus, "store": services[0].store})


@asynccontextmanager
async def running(host: Host) -> AsyncIterator[None]:
    """The services at work; at the end, what is at work is finished and what waits is sent, if it can be."""
    for service in host.services:
        service.start()
    await host.parts.bus.start()
    try:
        yield
    finally:
        await asyncio.gather(*(service.stop() for service in host.services))
        await host.parts.bus.stop()


def load_pages(settings: Settings) -> Pages:
    place = load_place(settings.place)
    folders = [module.TEMPLATES for module in SERVICES.values()]
    caught = settings.demo and settings.mail == "smtp" and not settings.smtp
    return Pages(place, folders, demo=settings.demo, inbox=caught)


def web_app(
    names: Sequence[str],
    settings: Settings,
    at_start: Callable[[Host], Awaitable[None]],
    clock: Clock = system_clock,
) -> Guard:
    """The ASGI application of a process. `at_start` is awaited before it takes its first request."""
    pages = load_pages(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with opened(names, settings, pages=pages, clock=clock, catcher=True) as host:
            for service in host.services:
                api.include_router(service.api)
                app.router.routes.extend(service.routes)
            app.router.routes.append(Route("/health", Health(host), methods=["GET"]))
            async with running(host):
                await at_start(host)
                yield

    # Pages are plain Starlette: FastAPI's layers take as long as a page does, and do nothing for one.
    api = FastAPI(title="Engage", docs_url=None, redoc_url=None)
    app = Starlette(routes=[Mount("/api", api), Mount("/assets", pages.assets)], lifespan=lifespan)
    for each in (api, app):
        Problems(pages).install(each)
    return Guard(app)


class Health:
    """200 as long as the process is up, with what it misses: restarting it would not bring Kafka back."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self._answer())(scope, receive, send)

    async def _answer(self) -> Response:
        probes, services = dict(self._host.probes), self._host.services
        for service in services:
            probes |= service.probes
        states, counts = await asyncio.gather(
            asyncio.gather(*(_ask(probe) for probe in probes.values())),
            asyncio.gather(*(_counts(service) for service in services)),
        )
        return JSONResponse(
            {
                "status": "ok" if all(state == "up" for state in states) else "degraded",
                **dict(zip(probes, states, strict=True)),
                "services": dict(zip((service.name for service in services), counts, strict=True)),
            }
        )


async def _ask(probe: Any) -> str:
    try:
        await asyncio.wait_for(probe.ping(), ASK_WITHIN_S)
    except (Unavailable, RefusedForNow) as error:
        return f"down: {error}"
    except Exception as error:  # noqa: BLE001 - whatever it is, the page that says so must come
        return f"down: {type(error).__name__}"
    return "up"


async def _counts(service: Service) -> dict[str, int | str]:
    try:
        async with asyncio.timeout(ASK_WITHIN_S):
            return {"parked": await service.store.count("parked")}
    except (Unavailable, TimeoutError):
        return {"parked": "unknown"}


def _embedded(settings: Settings) -> bool:
    return settings.bus == "embedded"


def _bus(settings: Settings, file: SqliteFile | None) -> Bus:
    if _embedded(settings) and file is not None:
        return EmbeddedBus(file)
    return KafkaBus(settings.bus, TOPICS, prefix=f"{settings.namespace}.", replication=settings.kafka_replication)


def _stores(
    names: Sequence[str], settings: Settings, file: SqliteFile | None, stack: AsyncExitStack
) -> dict[str, Store]:
    if settings.store == "sqlite" and file is not None:
        return {name: SqliteStore(file, name, SERVICES[name].COLLECTIONS) for name in names}
    if not settings.store.startswith("mongodb"):
        raise BadSetting(f"ENGAGE_STORE must be sqlite or a MongoDB address, not {settings.store!r}")
    client = connect(settings.store)
    stack.callback(client.close)
    return {name: MongoStore(client, f"{settings.namespace}_{name}", SERVICES[name].COLLECTIONS) for name in names}


def _secrets(settings: Settings) -> Secrets:
    return (
        secrets.read(settings.secrets) if settings.secrets else secrets.read_or_generate(settings.data / "secrets.json")
    )


async def _build(name: str, store: Store, parts: Parts, stack: AsyncExitStack, *, catcher: bool) -> Service:
    parts = replace(parts, secrets=parts.secrets.only(SERVICES[name].SECRETS))
    if name != notifications.NAME:
        service: Service = SERVICES[name].build(store, parts)
        return service
    mailer, inbox = await _mailer(parts, stack, catcher=catcher)
    stack.push_async_callback(mailer.close)
    return notifications.build(store, parts, mailer, inbox, _mailbox(parts.settings))


async def _mailer(parts: Parts, stack: AsyncExitStack, *, catcher: bool) -> tuple[Mailer, Inbox | None]:
    """And the folder of the built-in mail catcher, where that takes the mail."""
    settings = parts.settings
    if settings.mail == "notify":
        try:
            service = notify_service(
                settings.notify_url, settings.notify_key, settings.notify_template, settings.notify_reply_to
            )
        except ValueError as error:
            raise BadSetting(str(error)) from None
        return NotifyMailer(service, parts.clock), None
    inbox = None
    server = smtp_server(settings)
    if server is None:
        inbox = Inbox(settings.data / "mail")
        server = SmtpServer("127.0.0.1", await _start_catcher(inbox, stack) if catcher else 0)
    return SmtpMailer(server), inbox


def _mailbox(settings: Settings) -> Mailbox | None:
    """None where no mailbox is read for bounces."""
    if not settings.bounces_url:
        return None
    try:
        return Mailbox(imap_server(settings.bounces_url))
    except ValueError:
        raise BadSetting("ENGAGE_BOUNCES_URL must be like imaps://user:password@host/INBOX") from None


async def _start_catcher(inbox: Inbox, stack: AsyncExitStack) -> int:
    catcher = Catcher(inbox)
    port = await catcher.start()
    stack.push_async_callback(catcher.stop)
    return port


def smtp_server(settings: Settings) -> SmtpServer | None:
    """None for the built-in mail catcher. Raises BadSetting where there would be no mail at all."""
    if not settings.smtp:
        if not settings.demo:
            raise BadSetting("ENGAGE_SMTP must be the mail server as host:port; only a demonstration can do without")
        return None
    host, _, port = settings.smtp.rpartition(":")
    if not host or not port.isdigit():
        raise BadSetting(f"ENGAGE_SMTP must be host:port, not {settings.smtp!r}")
    return SmtpServer(host, int(port), settings.smtp_user, settings.smtp_password, settings.smtp_tls)

"""A running system to test: its processes, its mail, and where its pages are."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

import httpx
import pyotp

from deploy.host import SERVICES
from deploy.servers.record import Addresses, free_port
from shared import secrets
from shared.mail.catcher import Catcher, Inbox
from tests.eventually import eventually
from tests.visitor import Visitor

ROOT = Path(__file__).parents[1]
UP_WITHIN_S = 120.0
STOP_WITHIN_S = 20.0


class World:
    """`embedded`: one process on SQLite. `servers`: a process for each service, on Kafka and MongoDB."""

    def __init__(self, name: str, folder: Path, servers: Addresses | None) -> None:
        self.name = name
        self.inbox = Inbox(folder / "mail")
        self._folder = folder
        self._mail_port = free_port()
        self._catcher = Catcher(self.inbox)
        names = [[*SERVICES]] if servers is None else [[each] for each in SERVICES]
        self._services = {"engage" if servers is None else group[0]: group for group in names}
        self._ports = {process: free_port() for process in self._services}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._visitors: list[Visitor] = []
        self._environment = {
            "ENGAGE_DATA": str(folder / "data"),
            "ENGAGE_SMTP": f"127.0.0.1:{self._mail_port}",
            "ENGAGE_PUBLIC_URL": "http://localhost",
            "ENGAGE_SECRETS": str(folder / "secrets.json"),
            "ENGAGE_MAIL_FROM": "Engage <no-reply@engage.example>",
        }
        if servers is not None:
            self._environment |= {"ENGAGE_STORE": servers.mongo, "ENGAGE_BUS": servers.kafka}
            self._environment["ENGAGE_NAMESPACE"] = f"test{uuid4().hex[:8]}"  # others may be on the same servers
        if not (folder / "secrets.json").exists():  # data that was made before goes with the secrets of then
            secrets.write(secrets.generate(), folder / "secrets.json")

    @property
    def environment(self) -> Mapping[str, str]:
        mine = {name: value for name, value in os.environ.items() if not name.startswith("ENGAGE_")}
        return {**mine, **self._environment}

    def set(self, name: str, value: str) -> None:
        """A setting for the processes that start from now on."""
        self._environment[name] = value

    def process_of(self, service: str) -> str:
        return "engage" if "engage" in self._services else service

    def where(self, path: str) -> str:
        """The address of the server that has this path."""
        fits = {
            prefix: service
            for service, module in SERVICES.items()
            for prefix in module.PATHS
            if prefix in {"/", path} or path.startswith(prefix + "/")
        }
        return f"http://localhost:{self._ports[self.process_of(fits[max(fits, key=len)])]}"

    async def start_mail(self) -> None:
        """The mail server that the services send to."""
        await self._catcher.start(port=self._mail_port)

    async def stop_mail(self) -> None:
        await self._catcher.stop()

    def start(self, *services: str) -> None:
        """Start the processes of these services, or all, that do not run."""
        for process in {self.process_of(service) for service in services or SERVICES}:
            if process not in self._running:
                command = [sys.executable, "-m", "deploy.cli", "serve", *self._services[process]]
                command += ["--port", str(self._ports[process])]
                with (self._folder / f"{process}.log").open("ab") as log:
                    self._running[process] = subprocess.Popen(
                        command, cwd=ROOT, env=self.environment, stdout=log, stderr=log
                    )

    def pid(self, service: str) -> int:
        return self._running[self.process_of(service)].pid

    def kill(self, service: str) -> None:
        """A kill -9: the process has no moment to put anything in order."""
        process = self._running.pop(self.process_of(service))
        process.kill()
        process.wait()

    def stop(self, service: str | None = None) -> dict[str, int]:
        """Ctrl-C; returns the exit codes."""
        wanted = [self.process_of(service)] if service else list(self._running)
        for name in wanted:
            self._running[name].send_signal(signal.SIGINT)
        return {name: self._end(name) for name in wanted}

    def _end(self, name: str) -> int:
        process = self._running.pop(name)
        try:
            return process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return -signal.SIGKILL

    async def until_up(self, *services: str) -> None:
        async with httpx.AsyncClient() as client:
            for service in services or SERVICES:
                await self._until_up(client, self.process_of(service))

    async def _until_up(self, client: httpx.AsyncClient, process: str) -> None:
        deadline = time.monotonic() + UP_WITHIN_S
        while True:
            try:
                if (await client.get(f"http://localhost:{self._ports[process]}/health")).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            if self._running[process].poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{process} did not come up:\n{self.log(process)[-4000:]}")
            await asyncio.sleep(0.1)

    async def health(self, service: str) -> dict[str, object]:
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.get(f"http://localhost:{self._ports[self.process_of(service)]}/health")
        health: dict[str, object] = answer.json()
        return health

    def log(self, process: str) -> str:
        file = self._folder / f"{process}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    async def command(self, *arguments: str) -> str:
        """The command line, on the same data; returns what it printed."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "deploy.cli", *arguments, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE
        )
        printed, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"engage {arguments[0]} ended with {process.returncode}")
        return printed.decode()

    def mails(self, to: str, subject: str = "") -> list[EmailMessage]:
        """Mails to an address, oldest first."""
        caught = reversed(self.inbox.newest(100_000))
        return [each.mail for each in caught if each.mail["To"] == to and subject in str(each.mail["Subject"])]

    async def link(self, to: str, after: int = 0) -> str:
        """The path of the newest sign-in link mailed to an address, when more than `after` have come."""
        mails = await eventually(
            lambda: found if len(found := self.mails(to, "link to sign in")) > after else [], "a link", within=30
        )
        body = mails[-1].get_body(("plain",))
        found = re.search(r"http://localhost(/sign-in/\S+)", str(body.get_content()) if body else "")
        if found is None:
            raise LookupError("the mail has no link")
        return found[1]

    def visitor(self) -> Visitor:
        """Someone who is not signed in."""
        self._visitors.append(Visitor(self.where))
        return self._visitors[-1]

    async def leave(self) -> None:
        """Everybody closes their browser."""
        for visitor in self._visitors:
            await visitor.close()

    async def officer(self) -> Visitor:
        """An officer, added on the command line, signed in by mail and one-time code."""
        email = f"officer-{uuid4().hex[:6]}@council.example"
        printed = await self.command("staff", "add", "--email", email, "--role", "officer")
        secret = re.findall(r": ([A-Z2-7]{32})", printed)[0]
        visitor = self.visitor()
        await visitor.submit(await visitor.get("/sign-in"), {"email": email})
        link = await visitor.get(await self.link(email))
        page = await visitor.submit(link, {"code": pyotp.TOTP(secret).now()})
        if page.path != "/staff" or page.status != httpx.codes.OK:
            raise RuntimeError(f"the officer ended at {page.path}, {page.status}")
        return visitor

    async def resident(self, email: str) -> Visitor:
        """A resident who has signed up, and signed in by the link in the mail."""
        visitor = self.visitor()
        typed = {"email": email, "ward": "Biscot", "interests": ["economy"]}
        await visitor.submit(await visitor.get("/sign-up"), typed)
        page = await visitor.submit(await visitor.get(await self.link(email)))
        if page.path != "/account" or page.status != httpx.codes.OK:
            raise RuntimeError(f"the resident ended at {page.path}, {page.status}")
        return visitor


@asynccontextmanager
async def started(
    name: str, folder: Path, servers: Addresses | None = None, *, demo: bool = False, **settings: str
) -> AsyncIterator[World]:
    """A world, up, with settings such as mail_quiet_hours. What it started is ended at the end, and only that."""
    world = World(name, folder, servers)
    for setting, value in settings.items():
        world.set(f"ENGAGE_{setting.upper()}", value)
    if demo:
        world.set("ENGAGE_DEMO", "true")
        world.set("ENGAGE_SMTP", "")
    await world.start_mail()
    world.start()
    try:
        await world.until_up()
        yield world
    finally:
        await world.leave()
        world.stop()
        await world.stop_mail()

"""The command line: `engage --help`."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import uvicorn

from deploy import consulting, demo
from deploy.host import SERVICES, Host, load_pages, opened, web_app
from services.accounts import usecases as accounts
from services.accounts.domain import Role
from services.accounts.storage import AccountDocuments
from shared import logs, secrets
from shared.consume import parked_body
from shared.errors import Refusal, Unavailable
from shared.place import BrokenPlace
from shared.secrets import BadSecrets, Secrets
from shared.settings import BadSetting, Settings, read_settings

STOP_WITHIN_S = 10


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings()
        logs.set_up(settings.log_level)
        status: int = options.do(options, settings)
    except (BadSetting, BadSecrets, BrokenPlace, Refusal, Unavailable) as error:
        print(f"engage: {error}", file=sys.stderr)
        return 2
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="engage", description="A town's front door for having a say.")
    commands = parser.add_subparsers(required=True, metavar="command")

    serve = commands.add_parser("serve", help="run services in this process: all of them, or those named")
    serve.add_argument("services", nargs="*", metavar="service", help=", ".join(SERVICES))
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    serve.set_defaults(do=_serve)

    staff = commands.add_parser("staff", help="give a person a role on the staff side")
    staff.add_argument("action", choices=["add"])
    staff.add_argument("--email", required=True)
    staff.add_argument("--role", action="append", required=True, choices=[role.value for role in Role])
    staff.set_defaults(do=_staff)

    parked = commands.add_parser("parked", help="events that could not be handled")
    parked.add_argument("action", choices=["list", "replay"])
    parked.add_argument("ids", nargs="*", metavar="id", help="which to replay; none for all")
    parked.add_argument("--service", choices=list(SERVICES), action="append", help="only of these services")
    parked.set_defaults(do=_parked)

    consulting.add_to(commands)

    commands.add_parser(
        "select", help="draw a balanced group from files, and check the record of a draw", add_help=False
    )

    consulting.add_to(commands)

    made = commands.add_parser("secrets", help="make a file of secrets")
    made.add_argument("file", type=Path, help="a file, or with --per-service a folder")
    made.add_argument("--per-service", action="store_true", help="a file for each service, with what it needs alone")
    made.add_argument("--add", action="store_true", help="to files that are there, add the keys that came later")
    made.set_defaults(do=_secrets)
    return parser


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    names = options.services or list(SERVICES)
    if unknown := set(names) - set(SERVICES):
        raise BadSetting(f"there is no service {', '.join(sorted(unknown))}; there are {', '.join(SERVICES)}")

    async def at_start(host: Host) -> None:
        if settings.demo:
            await demo.fill(host)
        print(f"Engage {host.parts.place.name} is at http://{options.host}:{options.port}", flush=True)

    config = uvicorn.Config(
        web_app(names, settings, at_start),
        host=options.host,
        port=options.port,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips="*" if settings.behind_proxy else "",
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )
    server = uvicorn.Server(config)
    try:
        server.run()
    except KeyboardInterrupt:  # Ctrl-C, after all has been stopped in order
        return 0
    return 0 if server.started else 1


def _staff(options: argparse.Namespace, settings: Settings) -> int:
    command = accounts.AddStaff(options.email, [Role(role) for role in options.role])

    async def add(host: Host) -> int:
        documents = AccountDocuments(host.service("accounts").store)
        _, code = await accounts.add_staff(command, documents, host.parts.secrets, host.parts.clock())
        print(f"Enter this secret in the person's app for one-time codes, and show it to nobody else: {code}")
        print(f"They sign in at {settings.public_url}/sign-in with their e-mail address and a code from the app.")
        return 0

    return _with_host(["accounts"], settings, add)


def _parked(options: argparse.Namespace, settings: Settings) -> int:
    async def parked(host: Host) -> int:
        for service in host.services:
            for stored in await service.store.find("parked", sort="at", limit=1000):
                if options.action == "replay" and (not options.ids or stored.id in options.ids):
                    body = {**stored.body, "state": "replay"}
                    await service.store.replace("parked", stored.id, stored.version, body)
                    print(f"{service.name} {stored.id}: the service will handle it again")
                elif options.action == "list":
                    shown = parked_body(stored)
                    print(f"{service.name} {stored.id} {shown['state']} since {shown['at']}: {shown['reason']}")
        return 0

    return _with_host(options.service or list(SERVICES), settings, parked)


def _secrets(options: argparse.Namespace, _: Settings) -> int:
    made, where = secrets.generate(), options.file
    files = {where: made}
    if options.per_service:
        files = {where / f"{name}.json": made.only(module.SECRETS) for name, module in SERVICES.items()}
    if options.add:
        return _add_secrets(files)
    if there := [str(file) for file in files if file.exists()]:
        print(f"{', '.join(there)} is there already, and stays as it is.")
        return 0
    where.parent.mkdir(parents=True, exist_ok=True)
    if options.per_service:
        where.mkdir(mode=0o700, exist_ok=True)
    for file, part in files.items():
        # Shut in by the folder: a service in a container runs as another user than who made the secrets.
        secrets.write(part, file, mode=0o644 if options.per_service else 0o600)
    print(f"{where} is made. Keep a copy where nobody else can read it: without it nobody can sign in.")
    return 0


def _add_secrets(made: dict[Path, Secrets]) -> int:
    for file, part in made.items():
        added = secrets.add(part, file)
        print(f"{file} {'now has ' + ', '.join(added) if added else 'has all keys already'}.")
    return 0


def _with_host(names: Sequence[str], settings: Settings, work: Callable[[Host], Awaitable[int]]) -> int:
    async def go() -> int:
        async with opened(names, settings, pages=load_pages(settings)) as host:
            return await work(host)

    return asyncio.run(go())


if __name__ == "__main__":
    sys.exit(main())

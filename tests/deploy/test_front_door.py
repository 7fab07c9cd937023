"""Caddy itself with our Caddyfile, before services that repeat what they were asked. Without Caddy it is skipped."""

import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from deploy.host import SERVICES
from deploy.servers.record import free_port

ROOT = Path(__file__).parents[2]
CADDY = shutil.which("caddy", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
UP_WITHIN_S = 10.0

pytestmark = pytest.mark.skipif(CADDY is None, reason="there is no Caddy on this machine")


class Backend(ThreadingHTTPServer):
    """In the place of a service: says who was asked for what, and with which headers."""

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), Echo)
        self.name = name
        Thread(target=self.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class Echo(BaseHTTPRequestHandler):
    server: Backend

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = {"service": self.server.name, "path": self.path, "headers": dict(self.headers)}
        content = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        return


@dataclass(frozen=True)
class Door:
    port: int
    log: Path
    services: dict[str, Backend]

    def ask(
        self, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("POST" if body else "GET", path, body, headers or {})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), content

    def echo(self, path: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.ask(path, headers=headers)[2])
        return said


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("door")
    services = {name: Backend(name) for name in SERVICES}
    port = free_port()
    text = (ROOT / "deploy" / "Caddyfile").read_text()
    (folder / "Caddyfile").write_text(text.replace("lb_try_duration 10s", "lb_try_duration 300ms"))
    settings = {name.upper(): f"127.0.0.1:{server.server_port}" for name, server in services.items()}
    settings |= {name: str(free_port()) for name in ("HTTP_PORT", "HTTPS_PORT", "HEALTH_PORT")}
    settings |= {"FRONT_SITE": f"http://:{port}", "XDG_DATA_HOME": str(folder)}
    command = [str(CADDY), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with (folder / "log").open("wb") as log:
        caddy = subprocess.Popen(command, env={**os.environ, **settings}, stdout=log, stderr=log)
    made = Door(port, folder / "log", services)
    _until_up(made, caddy)
    yield made
    caddy.terminate()
    caddy.wait(10)
    for server in services.values():
        server.close()


def _until_up(door: Door, caddy: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + UP_WITHIN_S
    while True:
        try:
            door.ask("/")
        except OSError:
            if caddy.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(door.log.read_text()) from None
            time.sleep(0.05)
        else:
            return


def test_each_service_gets_its_paths(door: Door) -> None:
    for name, module in SERVICES.items():
        for prefix in module.PATHS:
            assert door.echo(prefix)["service"] == name
            assert door.echo(f"{prefix.rstrip('/')}/below?a=b")["service"] == name


def test_what_a_client_says_of_its_own_address_is_not_believed(door: Door) -> None:
    address = {"X-Forwarded-For": "192.0.2.1", "X-Real-IP": "192.0.2.1", "Forwarded": "for=192.0.2.1"}
    site = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "elsewhere.example"}

    headers = door.echo("/", address | site)["headers"]

    assert headers["X-Forwarded-For"] == "127.0.0.1"
    assert headers["X-Forwarded-Proto"] == "http"
    assert "192.0.2.1" not in str(headers)
    assert "elsewhere.example" not in str(headers)


def test_what_is_far_larger_than_a_form_does_not_get_through(door: Door) -> None:
    assert door.ask("/sign-in", body=b"a" * 1_500_000)[0] == 200
    assert door.ask("/sign-in", body=b"a" * 2_100_000)[0] == 413


def test_the_state_of_the_services_is_not_shown_outside(door: Door) -> None:
    assert door.ask("/health")[0] == 404


def test_a_service_that_is_down_is_spoken_of_in_plain_words_and_its_paths_are_in_no_log(door: Door) -> None:
    door.services["notifications"].close()

    status, headers, content = door.ask("/mail/this-is-a-token")

    assert status == 502
    assert headers["Retry-After"] == "60"
    assert "Server" not in headers
    assert b"Try again in a few minutes" in content
    assert "this-is-a-token" not in door.log.read_text()

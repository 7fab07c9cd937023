"""A mail server that goes wrong by a seed: it refuses, delays, hangs and drops at each stage of a mail."""

import asyncio
import re
from collections import Counter
from random import Random

STAGES = ("connect", "EHLO", "MAIL", "RCPT", "DATA", "content")
FAULTS = {"refuse": 0.02, "refuse for good": 0.002, "delay": 0.02, "hang": 0.001, "drop": 0.02}
"""How likely each is at each stage."""

AT_THE_LATEST = 300
"""Times a stage is come to before a fault that did not happen there by chance is made to."""

GOOD = {"connect": "220 here", "EHLO": "250-here\r\n250 PIPELINING", "DATA": "354 go on"}
MESSAGE_ID = re.compile(rb"^Message-ID: <(\S+)>\r$", re.MULTILINE)
DELAY_S = 0.01


class FaultyServer:
    """`taken` counts mails by Message-ID, `unanswered` those of them to which its yes was never sent."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.taken: Counter[str] = Counter()
        self.unanswered: Counter[str] = Counter()
        self.ids_by_recipient: dict[str, set[str]] = {}
        self.faults: Counter[tuple[str, str]] = Counter()
        self._came_to: Counter[str] = Counter()
        self._server: asyncio.Server | None = None
        self._open: set[Conversation] = set()

    async def start(self, port: int = 0) -> int:
        self._server = await asyncio.get_running_loop().create_server(self._conversation, "127.0.0.1", port)
        return int(self._server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        """As when the machine is switched off."""
        if self._server is not None:
            self._server.close()
        for conversation in list(self._open):
            conversation.transport.abort()

    def _conversation(self) -> "Conversation":
        conversation = Conversation(self, self._open)
        self._open.add(conversation)
        return conversation

    def fault(self, stage: str) -> str:
        self._came_to[stage] += 1
        fault = self._by_chance() or self._overdue(stage)
        if fault:
            self.faults[stage, fault] += 1
        return fault

    def _by_chance(self) -> str:
        chance = self.random.random()
        for fault, likely in FAULTS.items():
            if chance < likely:
                return fault
            chance -= likely
        return ""

    def _overdue(self, stage: str) -> str:
        if self._came_to[stage] < AT_THE_LATEST:
            return ""
        return next((fault for fault in FAULTS if not self.faults[stage, fault]), "")

    def take(self, recipient: str, content: bytes) -> str:
        found = MESSAGE_ID.search(content)
        id = found[1].decode() if found else ""
        self.taken[id] += 1
        self.ids_by_recipient.setdefault(recipient, set()).add(id)
        return id


class Conversation(asyncio.Protocol):
    def __init__(self, server: FaultyServer, all_open: "set[Conversation]") -> None:
        self._server = server
        self._all_open = all_open
        self._unread = b""
        self._in_content = False
        self._recipient = ""
        self._silent = False
        self._refused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._stage("connect")

    def connection_lost(self, _: Exception | None) -> None:
        self._all_open.discard(self)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while not self._silent:
            end = b"\r\n.\r\n" if self._in_content else b"\r\n"
            line, found, rest = self._unread.partition(end)
            if not found:
                return
            self._unread = rest
            if self._in_content:
                self._in_content = False
                self._content(line + b"\r\n")
            else:
                self._command(line)

    def _command(self, line: bytes) -> None:
        verb = line.split()[0].decode()
        if verb == "RCPT":
            self._recipient = line.decode().partition("<")[2].rstrip(">")
        if verb not in STAGES:
            self._say("250 as you wish" if verb != "QUIT" else "221 bye")
            self._refused = False
        elif self._refused:
            self._say("503 not after what went before")
        else:
            self._refused = not self._stage(verb)
            self._in_content = verb == "DATA" and not self._refused

    def _content(self, content: bytes) -> None:
        fault = self._server.fault("content")
        if fault in {"refuse", "refuse for good"}:
            self._say("452 full" if fault == "refuse" else "554 never")
            return
        id = self._server.take(self._recipient, content)
        if fault in {"hang", "drop"}:
            self._server.unanswered[id] += 1
        self._do("250 taken", fault)

    def _stage(self, stage: str) -> bool:
        """Whether it went on, so far as the other side will hear."""
        fault = self._server.fault(stage)
        if fault in {"refuse", "refuse for good"}:
            self._say("421 not now" if stage == "connect" else "451 not now" if fault == "refuse" else "550 never")
            return False
        self._do(GOOD.get(stage, "250 yes"), fault)
        return True

    def _do(self, good: str, fault: str) -> None:
        if fault == "drop":
            self._silent = True
            self.transport.abort()
        elif fault == "hang":
            self._silent = True
        elif fault == "delay":
            self._silent = True
            asyncio.get_running_loop().call_later(DELAY_S, self._say_late, good)
        else:
            self._say(good)

    def _say_late(self, text: str) -> None:
        self._silent = False
        self._say(text)
        self.data_received(b"")

    def _say(self, text: str) -> None:
        self.transport.write(text.encode() + b"\r\n")

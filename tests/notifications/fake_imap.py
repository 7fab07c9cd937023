"""A small IMAP server: one folder, as much of the protocol as a reader of bounces speaks."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

LITERAL_END = b"\r\n"


class FakeImap:
    """`mails` by uid; `seen` are those that were marked. `drop_at` is a word of a command at which it hangs up."""

    def __init__(self) -> None:
        self.mails: dict[int, bytes] = {}
        self.seen: set[int] = set()
        self.fetched: list[int] = []
        self.password = "pass word"
        self.drop_at = ""
        self.refuse_at = ""
        self.port = 0

    def put(self, content: bytes) -> int:
        uid = max(self.mails, default=0) + 1
        self.mails[uid] = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        return uid

    @property
    def url(self) -> str:
        return f"imap://bounces%40example.org:pass%20word@127.0.0.1:{self.port}/INBOX"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        while line := (await reader.readline()).decode():
            tag, _, command = line.strip().partition(" ")
            if self.drop_at and self.drop_at in command:
                break
            if self.refuse_at and self.refuse_at in command:
                writer.write(f"{tag} NO not now\r\n".encode())
                continue
            for reply in self._replies(command):
                writer.write(reply + LITERAL_END)
            ok = not command.startswith("LOGIN") or self.password in command
            writer.write(f"{tag} {'OK done' if ok else 'NO wrong password'}\r\n".encode())
            if command == "LOGOUT":
                break
        writer.close()

    def _replies(self, command: str) -> list[bytes]:
        if command.startswith("CAPABILITY"):
            return [b"* CAPABILITY IMAP4rev1"]
        if command.startswith("SELECT"):
            return [b"* %d EXISTS" % len(self.mails), b"* OK [UIDVALIDITY 7] valid"]
        if command == "UID SEARCH UNSEEN":
            return [b"* SEARCH " + b" ".join(b"%d" % uid for uid in sorted(set(self.mails) - self.seen))]
        if found := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", command):
            return self._mail(int(found[1]), int(found[2]))
        if found := re.fullmatch(r"UID STORE (\d+) \+FLAGS\.SILENT \(\\Seen\)", command):
            self.seen.add(int(found[1]))
        return []

    def _mail(self, uid: int, most: int) -> list[bytes]:
        self.fetched.append(uid)
        if uid not in self.mails:
            return []
        content = self.mails[uid][:most]
        return [b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n%s)" % (uid, uid, len(content), content)]


@asynccontextmanager
async def imap() -> AsyncIterator[FakeImap]:
    fake = FakeImap()
    server = await asyncio.start_server(fake.answer, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    yield fake
    server.close()

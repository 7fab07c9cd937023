"""An SMTP server that takes everything and keeps the recipients. A process: prints its port, then counts.

An empty line asks how many mails and different recipients there are, an address how many went to it.

It answers as fast as Python can, so that what is measured is the sender.
"""

import asyncio
import sys


class Sink(asyncio.Protocol):
    taken: list[bytes] = []  # noqa: RUF012 - one for the process, on purpose

    def __init__(self) -> None:
        self._data = b""
        self._in_mail = False
        self._to = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._data += data
        while self._step():
            pass

    def _step(self) -> bool:
        if self._in_mail:
            _, end, rest = self._data.partition(b"\r\n.\r\n")
            if not end:
                return False
            self._data, self._in_mail = rest, False
            self.taken.append(self._to)
            self._transport.write(b"250 taken\r\n")
            return True
        line, end, rest = self._data.partition(b"\r\n")
        if not end:
            return False
        self._data = rest
        self._answer(line)
        return True

    def _answer(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"DATA":
            self._in_mail = True
            self._transport.write(b"354 go on\r\n")
        elif verb == b"EHLO":
            self._transport.write(b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
        elif verb == b"QUIT":
            self._transport.write(b"221 bye\r\n")
            self._transport.close()
        else:
            if verb == b"RCPT":
                self._to = line
            self._transport.write(b"250 ok\r\n")


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        if to := line.strip():
            print(Sink.taken.count(b"RCPT TO:<%s>" % to), flush=True)
        else:
            print(len(Sink.taken), len(set(Sink.taken)), flush=True)


if __name__ == "__main__":
    asyncio.run(main())

"""The machine at its best: Starlette answers the same requests with as many bytes, one synced commit a response."""

import sqlite3
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route


def app(sizes: dict[str, int], file: Path) -> Starlette:
    """`sizes`: bytes of the pages form, check and receipt."""
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE responses (body TEXT)")
    pages = {name: b"x" * size for name, size in sizes.items()}

    async def form(_: Request) -> Response:
        return Response(pages["form"], media_type="text/html")

    async def step(request: Request) -> Response:
        body = await request.body()
        if b"go=send" not in body:
            return Response(pages["check"], media_type="text/html")
        database.execute("INSERT INTO responses VALUES (?)", (body.decode(),))
        return RedirectResponse("/receipt", 303)

    async def receipt(_: Request) -> Response:
        return Response(pages["receipt"], media_type="text/html")

    return Starlette(
        routes=[
            Route("/form", form),
            Route("/form", step, methods=["POST"]),
            Route("/receipt", receipt),
        ]
    )


if __name__ == "__main__":
    port, folder, form, check, receipt = sys.argv[1:]
    sizes = {"form": int(form), "check": int(check), "receipt": int(receipt)}
    uvicorn.run(app(sizes, Path(folder) / "bare.db"), port=int(port), access_log=False, log_level="warning")

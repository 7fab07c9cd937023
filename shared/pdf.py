"""PDFs that people can read whatever they read with (PDF/UA-1), made in a process of their own."""

import asyncio
import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

TYPESETTING = Path(__file__).with_name("typesetting.py")
WITHIN_S = 60.0
LARGEST = 20_000_000
"""Bytes of a PDF; nothing that we typeset comes near it."""


class NotTypeset(Exception):  # noqa: N818
    """There is no PDF. The sentence says why, without words of the document."""


async def typeset(template: str, data: Mapping[str, Any], at: datetime, *, within_s: float = WITHIN_S) -> bytes:
    """`data` filled into a Typst template, which reads it as JSON: no text of it is ever taken for markup.

    The same template, data and time give the same bytes. Raises NotTypeset, also after `within_s` seconds.
    """
    given = json.dumps({"template": template, "data": data, "at": at.isoformat()})
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",  # nothing of where we run, or of the environment, has a say in it
        str(TYPESETTING),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        made, said = await asyncio.wait_for(process.communicate(given.encode()), within_s)
    except TimeoutError:
        raise NotTypeset(f"it took longer than {within_s:.0f} seconds") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not made.startswith(b"%PDF-"):
        raise NotTypeset(
            said.decode(errors="replace").strip().splitlines()[-1:][0][:300] if said.strip() else "it ended"
        )
    if len(made) > LARGEST:
        raise NotTypeset("it is larger than any report")
    return made

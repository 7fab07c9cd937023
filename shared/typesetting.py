"""The process that makes a PDF: it reads a template and data as JSON, and writes the PDF. shared/pdf.py starts it.

It imports nothing of ours, and knows no file but its fonts. Data never becomes source: the template gets it as JSON.
"""

import json
import re
import sys
import tempfile
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import Any

import fontpkg_source_sans_3
import typst

INSTEAD = "□"
TRIES = 40
UNSHOWN = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
TURNING = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
"""Signs that nobody sees and that turn the letters after them round."""


def main() -> int:
    given = json.load(sys.stdin.buffer)
    data = _map(given["data"], lambda text: TURNING.sub("", text))
    for _ in range(TRIES):
        try:
            pdf = _compile(given["template"], data, datetime.fromisoformat(given["at"]))
        except typst.TypstError as error:
            found = UNSHOWN.search(error.message)
            if found is None:
                # What stands between these signs may be somebody's words, and this goes to a log.
                sys.stderr.write(re.sub(r"`.*`", "`…`", error.message, flags=re.DOTALL))
                return 1
            missing = {_script(sign) for sign in found[1]}
            data = {**_map(data, lambda text, m=missing: _without(text, m)), "unshown": True}
        else:
            sys.stdout.buffer.write(pdf)
            return 0
    sys.stderr.write("too many signs that no font has")
    return 1


def _compile(template: str, data: Any, at: datetime) -> bytes:
    """The same input gives the same bytes."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(fontpkg_source_sans_3.ROOT / "files")]
    )
    with tempfile.TemporaryDirectory() as alone:
        source = Path(alone) / "document.typ"
        source.write_text(template, encoding="utf-8")
        return typst.compile(
            source,
            root=source.parent,
            font_paths=fonts,
            sys_inputs={"data": json.dumps(data)},
            pdf_standards=["ua-1"],
            timestamp=int(at.timestamp()),  # whole seconds are all that it takes
        )


def _map(data: Any, change: Any) -> Any:
    """With each text in it changed."""
    if isinstance(data, str):
        return change(data)
    if isinstance(data, list):
        return [_map(each, change) for each in data]
    if isinstance(data, dict):
        return {name: _map(each, change) for name, each in data.items()}
    return data


def _script(sign: str) -> str:
    """The writing that a sign belongs to, by its name: what a font lacks, it mostly lacks as a whole."""
    if unicodedata.category(sign) in {"So", "Sk", "Cn", "Co", "Cs"}:
        return "picture"
    return unicodedata.name(sign, "none").partition(" ")[0]


def _without(text: str, missing: set[str]) -> str:
    return "".join(INSTEAD if ord(sign) > 0x2FF and _script(sign) in missing else sign for sign in text)  # noqa: PLR2004


if __name__ == "__main__":
    raise SystemExit(main())

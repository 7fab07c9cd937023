"""Tables of answers as officers upload them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from uuid import uuid4
from xml.sax.saxutils import escape

from tests.visitor import Page, Visitor

HERE = "/staff/consultations/park/imports"
HEADING = ("form number", "received on", "1. missing", "2. when", "3. safe", "4. who", "5. else")
Row = Sequence[str]


def row(number: str = "", **answers: str) -> Row:
    """A row for the questions of tests/town.py: swings are missing, unless `missing` says otherwise."""
    values = {"missing": "Swings", **answers}
    return (number, values.get("received", ""), *(values.get(field, "") for field in HEADING_FIELDS))


HEADING_FIELDS = ("missing", "when", "safe", "who", "else")


def csv_bytes(rows: Sequence[Row], separator: str = ",", encoding: str = "utf-8") -> bytes:
    """Written by hand, so that nothing of ours reads what it wrote."""
    lines = (separator.join(f'"{cell}"' if separator in cell or "\n" in cell else cell for cell in row) for row in rows)
    return "\r\n".join(lines).encode(encoding)


def ods_bytes(rows: Sequence[Row]) -> bytes:
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
            for cell in each
        )
        + "</table:table-row>"
        for each in rows
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Answers">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("META-INF/manifest.xml", MANIFEST)
        parts.writestr("content.xml", content)
    return out.getvalue()


MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest'
    ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/"'
    ' manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/><manifest:file-entry'
    ' manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


async def upload(
    officer: Visitor,
    content: bytes,
    name: str = "answers.csv",
    fields: Mapping[str, str] | None = None,
    to: str = "park",
) -> Page:
    """Choose a file on the page for imports, and press its button."""
    boundary = uuid4().hex
    given = {"channel": "paper", **(fields or {})}
    parts = [f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}'.encode() for key, value in given.items()]
    head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    parts.append(head.encode() + content)
    body = b"".join(f"--{boundary}\r\n".encode() + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
    headers = {"content-type": f"multipart/form-data; boundary={boundary}", "sec-fetch-site": "same-origin"}
    return await officer.post_bytes(HERE.replace("park", to), body, headers)

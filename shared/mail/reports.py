"""Delivery reports as mail servers write them (RFC 3464), read without trusting a word of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser

STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}
RETURNED_TYPES = {"text/rfc822-headers", "message/global-headers", "message/rfc822", "message/global"}

MESSAGE_ID = re.compile(r"<([\x21-\x7e]{1,900}?)@[\x21-\x7e]{1,255}>")
ENDS_HEADERS = re.compile(rb"\r?\n[ \t]*\r?\n")
WORD = re.compile(r"[a-z]{1,20}")
STATUS = re.compile(r"\d\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """`id` is the part before the @ of the original's Message-ID. `status` is empty where none is given."""

    id: str
    action: str
    status: str


def read_report(content: bytes) -> DeliveryReport | None:
    """None for what is no delivery report: an answer of a person, or of a programme that is on holiday."""
    mail = message_from_bytes(content)
    parts = mail.get_payload()
    if mail.get_content_type() != "multipart/report" or not isinstance(parts, list):
        return None
    inner = [part for part in parts if isinstance(part, Message)]
    id = _original_id(inner)
    action, status = _outcome(inner)
    return DeliveryReport(id, action, status) if id and action else None


def _outcome(parts: Sequence[Message]) -> tuple[str, str]:
    """Of the first recipient: a mail of ours has only one."""
    for part in parts:
        if part.get_content_type() not in STATUS_TYPES:
            continue
        for block in ENDS_HEADERS.split(_inside(part)):
            fields = BytesHeaderParser().parsebytes(block)
            action = WORD.match(str(fields.get("Action", "")).strip().lower())
            if action is not None:
                status = STATUS.search(str(fields.get("Status", "")))
                return action[0], status[0] if status else ""
    return "", ""


def _original_id(parts: Sequence[Message]) -> str:
    for part in parts:
        if part.get_content_type() in RETURNED_TYPES:
            head = ENDS_HEADERS.split(_inside(part), maxsplit=1)[0]
            found = MESSAGE_ID.search(str(BytesHeaderParser().parsebytes(head).get("Message-ID", "")))
            if found is not None:
                return found[1]
    return ""


def _inside(part: Message) -> bytes:
    """What a part holds, without the part's own headers."""
    decoded = part.get_payload(decode=True)
    if isinstance(decoded, bytes):
        return decoded.lstrip(b"\r\n")
    return ENDS_HEADERS.split(part.as_bytes(), maxsplit=1)[-1].lstrip(b"\r\n")

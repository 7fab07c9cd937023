"""Uploaded files: what they may be, found by what is in them, and what is known of each."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

import puremagic

from services.consultation.domain.answers import Answers, Given
from services.consultation.domain.question import Kind, Question
from services.consultation.domain.questionnaire import Questionnaire
from shared.errors import Invalid

MB = 1_048_576
"""Bytes, as the file managers of most people count."""

NAME_LIMIT, ENDING_LIMIT = 120, 10
"""Characters."""

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
HEAD = 4_096
LOOK_AGAIN = timedelta(days=7)
"""After so long it is seen whether a file is still needed."""

LAST_LOOK = timedelta(hours=1)
"""Longer than any request takes: who was just sending their answers has sent them."""

TYPE_NAMES = {
    "pdf": "PDF",
    "png": "PNG",
    "jpeg": "JPEG",
    "docx": "Word (DOCX)",
    "xlsx": "Excel (XLSX)",
    "odt": "OpenDocument text (ODT)",
    "ods": "OpenDocument spreadsheet (ODS)",
    "txt": "plain text (TXT)",
}
ENDINGS = {**{type: (type,) for type in TYPE_NAMES}, "jpeg": ("jpg", "jpeg", "jfif")}
SIGNED = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff"}
OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
}
OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
UNREADABLE_ZIP = (BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, KeyError, EOFError)
BROKEN_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


class UploadState(StrEnum):
    ARRIVING = "arriving"
    """Known of, before the file is on the disk: a crash in between leaves no file that nobody knows."""

    KEPT = "kept"
    GOING = "going"
    """Not needed by any answers. It goes at the next look, unless they have come by then."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent for a question of a response, which may not be there yet. `size` in bytes."""

    id: str
    consultation: str
    question: str
    response: str
    name: str
    type: str
    size: int
    at: datetime
    resident: str | None = None
    state: UploadState = UploadState.ARRIVING
    look_at: datetime | None = None
    """When it is seen next whether it is still needed."""

    @property
    def shown(self) -> str:
        """Its name and its size."""
        return f"{self.name} ({self.size_in_words})"

    @property
    def size_in_words(self) -> str:
        return f"{self.size / MB:.1f} MB" if self.size >= MB / 10 else f"{max(1, round(self.size / 1024))} KB"

    def fits(self, consultation: str, response: str, question: str) -> bool:
        return (self.consultation, self.response, self.question) == (consultation, response, question)


def most_bytes(question: Question) -> int:
    return (question.most or 0) * MB


def check_file(question: Question, name: str, size: int, content: BinaryIO | None) -> str:
    """The type of a file that may be an answer to the question. Raises Invalid with a sentence for who chose it.

    Without `content` it was too large to be taken in.
    """
    shown = clean_name(name) or "The file"
    if not size:
        raise Invalid({question.id: f"“{shown}” is empty. Choose another file"})
    if content is None or size > most_bytes(question):
        raise Invalid({question.id: f"“{shown}” must be {question.most} MB or smaller"})
    allowed = ", ".join(TYPE_NAMES[each] for each in question.file_types)
    type = type_of(content)
    if type is None or type not in question.file_types:
        raise Invalid({question.id: f"“{shown}” cannot be sent here. Choose a file of one of these kinds: {allowed}"})
    ending = shown.rpartition(".")[2].lower() if "." in shown else ""
    if ending and ending not in ENDINGS[type]:
        sentence = f"“{shown}” is {TYPE_NAMES[type]} inside, which its name does not say. Save it again, and choose it"
        raise Invalid({question.id: sentence})
    return type


def type_of(content: BinaryIO) -> str | None:
    """By what is in it, whatever its name; None for what we do not take. Leaves the position anywhere."""
    content.seek(0)
    head = content.read(HEAD)
    for type, signature in SIGNED.items():
        if head.startswith(signature):
            return type if _agrees(head, type) else None
    if head.startswith(b"PK\x03\x04"):
        return _type_in_zip(content)
    return "txt" if _is_text(head + content.read()) else None


def _agrees(head: bytes, type: str) -> bool:
    """Whether a file that begins like one kind is known as that kind."""
    try:
        found = {match.extension.removeprefix(".") for match in puremagic.magic_string(head)}
    except puremagic.PureError:
        return False
    return bool(found & set(ENDINGS[type]))


def _type_in_zip(content: BinaryIO) -> str | None:
    """Office files are zips. One with macros is not what its name says."""
    try:
        with ZipFile(content) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size <= HEAD:
                return OPEN_DOCUMENT.get(archive.read("mimetype").strip())
    except UNREADABLE_ZIP:
        return None
    if "[Content_Types].xml" not in names or any(name.endswith("vbaProject.bin") for name in names):
        return None
    return next((type for name, type in OFFICE.items() if name in names), None)


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
        if "\ufffd" in text:
            return False
    return not BROKEN_TEXT.search(text)


def clean_name(name: str) -> str:
    """What a file is shown and saved under: no folders, nothing invisible, nothing that turns its letters round."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    seen = "".join(sign for sign in last if unicodedata.category(sign) not in UNSEEN or sign == "\t")
    plain = " ".join(seen.split()).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    if dot and len(ending) <= ENDING_LIMIT:
        return f"{stem[: NAME_LIMIT - ENDING_LIMIT]}.{ending}"
    return plain[:NAME_LIMIT]


def name_with_ending(name: str, type: str) -> str:
    """A phone may send a photograph without an ending."""
    plain = clean_name(name) or "file"
    return plain if "." in plain else f"{plain}.{ENDINGS[type][0]}"


def files_in(questionnaire: Questionnaire, answers: Answers) -> dict[str, tuple[str, ...]]:
    """The ids of uploads in answers, by question."""
    return {
        question.id: tuple(answers[question.id])
        for question in questionnaire.asked
        if question.kind is Kind.FILE and question.id in answers
    }


def refuse_files(questionnaire: Questionnaire, given: Given) -> None:
    """Raises Invalid where something was given to a question that asks for a file, and no file can come with it."""
    asked = (question for question in questionnaire.asked if question.kind is Kind.FILE and given.get(question.id))
    if faults := {each.id: f"Files cannot be sent here. Answer “{each.text}” on the web page" for each in asked}:
        raise Invalid(faults)


def faults_in_files(
    wanted: Mapping[str, tuple[str, ...]], there: Mapping[str, Upload], consultation: str, response: str
) -> dict[str, str]:
    """Sentences by question, where an answer names a file that was not sent for it, or is not there any more."""
    return {
        question: "A file that you chose here is not there any more. Choose it again"
        for question, ids in wanted.items()
        if not all(
            (upload := there.get(id))
            and upload.state is UploadState.KEPT
            and upload.fits(consultation, response, question)
            for id in ids
        )
    }

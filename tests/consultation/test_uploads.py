"""Files that people send with their answers: what is taken, what is refused and how, and how long it is kept."""

import io
import zipfile
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultation.domain import Audience, Kind, Question
from services.consultation.domain import Page as FormPage
from services.consultation.domain.upload import MB, UploadState, clean_name, name_with_ending, type_of
from services.consultation.storage import UPLOADS
from services.consultation.web.uploads import IN_ALL
from shared.store.documents import as_text
from tests.eventually import eventually
from tests.town import QUESTIONS, Town
from tests.visitor import Page, Visitor

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 60
JPEG = b"\xff\xd8\xff\xe1\0\x10Exif" + b"\0" * 60
PLAN = Question("plan", Kind.FILE, "Do you have a plan?", file_types=("pdf", "png", "docx"), most=1)
ANSWER = "/consultations/park/answer"
EDGE = b"------a-browser"
SEND = ("go", "send")


def zipped(files: Mapping[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # of no day: the bytes name the test
    return made.getvalue()


DOCX = zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"})
XLSX = zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<x/>"})
ODT = zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"})
ODS = zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"})
WITH_MACROS = zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>", "word/vbaProject.bin": "x"})


def body_of(fields: Mapping[str, Sequence[str]], files: Sequence[tuple[str, str, bytes]]) -> bytes:
    """As a browser sends a form that has files."""
    parts = [
        b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (EDGE, name.encode(), value.encode())
        for name, values in fields.items()
        for value in values
    ] + [
        b'--%b\r\nContent-Disposition: form-data; name="%b"; filename="%b"\r\n\r\n%b\r\n'
        % (EDGE, name.encode(), file.encode(), content)
        for name, file, content in files
    ]
    return b"".join(parts) + b"--%b--\r\n" % EDGE


HEADERS = {"content-type": f"multipart/form-data; boundary={EDGE.decode()}", "sec-fetch-site": "same-origin"}


async def send(
    visitor: Visitor,
    page: Page,
    files: Mapping[str, bytes] | None = None,
    typed: Mapping[str, Sequence[str]] | None = None,
    go: str = "next",
) -> Page:
    fields = {**page.form(ANSWER).fields, **(typed or {}), "go": [go]}
    fields = {name: [value for value in values if value or name != "q-plan"] for name, values in fields.items()}
    chosen = [("q-plan", name, content) for name, content in (files or {"": b""}).items()]
    return await visitor.post_bytes(ANSWER, body_of(fields, chosen), HEADERS)


def folder(town: Town) -> Path:
    return town.host.parts.settings.data / "files"


def on_disk(town: Town) -> set[str]:
    return {path.name for path in folder(town).iterdir()} if folder(town).exists() else set()


async def begun(town: Town, question: Question = PLAN, **details: Any) -> tuple[Visitor, Page]:
    await town.publish(questions=(*QUESTIONS, question), **details)
    visitor = town.visitor()
    return visitor, await visitor.get(ANSWER)


GOOD = {"q-missing": ["swings"], "q-else": ["Keep <this>"]}


async def test_a_file_is_kept_with_the_answers_and_only_officers_get_it_and_only_as_a_download(town: Town) -> None:
    visitor, page = await begun(town)
    check = await send(visitor, page, {"../../My plan.pdf": PDF}, GOOD)
    assert "My plan.pdf (1 KB)" in check.html

    await visitor.submit(check, button=SEND)

    (stored,) = await town.consultations.responses.find()
    (id,) = stored.value.answers["plan"]
    assert on_disk(town) == {id}
    assert (folder(town) / id).read_bytes() == PDF
    assert (folder(town) / id).stat().st_mode & 0o777 == 0o600
    officer, _ = await town.staff()
    texts = await officer.get("/staff/consultations/park/texts/plan")
    path = f"/staff/consultations/park/files/{id}"
    assert f'href="{path}"' in texts.html
    answer = await officer._client.get(f"http://testserver{path}")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert (await visitor.get(path)).path.startswith("/sign-in")
    assert (await (await town.resident()).get(path)).status == 403
    assert (await officer.get(path.replace("park", "other"))).status == 404
    assert (await officer.get("/staff/consultations/park/files/..%2f..%2fengage.db")).status == 404


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("plan.pdf", b"MZ\x90\0" + b"\0" * 80, "cannot be sent here. Choose a file of one of these kinds: PDF, PNG"),
        ("plan.pdf", PNG, "“plan.pdf” is PNG inside, which its name does not say"),
        ("plan.docx", PDF, "“plan.docx” is PDF inside"),
        ("plan.pdf.exe", PDF, "“plan.pdf.exe” is PDF inside"),
        ("plan\u202efdp.exe", PDF, "“planfdp.exe” is PDF inside"),
        ("photo.jpg", JPEG, "cannot be sent here"),
        ("plan.xlsx", XLSX, "cannot be sent here"),
        ("plan.docx", WITH_MACROS, "cannot be sent here"),
        ("plan.docx", DOCX[:60], "cannot be sent here"),
        ("plan.pdf", b"<html><script>alert(1)</script>", "cannot be sent here"),
        ("plan.pdf", b"", "“plan.pdf” is empty"),
        ("plan.pdf", PDF + b"x" * MB, "“plan.pdf” must be 1 MB or smaller"),
    ],
)
async def test_a_file_that_cannot_be_taken_is_refused_by_its_field_and_the_answers_are_kept(
    town: Town, name: str, content: bytes, sentence: str
) -> None:
    visitor, page = await begun(town)

    refused = await send(visitor, page, {name: content}, GOOD)

    assert refused.status == 422
    assert refused.html.count(sentence) == 2
    assert 'href="#q-plan"' in refused.html
    assert refused.form(ANSWER).fields["q-else"] == ["Keep <this>"]
    assert on_disk(town) == set()
    assert await town.consultations.uploads.count() == 0


async def test_results_of_a_question_for_files_say_how_many_sent_some(town: Town) -> None:
    visitor, page = await begun(town, question=PLAN)
    await visitor.submit(await send(visitor, page, {"plan.pdf": PDF}, GOOD), button=SEND)
    officer, _ = await town.staff()

    async def counted() -> bool:
        return "1 person sent files" in (await officer.get("/consultations/park/results")).html

    await eventually(counted, "the count")
    assert "See the files" in (await officer.get("/consultations/park/results")).html


async def test_with_a_file_at_fault_what_else_is_wrong_on_the_page_is_told_too(town: Town) -> None:
    visitor, page = await begun(town)
    refused = await send(visitor, page, {"plan.pdf": b""})
    assert "“plan.pdf” is empty" in refused.html
    assert "Choose an answer to “What is missing most?”" in refused.html


async def test_a_file_is_kept_through_errors_and_back_and_forth_until_its_tick_is_taken_off(town: Town) -> None:
    second = FormPage("page-2", questions=(Question("why", Kind.SHORT_TEXT, "Why?", required=True),))
    await town.publish(pages=(FormPage("page-1", questions=(*QUESTIONS, PLAN)), second))
    visitor = town.visitor()
    at_fault = await send(visitor, await visitor.get(ANSWER), {"plan.pdf": PDF, "map": PNG})
    assert at_fault.status == 422
    assert "map.png (1 KB)" in at_fault.html
    page = await send(visitor, at_fault, None, GOOD)
    back = await visitor.submit(page, {"q-why": "Because"}, button=("go", "back"))
    ids = back.form(ANSWER).fields["q-plan"]
    assert len([id for id in ids if id]) == 2

    page = await send(visitor, back, None, {"q-plan": ids[:1]})
    await visitor.submit(await visitor.submit(page), button=SEND)

    (stored,) = await town.consultations.responses.find()
    assert stored.value.answers["plan"] == (ids[0],)


async def test_an_upload_without_end_is_refused_as_soon_as_the_limit_is_passed_and_nothing_is_kept(
    town: Town,
) -> None:
    visitor, page = await begun(town)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield body_of(page.form(ANSWER).fields, [("q-plan", "film.pdf", PDF)]).partition(PDF)[0]
        while sent < 2 * IN_ALL:
            sent += MB
            yield b"x" * MB

    answer = await visitor._client.post(f"http://testserver{ANSWER}", content=endless(), headers=HEADERS)

    assert answer.status_code == 413
    assert "too large together" in answer.text
    assert sent <= IN_ALL + MB
    assert on_disk(town) == set()
    assert await town.consultations.uploads.count() == 0


async def test_a_200_mb_upload_is_refused_by_its_field_and_the_answers_are_kept(town: Town) -> None:
    visitor, page = await begun(town)
    fields = {**page.form(ANSWER).fields, **GOOD, "q-plan": [], "go": ["next"]}
    head, _, end = body_of(fields, [("q-plan", "film.pdf", PDF)]).partition(PDF)

    async def film() -> AsyncIterator[bytes]:
        yield head + PDF
        for _ in range(200):
            yield b"x" * MB
        yield end

    answer = await visitor._client.post(f"http://testserver{ANSWER}", content=film(), headers=HEADERS)

    assert answer.status_code == 422
    assert "must be 1 MB or smaller" in answer.text
    assert "Keep &lt;this&gt;" in answer.text
    assert on_disk(town) == set()
    assert await town.consultations.uploads.count() == 0


async def test_more_files_than_one_may_send_are_told_of_and_all_stay_to_choose_from(town: Town) -> None:
    visitor, page = await begun(town)
    refused = await send(visitor, page, {f"{number}.pdf": PDF for number in range(6)}, GOOD)
    assert refused.status == 422
    assert "Choose at most 5 files" in refused.html
    ids = [id for id in refused.form(ANSWER).fields["q-plan"] if id]
    assert len(ids) == 6
    check = await send(visitor, refused, None, {"q-plan": ids[1:]})
    assert "Check your answers" in check.html


async def test_nobody_can_send_the_file_of_another_response_or_of_another_question(town: Town) -> None:
    other = Question("photo", Kind.FILE, "A photograph?", file_types=("pdf",), most=1)
    await town.publish(questions=(*QUESTIONS, PLAN, other))
    visitor, thief = town.visitor(), town.visitor()
    check = await send(visitor, await visitor.get(ANSWER), {"plan.pdf": PDF}, GOOD)
    (id,) = check.form(ANSWER).fields["q-plan"]
    stolen = await send(thief, await thief.get(ANSWER), None, {**GOOD, "q-plan": [id]})
    moved = await visitor.submit(check, {"q-photo": [id]}, button=SEND)
    sent = await visitor.post(
        ANSWER, {**(await thief.get(ANSWER)).form(ANSWER).fields, **GOOD, "q-plan": [id], "go": ["send"]}
    )

    for page in (stolen, moved, sent):
        assert page.status == 422
        assert "is not there any more. Choose it again" in page.html
    assert "plan.pdf" not in stolen.html + sent.html
    assert await town.responses() == 0


async def test_a_file_that_is_being_deleted_or_has_not_arrived_whole_is_no_answer(town: Town) -> None:
    visitor, page = await begun(town)
    check = await send(visitor, page, {"plan.pdf": PDF}, GOOD)
    (id,) = check.form(ANSWER).fields["q-plan"]
    for state in (UploadState.GOING, UploadState.ARRIVING):
        stored = await town.consultations.store.get("uploads", id)
        assert stored is not None
        await town.consultations.store.replace("uploads", id, stored.version, {**stored.body, "state": state.value})
        assert (await visitor.submit(check, button=SEND)).status == 422
    assert await town.responses() == 0


async def test_files_that_no_answers_need_are_deleted_after_a_week_and_the_others_stay(town: Town) -> None:
    visitor, page = await begun(town, closes_at=town.clock() + timedelta(days=40))
    check = await send(visitor, page, {"plan.pdf": PDF}, GOOD)
    await visitor.submit(check, button=SEND)
    leaver = town.visitor()
    await send(leaver, await leaver.get(ANSWER), {"left.pdf": PDF}, GOOD)
    (stored,) = await town.consultations.responses.find()
    needed = set(stored.value.answers["plan"])
    assert len(on_disk(town)) == 2

    town.clock.forward(timedelta(days=6, hours=23))
    await no_file_is_due(town)
    assert len(on_disk(town)) == 2
    town.clock.forward(timedelta(hours=2))
    await no_file_is_due(town)
    assert (
        len(on_disk(town)) == 2
    )  # the last look is an hour later: answers that were just being sent have come by then
    town.clock.forward(timedelta(hours=2))
    await no_file_is_due(town)

    assert on_disk(town) == needed
    assert await town.consultations.uploads.count() == 1
    town.clock.forward(timedelta(days=30))
    await no_file_is_due(town)
    assert on_disk(town) == needed


async def no_file_is_due(town: Town) -> None:
    async def none_left() -> bool:
        found = await town.consultations.uploads.find(limit=50)
        return all(each.value.look_at and as_text(each.value.look_at) > as_text(town.clock()) for each in found)

    await eventually(none_left, "files to be looked at")


async def test_a_file_of_answers_that_are_saved_for_later_stays(town: Town) -> None:
    await town.publish(questions=(*QUESTIONS, PLAN), closes_at=town.clock() + timedelta(days=60))
    resident = await town.resident()
    page = await send(resident, await resident.get(ANSWER), {"plan.pdf": PDF}, GOOD, go="save")
    assert page.status == 200, page.html
    for _ in range(4):
        town.clock.forward(timedelta(days=7, hours=2))
        await no_file_is_due(town)

    (draft,) = await town.consultations.drafts.find()
    assert on_disk(town) == set(draft.value.given["plan"])


async def test_after_a_crash_halfway_the_next_look_finishes_what_was_begun(town: Town) -> None:
    visitor, page = await begun(town)
    await send(visitor, page, {"plan.pdf": PDF, "map.pdf": PDF, "key.pdf": PDF}, GOOD)
    first, second, third = await town.consultations.uploads.find()
    store = town.consultations.store
    past = as_text(town.clock() - timedelta(minutes=1))
    # The first: its file was deleted, its document not yet. The second: known of, and its file was never whole.
    for loaded, state in ((first, UploadState.GOING), (second, UploadState.ARRIVING)):
        found = await store.get(UPLOADS.name, loaded.id)
        assert found is not None
        body = {**found.body, "state": state.value, "look_at": past}
        (folder(town) / loaded.id).unlink()
        await store.replace(UPLOADS.name, loaded.id, found.version, body)
    await no_file_is_due(town)
    town.clock.forward(timedelta(hours=2))
    await no_file_is_due(town)

    assert {each.id for each in await town.consultations.uploads.find()} == {third.id}
    assert on_disk(town) == {third.id}


async def test_where_only_people_who_are_signed_in_may_answer_nobody_else_can_send_a_file(town: Town) -> None:
    await town.publish(questions=(*QUESTIONS, PLAN), audience=Audience.SIGNED_IN)
    resident, stranger = await town.resident(), town.visitor()
    page = await resident.get(ANSWER)

    refused = await send(stranger, page, {"plan.pdf": PDF}, GOOD)

    assert refused.status == 422
    assert "Sign in to send a file" in refused.html
    assert on_disk(town) == set()
    assert "Check your answers" in (await send(resident, page, {"plan.pdf": PDF}, GOOD)).html


async def test_a_form_without_a_question_for_files_takes_none(town: Town) -> None:
    await town.publish()
    visitor = town.visitor()
    page = await visitor.get(ANSWER)
    assert "multipart" not in page.html
    assert (await send(visitor, page, {"plan.pdf": PDF}, GOOD)).status == 400


async def test_programs_are_told_by_the_field_that_they_cannot_send_files(town: Town) -> None:
    visitor, _ = await begun(town)
    body = {"answers": {"missing": ["swings"], "plan": ["0" * 32]}}
    status, answer = await visitor.post_json("/api/consultations/park/responses", body)
    assert status == 422
    assert answer == {
        "error": "Files cannot be sent here. Answer “Do you have a plan?” on the web page",
        "field": "plan",
    }


@pytest.mark.parametrize(
    ("content", "type"),
    [
        (PDF, "pdf"),
        (PNG, "png"),
        (JPEG, "jpeg"),
        (DOCX, "docx"),
        (XLSX, "xlsx"),
        (ODT, "odt"),
        (ODS, "ods"),
        (b"Plain words.\r\n\tAnd more.", "txt"),
        ("Größe £5 “so”".encode("cp1252"), "txt"),
        ("\ufeffZoë".encode(), "txt"),
        (WITH_MACROS, None),
        (zipped({"a.txt": "x"}), None),
        (zipped({"mimetype": "application/epub+zip"}), None),
        (zipped({"mimetype": "x" * 5_000}), None),
        (DOCX[:-30], None),
        (b"PK\x03\x04", None),
        (b"GIF89a" + b"\0" * 20, None),
        (b"\x7fELF" + b"\0" * 20, None),
        (b"text with a \0 in it", None),
        (b"x" * 5_000 + b"\0", None),
    ],
)
def test_the_type_of_a_file_is_found_by_what_is_in_it(content: bytes, type: str | None) -> None:
    assert type_of(io.BytesIO(content)) == type


@given(st.sampled_from((PDF, PNG, DOCX, ODT, b"text")), st.data())
def test_a_file_that_is_cut_off_or_changed_has_a_type_or_none_and_breaks_nothing(
    content: bytes, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(content) - 1))
    changed = (
        content[:place] + data.draw(st.binary(max_size=8)) + content[data.draw(st.integers(place, len(content))) :]
    )
    assert type_of(io.BytesIO(changed)) in {None, "pdf", "png", "docx", "odt", "txt", "jpeg"}


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("plan.pdf", "plan.pdf"),
        ("C:\\Users\\me\\plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("plan\u202efdp.exe", "planfdp.exe"),
        ("a\r\nb\t c.pdf", "ab c.pdf"),
        ("  .hidden. ", "hidden"),
        ("Zoe\u0308.pdf", "Zoë.pdf"),
        ("x" * 300 + ".pdf", "x" * 110 + ".pdf"),
        ("...", ""),
        ("a.b" + "c" * 200, ("a.b" + "c" * 200)[:120]),
    ],
)
def test_the_name_of_a_file_is_kept_as_people_see_it_without_what_could_do_harm(name: str, cleaned: str) -> None:
    assert clean_name(name) == cleaned


@pytest.mark.parametrize(("name", "shown"), [("image", "image.jpg"), ("", "file.jpg"), ("a.jpeg", "a.jpeg")])
def test_a_photograph_that_a_phone_sends_without_an_ending_gets_one(name: str, shown: str) -> None:
    assert name_with_ending(name, "jpeg") == shown

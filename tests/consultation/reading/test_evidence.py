"""Evidence packs freeze what was said and made of it: the same content has the same hash, and no change goes unseen."""

import io
import json
import zipfile
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.cli import main
from services.consultation.domain.coding import Change
from services.consultation.domain.evidence import MANIFEST, Pack, PackKind, PackWriter
from services.consultation.domain.evidence_check import check_pack
from services.consultation.domain.reading import mark_of_text
from services.consultation.usecases import reading
from services.consultation.web import file_folder
from shared.errors import Conflict
from tests.consultation.reading.texts_of_people import published, run_of, send, theme
from tests.eventually import eventually
from tests.town import Town, opened_town

EVIDENCE = "/staff/consultations/park/evidence"
SECRET = "Ring Mrs Kaur on 01582 111 222"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with opened_town(tmp_path) as town:
        yield town


async def pack(town: Town, kind: PackKind = PackKind.FULL) -> Pack:
    """A new one, once it is ready."""
    command = reading.AskForPack("park", kind, "officer-with-a-name")
    asked = await run_of(town)(lambda: reading.ask_for_pack(command, town.consultations, town.clock()))

    async def ready() -> Pack | None:
        loaded = await town.consultations.packs.get(asked.id)
        return loaded.value if loaded is not None and loaded.value.state == "ready" else None

    found = await eventually(ready, "the pack")
    assert found is not None
    return found


def path_of(town: Town, pack: Pack) -> Path:
    return file_folder(town.host.parts.settings).path(pack.file)


def lines(town: Town, pack: Pack, name: str) -> list[dict[str, Any]]:
    with zipfile.ZipFile(path_of(town, pack)) as file:
        return [json.loads(line) for line in file.read(name).splitlines()]


def everything(town: Town, pack: Pack) -> str:
    with zipfile.ZipFile(path_of(town, pack)) as file:
        return "".join(file.read(name).decode() for name in file.namelist())


async def coded(town: Town) -> list[str]:
    """Two answers, one with a theme, one published with a part taken out, and one that was read."""
    ids = await published(town, ["A pond for frogs", SECRET])
    pond = await theme(town, 1, "Water")
    now = town.clock()
    change = Change(mark_of_text("A pond for frogs"), add=(pond,), tags=("wildlife",))
    await reading.code_answer(reading.CodeAnswer("park", ids[0], "idea", change, "coder"), town.consultations, now)
    decision = reading.DecidePublication(
        "park", ids[1], "idea", mark_of_text(SECRET), True, "Ring [removed]", "Personal data", "checker"
    )
    await reading.decide_publication(decision, town.consultations, now)
    await reading.read_response(reading.ReadResponse("park", ids[0], "reader"), town.consultations, now)
    return ids


async def test_a_pack_has_the_responses_the_themes_the_codings_and_who_has_read_what(town: Town) -> None:
    ids = await coded(town)

    found = await pack(town)

    responses = {each["texts"][0]["original"]: each for each in lines(town, found, "responses.jsonl")}
    assert set(responses) == {"A pond for frogs", SECRET}
    assert responses[SECRET]["texts"][0]["state"] == "published with parts removed"
    assert responses[SECRET]["texts"][0]["published"] == "Ring [removed]"
    assert responses["A pond for frogs"]["texts"][0]["state"] == "not checked"
    assert [each["name"] for each in lines(town, found, "themes.jsonl")] == ["Water"]
    (coding,) = lines(town, found, "codings.jsonl")
    assert coding["response"] == responses["A pond for frogs"]["response"]
    assert coding["tags"] == ["wildlife"]
    assert [each["response"] for each in lines(town, found, "readings.jsonl")] == [coding["response"]]
    assert lines(town, found, "decision.json") == [{"decided": False}]
    assert (found.responses, found.number) == (2, 1)
    for said in (*ids, "officer-with-a-name", "coder", "checker", "reader"):
        assert said not in everything(town, found)


async def test_a_pack_for_the_public_has_nothing_that_was_not_checked_and_nothing_that_was_taken_out(
    town: Town,
) -> None:
    await coded(town)

    found = await pack(town, PackKind.PUBLIC)

    told = everything(town, found)
    assert "Ring [removed]" in told
    for hidden in ("A pond for frogs", "Kaur", "01582", "wildlife", "readings.jsonl"):
        assert hidden not in told


async def test_the_same_content_has_the_same_hash_and_another_content_another(town: Town) -> None:
    await coded(town)
    first = await pack(town)
    town.clock.forward(timedelta(days=1))
    same = await pack(town)
    await theme(town, 2, "Trees")
    other = await pack(town)

    assert first.digest == same.digest
    assert other.digest != first.digest
    assert [first.number, same.number, other.number] == [1, 2, 3]
    assert path_of(town, first).read_bytes() == path_of(town, same).read_bytes()


async def test_later_changes_leave_a_frozen_pack_as_it_is(town: Town) -> None:
    await coded(town)
    first = await pack(town)
    before = path_of(town, first).read_bytes()
    await send(town, 9, idea="A later idea")
    await pack(town)

    assert path_of(town, first).read_bytes() == before
    assert "A later idea" not in everything(town, first)
    assert check_pack(path_of(town, first), first.digest).is_good


async def test_while_one_is_being_built_no_other_is_begun(town: Town) -> None:
    await published(town)
    await town.consultations.packs.add(Pack("park:0001", "park", 1, PackKind.FULL, "officer", town.clock(), None))

    with pytest.raises(Conflict, match="being built already"):
        await reading.ask_for_pack(
            reading.AskForPack("park", PackKind.FULL, "officer"), town.consultations, town.clock()
        )


async def test_a_pack_that_fails_again_and_again_is_given_up(town: Town) -> None:
    now = town.clock()
    broken = Pack("gone:0001", "gone", 1, PackKind.FULL, "officer", now, now)
    await town.consultations.packs.add(broken)

    async def given_up() -> bool:
        town.clock.forward(timedelta(minutes=3))
        loaded = await town.consultations.packs.get("gone:0001")
        return loaded is not None and loaded.value.state == "failed"

    assert await eventually(given_up, "the end of it")


async def test_an_officer_makes_a_pack_sees_its_hash_and_downloads_it(town: Town) -> None:
    await coded(town)
    officer, _ = await town.staff()
    page = await officer.submit(await officer.get(EVIDENCE), action="/evidence")
    assert (page.status, "Choose what is in the pack" in page.html) == (422, True)

    await officer.submit(page, {"kind": "full"}, action="/evidence")

    async def ready() -> str:
        html = (await officer.get(EVIDENCE)).html
        return html if "Ready" in html else ""

    html = await eventually(ready)
    (made,) = [each.value for each in await town.consultations.packs.find()]
    assert made.digest in html
    answer = await officer._client.get(f"http://testserver{EVIDENCE}/1.zip")
    assert answer.headers["content-disposition"].startswith("attachment;")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        assert MANIFEST in file.namelist()
    assert (await officer.get(f"{EVIDENCE}/2.zip")).status == 404


# Checking a file


def small_pack(path: Path) -> str:
    with path.open("wb") as out:
        writer = PackWriter(out)
        for name in ("one.jsonl", "two.jsonl"):
            with writer.file(name) as write:
                write([{"said": name}, {"said": "x" * 100}])
        return writer.close()


def rewritten(path: Path, change: Callable[[dict[str, bytes]], object]) -> None:
    """The same ZIP with other files in it."""
    with zipfile.ZipFile(path) as file:
        files = {name: file.read(name) for name in file.namelist()}
    change(files)
    with zipfile.ZipFile(path, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)


def engage(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    status = main(["consultation", "verify-pack", *arguments])
    return status, capsys.readouterr().out


def test_a_good_pack_is_said_to_be_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pack.zip"
    digest = small_pack(path)

    status, said = engage(str(path), "--hash", digest.upper(), capsys=capsys)

    assert (status, said.startswith("Yes")) == (0, True)
    assert digest in said
    assert "that pack" in said


CHANGES: list[tuple[Callable[[dict[str, bytes]], object], str]] = [
    (lambda files: files.update({"one.jsonl": files["one.jsonl"].replace(b"one", b"0ne")}), "its SHA-256 is another"),
    (lambda files: files.update({"one.jsonl": files["one.jsonl"] + b"more"}), "longer than the manifest says"),
    (lambda files: files.pop("two.jsonl"), "“two.jsonl” is missing"),
    (lambda files: files.update({"three.jsonl": b"{}"}), "the manifest does not name it"),
    (lambda files: files.pop(MANIFEST), "It has no manifest"),
    (lambda files: files.update({MANIFEST: b"{}"}), "Its manifest is none of ours"),
    (lambda files: files.update({MANIFEST: b'{"format":"engage-evidence-1","files":[{}]}'}), "none of ours"),
]


@pytest.mark.parametrize(("change", "why"), CHANGES, ids=[why for _, why in CHANGES])
def test_a_pack_that_was_changed_is_refused_and_why_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Callable[[dict[str, bytes]], object], why: str
) -> None:
    path = tmp_path / "pack.zip"
    small_pack(path)
    rewritten(path, change)

    status, said = engage(str(path), capsys=capsys)

    assert (status, said.startswith("No")) == (1, True)
    assert why in said


def test_a_pack_made_anew_around_other_words_has_another_hash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, forged = tmp_path / "pack.zip", tmp_path / "forged.zip"
    digest = small_pack(path)
    with forged.open("wb") as out:
        writer = PackWriter(out)
        with writer.file("one.jsonl") as write:
            write([{"said": "something else"}])
        writer.close()

    assert engage(str(forged), capsys=capsys)[0] == 0  # whole in itself: the hash alone tells
    status, said = engage(str(forged), "--hash", digest, capsys=capsys)
    assert status == 1
    assert "not the one that was given" in said


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"%PDF-1.7"])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(content)
    status, said = engage(str(path), capsys=capsys)
    assert status == 1
    assert "cannot be read as a ZIP file" in said


def test_whatever_bit_is_flipped_a_pack_that_is_called_good_says_what_it_said(tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    digest = small_pack(path)
    whole, before = path.read_bytes(), contents(path)
    refused = 0
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        if check_pack(path, digest).is_good:
            assert contents(path) == before, place
        else:
            refused += 1
    assert refused > len(whole) / 2


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}

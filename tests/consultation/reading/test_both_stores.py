"""What reading asks of a store, on each of them: what is unread, what has changed, all responses, and packs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from services.consultation import usecases
from services.consultation.domain import Consultation, Details, Origin, Page, Questionnaire, State
from services.consultation.domain.coding import Change
from services.consultation.domain.evidence import PackKind
from services.consultation.domain.evidence_check import check_pack
from services.consultation.domain.reading import mark_of_text
from services.consultation.domain.searching import search_for
from services.consultation.queries import published as published_queries
from services.consultation.queries import reading as queries
from services.consultation.queries import themes as theme_queries
from services.consultation.storage import COLLECTIONS, ConsultationDocuments
from services.consultation.usecases import reading
from services.consultation.usecases.reading.walking import all_bodies
from shared.files import FileFolder
from shared.sqlite_file import SqliteFile
from shared.store.mongo import MongoStore, connect
from shared.store.port import Store
from shared.store.sqlite import SqliteStore
from tests.adapters.stores import ENGINES
from tests.consultation.reading.texts_of_people import QUESTIONS
from tests.servers import require_servers
from tests.town import NOON, details_of

MANY = 520
"""More than a page of a walk."""

CONSULTATION = Consultation(
    "park",
    replace(Details(**details_of(NOON)), opens_at=NOON - timedelta(hours=1)),
    "officer",
    State.PUBLISHED,
    Questionnaire((Page("page-1", questions=QUESTIONS),)),
)


@asynccontextmanager
async def opened_store(engine: str, folder: Path) -> AsyncIterator[Store]:
    if engine == "sqlite":
        file = SqliteFile(folder / "engage.db")
        yield SqliteStore(file, "consultation", COLLECTIONS)
        await file.close()
        return
    client = connect(require_servers().mongo)
    database = f"consultation_{uuid4().hex}"  # so that tests beside this one have their own
    yield MongoStore(client, database, COLLECTIONS)
    await client.drop_database(database)
    client.close()


@pytest.fixture(params=ENGINES)
async def documents(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ConsultationDocuments]:
    async with opened_store(request.param, tmp_path) as store:
        found = ConsultationDocuments(store)
        await found.consultations.add(CONSULTATION)
        yield found


async def respond(documents: ConsultationDocuments, number: int, idea: str) -> str:
    response, _ = CONSULTATION.respond(f"{number:032x}", {"idea": [idea]}, Origin(), NOON)
    await documents.responses.add(response)
    await reading.note_to_read(response.id, documents, NOON + timedelta(milliseconds=number))
    return response.id


async def test_all_responses_are_walked_once_each(documents: ConsultationDocuments) -> None:
    for number in range(MANY):
        response, _ = CONSULTATION.respond(f"{number:032x}", {"idea": [f"Idea {number}"]}, Origin(), NOON)
        await documents.responses.add(response)

    seen = [id async for bodies in all_bodies("park", documents) for id, _ in bodies]

    assert seen == sorted({f"{number:032x}" for number in range(MANY)})
    assert [bodies async for bodies in all_bodies("other", documents)] == []


async def test_what_is_read_searched_coded_and_published_is_the_same_on_each(
    documents: ConsultationDocuments, tmp_path: Path
) -> None:
    ids = [await respond(documents, number, idea) for number, idea in enumerate(("A pond", "A tree", "A bench"), 1)]
    await reading.read_response(reading.ReadResponse("park", ids[0], "officer"), documents, NOON)
    await reading.note_to_read(ids[0], documents, NOON + timedelta(seconds=1))
    make = reading.MakeTheme("t1", "park", "idea", "Nature", "officer")
    await reading.make_theme(make, documents, NOON)
    change = Change(mark_of_text("A tree"), add=("t1",))
    await reading.code_answer(reading.CodeAnswer("park", ids[1], "idea", change, "officer"), documents, NOON)
    decide = reading.DecidePublication("park", ids[2], "idea", mark_of_text("A bench"), True, "A bench", "", "officer")
    await reading.decide_publication(decide, documents, NOON)

    assert await queries.unread_by_consultation(documents) == {"park": 2}
    themes = await reading.themes_of("park", "idea", documents)
    wanted = queries.Filter(search_for("tree"), theme="t1", unread=True)
    assert [each.entry.id for each in await queries.found(CONSULTATION, wanted, themes, documents)] == [ids[1]]
    assert (await theme_queries.theme_counts(CONSULTATION, "idea", themes, documents)).themes == {"t1": 1}
    shown = [each.text async for each in published_queries.published_texts(CONSULTATION, documents)]
    assert shown == ["A bench"]
    await usecases.set_aside_response(usecases.SetAsideResponse("park", ids[1], "test"), documents, NOON)
    await reading.note_to_read(ids[1], documents, NOON + timedelta(seconds=2))
    assert await queries.found(CONSULTATION, wanted, themes, documents) == []

    folder = FileFolder(tmp_path / "files")
    ask = reading.AskForPack("park", PackKind.FULL, "officer")
    pack = await reading.ask_for_pack(ask, documents, NOON)
    (loaded,) = await reading.packs_due(documents, NOON + timedelta(seconds=1))
    await reading.build_pack(loaded, documents, folder, lambda: NOON, reading.undecided)
    done = await documents.packs.get(pack.id)
    assert done is not None
    assert (done.value.state, done.value.responses) == ("ready", 3)
    assert check_pack(folder.path(pack.file), done.value.digest).is_good
    assert await reading.packs_due(documents, NOON + timedelta(days=1)) == []

"""What is being written is for officers alone: nobody else can even tell that it is there."""

import re
from collections.abc import Iterator, Mapping, Sequence
from uuid import uuid4

import pytest
from starlette.routing import Route

from services.consultation import usecases
from services.consultation.domain import Details, Kind, Page, Question, Questionnaire
from tests.consultation.test_uploads import HEADERS, body_of
from tests.town import QUESTIONS, Town, details_of
from tests.visitor import Visitor

DRAFT, NOTHING = "a-secret-plan", "no-such-plan"
PLAN = Question("plan", Kind.FILE, "Do you have a plan?", file_types=("pdf",), most=1)
HELD = {"page": "page-1", "question": "missing", "version": "1", "number": "1", "kind": "long_text", "language": "cy"}
"""What the draft has; of anything else that a path asks for there is none."""

ANSWERS = {"q-missing": ["swings"], "q-else": ["More trees"], "q-plan": ["f" * 32]}
ON_PAGE: Mapping[str, Sequence[str]] = {"response": ["a" * 32], "version": ["1"], "page": ["page-1"]}
STEPS: Sequence[Mapping[str, Sequence[str]]] = (
    {},
    *({**ON_PAGE, "go": [go]} for go in ("", "send", "save", "lang-cy")),
    *({**ON_PAGE, "go": [go], **ANSWERS} for go in ("", "send", "save")),
    {**ON_PAGE, "version": ["2"], "go": ["send"], **ANSWERS},
)
"""Forms as people might send them, had they the draft before them."""


@pytest.fixture
async def draft(town: Town) -> Town:
    documents = town.consultations
    details = Details(**details_of(town.clock()))
    await usecases.draft_consultation(usecases.DraftConsultation(DRAFT, details, "officer"), documents)
    asked = Questionnaire((Page("page-1", questions=(*QUESTIONS, PLAN)), Page("page-2")))
    await usecases.put_questionnaire(usecases.PutQuestionnaire(DRAFT, asked), documents)
    return town


def of_one(town: Town, *, staff: bool) -> Iterator[tuple[str, str]]:
    """Method and path of each page about one consultation."""
    for route in town.host.service("consultation").routes:
        if isinstance(route, Route) and route.path.startswith("/staff") == staff and "{id}" in route.path:
            for method in sorted(route.methods or ()):
                if method != "HEAD":
                    yield method, route.path


def at(path: str, id: str) -> str:
    held = {**HELD, "edition": "1", "id": id}
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda name: held.get(name[1], "f" * 32), path)


async def said(visitor: Visitor, method: str, path: str, id: str, form: Mapping[str, Sequence[str]]) -> tuple[int, str]:
    """What is answered about a consultation, without its id."""
    page = await (visitor.get(at(path, id)) if method == "GET" else visitor.post(at(path, id), form))
    return page.status, page.html.replace(id, "it")


async def test_no_page_of_staff_tells_others_whether_a_consultation_is_there(draft: Town) -> None:
    resident = await draft.resident()
    pages = list(of_one(draft, staff=True))
    for method, path in pages:
        answers = [await said(resident, method, path, id, {}) for id in (DRAFT, NOTHING)]
        assert [status for status, _ in answers] == [403, 403], f"{method} {path}"
        assert answers[0] == answers[1], f"{method} {path}"
    assert len(pages) > 60  # of which each was asked for: none is missed for want of a route


async def test_who_is_not_signed_in_is_asked_to_by_every_page_of_staff(draft: Town) -> None:
    visitor = draft.visitor()
    for method, path in of_one(draft, staff=True):
        page = await (visitor.get(at(path, DRAFT)) if method == "GET" else visitor.post(at(path, DRAFT), {}))
        assert page.path.startswith("/sign-in") or page.status == 401, f"{method} {path} {page.status} {page.path}"


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "not signed in"])
async def test_no_page_for_everyone_tells_whether_a_draft_is_there(draft: Town, *, signed_in: bool) -> None:
    visitor = await draft.resident() if signed_in else draft.visitor()
    for method, path in of_one(draft, staff=False):
        for form in STEPS if method == "POST" else STEPS[:1]:
            about_draft = await said(visitor, method, path, DRAFT, form)
            about_nothing = await said(visitor, method, path, NOTHING, form)
            assert about_draft == about_nothing, f"{method} {path} {form}"


async def test_a_file_sent_for_a_draft_is_not_taken_and_tells_nothing(draft: Town) -> None:
    visitor = draft.visitor()
    form = {**ON_PAGE, "go": ["send"]}
    answers = []
    for id in (DRAFT, NOTHING):
        body = body_of(form, [("q-plan", "plan.pdf", b"MZ" * 9)])
        page = await visitor.post_bytes(f"/consultations/{id}/answer", body, HEADERS)
        answers.append((page.status, page.html.replace(id, "it")))
    assert answers[0] == answers[1]
    assert await draft.consultations.uploads.count() == 0


async def test_programs_cannot_tell_either(draft: Town) -> None:
    visitor = draft.visitor()
    for path in ("", "/results"):
        about = [await said(visitor, "GET", "/api/consultations/{id}" + path, id, {}) for id in (DRAFT, NOTHING)]
        assert about[0] == about[1]
    body = {"id": uuid4().hex, "answers": {"missing": ["swings"]}}
    sent = [await visitor.post_json(f"/api/consultations/{id}/responses", body) for id in (DRAFT, NOTHING)]
    assert sent[0] == sent[1]

"""Writing a questionnaire: its questions, pages and routes. Each changes one document."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.consultation.domain import Exit, Leaning, Page, Question, Questionnaire, Route, leaning
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.writing import load
from shared.errors import NotFound

Change = Callable[[Questionnaire], Questionnaire]


@dataclass(frozen=True)
class PutQuestion:
    """`page` is the page it stands on afterwards. `even_so`: also where that breaks what leans on it."""

    id: str
    question: Question
    page: str
    even_so: bool = False


async def put_question(command: PutQuestion, documents: ConsultationDocuments) -> None:
    """Add a question, or change the one with its id. Raises Invalid, Leaning, NotFound, Conflict."""
    loaded = await load(command.id, documents)
    written = loaded.value.write(lambda asked: asked.put_question(command.question, command.page, even_so=True))
    if not command.even_so and (things := leaning(loaded.value, command.question.id, command.question)):
        raise Leaning(things)
    await documents.consultations.save(loaded, written)


@dataclass(frozen=True)
class RemoveQuestion:
    id: str
    question: str
    even_so: bool = False


async def remove_question(command: RemoveQuestion, documents: ConsultationDocuments) -> None:
    """Raises Leaning, NotFound, Conflict."""
    loaded = await load(command.id, documents)
    written = loaded.value.write(lambda asked: asked.remove_question(command.question, even_so=True))
    if not command.even_so and (things := leaning(loaded.value, command.question, None)):
        raise Leaning(things)
    await documents.consultations.save(loaded, written)


@dataclass(frozen=True)
class MoveQuestion:
    id: str
    question: str
    steps: int


async def move_question(command: MoveQuestion, documents: ConsultationDocuments) -> None:
    await _write(command.id, documents, lambda asked: asked.move_question(command.question, command.steps))


@dataclass(frozen=True)
class PutPage:
    """Its title, section and introduction; the questions and routes of a page that is there already stay."""

    id: str
    page: Page


async def put_page(command: PutPage, documents: ConsultationDocuments) -> None:
    """Add a page at the end, or change the words of the one with its id."""
    await _write(command.id, documents, lambda asked: asked.put_page(command.page))


@dataclass(frozen=True)
class MovePage:
    id: str
    page: str
    steps: int


async def move_page(command: MovePage, documents: ConsultationDocuments) -> None:
    await _write(command.id, documents, lambda asked: asked.move_page(command.page, command.steps))


@dataclass(frozen=True)
class RemovePage:
    id: str
    page: str


async def remove_page(command: RemovePage, documents: ConsultationDocuments) -> None:
    """An exit page too."""

    def remove(asked: Questionnaire) -> Questionnaire:
        exits = {each.id for each in asked.exits}
        return asked.remove_exit(command.page) if command.page in exits else asked.remove_page(command.page)

    await _write(command.id, documents, remove)


@dataclass(frozen=True)
class PutExit:
    id: str
    exit: Exit


async def put_exit(command: PutExit, documents: ConsultationDocuments) -> None:
    await _write(command.id, documents, lambda asked: asked.put_exit(command.exit))


@dataclass(frozen=True)
class PutRoute:
    """In place of `before`, or after the others. A route is known by what it says: it has no id."""

    id: str
    page: str
    route: Route
    before: Route | None = None


async def put_route(command: PutRoute, documents: ConsultationDocuments) -> None:
    """The same again adds nothing. Raises Invalid, NotFound, Conflict."""

    def put(routes: tuple[Route, ...]) -> tuple[Route, ...]:
        if command.before is None:
            return routes if command.route in routes else (*routes, command.route)
        place = _place(routes, command.before)
        return (*routes[:place], command.route, *routes[place + 1 :])

    await _write(command.id, documents, lambda asked: asked.put_routes(command.page, put))


@dataclass(frozen=True)
class MoveRoute:
    id: str
    page: str
    route: Route
    steps: int


async def move_route(command: MoveRoute, documents: ConsultationDocuments) -> None:
    """The first that fits leads the way, so their order matters."""

    def move(routes: tuple[Route, ...]) -> tuple[Route, ...]:
        place = _place(routes, command.route)
        rest = (*routes[:place], *routes[place + 1 :])
        there = max(0, min(len(rest), place + command.steps))
        return (*rest[:there], command.route, *rest[there:])

    await _write(command.id, documents, lambda asked: asked.put_routes(command.page, move))


@dataclass(frozen=True)
class RemoveRoute:
    id: str
    page: str
    route: Route


async def remove_route(command: RemoveRoute, documents: ConsultationDocuments) -> None:
    def remove(routes: tuple[Route, ...]) -> tuple[Route, ...]:
        place = _place(routes, command.route)
        return (*routes[:place], *routes[place + 1 :])

    await _write(command.id, documents, lambda asked: asked.put_routes(command.page, remove))


def _place(routes: tuple[Route, ...], route: Route) -> int:
    if route not in routes:
        raise NotFound("This route is not there any more")
    return routes.index(route)


@dataclass(frozen=True)
class PutQuestionnaire:
    """The whole of it at once: from a starting point, from another consultation, or from a file."""

    id: str
    questionnaire: Questionnaire


async def put_questionnaire(command: PutQuestionnaire, documents: ConsultationDocuments) -> None:
    """In place of what was there; its version stays what it is."""
    await _write(command.id, documents, lambda asked: replace(command.questionnaire, version=asked.version))


async def _write(id: str, documents: ConsultationDocuments, change: Change) -> None:
    loaded = await load(id, documents)
    await documents.consultations.save(loaded, loaded.value.write(change))

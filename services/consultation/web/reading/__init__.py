"""Officers' pages for what people wrote: reading it, themes, checking it for publication, and evidence."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from services.consultation.web.desk import Desk
from services.consultation.web.reading.agreement import Agreement
from services.consultation.web.reading.answer import OneAnswer
from services.consultation.web.reading.evidence import Evidence
from services.consultation.web.reading.responses import Responses
from services.consultation.web.reading.texts import Texts
from services.consultation.web.reading.theme import OneTheme
from services.consultation.web.reading.themes import ThemesOfQuestion


def routes(desk: Desk) -> Sequence[BaseRoute]:
    return [
        *Responses(desk).routes(),
        *Texts(desk).routes(),
        *OneAnswer(desk).routes(),
        *ThemesOfQuestion(desk).routes(),
        *OneTheme(desk).routes(),
        *Agreement(desk).routes(),
        *Evidence(desk).routes(),
    ]

"""The pages of consultations: for everyone, for who answers, and for officers."""

from starlette.routing import BaseRoute

from services.consultation.storage import ConsultationDocuments
from services.consultation.web import reading
from services.consultation.web.abuse import Abuse
from services.consultation.web.answer import Answer
from services.consultation.web.desk import Desk, for_officers
from services.consultation.web.edit import Edit
from services.consultation.web.entering import Entering
from services.consultation.web.equality import Equality, EqualityDesk
from services.consultation.web.exchange import Exchange
from services.consultation.web.exports import Exports
from services.consultation.web.importing import Importing
from services.consultation.web.invitations import Invitations
from services.consultation.web.languages import Languages
from services.consultation.web.mine import Mine
from services.consultation.web.preview import Preview
from services.consultation.web.printing import Printing
from services.consultation.web.public import Public
from services.consultation.web.published import PublishedAnswers
from services.consultation.web.publishing import Publishing
from services.consultation.web.report import PublicReport
from services.consultation.web.report_publishing import ReportPublishing
from services.consultation.web.reporting import Reporting
from services.consultation.web.results import ResultPages
from services.consultation.web.staff import Staff
from services.consultation.web.statements import Statements
from services.consultation.web.statements_desk import StatementsDesk
from services.consultation.web.uploads import Files, file_folder
from services.consultation.web.versions import Versions
from services.consultation.web.waves import Waves
from services.consultation.web.weighting import WeightingPages
from services.consultation.web.who_answered import WhoAnsweredPages
from services.consultation.web.write_pages import FormPages
from services.consultation.web.write_questions import Questions
from shared.service import Edge
from shared.web.arrivals import Arrivals

__all__ = ["file_folder", "routes"]


def routes(edge: Edge, documents: ConsultationDocuments, arrivals: Arrivals) -> list[BaseRoute]:
    staff = Staff(edge, documents)
    desk = Desk(edge, documents, staff.show)
    all_ = [
        *Public(edge, documents).routes(),
        *ResultPages(edge, documents).routes(),
        *PublicReport(edge, documents).routes(),
        *PublishedAnswers(edge, documents).routes(),
        *Answer(edge, documents, arrivals).routes(),
        *Equality(edge, documents).routes(),
        *Edit(desk).routes(),  # before the pages of one consultation: /staff/consultations/new is none
        *Questions(desk).routes(),
        *FormPages(desk).routes(),
        *Versions(desk).routes(),
        *Publishing(desk).routes(),
        *Reporting(desk).routes(),
        *ReportPublishing(desk).routes(),
        *EqualityDesk(desk).routes(),
        *WhoAnsweredPages(desk).routes(),
        *WeightingPages(desk).routes(),
        *Exchange(desk).routes(),
        *Exports(desk).routes(),
        *Waves(desk).routes(),
        *Preview(desk).routes(),
        *Statements(edge, documents).routes(),
        *StatementsDesk(desk).routes(),
        *reading.routes(desk),
        *Abuse(edge, documents).routes(),
        *Languages(edge, documents).routes(),
        *Files(edge, documents).routes(),
        *Entering(edge, documents).routes(),
        *Importing(edge, documents).routes(),
        *Printing(edge, documents).routes(),
        *Invitations(edge, documents).routes(),
        *Mine(edge, documents).routes(),
        *staff.routes(),
    ]
    return for_officers(edge, all_)

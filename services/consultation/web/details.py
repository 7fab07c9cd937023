"""What an officer writes about a consultation, from and to the form."""

from collections.abc import Collection

from services.consultation.domain import Audience, Details
from services.consultation.web.entry_fields import read_day, show_day
from shared.errors import Invalid
from shared.place import Place
from shared.web.forms import Form, parse_date_time, show_date_time

INFORMATION = (
    "proposal",
    "alternatives",
    "reasons",
    "impact",
    "next_steps",
    "contact_team",
    "contact_email",
    "contact_phone",
    "formats",
)


def read_details(form: Form, place: Place) -> Details:
    """Raises Invalid."""
    faults: dict[str, str] = {}
    times = {}
    for field in ("opens_at", "closes_at"):
        try:
            times[field] = parse_date_time(form, field)
        except Invalid as invalid:
            faults |= invalid.errors
    feedback_on = read_day(form, "feedback_on", faults)
    if form.value("decision_open") not in {"yes", "no"}:
        faults["decision_open"] = "Say whether the decision is still open"
    if form.value("audience") not in set(Audience):
        faults["audience"] = "Choose who can answer"
    faults |= _not_listed(form, "interests", {id for id, _ in place.interests})
    faults |= _not_listed(form, "wards", place.wards)
    if not form.value("title").strip():
        faults = {"title": "Enter a title"} | faults
    if faults:
        raise Invalid(faults)
    return Details(
        title=form.value("title").strip(),
        summary=form.value("summary").strip(),
        background=form.value("background").strip(),
        decision=form.value("decision").strip(),
        decision_open=form.value("decision_open") == "yes",
        opens_at=times["opens_at"],
        closes_at=times["closes_at"],
        audience=Audience(form.value("audience")),
        live_results=form.value("live_results") != "no",
        interests=tuple(id for id, _ in place.interests if id in form.all("interests")),
        formal=form.value("formal") != "no",
        wards=tuple(ward for ward in place.wards if ward in form.all("wards")),
        feedback_on=feedback_on,
        **{field: form.value(field).strip() for field in INFORMATION},
    )


def _not_listed(form: Form, field: str, listed: Collection[str]) -> dict[str, str]:
    known = all(chosen in listed for chosen in form.all(field))
    return {} if known else {field: f"Choose from the {field} that are listed"}


def show_details(details: Details) -> Form:
    times = show_date_time("opens_at", details.opens_at) | show_date_time("closes_at", details.closes_at)
    return Form(
        {
            **times,
            **show_day("feedback_on", details.feedback_on),
            "title": [details.title],
            "summary": [details.summary],
            "background": [details.background],
            "decision": [details.decision],
            "decision_open": ["yes" if details.decision_open else "no"],
            "audience": [details.audience],
            "live_results": ["yes" if details.live_results else "no"],
            "interests": details.interests,
            "wards": details.wards,
            "formal": ["yes" if details.formal else "no"],
            **{field: [getattr(details, field)] for field in INFORMATION},
        }
    )

"""The field that people do not see; what fills in every field of a form does."""

from services.consultation.domain.response import TRAP
from shared.web.forms import Form

HIDDEN_FIELD = "homepage"


def why_aside(form: Form) -> str:
    """Why a response is set aside as it comes; empty where it counts."""
    return TRAP if any(value.strip() for value in form.all(HIDDEN_FIELD)) else ""

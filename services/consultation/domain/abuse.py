"""Responses that may not be what they seem: what is unusual, and what an officer makes of it.

Nothing is thrown away: a response is set aside with a reason, stays where it is, and can be put back.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.consultation.domain.consultation import Consultation
from services.consultation.domain.response import TRAP, Judgement, Response
from services.consultation.domain.revising import Revised, restore, set_aside
from shared.errors import Refusal

WHY = {
    TRAP: "a field that people do not see was filled in, as programs do",
    "burst": "many came from one place in a short time",
    "copies": "they have the same words as many others",
    "test": "they were sent as a test",
    "other": "there was another reason, which we have written down",
}
"""Reasons for which responses are set aside, as everyone reads them after "because"."""

NOTE_LIMIT = 300

WITHIN = timedelta(minutes=10)
BURST = 10
"""So many from one network within that time are shown to an officer. A class of pupils looks the same."""

COPIES = 5
"""So many with the same words."""

WORDS_FROM = 30
"""Characters of a text that two people do not write alike by chance."""


def copy_mark(answers: Mapping[str, Sequence[str]]) -> str:
    """The same for responses with the same longer texts, whatever their case and spaces; empty without such texts."""
    texts = [" ".join(value.casefold().split()) for values in answers.values() for value in values]
    long = sorted(text for text in texts if len(text) >= WORDS_FROM and " " in text)
    return hashlib.sha256("\n".join(long).encode()).hexdigest()[:20] if long else ""


def most_within(moments: Iterable[datetime], span: timedelta = WITHIN) -> int:
    """How many lie within one such span at the most."""
    ordered = sorted(moments)
    most, first = 0, 0
    for last, moment in enumerate(ordered):
        while moment - ordered[first] > span:
            first += 1
        most = max(most, last - first + 1)
    return most


@dataclass(frozen=True)
class Group:
    """Responses with something in common. `id` names it in an address, and tells nothing of what that is."""

    id: str
    kind: str
    """network or copies."""

    responses: tuple[Response, ...]
    share: float
    """Of all responses, from 0 to 1."""

    @property
    def count(self) -> int:
        return len(self.responses)

    @property
    def counted(self) -> int:
        return sum(response.counts for response in self.responses)

    @property
    def first(self) -> datetime:
        return min(response.submitted_at for response in self.responses)

    @property
    def last(self) -> datetime:
        return max(response.submitted_at for response in self.responses)

    @property
    def most_at_once(self) -> int:
        return most_within(response.submitted_at for response in self.responses)

    @property
    def same_words(self) -> int:
        """How many have the same longer texts as at least one other."""
        return _alike(copy_mark(response.answers) for response in self.responses)

    @property
    def same_answers(self) -> int:
        return _alike(repr(sorted(response.answers.items())) for response in self.responses)

    @property
    def is_unusual(self) -> bool:
        return self.count >= COPIES if self.kind == "copies" else self.most_at_once >= BURST


def _alike(marks: Iterable[str]) -> int:
    return sum(number for mark, number in Counter(marks).items() if mark and number > 1)


def group_id(kind: str, mark: str) -> str:
    return hashlib.sha256(f"{kind}:{mark}".encode()).hexdigest()[:16]


def judge(consultation: Consultation, response: Response, judgement: Judgement) -> Revised:
    """Set a response aside, or put it back where the judgement has no reason. The same again changes nothing.

    Raises Refusal for a reason that is none of ours, Conflict where the response was withdrawn.
    """
    if judgement.why and judgement.why not in WHY:
        raise Refusal("Choose why it is left out of the results", "why")
    if len(judgement.note) > NOTE_LIMIT:
        raise Refusal(f"The note must be {NOTE_LIMIT} characters or fewer", "note")
    if judgement.why == "other" and not judgement.note:
        raise Refusal("Write down the reason", "note")
    after, event = (
        set_aside(consultation, response, judgement.why) if judgement.why else restore(consultation, response)
    )
    if event is None:
        return response, None
    return replace(after, judgements=(*response.judgements, judgement)), event


def forget_network(response: Response) -> Response:
    return replace(response, network="", network_until=None)

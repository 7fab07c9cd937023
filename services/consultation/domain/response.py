"""Responses as stored, and the reference that a person keeps."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Response:
    """A response as stored: `answers` has the ids of options chosen, or the one text written, by question."""

    id: str
    consultation: str
    resident: str | None
    reference: str
    submitted_at: datetime
    answers: Mapping[str, tuple[str, ...]]

    def says_the_same(self, other: "Response") -> bool:
        return (self.consultation, self.resident, self.answers) == (other.consultation, other.resident, other.answers)


LETTERS = "23456789BCDFGHJKLMNPQRSTVWXYZ"
"""29 signs that are not taken for each other in handwriting, and make no words. A prime, so that the check is sound."""


def reference_of(response_id: str) -> str:
    """Three groups of three; the last sign checks the others, so a slip of the ear is noticed.

    39 bits: among a million responses two will share a reference about as often as not, so a look-up shows all.
    """
    number = int.from_bytes(hashlib.sha256(response_id.encode()).digest())
    signs = ""
    for _ in range(8):
        number, rest = divmod(number, len(LETTERS))
        signs += LETTERS[rest]
    signs += check_sign(signs)
    return f"{signs[:3]}-{signs[3:6]}-{signs[6:]}"


def check_sign(signs: str) -> str:
    """Weighted by place: any one sign misheard and any two exchanged are noticed."""
    return LETTERS[sum(place * LETTERS.index(sign) for place, sign in enumerate(signs, start=1)) % len(LETTERS)]

"""What in a text may say who somebody is: found by its shape, for an officer to look at before it is published.

Rules are few and plain. They find what has a shape, and miss what has none ("my neighbour at the corner"), so a text
is published once an officer has read it, and never because nothing was found.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

REMOVED = "[removed]"


@dataclass(frozen=True, slots=True)
class Flag:
    """What it looks like, and where: `start` (included) to `end` in the text."""

    kind: str
    start: int
    end: int

    @property
    def name(self) -> str:
        return KINDS[self.kind]


KINDS = {
    "email": "E-mail address",
    "phone": "Phone number",
    "postcode": "Postcode",
    "ni": "National Insurance number",
    "nhs": "NHS number",
    "card": "Bank card number",
    "bank": "Bank account",
    "vehicle": "Vehicle number plate",
    "web": "Web address or account name",
    "name": "Name",
    "street": "Street address",
    "date": "Date of birth",
    "health": "Health or age of a person",
}

_STREETS = (
    "street|road|avenue|lane|close|drive|way|crescent|court|place|gardens|grove|terrace|square|hill|walk|rise|mews|st|rd|"
    "ave"
)
_NAME = r"[^\W\d_a-z][\w'’-]+"
_TITLES = r"mr|mrs|ms|miss|mx|dr|prof|professor|cllr|councillor|rev|reverend|sir|lady|lord|sgt|pc|imam|father|sister"
_PATTERNS: Sequence[tuple[str, str]] = (
    ("email", r"(?<![\w.+'-])[\w.+'-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,63}(?:\.[\w-]{1,63})+"),
    ("web", r"\b(?:https?://|www\.)\S+|(?<![\w@.])@\w{3,}"),
    ("ni", r"\b(?![dfiquv])[a-z](?![dfiquvo])[a-z]\s?\d\d\s?\d\d\s?\d\d\s?[a-d]\b"),
    ("card", r"(?<![\d+])\d(?:[ -]?\d){12,18}(?!\d)"),
    ("bank", r"\b\d\d-\d\d-\d\d\b(?:\D{0,20}\d{8}\b)?"),
    ("nhs", r"(?<![\d+])\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)"),
    ("phone", r"(?<![\d\w])(?:\+44|0044|0)[\s().-]{0,3}(?:\d[\s().-]{0,2}){8,10}\d(?!\d)"),
    ("postcode", r"\b[a-z]{1,2}\d[a-z\d]?\s{0,2}\d[abd-hjlnp-uw-z]{2}\b"),
    ("vehicle", r"\b[a-z]{2}\d{2}\s?[a-z]{3}\b"),
    ("name", rf"\b(?i:{_TITLES})\b\.?\s+{_NAME}(?:\s+{_NAME})?"),
    (
        "name",
        rf"\b(?i:my name is|my name's|i am called|signed|yours sincerely,?|kind regards,?)\s+{_NAME}(?:\s+{_NAME})?",
    ),
    ("street", rf"\b(?:(?i:flat|unit)\s\d+\w?,?\s)?\d{{1,4}}[a-zA-Z]?,?\s(?:[A-Z][\w'’]+\s){{1,3}}(?i:{_STREETS})\b"),
    ("date", r"\b(?:born(?: on)?|date of birth|d\.?o\.?b\.?)\W{0,3}[\w/. -]{4,20}\d{2,4}"),
    (
        "health",
        r"\b(?:my|his|her|their) (?:cancer|depression|anxiety|dementia|autism|epilepsy|diabetes|asthma|disability|"
        r"stroke|pregnancy|mental health|medication|diagnosis|hiv|adhd|arthritis)\b"
        r"|\b(?:i|he|she) (?:am|'m|is|was|have been|has been) "
        r"(?:disabled|autistic|pregnant|diagnosed with \w+|deaf|blind)\b"
        r"|\b(?:i am|i'm|he is|she is) (?:1[0-9]|[2-9][0-9]) years? old\b",
    ),
)
_CASED = {"name", "street"}
"""Kinds for which capitals count: without them every "dr no" would be a name."""

_COMPILED = [(kind, re.compile(rule, 0 if kind in _CASED else re.IGNORECASE)) for kind, rule in _PATTERNS]


def _luhn(text: str) -> bool:
    """The check of bank cards, which one number in ten passes by chance."""
    digits = [int(sign) for sign in text if sign.isdigit()][::-1]
    doubled = (2 * digit - 9 * (digit > 4) for digit in digits[1::2])  # noqa: PLR2004 - as the rule has it
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _nhs(text: str) -> bool:
    """Modulus 11: of ten digits, the last checks the others."""
    digits = [int(sign) for sign in text if sign.isdigit()]
    check = 11 - sum(digit * (10 - place) for place, digit in enumerate(digits[:9])) % 11
    return check % 11 == digits[9]


_CHECKS: dict[str, Callable[[str], bool]] = {"card": _luhn, "nhs": _nhs}


def find_personal_data(text: str) -> tuple[Flag, ...]:
    """In the order of the text; where two rules meet, the one that takes in more. Reads no more than 10,000 signs."""
    seen, places = _visible(text)
    found = [
        Flag(kind, places[match.start()], places[match.end() - 1] + 1)
        for kind, pattern in _COMPILED
        for match in pattern.finditer(seen)
        if _CHECKS.get(kind, bool)(match[0])
    ]
    chosen: list[Flag] = []
    for flag in sorted(found, key=lambda each: (each.start - each.end, each.start)):
        if all(flag.end <= other.start or other.end <= flag.start for other in chosen):
            chosen.append(flag)
    return tuple(sorted(chosen, key=lambda flag: flag.start))


def _visible(text: str) -> tuple[str, list[int]]:
    """Without signs that cannot be seen and may stand in the middle of a number; digits of all scripts as ours."""
    kept = [(place, sign) for place, sign in enumerate(text) if unicodedata.category(sign) != "Cf"]
    seen = "".join(str(unicodedata.decimal(sign, sign)) for _, sign in kept)
    return seen, [place for place, _ in kept]


def without(text: str, flags: Sequence[Flag]) -> str:
    """The text with each of these taken out, and words that say so in its place."""
    parts, last = [], 0
    for flag in sorted(flags, key=lambda each: each.start):
        parts += [text[last : flag.start], REMOVED]
        last = flag.end
    return "".join([*parts, text[last:]])


def pieces(text: str, flags: Sequence[Flag]) -> list[tuple[str, str]]:
    """The text in pieces, each with what it is flagged as, or nothing."""
    parts, last = [], 0
    for flag in flags:
        parts += [(text[last : flag.start], ""), (text[flag.start : flag.end], flag.name)]
        last = flag.end
    return [(piece, kind) for piece, kind in [*parts, (text[last:], "")] if piece]

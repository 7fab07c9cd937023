"""Texts as words and phrases that can be counted: small words left out, endings taken off."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from services.consultation.domain.searching import plain

_SMALL = """
a about above across actually after again against ago all almost along already also although always am among an and
another any anyone anything are aren't around as ask at away back be because been before being below best better
between both but by came can can't cannot come could couldn't did didn't do does doesn't doing don't done down due
during each either else enough especially etc even ever every everyone everything far few first for from full
further get gets getting give given go goes going good got great had hadn't has hasn't have haven't having he her
here hers him his how however i i'd i'll i'm i've if in instead into is isn't it it's its itself just keep kind know
last least less let lets like likely little live long look lot lots made mainly make makes making many may maybe me
mean might more most much must my myself near need needed needs never new next no nobody none nor not nothing now of
off often ok on once one ones only onto or other others otherwise our ours out over own particularly perhaps please
possible probably put quite rather really right said same say see seem seems shall she should shouldn't since so
some somebody someone something sometimes somewhere soon still stop such sure take taken takes than that that's the
their theirs them then there there's these they they'd they'll they're they've thing things think this those though
through thus time to together too towards try under unless until up upon us use used using usually very via want
wants was wasn't way we we'd we'll we're we've well were weren't what what's when where whether which while who
who's whole whose why will with within without won't would wouldn't yes yet you you'd you'll you're you've your
yours yourself
"""
STOP_WORDS = frozenset(_SMALL.split())
"""English words that say little of what a text is about."""

WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
SHORTEST_STEM = 3
BRIDGES = frozenset({"of", "for", "to", "in", "the", "and", "a", "on"})
"""Small words that a phrase may have in its middle: cost of living."""


def words_of(text: str) -> list[str]:
    """In order, without case, accents and what cannot be seen."""
    return WORD.findall(plain(text))


def stem(word: str) -> str:
    """A word without its commonest English endings, so that park and parks are one. Light: it makes no new words."""
    word = word.removesuffix("'s")
    if word.endswith("ies") and len(word) > SHORTEST_STEM + 1:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > SHORTEST_STEM:
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and _has_vowel(word[: -len(ending)]):
            return _undoubled(word[: -len(ending)])
    return word.removesuffix("e") if len(word) > SHORTEST_STEM else word


def _has_vowel(start: str) -> bool:
    return len(start) >= SHORTEST_STEM and any(sign in "aeiouy" for sign in start)


def _undoubled(word: str) -> str:
    """Planned becomes plan; calling stays call."""
    if len(word) > SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "lsz":
        return word[:-1]
    return word


def terms(text: str) -> Iterator[tuple[str, str]]:
    """Each word and each phrase of two words that says something: what it is counted as, and as it was written."""
    words = words_of(text)
    telling = [place for place, word in enumerate(words) if _tells(word)]
    for place in telling:
        yield stem(words[place]), words[place]
    for one, two in pairwise(telling):
        if two - one == 1 or _bridged(words[one + 1 : two]):
            yield f"{stem(words[one])} {stem(words[two])}", " ".join(words[one : two + 1])


def _tells(word: str) -> bool:
    return len(word) >= SHORTEST_STEM and word not in STOP_WORDS and not word.isdigit()


def _bridged(between: Sequence[str]) -> bool:
    return len(between) == 1 and between[0] in BRIDGES

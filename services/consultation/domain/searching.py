"""Searching what people wrote: words and phrases, whatever their case and accents."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST = 200
"""Characters of what is searched for that count."""

QUOTES = str.maketrans("‘’“”′″«»", '\'\'""\'"""')
TERM = re.compile(r'"([^"]*)"|(\S+)')
BETWEEN = re.compile(r"[^\w']+|_")


def plain(text: str) -> str:
    """Without case, accents, and signs that cannot be seen or turn the writing round."""
    taken_apart = unicodedata.normalize("NFKD", text.translate(QUOTES)).casefold()
    return "".join(sign for sign in taken_apart if unicodedata.category(sign) not in {"Mn", "Cf"})


def foldable(text: str) -> str:
    """A text as it is searched: its words with one space between them, one before and one after."""
    return f" {' '.join(word for word in BETWEEN.split(plain(text)) if word)} "


@dataclass(frozen=True, slots=True)
class Search:
    """All of `parts` must be in a text: a word by its beginning, a phrase as a whole."""

    parts: tuple[str, ...] = ()

    def fits(self, folded: str) -> bool:
        """`folded` as `foldable` makes it."""
        return all(part in folded for part in self.parts)


def search_for(typed: str) -> Search:
    """What a person typed: words, and phrases in quotation marks."""
    parts: list[str] = []
    for phrase, word in TERM.findall(typed.translate(QUOTES)[:LONGEST]):
        found = foldable(phrase or word)
        if found.strip():
            parts.append(found if phrase else found.rstrip())
    return Search(tuple(dict.fromkeys(parts)))


def hits(text: str, search: Search) -> Sequence[tuple[str, bool]]:
    """The text in pieces, each with whether it is a word that was searched for, to be marked."""
    starts = {part.split()[0] for part in search.parts} | {
        word for part in search.parts if part.endswith(" ") for word in part.split()
    }
    pieces: list[tuple[str, bool]] = []
    for piece in re.split(r"(\w+(?:['’]\w+)*)", text):
        hit = bool(piece) and any(foldable(piece).strip().startswith(start) for start in starts)
        if pieces and pieces[-1][1] == hit:
            pieces[-1] = (pieces[-1][0] + piece, hit)
        elif piece:
            pieces.append((piece, hit))
    return pieces

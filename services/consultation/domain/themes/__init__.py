"""Themes suggested from what people wrote: pure, without any network, and the same each time.

words.py makes words and phrases of texts, vectors.py weighs them (TF-IDF), factors.py finds what they have in common
(non-negative matrix factorisation), suggesting.py names what was found and says which answers it is in. Nothing of it
counts: an officer confirms themes answer by answer (coding.py).
"""

from services.consultation.domain.themes.suggesting import FEWEST, MOST, Suggested, how_many, suggest

__all__ = ["FEWEST", "MOST", "Suggested", "how_many", "suggest"]

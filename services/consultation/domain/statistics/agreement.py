"""How far two people who code the same answers agree, beyond what chance would bring."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

WORDS = ((0.8, "almost perfect"), (0.6, "substantial"), (0.4, "moderate"), (0.2, "fair"), (0.0, "slight"))
"""From this kappa on (J. R. Landis, G. G. Koch, The measurement of observer agreement, Biometrics 33, 1977)."""

NEAR = 1e-9
"""A kappa of 0.4 may come out a hair below it."""

UNDEFINED = "Both said the same of every answer, so there is nothing to measure their agreement by."


@dataclass(frozen=True, slots=True)
class Agreement:
    """`kappa` from -1 to 1, None where it is undefined; `alike` is the share of decisions that are the same."""

    kappa: float | None
    alike: float

    @property
    def words(self) -> str:
        if self.kappa is None:
            return UNDEFINED
        return next((word for least, word in WORDS if self.kappa >= least - NEAR), "less than chance")


def kappa(pairs: Iterable[tuple[bool, bool]]) -> Agreement:
    """Cohen's kappa of yes-or-no decisions (Educational and Psychological Measurement 20, 1960). Raises ValueError."""
    both = [(bool(first), bool(second)) for first, second in pairs]
    if not both:
        raise ValueError("there are no decisions to compare")
    alike = sum(first == second for first, second in both) / len(both)
    first_yes, second_yes = (sum(column) / len(both) for column in zip(*both, strict=True))
    by_chance = first_yes * second_yes + (1 - first_yes) * (1 - second_yes)
    return Agreement(None if by_chance == 1 else (alike - by_chance) / (1 - by_chance), alike)


def agreement(
    first: Sequence[AbstractSet[str]], second: Sequence[AbstractSet[str]], themes: Sequence[str]
) -> tuple[Agreement, dict[str, Agreement]]:
    """Of two people who gave each answer any number of themes: overall, and for each theme.

    Each theme of each answer is a decision of its own, yes or no; overall all of them are taken together, so that
    themes that are seldom given weigh as much as any other. Raises ValueError where there is nothing to compare.
    """
    by_theme = {
        theme: [(theme in one, theme in other) for one, other in zip(first, second, strict=True)] for theme in themes
    }
    overall = kappa(pair for pairs in by_theme.values() for pair in pairs)
    return overall, {theme: kappa(pairs) for theme, pairs in by_theme.items()}

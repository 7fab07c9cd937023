"""Counts of answers, in parts that are summed when they are read.

A part: {"consultation", "responses": n, "answered": {question: n}, "choices": {question: {option: n}}, "seen": [ids]}.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from shared.contracts.consultation import ResponseSubmittedV1


def count_into(body: dict[str, Any], fact: ResponseSubmittedV1) -> None:
    """Count one response into a part."""
    body["responses"] += 1
    for question in (*fact.choices, *fact.texts):
        body["answered"][question] = body["answered"].get(question, 0) + 1
    for question, options in fact.choices.items():
        counts = body["choices"].setdefault(question, {})
        for option in options:
            counts[option] = counts.get(option, 0) + 1


def sum_parts(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The parts of one consultation together, in the same shape, without `seen`."""
    responses, answered, choices = 0, Counter[str](), dict[str, Counter[str]]()
    for part in parts:
        responses += part["responses"]
        answered.update(part["answered"])
        for question, counts in part["choices"].items():
            choices.setdefault(question, Counter()).update(counts)
    return {"responses": responses, "answered": answered, "choices": choices}

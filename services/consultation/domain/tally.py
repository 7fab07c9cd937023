"""Counts of answers, in parts that are summed when they are read.

A part: {"consultation", "responses": n, "answered": {field: n}, "choices": {field: {option: n}}, "seen": [ids]}; with
"versions": {version: n}, "languages": {language: n} and "channels": {channel: n} of those that count, and
"set_aside": {why: n} of those that do not.
What is taken out is subtracted, so a part that gets events in another order ends with the same counts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from shared.contracts.consultation import Counted, ResponseRevisedV1, ResponseSubmittedV1


def count_into(body: dict[str, Any], fact: ResponseSubmittedV1 | ResponseRevisedV1) -> None:
    """Count what one event adds to a part, and what it takes out."""
    if isinstance(fact, ResponseSubmittedV1):
        if fact.set_aside:
            _step(body.setdefault("set_aside", {}), fact.set_aside, 1)
            return
        _add(body, Counted(choices=fact.choices, texts=fact.texts, version=fact.version), 1)
        _step(body.setdefault("languages", {}), fact.language, 1)
        _step(body.setdefault("channels", {}), fact.channel, 1)
        return
    if fact.before is not None:
        _add(body, fact.before, -1)
    if fact.after is not None:
        _add(body, fact.after, 1)
    if more := (fact.after is not None) - (fact.before is not None):
        _step(body.setdefault("languages", {}), fact.language, more)
        _step(body.setdefault("channels", {}), fact.channel, more)
    if aside := {"set_aside": 1, "restored": -1}.get(fact.reason):
        _step(body.setdefault("set_aside", {}), fact.why or "other", aside)


def _add(body: dict[str, Any], counted: Counted, number: int) -> None:
    # A part from before there were versions has none: all in it answered the first.
    versions = body.setdefault("versions", {"1": body["responses"]} if body["responses"] else {})
    _step(versions, str(counted.version), number)
    count_answers(body, counted, number)


def count_answers(body: dict[str, Any], counted: Counted, number: int) -> None:
    """`number` responses with these answers more, or fewer, in "responses", "answered" and "choices"."""
    body["responses"] += number
    for field in (*counted.choices, *counted.texts):
        _step(body["answered"], field, number)
    for field, options in counted.choices.items():
        counts = body["choices"].setdefault(field, {})
        for option in options:
            _step(counts, option, number)
        if not counts:
            del body["choices"][field]


def _step(counts: dict[str, int], key: str, number: int) -> None:
    """No zeros are kept: counts that are the same look the same."""
    counts[key] = counts.get(key, 0) + number
    if not counts[key]:
        del counts[key]


def sum_parts(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The parts of one consultation together, in the same shape, without `seen`."""
    responses, answered, choices, versions = 0, Counter[str](), dict[str, Counter[str]](), Counter[str]()
    for part in parts:
        responses += part["responses"]
        answered.update(part["answered"])
        versions.update(part.get("versions", {"1": part["responses"]}))
        for question, counts in part["choices"].items():
            choices.setdefault(question, Counter()).update(counts)
    return {"responses": responses, "answered": answered, "choices": choices, "versions": versions}


def sum_of(parts: Sequence[Mapping[str, Any]], name: str) -> dict[str, int]:
    """`languages` or `set_aside` of the parts together; what events in another order left at nothing is left out."""
    total: dict[str, int] = {}
    for part in parts:
        for key, count in part.get(name, {}).items():
            total[key] = total.get(key, 0) + count
    return {key: count for key, count in total.items() if count > 0}

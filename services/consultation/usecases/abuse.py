"""What is unusual among the responses, and setting them aside: each response is one document, changed alone."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.consultation.domain import Response
from services.consultation.domain.abuse import BURST, COPIES, Group, forget_network, group_id, judge
from services.consultation.domain.response import Judgement
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.writing import load
from shared.errors import Conflict, NotFound, Refusal
from shared.event import record
from shared.store.documents import Loaded, as_text
from shared.store.port import Range, Stale

GROUPS = 30
"""Shown at the most, the largest first."""

LARGEST = 2_000
"""Responses of one group that are looked at, and set aside, at a time."""

AT_ONCE = 50
TRIES = 10
KINDS = {"network": BURST, "copies": COPIES}
FIELDS = {"network": "network", "copies": "copy_mark"}


async def unusual(consultation: str, documents: ConsultationDocuments) -> list[Group]:
    """Many from one network in a short time, and many with the same words; the largest groups first."""
    total = await documents.responses.count({"consultation": consultation})
    groups = [
        await _group(consultation, kind, mark, total, documents)
        for _, kind, mark in (await _large(consultation, documents))[:GROUPS]
    ]
    return [group for group in groups if group.is_unusual]


async def unusual_group(consultation: str, id: str, documents: ConsultationDocuments) -> Group:
    """Raises NotFound."""
    total = await documents.responses.count({"consultation": consultation})
    for _, kind, mark in await _large(consultation, documents):
        if group_id(kind, mark) == id:
            return await _group(consultation, kind, mark, total, documents)
    raise NotFound("There is no such group of responses any more")


async def _large(consultation: str, documents: ConsultationDocuments) -> list[tuple[int, str, str]]:
    found = [
        (count, kind, str(mark))
        for kind, field in FIELDS.items()
        for mark, count in (await documents.store.count_by("responses", field, {"consultation": consultation})).items()
        if mark and count >= KINDS[kind]
    ]
    return sorted(found, reverse=True)


async def _group(consultation: str, kind: str, mark: str, total: int, documents: ConsultationDocuments) -> Group:
    found = await documents.responses.find(
        {"consultation": consultation, FIELDS[kind]: mark}, sort="submitted_at", limit=LARGEST
    )
    return Group(group_id(kind, mark), kind, tuple(each.value for each in found), len(found) / total if total else 0.0)


@dataclass(frozen=True)
class JudgeResponses:
    """Set these aside, or put them back where there is no `why`."""

    consultation: str
    responses: Sequence[str]
    by: str
    why: str = ""
    note: str = ""


async def judge_responses(command: JudgeResponses, documents: ConsultationDocuments, now: datetime) -> int:
    """Returns how many changed by it. One after a kill does the rest: what is done already stays as it is.

    Raises Refusal. Those that were withdrawn, or are none of this consultation's, are passed over.
    """
    done = 0
    for start in range(0, len(command.responses), AT_ONCE):  # so many share a commit
        some = command.responses[start : start + AT_ONCE]
        done += sum(await asyncio.gather(*(_judge(id, command, documents, now) for id in some)))
    return done


async def _judge(id: str, command: JudgeResponses, documents: ConsultationDocuments, now: datetime) -> bool:
    consultation = (await load(command.consultation, documents)).value
    judgement = Judgement(now, command.by, command.why, command.note)
    for _ in range(TRIES):  # here, and not for all of them: only this one was saved by someone else
        loaded = await documents.responses.get(id)
        if loaded is None or loaded.value.consultation != command.consultation:
            return False
        try:
            after, event = judge(consultation, loaded.value, judgement)
            if event is None:
                return False
            await documents.responses.save(loaded, after, [record(event, key=id, at=now)])
        except Conflict:
            return False
        except Stale:
            continue
        return True
    raise Stale(id)


async def by_reference(consultation: str, reference: str, documents: ConsultationDocuments) -> Response:
    """Raises Refusal where there is none, or more than one."""
    found = await documents.responses.find({"reference": reference.strip().upper()}, limit=10)
    mine = [each.value for each in found if each.value.consultation == consultation]
    if len(mine) != 1:
        raise Refusal("There is no response to this consultation with this reference", "reference")
    return mine[0]


async def set_aside_in(
    consultation: str, documents: ConsultationDocuments, *, page: int, size: int
) -> Sequence[Response]:
    """Those that are set aside, by why they are."""
    found = await documents.responses.find(
        {"consultation": consultation, "set_aside": Range(least="!")},
        sort="set_aside",
        limit=size,
        skip=(page - 1) * size,
    )
    return [each.value for each in found]


async def with_network_to_forget(
    documents: ConsultationDocuments, closed_before: datetime
) -> Sequence[Loaded[Response]]:
    return await documents.responses.find(
        {"network_until": Range(below=as_text(closed_before))}, sort="network_until", limit=200
    )


async def forget_network_of(
    loaded: Loaded[Response], documents: ConsultationDocuments, closed_before: datetime
) -> None:
    """What names the network of a response; later where the close was put off since."""
    consultation = await documents.consultations.get(loaded.value.consultation)
    forgotten = forget_network(loaded.value)
    if consultation is not None and consultation.value.details.closes_at >= closed_before:
        forgotten = replace(loaded.value, network_until=consultation.value.details.closes_at)
    await documents.responses.save(loaded, forgotten)

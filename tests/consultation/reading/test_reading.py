"""Responses are read: who has read which is kept, what is unread is listed, and what people wrote can be searched."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultation import usecases
from services.consultation.domain import Channel
from services.consultation.domain.searching import foldable, hits, search_for
from services.consultation.domain.theme import Themes
from services.consultation.queries import reading as queries
from services.consultation.usecases import reading
from services.consultation.usecases.revising import Holder
from tests.consultation.reading.texts_of_people import published, ready, send
from tests.consultation.sending import text_in
from tests.eventually import eventually
from tests.town import Town, opened_town

READING = "/staff/consultations/park/reading"
MARKUP = '<b>Bold</b> & <script>alert("x")</script>'
TURNED = "see \u202egnp.exe\u202c \u2067here"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with opened_town(tmp_path) as town:
        yield town


async def test_opening_a_response_records_who_has_read_it_and_it_is_unread_no_more(town: Town) -> None:
    first, _ = await published(town, ["A pond", "A swing"])
    officer, _ = await town.staff()
    before = await officer.get(READING)

    page = await officer.get(f"{READING}/{first}")

    assert "Nobody has read 2 of them yet" in before.html
    assert before.html.count("Unread") == 2
    assert "A pond" in page.html
    await ready(town, 1)
    after = await officer.get(READING)
    assert "Nobody has read 1 of them yet" in after.html
    (mark,) = [each.value for each in await town.consultations.read_marks.find()]
    assert (mark.response, mark.at.date()) == (first, town.clock().date())
    assert f"Officer {mark.officer[:8]}" in (await officer.get(f"{READING}/{first}")).html


async def test_reading_again_writes_nothing_and_each_officer_has_a_mark_of_their_own(town: Town) -> None:
    (id,) = await published(town, ["A pond"])
    officer, _ = await town.staff()
    other, _ = await town.staff(email="other@council.example")
    for visitor in (officer, officer, other):
        await visitor.get(f"{READING}/{id}")

    marks = [each.value for each in await town.consultations.read_marks.find({"response": id})]

    assert len(marks) == 2
    assert len({mark.officer for mark in marks}) == 2


async def test_a_guess_of_the_browser_is_no_reading(town: Town) -> None:
    (id,) = await published(town, ["A pond"])
    officer, _ = await town.staff()

    answer = await officer._client.get(f"http://testserver{READING}/{id}", headers={"sec-purpose": "prefetch"})

    assert answer.status_code == 200
    assert await town.consultations.read_marks.count() == 0


async def test_a_response_that_was_changed_is_unread_again_and_one_that_was_withdrawn_is_not(town: Town) -> None:
    await town.publish()
    resident = await town.resident()
    page = await resident.submit(await resident.get("/consultations/park/answer"), {"q-missing": "swings"})
    await resident.submit(page, button=("go", "send"))
    await ready(town, 1)
    (stored,) = await town.consultations.responses.find()
    person = stored.value.resident or ""
    await reading.read_response(reading.ReadResponse("park", stored.id, "officer"), town.consultations, town.clock())
    town.host.service("consultation").relay.wake()
    await ready(town, 0)

    holder = Holder(resident=person)
    command = usecases.ChangeResponse("park", stored.id, {"missing": ["cafe"]}, holder, usecases.edition(stored))
    await usecases.change_response(command, town.consultations, town.clock())
    town.host.service("consultation").relay.wake()
    await ready(town, 1)
    await usecases.withdraw_response(usecases.WithdrawResponse(stored.id, holder), town.consultations, town.clock())
    town.host.service("consultation").relay.wake()
    await ready(town, 0)

    assert await queries.unread_by_consultation(town.consultations) == {}


async def test_events_that_come_again_or_in_another_order_leave_the_same(town: Town) -> None:
    (id,) = await published(town, ["A pond"])
    before = await town.consultations.to_read.get(id)
    for _ in range(3):
        await reading.note_to_read(id, town.consultations, town.clock())
    after = await town.consultations.to_read.get(id)

    assert before == after


async def test_unread_are_counted_for_all_consultations_at_once(town: Town) -> None:
    await published(town, ["A pond", "A swing"])
    await town.publish("lake")
    officer, _ = await town.staff()

    assert await queries.unread_by_consultation(town.consultations) == {"park": 2}
    assert (await officer.get(READING.replace("park", "lake"))).html.count("Unread") == 0


async def test_one_after_the_other_is_read_until_none_is_left(town: Town) -> None:
    ids = await published(town, ["A pond", "A swing", "A bench"])
    officer, _ = await town.staff()
    seen = set()
    for left in (2, 1, 0):
        page = await officer.get(f"{READING}/next")
        seen.add(page.path.rpartition("/")[2])
        await ready(town, left)

    assert seen == set(ids)
    assert (await officer.get(f"{READING}/next")).path == READING


async def test_an_answer_is_found_by_its_words_whatever_their_case_and_accents(town: Town) -> None:
    await published(town, ["A CAFÉ by the lake, please", "More benches", "A café", "The lake is cold"])
    officer, _ = await town.staff()

    async def found(typed: str) -> int:
        page = await officer.get(f"/staff/consultations/park/texts/idea?q={typed}")
        return page.html.count("Themes and publication<span")

    assert await found("cafe") == 2
    assert await found("Lake+café") == 1
    assert await found("%22the+lake%22") == 2
    assert await found("%22a+lake%22") == 0
    assert await found("bench") == 1
    assert await found("") == 4


async def test_a_list_is_filtered_by_channel_respondent_and_what_nobody_has_read(town: Town) -> None:
    await published(town)
    first = await send(town, 1, idea="Trees", who="resident")
    await send(town, 2, idea="Hedges", who="organisation")
    await send(town, 3, Channel.PAPER, idea="Grass", who="resident")
    await ready(town, 3)
    officer, _ = await town.staff()
    await officer.get(f"{READING}/{first}")
    await ready(town, 2)

    async def words(query: str) -> set[str]:
        page = text_in(await officer.get(f"{READING}?{query}"))
        return {word for word in ("Trees", "Hedges", "Grass") if word in page}

    assert await words("") == {"Trees", "Hedges", "Grass"}
    assert await words("channel=paper") == {"Grass"}
    assert await words("chose-who=resident") == {"Trees", "Grass"}
    assert await words("unread=yes") == {"Hedges", "Grass"}
    assert await words("unread=yes&chose-who=resident") == {"Grass"}
    assert await words("question=name") == set()
    assert await words("q=hed&question=idea") == {"Hedges"}


async def test_a_search_sees_what_was_changed_a_moment_ago(town: Town) -> None:
    await published(town, ["A pond"])
    index = await queries.found(
        (await usecases.load("park", town.consultations)).value, _words("pond"), _none(), town.consultations
    )
    assert len(index) == 1
    await send(town, 9, idea="Another pond")
    documents = town.consultations

    async def both() -> bool:
        loaded = (await usecases.load("park", documents)).value
        return len(await queries.found(loaded, _words("pond"), _none(), documents)) == 2

    assert await eventually(both, "the second one")
    await usecases.set_aside_response(usecases.SetAsideResponse("park", f"{9:032x}", "test"), documents, town.clock())
    town.host.service("consultation").relay.wake()

    async def one() -> bool:
        loaded = (await usecases.load("park", documents)).value
        return len(await queries.found(loaded, _words("pond"), _none(), documents)) == 1

    assert await eventually(one, "the one that counts")


async def test_what_people_wrote_is_shown_as_they_wrote_it_and_does_nothing(town: Town) -> None:
    (id, turned) = await published(town, [MARKUP, TURNED])
    officer, _ = await town.staff()
    for path in (
        READING,
        f"{READING}/{id}",
        "/staff/consultations/park/texts/idea",
        f"/staff/consultations/park/texts/idea/answers/{id}",
        "/staff/consultations/park/texts/idea?q=bold",
    ):
        page = await officer.get(path)
        assert "<script>alert" not in page.html, path
        assert "<b>Bold" not in page.html, path
        assert "&lt;b&gt;" in page.html, path
    for path in (f"{READING}/{turned}", f"/staff/consultations/park/texts/idea/answers/{turned}"):
        page = await officer.get(path)
        # Signs that turn the writing round stay within their own block: engage-as-written isolates it.
        for line in page.html.splitlines():
            if "\u202e" in line and "<textarea" not in line:
                assert "engage-as-written" in line or "<bdi>" in line, line


async def test_only_officers_see_any_of_it(town: Town) -> None:
    (id,) = await published(town, ["A pond"])
    resident = await town.resident()
    question = "/staff/consultations/park/texts/idea"
    for path in (
        READING,
        f"{READING}/{id}",
        question,
        f"{question}/answers/{id}",
        f"{question}/themes",
        f"{question}/agreement",
        "/staff/consultations/park/evidence",
        "/staff/consultations/park/evidence/1.zip",
    ):
        assert (await resident.get(path)).status == 403, path
        assert (await town.visitor().get(path)).path.startswith("/sign-in"), path
    assert await town.consultations.read_marks.count() == 0


async def test_a_response_of_another_consultation_is_not_there(town: Town) -> None:
    (id,) = await published(town, ["A pond"])
    await town.publish("lake")
    officer, _ = await town.staff()
    assert (await officer.get(f"/staff/consultations/lake/reading/{id}")).status == 404
    assert (await officer.get(f"/staff/consultations/lake/texts/idea/answers/{id}")).status == 404


def _words(typed: str) -> queries.Filter:
    return queries.Filter(search_for(typed))


def _none() -> Themes:
    return Themes(())


# Searching


@pytest.mark.parametrize(
    ("text", "typed", "fits"),
    [
        ("Żółty rower", "zolty", False),  # ł is a letter of its own, with no accent to leave out
        ("Über die Straße", "uber STRASSE", True),
        ("bus-stop", "bus stop", True),
        ("bus-stop", '"bus stop"', True),
        ("the stop for the bus", '"bus stop"', False),
        ("don’t", "don't", True),
        ("hid\u200bden", "hidden", True),
        ("parking", "park", True),
        ("car park", "arp", False),
        ("park", "", True),
        ("park", '"', True),
        ("محطة الحافلة", "الحافلة", True),
    ],
)
def test_words_are_found_by_their_beginning_and_phrases_as_a_whole(text: str, typed: str, fits: bool) -> None:
    assert search_for(typed).fits(foldable(text)) is fits


@given(st.text(max_size=200), st.text(max_size=50))
def test_marking_what_was_found_changes_no_sign_of_the_text(text: str, typed: str) -> None:
    assert "".join(piece for piece, _ in hits(text, search_for(typed))) == text


@given(st.text(alphabet=st.characters(categories=["L", "Zs"]), max_size=60))
def test_every_text_is_found_by_itself(text: str) -> None:
    assert search_for(text).fits(foldable(text))

"""What every store must do. The expectations are written by hand, so no engine is its own measure."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.store.port import Body, Duplicate, In, Range, Stale, Store, Stored, Where
from tests.adapters.stores import ENGINES, Kept, every_engine


@pytest.fixture(params=ENGINES)
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    async for each in every_engine(request, tmp_path):
        yield each


@pytest.fixture
def store(kept: Kept) -> Store:
    return kept.open()


async def test_what_was_inserted_is_got_at_version_one(store: Store) -> None:
    await store.insert("people", "ann", {"name": "Ann", "age": 41})

    assert await store.get("people", "ann") == Stored("ann", 1, {"name": "Ann", "age": 41})
    assert await store.get("people", "bob") is None
    assert await store.get("notes", "ann") is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "", "none": None, "yes": True, "no": False, "zero": 0},
        {"float": 1.5, "negative": -7, "large": 2**53, "largest": 2**63 - 1},
        {"welsh": "ŷ Ŵ", "arabic": "مرحبا", "combining": "e\u0301", "emoji": "👩‍👩‍👧🏽 ☃", "quotes": "'\"\\;--"},
        {"nul": "before\x00after", "control": "\t\r\n\x1b\x7f"},
        {"with-dash": 1, "with_underscore": {"a-b": {"c_d": [1]}}, "0": "digit", "version": 9, "id": "x", "body": {}},
        {"lists": [[], [1, [2, [3]]], {"deep": [{"er": None}]}]},
    ],
    ids=["empty", "nothings", "numbers", "unicode", "nul", "keys", "lists"],
)
async def test_a_body_comes_back_as_it_was_put_in(store: Store, body: Body) -> None:
    await store.insert("people", "new", body)
    await store.insert("people", "later", {})
    await store.replace("people", "later", 1, body)

    for id in ("new", "later"):
        stored = await store.get("people", id)
        assert stored is not None
        assert stored.body == body
        assert orjson.dumps(stored.body) == orjson.dumps(body)  # which tells True from 1 and 1.0


async def test_a_big_and_deep_body_comes_back_as_it_was_put_in(store: Store) -> None:
    deep: dict[str, Any] = {"bottom": "👣"}
    for level in range(40):
        deep = {f"level-{level}": deep}
    big = {"answers": {f"q{n}": ["ä" * 100, n] for n in range(5000)}, "deep": deep}

    await store.insert("people", "big", big)
    stored = await store.get("people", "big")

    assert stored is not None
    assert stored.body == big


@pytest.mark.parametrize("id", ["a:0", "résumé 👤", "$set", "a.b/c", "x" * 500, " "])
async def test_an_id_may_be_any_text(store: Store, id: str) -> None:
    await store.insert("people", id, {"n": 1})
    await store.replace("people", id, 1, {"n": 2})

    assert await store.get("people", id) == Stored(id, 2, {"n": 2})
    assert await store.find("people", {"id": id}) == [Stored(id, 2, {"n": 2})]


async def test_a_second_document_under_an_id_is_refused_and_the_first_stays(store: Store) -> None:
    await store.insert("people", "ann", {"n": 1})

    with pytest.raises(Duplicate):
        await store.insert("people", "ann", {"n": 2})

    assert await store.get("people", "ann") == Stored("ann", 1, {"n": 1})


async def test_a_second_document_with_a_unique_key_is_refused(store: Store) -> None:
    await store.insert("people", "1", {"email": "ann@example.org"})

    with pytest.raises(Duplicate):
        await store.insert("people", "2", {"email": "ann@example.org"})

    assert await store.get("people", "2") is None
    await store.insert("people", "3", {"email": "Ann@example.org"})


async def test_a_compound_key_is_unique_as_a_whole(store: Store) -> None:
    await store.insert("people", "1", {"street": "High", "house": "1"})
    await store.insert("people", "2", {"street": "High", "house": "2"})
    await store.insert("people", "3", {"street": "Low", "house": "1"})

    with pytest.raises(Duplicate):
        await store.insert("people", "4", {"street": "High", "house": "1"})


async def test_a_unique_key_binds_only_where_all_its_fields_are_there(store: Store) -> None:
    bodies: list[Body] = [{}, {}, {"email": None}, {"email": None}]
    bodies += [{"street": "High"}, {"street": "High"}, {"street": "High", "house": None}]
    for n, body in enumerate(bodies):
        await store.insert("people", str(n), body)

    assert await store.count("people") == 7


async def test_an_empty_text_is_there_and_binds(store: Store) -> None:
    await store.insert("people", "1", {"email": ""})

    with pytest.raises(Duplicate):
        await store.insert("people", "2", {"email": ""})


async def test_a_unique_key_is_free_again_when_its_document_gives_it_up(store: Store) -> None:
    await store.insert("people", "1", {"email": "ann@example.org"})
    await store.insert("people", "2", {"email": "bob@example.org"})
    await store.replace("people", "1", 1, {"email": None})
    await store.delete("people", "2")

    await store.insert("people", "3", {"email": "ann@example.org"})
    await store.insert("people", "4", {"email": "bob@example.org"})


async def test_a_replace_puts_the_whole_body_in_place_and_the_version_up(store: Store) -> None:
    await store.insert("people", "ann", {"name": "Ann", "age": 41})
    await store.replace("people", "ann", 1, {"name": "Anne"})
    await store.replace("people", "ann", 2, {"name": "Anna"})

    assert await store.get("people", "ann") == Stored("ann", 3, {"name": "Anna"})


@pytest.mark.parametrize("version", [0, 1, 3])
async def test_a_stale_replace_is_refused(store: Store, version: int) -> None:
    await store.insert("people", "ann", {"n": 1})
    await store.replace("people", "ann", 1, {"n": 2})

    with pytest.raises(Stale):
        await store.replace("people", "ann", version, {"n": 3})

    assert await store.get("people", "ann") == Stored("ann", 2, {"n": 2})


async def test_a_replace_of_what_is_gone_is_refused_and_brings_nothing_back(store: Store) -> None:
    await store.insert("people", "ann", {})
    await store.delete("people", "ann")

    with pytest.raises(Stale):
        await store.replace("people", "ann", 1, {})
    with pytest.raises(Stale):
        await store.replace("people", "never", 1, {})

    assert await store.count("people") == 0


async def test_a_replace_that_takes_anothers_unique_key_is_refused(store: Store) -> None:
    await store.insert("people", "1", {"email": "ann@example.org"})
    await store.insert("people", "2", {"email": "bob@example.org"})

    with pytest.raises(Duplicate):
        await store.replace("people", "2", 1, {"email": "ann@example.org"})

    assert await store.get("people", "2") == Stored("2", 1, {"email": "bob@example.org"})
    await store.replace("people", "2", 1, {"email": "bob@example.org", "age": 50})


async def test_a_deleted_document_is_gone_and_may_be_deleted_again(store: Store) -> None:
    await store.insert("people", "ann", {})
    await store.delete("people", "ann")
    await store.delete("people", "ann")

    assert await store.get("people", "ann") is None
    await store.insert("people", "ann", {"back": True})
    assert await store.get("people", "ann") == Stored("ann", 1, {"back": True})


PEOPLE: dict[str, Body] = {
    "a": {"ward": "Dallow", "age": 41, "member": True, "score": 1.5},
    "b": {"ward": "Dallow", "age": 20, "member": False, "score": 10},
    "c": {"ward": "Biscot", "age": 20, "member": True, "score": -1},
    "d": {"ward": None, "age": None},
    "e": {"other-key": "x"},
    "f": {"ward": "", "age": 0, "member": False},
    "g": {"ward": "biscot"},
}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (None, "abcdefg"),
        ({}, "abcdefg"),
        ({"ward": "Dallow"}, "ab"),
        ({"ward": "Dallow", "age": 20}, "b"),
        ({"ward": "nowhere"}, ""),
        ({"ward": ""}, "f"),
        ({"ward": None}, "de"),
        ({"age": 0}, "f"),
        ({"age": 20.0}, "bc"),
        ({"age": "20"}, ""),
        ({"score": 1.5}, "a"),
        ({"member": True}, "ac"),
        ({"member": False}, "bf"),
        ({"other-key": "x"}, "e"),
        ({"id": "c"}, "c"),
        ({"id": In(("a", "c", "zz"))}, "ac"),
        ({"id": Range(least="b", below="d")}, "bc"),
        ({"ward": In(("Biscot", "biscot", "nowhere"))}, "cg"),
        ({"ward": In(())}, ""),
        ({"ward": In(("Biscot", None))}, "cde"),
        ({"ward": In((None,))}, "de"),
        ({"member": In((True,))}, "ac"),
        ({"age": Range(least=20)}, "abc"),
        ({"age": Range(least=20, below=41)}, "bc"),
        ({"age": Range(below=20)}, "f"),
        ({"age": Range(least=20, below=20)}, ""),
        ({"score": Range(least=-1, below=2)}, "ac"),
        ({"ward": Range(least="", below="C")}, "cf"),
        ({"ward": Range()}, "abcdefg"),
        ({"age": Range(least=20), "member": True}, "ac"),
    ],
)
async def test_documents_are_found_and_counted_by_what_they_hold(store: Store, where: Where, expected: str) -> None:
    for id, body in PEOPLE.items():
        await store.insert("people", id, body)

    found = await store.find("people", where)

    assert "".join(each.id for each in found) == expected
    assert found == [Stored(id, 1, PEOPLE[id]) for id in expected]
    assert await store.count("people", where) == len(expected)


@pytest.mark.parametrize(
    ("sort", "up", "down"),
    [
        ("id", "abcdefg", "gfedcba"),
        ("age", "degfbca", "acbfged"),  # those without first, those alike by id
        ("ward", "defcabg", "gbacfed"),  # texts by their bytes: capitals before small letters
        ("score", "defgcab", "bacgfed"),
        ("unheard-of", "abcdefg", "gfedcba"),
    ],
)
async def test_what_is_found_is_sorted_by_a_field_then_by_id(store: Store, sort: str, up: str, down: str) -> None:
    for id in "gfedcba":
        await store.insert("people", id, PEOPLE[id])

    assert "".join(each.id for each in await store.find("people", sort=sort)) == up
    assert "".join(each.id for each in await store.find("people", sort=sort, descending=True)) == down


async def test_times_sort_and_are_asked_by_as_text(store: Store) -> None:
    times = ["2026-03-01T09:00:00.000000+00:00", "2026-03-01T09:00:00.000001+00:00", "2026-10-01T00:00:00.000000+00:00"]
    for n in (2, 0, 1):
        await store.insert("people", str(n), {"at": times[n]})

    assert [each.id for each in await store.find("people", sort="at")] == ["0", "1", "2"]
    assert [each.id for each in await store.find("people", {"at": Range(least=times[1], below=times[2])})] == ["1"]


@pytest.mark.parametrize(("limit", "skip", "expected"), [(2, 0, "ab"), (2, 2, "cd"), (3, 5, "fg"), (5, 7, "")])
async def test_pages_are_cut_from_what_is_found(store: Store, limit: int, skip: int, expected: str) -> None:
    for id, body in PEOPLE.items():
        await store.insert("people", id, body)

    assert "".join(each.id for each in await store.find("people", limit=limit, skip=skip)) == expected


async def test_pages_are_a_hundred_long_where_nothing_is_said_and_as_long_as_asked(store: Store) -> None:
    await asyncio.gather(*(store.insert("people", f"{n:03}", {"n": n}) for n in range(120)))

    assert [each.body["n"] for each in await store.find("people")] == list(range(100))
    assert [each.body["n"] for each in await store.find("people", {"n": Range(least=5)}, limit=500)] == [*range(5, 120)]
    assert [each.body["n"] for each in await store.find("people", sort="n", descending=True, skip=118)] == [1, 0]


async def test_all_documents_of_a_field_come_page_by_page_in_the_order_of_their_ids(store: Store) -> None:
    """Also those that come between two pages, where their ids are still ahead."""
    for number in range(7):
        await store.insert("people", f"p{number}", {"ward": "Biscot" if number % 3 else "Dallow"})

    first = await store.find("people", {"ward": "Biscot", "id": Range(least="")}, limit=2)
    await store.insert("people", "p0-late", {"ward": "Biscot"})
    await store.insert("people", "p4-late", {"ward": "Biscot"})
    second = await store.find("people", {"ward": "Biscot", "id": Range(least="p2")}, limit=10)

    assert [each.id for each in first] == ["p1", "p2"]
    assert [each.id for each in second] == ["p2", "p4", "p4-late", "p5"]


async def test_documents_are_counted_by_the_values_of_a_field(store: Store) -> None:
    for id, body in PEOPLE.items():
        await store.insert("people", id, body)

    assert await store.count_by("people", "ward") == {"Dallow": 2, "Biscot": 1, "biscot": 1, "": 1, None: 2}
    assert await store.count_by("people", "age") == {41: 1, 20: 2, 0: 1, None: 3}
    assert await store.count_by("people", "age", {"ward": "Dallow"}) == {41: 1, 20: 1}
    assert await store.count_by("people", "member", {"age": 20}) == {True: 1, False: 1}
    assert await store.count_by("notes", "ward") == {}


async def test_an_answer_sees_every_write_before_it(store: Store) -> None:
    for n in range(20):
        await store.insert("people", str(n), {"ward": "Dallow"})
        assert await store.count("people", {"ward": "Dallow"}) == n + 1
        assert len(await store.find("people", {"ward": "Dallow"})) == n + 1


async def test_of_thirty_saves_of_one_version_one_wins(store: Store) -> None:
    await store.insert("people", "ann", {"winner": None})

    async def save(n: int) -> int | None:
        try:
            await store.replace("people", "ann", 1, {"winner": n})
        except Stale:
            return None
        return n

    outcomes = await asyncio.gather(*(save(n) for n in range(30)))

    winners = [n for n in outcomes if n is not None]
    assert len(winners) == 1
    assert await store.get("people", "ann") == Stored("ann", 2, {"winner": winners[0]})


async def test_thirty_racing_writers_who_try_again_lose_nothing(store: Store) -> None:
    await store.insert("people", "ann", {"took": []})

    async def take(n: int) -> None:
        while True:
            loaded = await store.get("people", "ann")
            assert loaded is not None
            try:
                await store.replace("people", "ann", loaded.version, {"took": [*loaded.body["took"], n]})
            except Stale:
                continue
            return

    await asyncio.gather(*(take(n) for n in range(30)))

    stored = await store.get("people", "ann")
    assert stored is not None
    assert stored.version == 31
    assert sorted(stored.body["took"]) == list(range(30))


async def test_of_thirty_inserts_of_one_unique_key_one_wins(store: Store) -> None:
    async def insert(n: int) -> bool:
        try:
            await store.insert("people", str(n), {"email": "ann@example.org"})
        except Duplicate:
            return False
        return True

    outcomes = await asyncio.gather(*(insert(n) for n in range(30)))

    assert outcomes.count(True) == 1
    assert await store.count("people", {"email": "ann@example.org"}) == 1


async def test_a_write_that_is_refused_leaves_those_beside_it_alone(store: Store) -> None:
    await store.insert("people", "taken", {})

    outcomes = await asyncio.gather(
        store.insert("people", "one", {}),
        store.insert("people", "taken", {}),
        store.replace("people", "taken", 7, {}),
        store.insert("people", "two", {}),
        return_exceptions=True,
    )

    assert [type(each) for each in outcomes] == [type(None), Duplicate, Stale, type(None)]
    assert [each.id for each in await store.find("people")] == ["one", "taken", "two"]


async def test_an_engine_that_is_there_answers(store: Store) -> None:
    await store.ping()

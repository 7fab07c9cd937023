"""What is frozen before a draw, the number, and the record after it."""

import hashlib
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.fairness_taskforce.selection.pool import Person, Pool
from services.fairness_taskforce.selection.record import canonical, draw, freeze, number_of, reopen
from services.fairness_taskforce.selection.source import Balls, Beacon, from_randomness
from shared.errors import Refusal
from tests.selection.small import BALLS, POOL, PROGRAM, RANDOMNESS, ROUND, SALT, SEATED, frozen, lottery


def test_what_is_frozen_names_nobody_and_no_home() -> None:
    text = frozen().content.decode()

    assert not [id for id in ("ana", "ben", "cat", "dan", "eve", "fay", "gus") if f'"{id}"' in text]
    assert "High Street" not in text
    assert SALT.decode() not in text


def test_what_is_frozen_has_no_number_that_is_not_whole() -> None:
    def refuse(text: str) -> float:
        raise AssertionError(text)

    json.loads(frozen().content, parse_float=refuse, parse_constant=refuse)


def test_the_frozen_document_says_everything_that_the_draw_depends_on() -> None:
    document = json.loads(frozen().content)

    assert (document["seats"], document["seed"], document["program"]) == (4, 7, "engage 0.1.0, selection 1")
    assert document["categories"] == ["gender", "age"]
    assert document["quotas"][0] == {"category": "gender", "feature": "f", "least": 2, "most": 3}
    assert list(document["groups"]) == [f"{number:02}" for number in range(20)]
    assert document["source"]["round"] == 27_946_612
    assert document["source"]["time"] == "2026-04-20T00:00:00Z"


def test_a_person_has_the_number_of_their_groups_and_the_chance_aimed_at_as_a_decimal() -> None:
    groups, chances = lottery(POOL, 20)
    made = freeze(POOL, groups, chances | {"ana": 1 / 3}, PROGRAM, ROUND, salt=SALT)

    people = {each["pseudonym"]: each for each in json.loads(made.content)["people"]}

    ana = people[made.pseudonyms["ana"]]
    assert ana["groups"] == sum("ana" in group for group in groups)
    assert ana["target"] == "0.333333333"
    assert ana["features"] == ["f", "young"]


def test_a_chance_that_is_a_hair_outside_is_written_as_none_or_all() -> None:
    groups, chances = lottery(POOL, 20)
    made = freeze(POOL, groups, chances | {"ana": -1e-12, "ben": 1 + 1e-12}, PROGRAM, ROUND, salt=SALT)

    targets = {each["pseudonym"]: each["target"] for each in json.loads(made.content)["people"]}

    assert targets[made.pseudonyms["ana"]] == "0.000000000"
    assert targets[made.pseudonyms["ben"]] == "1.000000000"


def test_people_stand_in_the_order_of_their_pseudonyms_not_of_their_coming() -> None:
    names = [each["pseudonym"] for each in json.loads(frozen().content)["people"]]

    assert names == sorted(names)


def test_households_and_people_apart_are_pairs_that_cannot_be_told_from_each_other() -> None:
    made = frozen()
    names = made.pseudonyms

    pairs = {frozenset(pair) for pair in json.loads(made.content)["apart"]}

    assert pairs == {frozenset((names["ben"], names["cat"])), frozenset((names["ana"], names["dan"]))}


def test_a_pair_with_one_seated_stays_and_a_pair_of_seated_is_left_out() -> None:
    one, two = SEATED.seated[0], Person("hal", ("m", "old"))
    pool = replace(SEATED, seated=(one, two), apart=(("ana", one.id), (one.id, two.id)))
    made = freeze(
        pool, [("ana", "cat")], dict.fromkeys((person.id for person in pool.people), 0.5), PROGRAM, ROUND, salt=SALT
    )
    names = made.pseudonyms

    document = json.loads(made.content)

    assert {frozenset(pair) for pair in document["apart"]} == {
        frozenset((names["ana"], names[one.id])),
        frozenset((names["ben"], names["cat"])),
    }
    assert {each["pseudonym"] for each in document["seated"]} == {names[one.id], names[two.id]}


def test_the_same_is_frozen_as_the_same_bytes_and_another_salt_as_others() -> None:
    groups, chances = lottery(POOL, 20)

    assert frozen().content == frozen().content
    assert (
        freeze(POOL, groups, chances, PROGRAM, ROUND, salt=b"another salt of the council").content != frozen().content
    )


def test_the_bytes_are_in_the_canonical_form_of_rfc_8785() -> None:
    assert canonical({"b": [1, 'é\n\x1f"\\'], "a": {}}) == b'{"a":{},"b":[1,"\xc3\xa9\\n\\u001f\\"\\\\"]}'


@pytest.mark.parametrize("salt", [b"", b"fifteen letters"])
def test_a_salt_that_could_be_guessed_is_refused(salt: bytes) -> None:
    groups, chances = lottery(POOL, 20)

    with pytest.raises(Refusal, match="at least 16 bytes"):
        freeze(POOL, groups, chances, PROGRAM, ROUND, salt=salt)


@pytest.mark.parametrize("number", [0, 65_537])
def test_no_groups_and_too_many_are_refused(number: int) -> None:
    groups, chances = lottery(POOL, 20)

    with pytest.raises(Refusal, match="from 1 to 65,536 groups"):
        freeze(POOL, (groups * 3277)[:number], chances, PROGRAM, ROUND, salt=SALT)


def test_what_was_frozen_is_opened_again_on_another_day() -> None:
    made = frozen()

    again = reopen(made.content, POOL, SALT)

    assert again == made
    assert reopen(frozen(source=BALLS).content, POOL, SALT).source == BALLS


def test_what_was_frozen_is_not_opened_with_another_salt_or_pool() -> None:
    with pytest.raises(Refusal, match="another salt"):
        reopen(frozen().content, POOL, b"another salt of the council")
    with pytest.raises(Refusal, match="another pool"):
        reopen(frozen().content, replace(POOL, people=POOL.people[1:]), SALT)


def test_the_balls_name_the_group() -> None:
    groups, _ = lottery(POOL, 20)

    drawn = draw(frozen(source=BALLS), "1 3")

    assert drawn.number == "13"
    assert set(drawn.winner) == set(groups[13])
    assert json.loads(drawn.content)["drawn"] == {"digits": [1, 3]}


def test_the_record_has_the_frozen_document_its_hash_the_number_and_the_winner() -> None:
    made = frozen(SEATED, source=BALLS)
    record = json.loads(draw(made, "07").content)

    assert canonical(record["frozen"]) == made.content
    assert record["frozen_sha256"] == hashlib.sha256(made.content).hexdigest() == made.sha256
    assert record["winner"] == record["frozen"]["groups"]["07"]
    assert record["number"] == "07"


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("", "Type the 2 digits"),
        ("1", "Type the 2 digits"),
        ("123", "Type the 2 digits"),
        ("1a", "Type the 2 digits"),
        ("١٢", "Type the 2 digits"),
        ("-1", "Type the 2 digits"),
        ("20", "highest number is 19. Draw again"),
    ],
)
def test_balls_that_name_no_group_are_refused(number: str, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        draw(frozen(source=BALLS), number)


@pytest.mark.parametrize("randomness", ["", RANDOMNESS[:-1], RANDOMNESS + "0", "g" + RANDOMNESS[1:], "12"])
def test_what_is_no_randomness_of_a_round_is_refused(randomness: str) -> None:
    with pytest.raises(Refusal, match="64 signs"):
        draw(frozen(), randomness)


def test_randomness_may_be_typed_with_capitals_and_blanks_around_it() -> None:
    assert draw(frozen(), f" {RANDOMNESS.upper()}\n").content == draw(frozen(), RANDOMNESS).content


def test_the_number_follows_from_the_randomness_as_worked_out_by_hand() -> None:
    """What printf 'engage-draw fe29...4fdd 0' | sha256sum prints begins with 3282, which is 12,930."""
    assert from_randomness(RANDOMNESS, 1000) == 930
    assert from_randomness(RANDOMNESS, 1) == 0


def test_a_value_past_the_last_whole_round_of_groups_is_thrown_away() -> None:
    """Of 40,000 groups only values below 40,000 count; the others would favour the first 25,536."""
    rejected = next(
        text
        for text in (f"{at:064x}" for at in range(100))
        if int(hashlib.sha256(f"engage-draw {text} 0".encode()).hexdigest()[:4], 16) >= 40_000
    )
    second = int(hashlib.sha256(f"engage-draw {rejected} 1".encode()).hexdigest()[:4], 16)

    assert second < 40_000
    assert from_randomness(rejected, 40_000) == second


def test_every_number_comes_about_equally_often() -> None:
    """30,000 draws of 30 groups: 1,000 each, with a standard deviation of 31; six of these are never seen."""
    seen = Counter(from_randomness(f"{at:064x}", 30) for at in range(30_000))

    assert set(seen) == set(range(30))
    assert max(abs(count - 1000) for count in seen.values()) < 6 * 31


@pytest.mark.parametrize(
    ("moment", "round"),
    [
        (datetime(2023, 8, 23, 15, 9, 27, tzinfo=UTC), 1),
        (datetime(2026, 4, 20, tzinfo=UTC), 27_946_612),
        (datetime(2026, 4, 20, 0, 0, 1, tzinfo=UTC), 27_946_613),
        (datetime(2026, 4, 20, 12, 30, 45, tzinfo=UTC), 27_961_627),
    ],
)
def test_the_round_of_a_time_is_the_first_then_or_after(moment: datetime, round: int) -> None:
    beacon = Beacon.at(moment)

    assert beacon.round == round
    assert 0 <= (beacon.time - moment).total_seconds() < 3


def test_a_time_before_the_beacon_began_is_refused() -> None:
    with pytest.raises(Refusal, match="23 August 2023"):
        Beacon.at(datetime(2023, 8, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    ("at", "groups", "written"), [(7, 1000, "007"), (999, 1000, "999"), (0, 1, "0"), (7, 500, "007")]
)
def test_a_group_is_numbered_as_wide_as_the_last_one(at: int, groups: int, written: str) -> None:
    assert number_of(at, groups) == written


def test_a_pool_where_only_one_group_is_possible_has_its_draw() -> None:
    pool = Pool(("gender",), (), POOL.people[:1], 1)
    made = freeze(
        replace(pool, people=(Person("ana", ("f",)),)), [("ana",)], {"ana": 1.0}, PROGRAM, Balls("Hall"), salt=SALT
    )

    assert draw(made, "0").winner == ("ana",)

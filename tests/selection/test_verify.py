"""`verify.py` says yes to a true record, and no, and why, to any other."""

import ast
import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.fairness_taskforce.selection import verify
from services.fairness_taskforce.selection.pool import Person, Pool, Quota
from services.fairness_taskforce.selection.record import draw
from tests.selection.small import BALLS, POOL, RANDOMNESS, ROUND, SEATED, frozen

PROGRAM = Path(verify.__file__)
TINY = Pool(("gender",), (Quota("gender", "é", 1, 1),), (Person("ana", ("é",)), Person("ben", ("é",))), 1)
TINY_RECORDS = [draw(frozen(TINY, 2), RANDOMNESS).content, draw(frozen(TINY, 2, BALLS), "1").content]
"""So small that every byte of them can be changed in turn."""

Record = dict[str, Any]


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """The answer to a file of these bytes, as its exit status and what it prints."""

    def run(content: bytes, *options: str) -> tuple[int, str]:
        file = tmp_path / "record.json"
        file.write_bytes(content)
        status = verify.main([str(file), *options])
        return status, capsys.readouterr().out

    return run


Check = Callable[..., tuple[int, str]]


def record(pool: Pool = POOL, number: int = 20) -> bytes:
    return draw(frozen(pool, number), RANDOMNESS).content


def ball_record() -> bytes:
    return draw(frozen(POOL, 20, BALLS), "13").content


def planted(change: Callable[[Record], object], *, content: bytes | None = None) -> bytes:
    """A record with a change, and with all its hashes made anew, as a forger would."""
    document = json.loads(content or record())
    change(document)
    document["frozen_sha256"] = hashlib.sha256(_bytes(document["frozen"])).hexdigest()
    del document["sha256"]
    document["sha256"] = hashlib.sha256(_bytes(document)).hexdigest()
    return _bytes(document)


def _bytes(document: object) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize("pool", [POOL, SEATED], ids=["nobody seated", "one seated"])
@pytest.mark.parametrize("number", [1, 2, 10, 20, 1000])
def test_a_true_record_is_right(check: Check, pool: Pool, number: int) -> None:
    made = frozen(pool, number)

    status, said = check(draw(made, RANDOMNESS).content, "--hash", made.sha256)

    assert (status, said.splitlines()[0]) == (0, "Yes.")
    assert made.sha256 in said
    assert "no --hash" not in said


def test_a_record_of_balls_is_right_and_says_whom_to_ask(check: Check) -> None:
    status, said = check(ball_record())

    assert status == 0
    assert "Group 13 is what the balls say. Ask whoever was there: Town Hall, 20 April 2026, 18:00" in said


def test_it_throws_the_same_values_away_as_the_draw(check: Check) -> None:
    """Of 1,000 groups values from 65,000 on do not count: the next try does, and both programs must know it."""
    rejected = next(
        text
        for text in (f"{at:064x}" for at in range(5000))
        if int(hashlib.sha256(f"engage-draw {text} 0".encode()).hexdigest()[:4], 16) >= 65_000
    )

    assert check(draw(frozen(POOL, 1000), rejected).content)[0] == 0


def test_without_the_published_hash_it_says_what_it_cannot_know(check: Check) -> None:
    status, said = check(record())

    assert status == 0
    assert "You gave no --hash. The file agrees with itself, but someone could have changed all of it" in said


def test_what_is_frozen_can_be_checked_before_the_draw(check: Check) -> None:
    status, said = check(frozen().content, "--hash", frozen().sha256.upper())

    assert status == 0
    assert "Nothing is drawn yet." in said


def test_another_hash_than_the_published_one_is_named(check: Check) -> None:
    status, said = check(record(), "--hash", "0" * 64)

    assert status == 1
    assert "What was frozen is not what was published" in said


def test_a_record_changed_throughout_is_only_found_by_the_published_hash(check: Check) -> None:
    forged = planted(lambda it: it["frozen"].update(seed=8))

    assert check(forged)[0] == 0
    status, said = check(forged, "--hash", frozen().sha256)
    assert status == 1
    assert "not what was published" in said


@pytest.mark.parametrize("content", TINY_RECORDS, ids=["beacon", "balls"])
def test_one_changed_byte_anywhere_is_found(check: Check, content: bytes) -> None:
    chance = random.Random(7)
    for at in range(len(content)):
        changed = bytearray(content)
        changed[at] = chance.choice([byte for byte in range(256) if byte != content[at]])
        assert check(bytes(changed))[0] == 1, (at, bytes(changed))


def test_one_changed_byte_that_still_reads_well_is_found_anywhere(check: Check) -> None:
    """Digits for digits and letters for letters: the file stays JSON, and only what it says is changed."""
    content, chance = TINY_RECORDS[0], random.Random(7)
    for at, byte in enumerate(content):
        others = next((signs for signs in (b"0123456789", b"abcdef", b"ghijklmnopqrstuvwxyz") if byte in signs), b"")
        for other in chance.sample(sorted(set(others) - {byte}), min(len(others), 1)):
            assert check(content[:at] + bytes([other]) + content[at + 1 :])[0] == 1, (at, other)


def test_one_changed_byte_of_a_large_record_is_found(check: Check) -> None:
    content, chance = record(number=1000), random.Random(7)
    for at in chance.sample(range(len(content)), 100):
        bit = 1 << chance.randrange(8)
        assert check(content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :])[0] == 1, (at, bit)


def test_one_byte_more_or_less_is_found_anywhere(check: Check) -> None:
    content = TINY_RECORDS[1]
    for at in range(len(content)):
        assert check(content[:at] + content[at + 1 :])[0] == 1, at
        assert check(content[:at] + b" " + content[at:])[0] == 1, at


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content + b"\n",
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.decode().encode("utf-16"),
        lambda content: json.dumps(json.loads(content), indent=1, sort_keys=True).encode(),
        lambda content: json.dumps(dict(reversed(json.loads(content).items())), separators=(",", ":")).encode(),
        lambda content: content.replace(b'"number":"', b'"number":"0","number":"'),
        lambda content: content[: len(content) // 2],
        lambda _: b"",
        lambda _: b"\0",
        lambda _: b"null",
        lambda _: b"[]",
        lambda _: b"{}",
        lambda _: b'{"format":1}',
        lambda _: b"[" * 100_000,
        lambda _: b"NaN",
        lambda _: b"1" * 5000,
        lambda _: b'"\\ud800"',
    ],
    ids=range(17),
)
def test_a_file_in_another_shape_is_told_in_words(check: Check, change: Callable[[bytes], bytes]) -> None:
    status, said = check(change(record(number=3)))

    assert status == 1
    assert said.startswith("No. Faults found: 1.")


def test_a_file_that_is_not_there_is_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.main([str(tmp_path / "none.json")]) == 1
    assert "The file cannot be opened" in capsys.readouterr().out


def _first_group(it: Record) -> list[str]:
    group: list[str] = it["frozen"]["groups"]["00"]
    return group


def _swap_in(it: Record, feature: str) -> None:
    """Somebody with this feature for whoever has not, in a group that was not drawn."""
    people = {each["pseudonym"]: each["features"] for each in it["frozen"]["people"]}
    group = _first_group(it)
    out = next(each for each in group if feature not in people[each])
    group[group.index(out)] = next(each for each in people if each not in group and feature in people[each])


def _both(it: Record) -> None:
    one, other = it["frozen"]["apart"][0]
    it["frozen"]["groups"]["00"] = [one, other, *_first_group(it)[:2]]


FAULTS: list[tuple[Callable[[Record], object], str]] = [
    (lambda it: _first_group(it).pop(), "Group 00 does not have 4 different members."),
    (lambda it: _first_group(it).append(_first_group(it)[0]), "Group 00 does not have 4 different members."),
    (lambda it: _first_group(it).__setitem__(0, _first_group(it)[1]), "Group 00 does not have 4 different members."),
    (lambda it: _first_group(it).__setitem__(0, "0" * 12), "Group 00 has a member who is not in the pool."),
    (lambda it: _swap_in(it, "m"), "with gender: "),
    (lambda it: _swap_in(it, "f"), "Group 00 has "),
    (lambda it: it["frozen"]["quotas"][0].update(least=3), "but should have 3 to 3 with gender: f."),
    (lambda it: it["frozen"]["quotas"][0].update(most=2), "but should have 2 to 2 with gender: f."),
    (_both, "who must be kept apart."),
    (lambda it: it["frozen"].update(seats=5), "does not have 5 different members."),
    (lambda it: it["frozen"]["people"][0].update(groups=0), "the chance stated is wrong."),
    (lambda it: it["frozen"]["people"][0].update(groups="9"), "the chance stated is wrong."),
    (lambda it: it["frozen"]["people"].append(it["frozen"]["people"][0]), "Two people have the same pseudonym."),
    (lambda it: it["frozen"]["people"][0]["features"].pop(), "The file is not built like a record of a draw"),
    (lambda it: it["frozen"]["people"][0].update(target="much"), "The file is not built like a record of a draw"),
    (lambda it: it["frozen"]["groups"].pop("19"), "the chance stated is wrong."),
    (lambda it: it["frozen"]["groups"].pop("05"), "The groups are not numbered one after another from 0."),
    (lambda it: it["frozen"].update(groups={}), "The file is not built like a record of a draw"),
    (lambda it: it["frozen"].update(format="else"), "neither a record nor what is frozen"),
    (lambda it: it["frozen"]["source"].update(round=ROUND.round + 1), "not at the time stated"),
    (lambda it: it["frozen"]["source"].update(chain="0" * 64), "not of the chain quicknet"),
    (lambda it: it["frozen"]["source"].update(kind="dice"), "neither digits on balls nor the randomness"),
    (lambda it: it.update(winner=it["frozen"]["groups"]["01"]), "The winner stated is not group "),
    (lambda it: it.update(number="20"), "No group has the number 20."),
    (lambda it: it.update(number="001"), "No group has the number 001."),
    (lambda it: it.update(number="01", winner=it["frozen"]["groups"]["01"]), "01 does not follow from what was drawn"),
    (lambda it: it["drawn"].update(randomness="0" * 64), "does not follow from what was drawn."),
    (lambda it: it["drawn"].update(randomness="0" * 63), "neither digits on balls nor the randomness"),
    (lambda it: it.update(drawn={"digits": [1, 0]}), "neither digits on balls nor the randomness"),
    (lambda it: it.pop("winner"), "The file is not built like a record of a draw"),
]


@pytest.mark.parametrize(("change", "sentence"), FAULTS, ids=range(len(FAULTS)))
def test_a_fault_planted_with_all_hashes_made_anew_is_named(
    check: Check, change: Callable[[Record], object], sentence: str
) -> None:
    status, said = check(planted(change))

    assert status == 1
    assert sentence in said


@pytest.mark.parametrize(
    ("digits", "sentence"),
    [
        ([1, 4], "The number 13 does not follow from what was drawn."),
        ([13], "The file is not built like a record of a draw"),
        ([1], "The number 13 does not follow from what was drawn."),
        ("13", "The file is not built like a record of a draw"),
    ],
)
def test_balls_that_say_something_else_are_named(check: Check, digits: object, sentence: str) -> None:
    status, said = check(planted(lambda it: it["drawn"].update(digits=digits), content=ball_record()))

    assert status == 1
    assert sentence in said


def test_hashes_that_do_not_fit_are_named(check: Check) -> None:
    document = json.loads(record())
    document["frozen"]["seed"] = 8

    said = check(_bytes(document))[1]

    assert "The record was changed after it was written" in said
    assert "What was frozen was changed" in said


def test_of_many_faults_the_first_twenty_are_named(check: Check) -> None:
    said = check(planted(lambda it: it["frozen"].update(seats=5), content=record(number=1000)))[1]

    assert said.startswith("No. Faults found: 1,000. The first of them:")
    assert len(said.splitlines()) == 21


def test_it_runs_by_itself_with_nothing_of_the_project(tmp_path: Path) -> None:
    copy, file = tmp_path / "verify.py", tmp_path / "record.json"
    copy.write_bytes(PROGRAM.read_bytes())
    file.write_bytes(record())

    done = [
        subprocess.run([sys.executable, *options, str(file)], cwd=tmp_path, capture_output=True, text=True, check=False)
        for options in (["-I", "-S", str(copy)], [str(PROGRAM)])
    ]

    assert [(each.returncode, each.stdout.splitlines()[:1], each.stderr) for each in done] == [(0, ["Yes."], "")] * 2


def test_it_is_read_in_ten_minutes_and_needs_the_standard_library_only() -> None:
    tree = ast.parse(PROGRAM.read_text())
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names
    assert len(PROGRAM.read_text().splitlines()) < 150

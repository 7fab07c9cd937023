"""`engage select` as somebody uses it: files in, one line of JSON out; frozen, drawn and verified for every pool."""

import csv
import json
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from services.fairness_taskforce.selection import command
from tests.selection.pools import FOLDER, SMALLEST_CHANCE_AND_GINI, keeps_to_rules, pool_of

KEYS = {
    "status", "n", "k", "types", "leximin_min", "upper_bound", "min_probability", "gini", "geometric_mean",
    "max_deviation", "panels", "distinct_panels", "selected", "probabilities", "seconds", "changes",
}  # fmt: skip
RANDOMNESS = "9f3c" * 16


def files(name: str) -> list[str]:
    folder, size = FOLDER / name, name.rpartition("_")[2].lstrip("k")
    return [
        "--categories", str(folder / "categories.csv"), "--respondents", str(folder / "respondents.csv"),
        "--size", size,
    ]  # fmt: skip


def select(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = command.main([*arguments, "--json"])
    told: dict[str, Any] = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    return status, told


def ids_file(file: Path, ids: Sequence[str]) -> str:
    file.write_text("\n".join(["id", *ids]) + "\n")
    return str(file)


@pytest.mark.parametrize("name", SMALLEST_CHANCE_AND_GINI)
def test_the_record_of_a_pool_is_verified_and_one_changed_byte_is_not(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frozen, record, salt = tmp_path / "frozen.json", tmp_path / "record.json", tmp_path / "salt"
    with_salt = [*files(name), "--salt", str(salt), "--freeze", str(frozen)]
    when = ("--beacon-at", "2030-01-01T12:00:00+00:00")
    status, told = select(capsys, *with_salt, "--seed", "7", *when, "--out", str(tmp_path))
    assert (status, set(told)) == (0, KEYS)
    drawn, winner = select(capsys, *with_salt, "--record", str(record), "--number", RANDOMNESS)

    assert drawn == 0
    assert command.main(["verify", str(record)]) == 0
    with (tmp_path / "lottery.csv").open(newline="") as file:
        groups = [tuple(row[1:]) for row in csv.reader(file)][1:]
    assert len(groups) == 1000
    assert tuple(winner["selected"]) == groups[int(winner["number"])]
    pool = pool_of(name)
    assert all(keeps_to_rules(pool, group) for group in set(groups))
    content, dice = record.read_bytes(), random.Random(name)
    for place in dice.sample(range(len(content)), 1):
        record.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        capsys.readouterr()
        assert command.main(["verify", str(record)]) != 0
        assert capsys.readouterr().out.strip()


def test_two_processes_make_the_same_lottery(tmp_path: Path) -> None:
    made = []
    for number in range(2):
        out = tmp_path / str(number)
        arguments = [*files("syn_n50_k20"), "--seed", "7", "--out", str(out), "--json"]
        subprocess.run([sys.executable, "-m", "deploy.engage", "select", *arguments], check=True, capture_output=True)
        made.append((out / "lottery.csv").read_bytes())

    assert made[0] == made[1]


def test_quotas_that_cannot_be_met_answer_with_the_same_names_and_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    categories = tmp_path / "categories.csv"
    categories.write_text("category,feature,min,max\nage,young,2,3\nage,old,2,3\n")
    people = tmp_path / "respondents.csv"
    people.write_text("id,age\na,young\nb,old\nc,old\n")

    status, told = select(capsys, "--categories", str(categories), "--respondents", str(people), "--size", "3")

    assert status == command.INFEASIBLE
    assert set(told) >= KEYS
    assert told["status"] == "infeasible"
    assert told["changes"][0]["cost"] == 1
    assert told["selected"] is None


def test_who_declined_is_replaced_and_who_stays_keeps_the_seat(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "syn_n200_k30"
    _, first = select(capsys, *files(name), "--seed", "7")
    declined, staying = first["selected"][:2], first["selected"][2:]

    status, told = select(
        capsys, *files(name), "--seed", "8",
        "--seated", ids_file(tmp_path / "seated.csv", staying),
        "--declined", ids_file(tmp_path / "declined.csv", declined),
    )  # fmt: skip

    assert status == 0
    assert len(told["selected"]) == 2
    assert not set(told["selected"]) & set(first["selected"])
    assert not set(told["probabilities"]) & set(declined)
    assert keeps_to_rules(pool_of(name), (*staying, *told["selected"]))


def test_nobody_has_a_seat_and_has_declined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, first = select(capsys, *files("syn_n50_k20"))
    same = ids_file(tmp_path / "ids.csv", first["selected"][:1])

    status, told = select(capsys, *files("syn_n50_k20"), "--seated", same, "--declined", same)

    assert status == command.FAULTY
    assert "cannot have a seat and have declined" in told["error"]

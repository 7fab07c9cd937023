"""Every contract has a stored sample that must parse for ever, and holds nothing that an event must not hold."""

import importlib
import json
import pkgutil
from pathlib import Path

import pytest

import shared.contracts
from shared.bus.port import COMPACTED
from shared.event import Fact, read_envelope

SAMPLES = Path(__file__).parent / "samples"

for module in pkgutil.iter_modules(shared.contracts.__path__):
    importlib.import_module(f"shared.contracts.{module.name}")
CONTRACTS = sorted(Fact.__subclasses__(), key=lambda fact: fact.wire_name)
PERSONAL = {"email", "name", "address", "phone", "postcode", "text", "answer", "answers"}


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.wire_name)
def test_the_stored_sample_parses(contract: type[Fact]) -> None:
    envelope = read_envelope((SAMPLES / f"{contract.wire_name}.json").read_bytes())
    sample = json.loads((SAMPLES / f"{contract.wire_name}.json").read_text())

    fact = contract.model_validate(envelope.data)

    assert envelope.name == contract.wire_name
    assert fact.model_dump(mode="json") | sample["data"] == fact.model_dump(mode="json")


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.wire_name)
def test_a_wire_name_says_publisher_fact_and_version(contract: type[Fact]) -> None:
    publisher, fact, version = contract.wire_name.split(".")
    words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in contract.__name__[:-2]).strip(
        "_"
    )
    assert contract.__module__ == f"shared.contracts.{publisher}"
    assert (fact, version) == (words, contract.__name__[-2:].lower())
    assert contract.topic in {publisher, contract.wire_name}


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.wire_name)
def test_only_the_compacted_topic_holds_contact_details(contract: type[Fact]) -> None:
    if contract.topic not in COMPACTED:
        assert PERSONAL.isdisjoint(contract.model_fields)


def test_no_sample_is_of_a_contract_that_is_gone() -> None:
    assert {file.stem for file in SAMPLES.iterdir()} == {contract.wire_name for contract in CONTRACTS}

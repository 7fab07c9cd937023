"""Files and functions that can be read in one sitting, and names that say what a thing is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("services", "shared", "deploy")
FILE_LINES = 400
FUNCTION_LINES = 60
VAGUE = ("Manager", "Helper", "Utils", "Base", "Impl")
"""Endings that say nothing of what a class is for."""


def sources() -> list[Path]:
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return sorted(path for path in found if "node_modules" not in path.parts)


def faults(source: str) -> Iterator[str]:
    lines = len(source.splitlines())
    if lines > FILE_LINES:
        yield f"{lines} lines: make it a folder, a file for each verb"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{node.name} has {length} lines"
        if isinstance(node, ast.ClassDef) and node.name.endswith(VAGUE):
            yield f"{node.name}: say what it is"


def test_there_is_something_to_measure() -> None:
    assert ROOT / "shared" / "relay.py" in sources()
    assert ROOT / "services" / "accounts" / "domain.py" in sources()


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short_and_its_names_are_plain(path: Path) -> None:
    assert list(faults(path.read_text())) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1\n" * 400, []),
        ("x = 1\n" * 401, ["401 lines: make it a folder, a file for each verb"]),
        ("def short():\n" + "    pass\n" * 59, []),
        ("def long():\n" + "    pass\n" * 60, ["long has 61 lines"]),
        ("class A:\n    async def long(self):\n" + "        pass\n" * 60, ["long has 61 lines"]),
        ("class Relay: ...", []),
        ("class Database: ...", []),
        ("class MailManager: ...", ["MailManager: say what it is"]),
        ("class StoreBase: ...", ["StoreBase: say what it is"]),
        ("class StoreImpl: ...", ["StoreImpl: say what it is"]),
    ],
)
def test_a_breach_is_seen(source: str, expected: list[str]) -> None:
    assert list(faults(source)) == expected

"""docs/operations.md has every setting, with its default."""

import re
from dataclasses import fields
from pathlib import Path

from shared.settings import Settings

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
ROW = r"^\| `(ENGAGE_\w+)` \| (?:`([^`]*)`|(empty)) \| \S.* \|$"


def test_the_table_has_every_setting_with_its_default_and_no_other() -> None:
    table = {name: default for name, default, _ in re.findall(ROW, OPERATIONS, re.MULTILINE)}

    assert table == {f"ENGAGE_{each.name.upper()}": written(each.default) for each in fields(Settings)}


def written(default: object) -> str:
    """As it would stand in the environment."""
    if default is None:
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)

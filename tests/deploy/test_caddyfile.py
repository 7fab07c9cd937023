"""The front door sends every path to the service that has it."""

import re
from pathlib import Path

import pytest

from deploy.host import SERVICES
from services.consultation.web.uploads import IN_ALL
from shared.web.guard import LIMIT

CADDYFILE = (Path(__file__).parents[2] / "deploy" / "Caddyfile").read_text()
MATCHERS = dict(re.findall(r"^\t@(\w+) path (.+)$", CADDYFILE, re.MULTILINE))
HANDLES = re.findall(r"^\thandle(?: @(\w+))? \{\n\t\timport to \{\$(\w+):(\w+):8000\}\n\t\}", CADDYFILE, re.MULTILINE)
PREFIXES = {prefix: name for name, module in SERVICES.items() for prefix in module.PATHS}


def behind(path: str) -> str:
    """As Caddy does it: the first `handle` that fits; the one without a matcher comes last and takes the rest."""
    for matcher, _, service in HANDLES:
        patterns = MATCHERS[matcher].split() if matcher else ["/*"]
        if any(path.startswith(each[:-1]) if each.endswith("*") else path == each for each in patterns):
            return str(service)
    raise LookupError(path)


@pytest.mark.parametrize(("prefix", "service"), PREFIXES.items())
def test_a_path_prefix_leads_to_its_service(prefix: str, service: str) -> None:
    below = prefix.rstrip("/") + "/something"

    assert behind(prefix) == service
    assert behind(below) == service


@pytest.mark.parametrize("path", ["/assets/engage-0a1b.css", "/api/openapi.json", "/sign-inn", "/mails", "/accounts"])
def test_everything_else_leads_to_the_service_that_has_the_home_page(path: str) -> None:
    assert behind(path) == PREFIXES["/"]


def test_no_path_is_in_the_front_door_that_no_service_has() -> None:
    wanted = {name: {*module.PATHS} - {"/"} for name, module in SERVICES.items()}
    for matcher, patterns in MATCHERS.items():
        if matcher not in {"https", "with_files"}:
            assert {each.removesuffix("/*") for each in patterns.split()} == wanted[matcher]


def test_each_service_can_be_put_elsewhere_by_a_variable_of_its_name() -> None:
    assert {(variable, service) for _, variable, service in HANDLES} == {(name.upper(), name) for name in SERVICES}


def test_a_form_that_is_too_large_is_refused_by_the_service_which_says_so_in_words() -> None:
    sizes = dict(re.findall(r"request_body @(\w+) \{\n\t\tmax_size (\d+)MB", CADDYFILE))

    assert int(sizes["without_files"]) * 1_000_000 == 2 * LIMIT
    assert int(sizes["with_files"]) * 1_000_000 > IN_ALL


def test_every_form_has_one_limit_of_its_size() -> None:
    (without,) = re.findall(r"^\t@without_files not path (.+)$", CADDYFILE, re.MULTILINE)

    assert without == MATCHERS["with_files"]
    assert CADDYFILE.count("request_body ") == 2


def test_no_request_is_logged() -> None:
    assert re.findall(r"^\s*log\b.*$", CADDYFILE, re.MULTILINE) == ["\tlog default {"]
    assert "format filter {\n\t\t\trequest delete\n\t\t}" in CADDYFILE

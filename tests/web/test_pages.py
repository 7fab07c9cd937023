import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from shared.place import load_place
from shared.web.forms import Form
from shared.web.pages import Pages
from shared.web.viewer import ANONYMOUS, Viewer

RESIDENT = Viewer("p1", frozenset({"resident"}))
OFFICER = Viewer("p2", frozenset({"resident", "officer"}))
FIELDS = """{% extends "layout.html" %}{% import "fields.html" as fields %}
{% block title %}Apply{% endblock %}
{% block content %}{{ fields.error_summary(form) }}
{{ fields.text(form, "email", "E-mail", hint="For the link", autocomplete="email", width=20, spellcheck=False) }}
{{ fields.textarea(form, "why", "Why?", max_length=200) }}{{ fields.textarea(form, "more", "More") }}
{{ fields.radios(form, "view", "View", [("1", "Agree"), ("2", "Disagree", "Or nearly")]) }}
{{ fields.checkboxes(form, "care", "Care", place.interests) }}
{{ fields.select(form, "ward", "Ward", [("", "Choose"), ("Saints", "Saints")]) }}
{{ fields.date_time(form, "closes", "Closes") }}{{ fields.hidden(form, ["submission"]) }}
{{ fields.button("Send", name="act", value="send") }}{% endblock %}"""


class Elements(HTMLParser):
    """Every start tag of a page with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    folder = tmp_path_factory.mktemp("templates")
    (folder / "apply.html").write_text(FIELDS)
    (folder / "slip.html").write_text('{% extends "layout.html" %}{% block content %}{{ no_such }}{% endblock %}')
    (folder / "staff-page.html").write_text('{% extends "staff.html" %}{% set staff_section = "/staff" %}')
    return Pages(load_place(Path("places/luton")), [folder], demo=True, inbox=True)


def page_of(folder: Path, text: str) -> str:
    (folder / "changing.html").write_text(text)
    return Pages(load_place(Path("places/luton")), [folder], demo=False).render("changing.html", ANONYMOUS)


def test_a_template_is_compiled_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.compiled.FOLDER", tmp_path / "compiled")
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    assert page_of(tmp_path, "First: {{ 1 + 1 }}") == "First: 2"
    with monkeypatch.context() as without:
        without.setattr("jinja2.Environment.compile", None)
        assert page_of(tmp_path, "First: {{ 1 + 1 }}") == "First: 2"
    assert page_of(tmp_path, "Then: {{ 1 + 1 }}") == "Then: 2"


def test_where_compiled_templates_cannot_be_kept_pages_come_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "compiled").write_text("a file, where the folder should be")
    monkeypatch.setattr("shared.web.compiled.FOLDER", tmp_path / "compiled")
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    assert page_of(tmp_path, "{{ 1 + 1 }}") == "2"


def links(html: str) -> set[str | None]:
    return {link.get("href") for link in Elements(html).all("a")}


def home(pages: Pages, viewer: Viewer, *, is_open: bool) -> str:
    shown = SimpleNamespace(
        title="The <library>",
        summary="Where?",
        url="/library",
        results_url="/results",
        responses=1_204,
        is_example=False,
    )
    shown.closes_at = datetime(2026, 3, 3, 17, tzinfo=UTC)
    return pages.render("home.html", viewer, open=[shown] if is_open else [], closed=[shown])


def test_home_invites_to_what_is_open(pages: Pages) -> None:
    html = home(pages, ANONYMOUS, is_open=True)
    assert {"/library", "/results", "/sign-up", "/sign-in", "/mail"} <= links(html)
    for words in ("The &lt;library&gt;", "1,204 responses", "Closes 5pm UK time on Tuesday 3 March 2026", "225,300"):
        assert words in html


def test_home_is_kind_when_nothing_is_open(pages: Pages) -> None:
    assert "Nothing is open just now" in home(pages, ANONYMOUS, is_open=False)
    assert "/sign-up" not in links(home(pages, RESIDENT, is_open=False))


def test_navigation_fits_the_viewer(pages: Pages) -> None:
    resident, officer = home(pages, RESIDENT, is_open=True), home(pages, OFFICER, is_open=True)
    assert "/account" in links(resident)
    assert not {"/staff", "/sign-in"} & links(resident)
    assert {"/staff", "/account"} <= links(officer)
    assert [form.get("action") for form in Elements(resident).all("form")] == ["/sign-out"]


def test_a_mosaic_has_a_tile_for_every_ward(pages: Pages) -> None:
    svg = re.search(r'<figure class="engage-mosaic">.*?</svg>', home(pages, ANONYMOUS, is_open=True), re.DOTALL)
    assert svg is not None
    assert svg[0].count("<rect") == 20


def test_no_page_holds_a_style_or_a_script_of_its_own(pages: Pages) -> None:
    elements = Elements(home(pages, OFFICER, is_open=True) + pages.render("apply.html", RESIDENT, form=Form()))
    assert not elements.all("style")
    assert all(script.get("src") for script in elements.all("script"))
    assert not [name for _, attributes in elements.found for name in attributes if name == "style" or name[:2] == "on"]


def test_what_was_typed_comes_back(pages: Pages) -> None:
    typed = {"email": "a@b", "view": "2", "care": "economy", "ward": "Saints", "closes-day": "31", "submission": "abc"}
    form = Form({name: [value] for name, value in typed.items()})
    elements = Elements(pages.render("apply.html", RESIDENT, form=form))
    held = {
        field["name"]: field["value"]
        for field in elements.all("input")
        if field.get("value") and (field["type"] in ("text", "hidden") or "checked" in field)
    }
    held["ward"] = next(option["value"] for option in elements.all("option") if "selected" in option)
    assert held == typed


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(typed=st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_whatever_was_typed_comes_back_unharmed(pages: Pages, typed: str) -> None:
    elements = Elements(pages.render("apply.html", RESIDENT, form=Form({"email": [typed]})))
    assert [field.get("value") or "" for field in elements.all("input") if field.get("name") == "email"] == [typed]


def test_every_error_leads_to_its_field_and_the_title_says_so(pages: Pages) -> None:
    fields = ["email", "why", "more", "view", "care", "ward", "closes"]
    form = Form().with_errors({**{name: f"Put {name} right" for name in fields}, "": "Start again"})
    html = pages.render("apply.html", RESIDENT, form=form)
    elements = Elements(html)
    inputs = {a.get("id") for tag in ("input", "select", "textarea") for a in elements.all(tag)}
    assert set(fields) <= inputs
    assert {f"#{name}" for name in fields} <= links(html)
    assert all(html.count(f"Put {name} right") == 2 for name in fields)
    assert "<title>Error: Apply" in html
    assert "Error:" not in pages.render("apply.html", RESIDENT, form=Form())


def test_ids_on_a_page_are_unique(pages: Pages) -> None:
    form = Form({}, {"closes": "Enter a real date"})
    for html in (pages.render("apply.html", RESIDENT, form=form), home(pages, ANONYMOUS, is_open=True)):
        ids = [attributes["id"] for _, attributes in Elements(html).found if "id" in attributes]
        assert len(ids) == len(set(ids))


def test_a_slip_in_a_template_fails_and_leaves_no_gap(pages: Pages) -> None:
    with pytest.raises(UndefinedError, match="no_such"):
        pages.render("slip.html", ANONYMOUS)


def test_staff_pages_have_their_own_navigation(pages: Pages) -> None:
    html = pages.render("staff-page.html", OFFICER, staff_links=[("/staff", "Overview"), ("/staff/people", "People")])
    assert "/staff/people" in links(html)
    assert [link.get("href") for link in Elements(html).all("a") if link.get("aria-current")] == ["/staff", "/staff"]


def test_an_error_page_says_what_to_do_next(pages: Pages) -> None:
    html = pages.render("error.html", ANONYMOUS, title="Closed", sentence="It closed.", next_step="See the results.")
    assert all(words in html for words in ("It closed.", "What to do next", "See the results."))
    assert "What to do next" not in pages.render("error.html", ANONYMOUS, title="Closed", sentence="It closed.")


def test_only_a_demonstration_says_that_it_is_one() -> None:
    calm = Pages(load_place(Path("places/luton")), [], demo=False)
    assert "made-up people" not in home(calm, ANONYMOUS, is_open=True)


def test_staff_are_those_with_a_role_of_staff() -> None:
    assert (OFFICER.is_staff, RESIDENT.is_staff, ANONYMOUS.is_staff) == (True, False, False)
    assert (OFFICER.has("officer"), OFFICER.has("admin")) == (True, False)
    assert (RESIDENT.is_signed_in, ANONYMOUS.is_signed_in) == (True, False)

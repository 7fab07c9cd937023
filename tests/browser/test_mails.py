"""Every mail as a reader sees it: on a desk and a phone, by day and in the dark, as text, and where its links lead."""

import re
from collections.abc import Mapping
from email.message import EmailMessage
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page

from tests.browser.looking import DESK, PHONE, faults, look_at
from tests.browser.one_of_each import (
    MADE_BY_ASKING,
    TEMPLATES,
    VALUES,
    notifications_of,
    one_of_each,
    resident_of,
    something_for_staff,
)
from tests.world import World

pytestmark = pytest.mark.browser

US = "http://localhost"
ONLY_IN_TEXT = {"hello"}
ONLY_IN_HTML: Mapping[str, str] = {"sign_in": "Or copy this address into your browser", "draft_reminder": "are"}
STAFF = (
    "/staff/mail",
    "/staff/mail/messages/look:held",
    "/staff/mail/people/held",
    "/staff/mail/mailings",
    "/staff/mail/mailings/look",
    "/staff/mail/mailings/look/cancel",
    "/staff/mail/wording",
    "/staff/mail/wording/digest",
)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {value or "" for name, value in attrs if tag == "a" and name == "href"}


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def links_in_html(mail: EmailMessage) -> set[str]:
    parser = _Links()
    parser.feed(part(mail, "html"))
    return parser.found


def links_in_text(mail: EmailMessage) -> set[str]:
    return set(re.findall(r"https?://\S+", part(mail, "plain")))


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", re.sub(r"https?://\S+", " ", text).casefold()))


def ours(mail: EmailMessage) -> set[str]:
    """Paths of the links in both versions that lead to our pages."""
    links = {link for link in links_in_html(mail) | links_in_text(mail) if not link.startswith("mailto:")}
    assert all(link.startswith(f"{US}/") for link in links), links
    return {urlsplit(link).path for link in links}


def test_a_mail_of_each_template_is_looked_at() -> None:
    assert sorted([MADE_BY_ASKING, *VALUES]) == TEMPLATES


async def test_every_mail_passes_axe_and_fits_a_phone_by_day_and_in_the_dark(browser: Browser, demo: World) -> None:
    came = await one_of_each(demo)
    page = await browser.new_page()
    found = []
    for template, number in came.numbers.items():
        # In its own window: in the frame of the inbox, no script may run, axe's neither.
        served = await page.request.get(f"{demo.where('/mail')}/mail/{number}/html")
        await page.set_content(await served.text())
        assert await page.locator("h1").count() == 1
        for size in (DESK, PHONE):
            await page.set_viewport_size(size)
            for scheme in ("light", "dark"):
                await page.emulate_media(color_scheme=scheme)
                found += [f"{template} {scheme} {size['width']} {fault}" for fault in await faults(page)]
    assert found == []


async def test_the_text_version_of_every_mail_says_and_links_the_same(browser: Browser, demo: World) -> None:
    came = await one_of_each(demo)
    page = await browser.new_page()
    for template, mail in came.mails.items():
        written, shown = links_in_text(mail), links_in_html(mail)
        addresses = {link.removeprefix("mailto:") for link in shown if link.startswith("mailto:")}
        assert written == {link for link in shown if not link.startswith("mailto:")}, template
        assert all(address in part(mail, "plain") for address in addresses), template

        await page.set_content(part(mail, "html"))
        seen = words(await page.inner_text("body"))
        said = words(part(mail, "plain")) | words(f"{mail['Subject']} {mail['From']}")
        assert seen - said <= words(ONLY_IN_HTML.get(template, "")), template
        assert words(part(mail, "plain")) - seen <= ONLY_IN_TEXT, template


async def test_every_link_in_every_mail_leads_to_a_page_and_opening_it_changes_nothing(
    browser: Browser, demo: World
) -> None:
    came = await one_of_each(demo)
    paths = sorted({path for mail in came.mails.values() for path in ours(mail)})
    assert {path.split("/")[1] for path in paths} == {"consultations", "preferences", "sign-in", "unsubscribe"}
    async with notifications_of(demo) as (_, documents):
        before = await resident_of(documents)
        page = await browser.new_page()
        await page.goto(demo.where("/") + "/sign-in")
        await page.get_by_text("Sign in as a resident").click()
        for path in paths:
            assert (await page.request.get(demo.where(path) + path)).status == 200, path
        own = [path for path in paths if "/consultations/" not in path or "/drafts/" in path]  # others: test_browser
        assert await look_at(page, demo.where("/mail"), own) == []
        assert await resident_of(documents) == before


async def test_stopping_and_choosing_pass_axe_and_fit_a_phone(browser: Browser, demo: World) -> None:
    mail = (await one_of_each(demo)).mails["consultation_opened"]
    (stop,) = (path for path in ours(mail) if "/unsubscribe/" in path)
    (choose,) = (path for path in ours(mail) if "/preferences/" in path)
    page = await browser.new_page()
    address = demo.where("/mail")

    await page.goto(address + stop)
    await page.get_by_role("button", name="Unsubscribe").click()
    assert await page.get_by_role("heading", name="You are unsubscribed").is_visible()
    found = await at_both_widths(page)
    await page.goto(address + choose)
    await page.evaluate("document.querySelectorAll('input').forEach(each => each.checked = false)")
    await page.get_by_role("button", name="Save").click()
    assert await page.get_by_role("heading", name="There is a problem").is_visible()
    found += await at_both_widths(page)
    for radio in await page.get_by_label("Once a week").all():
        await radio.check()
    await page.get_by_role("button", name="Save").click()
    assert await page.get_by_role("heading", name="Your choice is saved").is_visible()
    found += await at_both_widths(page)

    assert found == []


async def test_staff_pages_of_mail_pass_axe_and_fit_a_phone(browser: Browser, demo: World) -> None:
    await something_for_staff(demo)
    page = await browser.new_page()
    await page.goto(demo.where("/") + "/sign-in")
    await page.get_by_text("Sign in as an officer").click()
    assert await look_at(page, demo.where("/staff/mail"), STAFF) == []

    await page.goto(demo.where("/staff/mail") + "/staff/mail/people/held")
    await page.get_by_role("button", name="Send to this address again").click()
    assert await page.get_by_text("We send to this address again.").is_visible()
    assert await at_both_widths(page) == []


async def at_both_widths(page: Page) -> list[str]:
    found = []
    for size in (DESK, PHONE):
        await page.set_viewport_size(size)
        found += await faults(page)
    return found

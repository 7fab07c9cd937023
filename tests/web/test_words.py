from datetime import UTC, datetime

import pytest

from shared.web.markdown import markdown
from shared.web.words import london_date, london_time, number, percent


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 3, 3, 17, tzinfo=UTC), "5pm on Tuesday 3 March 2026"),
        (datetime(2026, 7, 1, 16, 30, tzinfo=UTC), "5:30pm on Wednesday 1 July 2026"),
        (datetime(2026, 7, 1, 11, tzinfo=UTC), "midday on Wednesday 1 July 2026"),
        (datetime(2026, 7, 1, 23, tzinfo=UTC), "midnight at the start of Thursday 2 July 2026"),
    ],
)
def test_times_are_written_as_people_in_the_town_say_them(moment: datetime, words: str) -> None:
    assert london_time(moment) == words


def test_a_time_says_that_it_is_uk_time_where_asked() -> None:
    moment = datetime(2026, 3, 3, 17, tzinfo=UTC)
    assert london_time(moment, zone=True) == "5pm UK time on Tuesday 3 March 2026"
    assert london_date(moment) == "Tuesday 3 March 2026"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        london_time(datetime(2026, 3, 3, 17))  # noqa: DTZ001


def test_numbers_have_commas_and_shares_never_round_to_nothing() -> None:
    assert (number(225_300), number(12.1), number(52.0)) == ("225,300", "12.1", "52")
    assert (percent(0.615), percent(0), percent(0.001)) == ("62%", "0%", "<1%")


def test_markdown_cannot_bring_in_html() -> None:
    assert "<script>" not in markdown("<script>alert(1)</script> and <b>bold</b>")


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://a.example"])
def test_markdown_links_lead_to_the_web_or_to_a_mail_only(link: str) -> None:
    assert "href" not in markdown(f"[here]({link}) <{link}>")
    assert 'href="https://a.example"' in markdown("[here](https://a.example)")
    assert 'href="mailto:a@a.example"' in markdown("[here](mailto:a@a.example)")


def test_markdown_loads_no_picture_from_elsewhere() -> None:
    assert "<img" not in markdown("![seen](https://evil.example/pixel.png)")


def test_markdown_headings_start_below_the_title_of_the_page_and_skip_none() -> None:
    html = markdown("# One\n\n### Two\n\n# Three")
    assert [line[:3] for line in html.splitlines()] == ["<h2", "<h3", "<h2"]
    assert markdown("#### Alone", first_heading=3).startswith('<h3 class="govuk-heading-m">')


def test_markdown_is_dressed_as_the_rest_of_the_page() -> None:
    html = markdown("A\n\n- b\n\n1. c")
    for name in ("govuk-body", "govuk-list govuk-list--bullet", "govuk-list govuk-list--number"):
        assert f'class="{name}"' in html

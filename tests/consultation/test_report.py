"""Reports: what they need, how they are corrected, and who may publish them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultation.domain import report_publishing as publishing
from services.consultation.domain.approval import Step
from services.consultation.domain.report import EDITIONS, PDF_TRIES, PdfState, Report
from services.consultation.domain.report_words import ITEMS, Content, Item, Upshot, with_themes
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from tests.consultation.reports import CAFE, CLOSED, NOT_YET, PARK, SWINGS, TAKEN, TODAY, WHOLE, day
from tests.town import NOON

PUBLISHED, _ = publishing.publish_report(WHOLE, PARK, "author", CLOSED, second_officer=False)


def publish(report: Report, corrects: str = "") -> Report:
    return publishing.publish_report(report, PARK, "author", CLOSED, corrects=corrects, second_officer=False)[0]


def test_a_report_needs_a_decision_and_a_theme() -> None:
    assert Report("park", "author").lacks(PARK, CLOSED) == (
        "Record the decision, or say that it is not taken yet and why",
        "Add at least one theme: what people said about it, and what was done",
    )
    with pytest.raises(Conflict, match="Add at least one theme"):
        publish(Report("park", "author").decide(TAKEN, TODAY))
    with pytest.raises(Conflict, match="Record the decision"):
        publish(Report("park", "author").put(SWINGS, TODAY))
    assert WHOLE.lacks(PARK, CLOSED) == ()


def test_a_dated_not_yet_with_a_reason_will_do_for_a_decision() -> None:
    assert publish(Report("park", "author").put(SWINGS, TODAY).decide(NOT_YET, TODAY)).is_published
    with pytest.raises(Invalid) as refused:
        WHOLE.decide(replace(NOT_YET, on=None, reasons=""), TODAY)
    assert dict(refused.value.errors) == {
        "on": "Enter the day on which you say this",
        "reasons": "Say why it is not decided yet",
    }


def test_a_decision_says_who_took_it_when_and_why() -> None:
    with pytest.raises(Invalid) as refused:
        WHOLE.decide(replace(TAKEN, on=None, by="", words="", reasons=""), TODAY)
    assert set(refused.value.errors) == {"on", "by", "words", "reasons"}
    with pytest.raises(Invalid, match="still to come"):
        WHOLE.decide(replace(TAKEN, on=day(1)), TODAY)


def test_a_theme_says_what_was_said_what_came_of_it_and_when() -> None:
    with pytest.raises(Invalid) as refused:
        WHOLE.put(Item("x", "", "", None, "", None), TODAY)
    assert set(refused.value.errors) == {"theme", "said", "upshot", "did", "on"}
    with pytest.raises(Invalid, match="2,000 characters or fewer"):
        WHOLE.put(replace(SWINGS, said="x" * 2_001), TODAY)
    with pytest.raises(Invalid, match="still to come"):
        WHOLE.put(replace(SWINGS, on=day(1)), TODAY)
    planned = replace(SWINGS, upshot=Upshot.PLANNED, on=day(400))
    assert WHOLE.put(planned, TODAY).content.item("swings") == planned


def test_nothing_is_reported_before_the_close() -> None:
    with pytest.raises(Conflict, match="has not closed yet"):
        publishing.publish_report(WHOLE, PARK, "author", NOON, second_officer=False)


def test_publication_tells_ids_and_the_title_alone() -> None:
    _, event = publishing.publish_report(WHOLE, PARK, "author", CLOSED, second_officer=False)

    assert (event.consultation, event.title, event.edition, event.published_by) == ("park", "The park", 1, "author")
    assert "swings" not in event.model_dump_json().lower()


def test_a_correction_is_a_later_edition_that_says_what_it_corrects_and_the_earlier_stays() -> None:
    changed = PUBLISHED.put(replace(SWINGS, did="We bought five."), TODAY)
    with pytest.raises(Refusal, match="Say what you correct"):
        publish(changed)

    corrected = publish(changed, "It was five, not four.")

    assert [edition.number for edition in corrected.editions] == [1, 2]
    assert corrected.edition(1) == PUBLISHED.edition(1)
    assert corrected.newest.corrects == "It was five, not four."
    assert corrected.newest.content.item("swings").did == "We bought five."
    with pytest.raises(NotFound):
        corrected.edition(3)
    with pytest.raises(NotFound):
        corrected.edition(0)


def test_what_everyone_reads_stays_as_it_is_until_it_is_published_again() -> None:
    changed = PUBLISHED.remove("cafe")

    assert PUBLISHED.newest == changed.newest
    assert [item.id for item in changed.newest.content.items] == ["swings", "cafe"]


def test_without_a_change_there_is_nothing_to_correct() -> None:
    with pytest.raises(Conflict, match="Nothing was changed"):
        publish(PUBLISHED, "Nothing")


def test_there_is_room_for_so_many_corrections() -> None:
    report = PUBLISHED
    for number in range(EDITIONS - 1):
        report = publish(report.put(replace(SWINGS, did=f"We bought {number}."), TODAY), "The number")

    assert len(report.editions) == EDITIONS
    with pytest.raises(Conflict, match="all there is room for"):
        publish(report.remove("cafe"), "One too many")


def test_a_second_officer_approves_a_report_where_the_place_asks_for_one() -> None:
    with pytest.raises(Conflict, match="Another officer has to approve"):
        publishing.publish_report(WHOLE, PARK, "author", CLOSED, second_officer=True)
    asked = publishing.ask_for_report(WHOLE, PARK, "asker", CLOSED)
    assert asked.asked == "yes"
    for by in ("author", "asker"):
        with pytest.raises(Forbidden):
            publishing.approve_report(asked, PARK, by, CLOSED, asked.mark)
    with pytest.raises(Conflict, match="changed while you read"):
        publishing.approve_report(asked, PARK, "second", CLOSED, "another")

    approved, event = publishing.approve_report(asked, PARK, "second", CLOSED, asked.mark)

    assert [entry.step for entry in approved.history] == [Step.ASKED, Step.APPROVED, Step.PUBLISHED]
    assert (approved.asked, event.published_by) == ("", "second")


def test_what_was_changed_after_it_was_asked_for_has_to_be_asked_for_again() -> None:
    asked = publishing.ask_for_report(WHOLE, PARK, "author", CLOSED)
    changed = asked.remove("cafe")

    assert changed.asked == ""
    with pytest.raises(Conflict, match="may have been changed since"):
        publishing.approve_report(changed, PARK, "second", CLOSED, changed.mark)


def test_a_report_is_sent_back_with_a_reason() -> None:
    asked = publishing.ask_for_report(WHOLE, PARK, "author", CLOSED)

    with pytest.raises(Refusal, match="Say what has to be changed"):
        publishing.send_report_back(asked, "second", CLOSED, asked.mark, "")
    back = publishing.send_report_back(asked, "second", CLOSED, asked.mark, "Name the cost")
    assert (back.history[-1].note, back.asked) == ("Name the cost", "")


def test_confirmed_themes_become_items_to_finish_and_none_twice() -> None:
    themed = WHOLE.with_content(with_themes(WHOLE.content, [("a", "swings", "9 wrote"), ("b", "Bins", "7 wrote")]))

    assert [item.id for item in themed.content.items] == ["swings", "cafe", "b"]
    assert themed.lacks(PARK, CLOSED) == ("Finish “Bins”: choose what came of it",)


def test_a_report_has_room_for_so_many_themes() -> None:
    full = Content(items=tuple(replace(SWINGS, id=f"i{number}") for number in range(ITEMS)))

    with pytest.raises(Conflict, match="40 themes"):
        full.put(CAFE)
    assert full.put(replace(SWINGS, id="i7")).items[7].id == "i7"
    assert len(with_themes(full, [("x", "Bins", "")]).items) == ITEMS


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from((-1, 1, 0, -5, 5))), max_size=40))
def test_moving_themes_loses_none_and_doubles_none(moves: list[tuple[int, int]]) -> None:
    ids = {f"i{number}" for number in range(10)}
    content = Content(items=tuple(replace(SWINGS, id=id) for id in sorted(ids)))
    for place, step in moves:
        content = content.move(f"i{place}", step)

    assert len(content.items) == len(ids)
    assert {item.id for item in content.items} == ids


def test_a_theme_moves_one_up_or_down_and_stays_at_either_end() -> None:
    def order(content: Content) -> list[str]:
        return [item.id for item in content.items]

    assert order(WHOLE.content.move("cafe", -1)) == ["cafe", "swings"]
    assert order(WHOLE.content.move("swings", -1)) == ["swings", "cafe"]
    assert order(WHOLE.content.move("cafe", 1)) == ["swings", "cafe"]
    with pytest.raises(NotFound):
        WHOLE.content.move("nothing", 1)


def test_a_pdf_is_owed_until_it_is_made_tried_later_each_time_and_given_up() -> None:
    report, waits = PUBLISHED, []
    for _ in range(PDF_TRIES - 1):
        report = publishing.without_pdf(report, 1, CLOSED)
        assert report.pdf_due is not None
        waits.append(report.pdf_due - CLOSED)
    assert waits == sorted(waits)
    assert waits[0] > timedelta(0)
    given_up = publishing.without_pdf(report, 1, CLOSED)
    assert (given_up.pdf_due, given_up.failed) == (None, "yes")
    assert given_up.newest.pdf.state is PdfState.FAILED

    again = publishing.try_pdf_again(given_up, CLOSED)
    assert (again.pdf_due, again.failed) == (CLOSED, "")
    made = publishing.with_pdf(again, 1, "0" * 32, "ab", 10)
    assert (made.pdf_due, made.newest.pdf.state) == (None, PdfState.MADE)

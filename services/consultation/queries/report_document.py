"""A report as data for the template that puts it on paper (templates/pdf/report.typ)."""

from collections.abc import Sequence
from typing import Any

from services.consultation.domain import Kind
from services.consultation.domain.report_words import Item
from services.consultation.queries import QuestionResult
from services.consultation.queries.report import Figure, ReportView
from shared.place import Place
from shared.web.charts import Bar, bar_chart
from shared.web.charts_on_paper import height_of, on_paper
from shared.web.words import london_date, london_time, number, percent

FONT = "Source Sans 3"
DRAWN, WIDTH, HIGHEST = 620, 440, 640
"""A chart is drawn so many pixels wide, and so many points wide on paper, unless it would be higher than a page."""


def report_document(view: ReportView, place: Place, address: str) -> dict[str, Any]:
    """`address`: where the report is on the web."""
    consultation, content = view.consultation, view.content
    return {
        "title": f"What came of it: {consultation.title}",
        "short": consultation.title,
        "description": f"What people said about {consultation.title}, and what {place.council} did.",
        "council": place.council,
        "colours": {"brand": place.colours.brand, "tint": place.colours.tint},
        "published": f"Published on {london_date(view.first_at or view.edition.at)}. It is on the web at {address}",
        "corrections": [f"Corrected on {london_date(each.at)}: {each.words}" for each in view.corrections],
        "source": f"About this data. {consultation.source}" if consultation.source else "",
        "introduction": content.introduction,
        "decision": _decision(view),
        "items": [_item(view, item) for item in content.items],
        "method": content.method,
        "took_part": _took_part(view),
        "figures": [_figure(each, view.results.responses, place) for each in view.figures],
        "contact": _contact(view, place),
    }


def _decision(view: ReportView) -> dict[str, str]:
    decision = view.content.decision
    taken = decision is not None and decision.taken
    return {
        "heading": "What was decided" if taken else "Not decided yet",
        "when": view.decision_words,
        "words": decision.words if decision else "",
        "reasons": decision.reasons if decision else "",
    }


def _item(view: ReportView, item: Item) -> dict[str, str]:
    return {
        "theme": item.theme,
        "said": item.said,
        "heading": view.heading(item),
        "did": item.did,
        "when": view.day(item),
    }


def _took_part(view: ReportView) -> list[str]:
    details, found = view.consultation.details, view.results
    many = found.responses != 1
    sentences = [
        f"It was open from {london_time(details.opens_at)} to {london_time(details.closes_at, zone=True)}.",
        f"{number(found.responses)} {'responses are' if many else 'response is'} counted here.",
    ]
    if found.channels:
        ways = ", ".join(f"{name} {number(count)}" for name, count in found.channels.items())
        sentences.append(f"How they came: {ways}.")
    sentences += [
        f"{number(count)} {'were' if count > 1 else 'was'} set aside, because {why}."
        for why, count in found.set_aside.items()
    ]
    return sentences


def _figure(figure: Figure, responses: int, place: Place) -> dict[str, Any]:
    result = figure.result
    name = f"{result.number}. {result.text}" if result.number else result.text
    sentences = [f"{number(result.answered)} of {number(responses)} answered this question.", figure.agreeing]
    if result.kind is Kind.SEVERAL_CHOICES:
        sentences.append("People could choose several answers, so the shares can add up to more than 100%.")
    chart = _chart(result, place) if result.bars else ""
    return {
        "heading": name,
        "sentences": [sentence for sentence in sentences if sentence],
        "chart": chart,
        "width": _width(chart),
        "alt": f"Bar chart of the answers to: {result.text}. {_in_words(result.bars)}",
        "rows": [[bar.label, number(bar.count), percent(bar.share)] for bar in result.bars],
    }


def _chart(result: QuestionResult, place: Place) -> str:
    drawn = bar_chart(result.bars, title=result.text, description="")
    return on_paper(drawn, font=FONT, bar=place.colours.support, tint=place.colours.tint, width=DRAWN)


def _width(chart: str) -> float:
    """In points."""
    high = height_of(chart) * WIDTH / DRAWN
    return WIDTH * min(1.0, HIGHEST / high) if high else WIDTH


def _in_words(bars: Sequence[Bar]) -> str:
    return f"{'; '.join(f'{bar.label} {percent(bar.share)}' for bar in bars)}."


def _contact(view: ReportView, place: Place) -> list[str]:
    details = view.consultation.details
    whom = ", ".join(part for part in (details.contact_team, details.contact_email, details.contact_phone) if part)
    formats = [details.formats] if details.formats else []
    return [whom or place.contact_email, *formats]

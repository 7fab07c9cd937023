"""What officers write, as safe HTML in the style of the page."""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from shared.web.english import InEnglish

_LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
_CLASSES = {
    "paragraph_open": "govuk-body",
    "bullet_list_open": "govuk-list govuk-list--bullet",
    "ordered_list_open": "govuk-list govuk-list--number",
    "link_open": "govuk-link",
    "blockquote_open": "govuk-inset-text",
    "hr": "govuk-section-break govuk-section-break--m govuk-section-break--visible",
}
_LOWEST_HEADING = 6


def _reader() -> MarkdownIt:
    # Images are left out: a picture from elsewhere would tell its host who reads the page.
    reader = MarkdownIt("commonmark", {"html": False}).disable("image")
    reader.validateLink = lambda url: _LINK.match(url) is not None  # type: ignore[method-assign]
    return reader


_READER = _reader()


def markdown(text: str, first_heading: int = 2) -> Markup:
    """CommonMark as HTML. Raw HTML is shown as typed; a link other than http, https or mailto stays text.

    The largest heading that the text uses becomes `first_heading`, the next one follows it, so that the page's
    outline skips no level whatever the writer chose.
    """
    if isinstance(text, InEnglish):
        return Markup('<div lang="en-GB" dir="ltr">{}</div>').format(markdown(str(text), first_heading))
    tokens = _READER.parse(text)
    _dress(tokens, _levels(tokens, first_heading))
    return Markup(_READER.renderer.render(tokens, _READER.options, {}))  # noqa: S704


def _levels(tokens: Sequence[Token], first: int) -> dict[str, int]:
    used = sorted({token.tag for token in tokens if token.type == "heading_open"})
    return {tag: min(first + step, _LOWEST_HEADING) for step, tag in enumerate(used)}


def _dress(tokens: Sequence[Token], levels: dict[str, int]) -> None:
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            level = levels[token.tag]
            token.tag = f"h{level}"
            if token.type == "heading_open":
                token.attrSet("class", "govuk-heading-m" if level == min(levels.values()) else "govuk-heading-s")
        elif token.type in _CLASSES:
            token.attrSet("class", _CLASSES[token.type])
        _dress(token.children or (), levels)

"""English that stands among words of another language, and is read out and laid out as English."""

from markupsafe import escape


class InEnglish(str):
    """A text like any other; on a page it is marked, so that a screen reader does not read it as Urdu."""

    __slots__ = ()

    def __html__(self) -> str:
        return f'<span lang="en-GB" dir="ltr">{escape(str(self))}</span>'

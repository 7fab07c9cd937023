"""What can be turned down, and what can be out of order. Only the first kind has words meant for a person."""

from collections.abc import Mapping


class Refusal(Exception):  # noqa: N818
    """A request that the rules turn down. Its sentences are written for the person who asked."""

    status = 422

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field

    @property
    def errors(self) -> Mapping[str, str]:
        """Sentence by field; a refusal of the whole has the field ''."""
        return {self.field or "": self.sentence}


class Invalid(Refusal):
    """A form or a body with one or more fields to put right."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        field, sentence = next(iter(errors.items()))
        super().__init__(sentence, field)
        self._errors = dict(errors)

    @property
    def errors(self) -> Mapping[str, str]:
        return self._errors


class Unreadable(Refusal):
    """A request whose bytes cannot be taken as what they say they are."""

    status = 400


class SignInNeeded(Refusal):
    status = 401


class Forbidden(Refusal):
    status = 403


class NotFound(Refusal):
    status = 404


class Conflict(Refusal):
    """What was asked does not fit what has happened since."""

    status = 409


class TooLarge(Refusal):
    status = 413


class TooMany(Refusal):
    """`retry_after`: in how many seconds it may go through; none where that is not known."""

    status = 429

    def __init__(self, sentence: str, field: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(sentence, field)
        self.retry_after = retry_after


class Unavailable(Exception):  # noqa: N818
    """A store, a bus or a mail server cannot be reached now; the same call may go through later."""

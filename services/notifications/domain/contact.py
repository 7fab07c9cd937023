"""People as the sender of mail knows them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contact:
    """A person's address, kept here alone."""

    id: str
    email: str
    ward: str | None = None
    interests: tuple[str, ...] = ()
    staff: bool = False

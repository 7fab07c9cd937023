"""People as the sender of mail knows them."""

from dataclasses import dataclass

from services.notifications.domain.choice import Choice, Frequency, Topic


@dataclass(frozen=True, slots=True)
class Contact:
    """A person's address, kept here alone, and what they chose to hear about: the newest choice of a topic counts."""

    id: str
    email: str
    ward: str | None = None
    interests: tuple[str, ...] = ()
    staff: bool = False
    choices: tuple[Choice, ...] = ()

    def frequency(self, topic: Topic) -> Frequency:
        """NEVER for what they did not ask for."""
        made = [choice for choice in self.choices if choice.topic is topic]
        return made[-1].frequency if made else Frequency.NEVER

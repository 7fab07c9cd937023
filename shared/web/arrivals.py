"""Who may send how often: limits that a library or a school does not reach, and a flood does."""

from starlette.requests import Request

from shared.clock import LONDON, Clock
from shared.secrets import Secrets
from shared.settings import Settings
from shared.web.buckets import Buckets, network_of

A_PERSON_AN_HOUR = 30


class Arrivals:
    """Limits hold for this process, and are forgotten when it ends: they stop a flood, they are no record."""

    def __init__(self, settings: Settings, secrets: Secrets, clock: Clock) -> None:
        self._secrets = secrets
        self._clock = clock
        self._networks = Buckets(settings.answers_at_once, settings.answers_per_hour)
        self._people = Buckets(A_PERSON_AN_HOUR, A_PERSON_AN_HOUR if settings.answers_per_hour else 0)

    def network(self, request: Request) -> str:
        """Names the network, for today and for us alone; empty where none is known."""
        network = network_of(request)
        return self._secrets.network_tag(network, self._clock().astimezone(LONDON).date()) if network else ""

    def wait(self, network: str, person: str | None) -> int:
        """0 when one may be taken now, and one less is left; or the seconds to wait."""
        now = self._clock()
        if person is not None and (seconds := self._people.take(person, now)):
            return seconds
        return self._networks.take(network, now) if network else 0


def too_many(seconds: int) -> str:
    minutes = -(-seconds // 60)
    when = "in a minute" if minutes == 1 else f"in {minutes} minutes"
    return f"Very many answers are coming from where you are. Nothing of yours is lost: send them again {when}"

"""Example data for a demonstration: it goes in through the use cases, at the times that it is from."""

from deploy.demo import housing, openings, people, reading, reports, vision
from deploy.host import Host

__all__ = ["fill"]


async def fill(host: Host) -> None:
    """Put in what is missing; what is there already stays as it is. Each process fills in for its own services."""
    names = {service.name for service in host.services}
    if "accounts" in names:
        await people.fill(host)
    if "consultation" in names:
        await vision.fill(host)
        await housing.fill(host)
        await openings.fill(host)
        await reports.fill(host)
        await reading.fill(host)

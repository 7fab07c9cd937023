"""Takes mailings further, a step at a time, for as long as the service runs."""

from collections.abc import Callable

from services.notifications import usecases
from services.notifications.domain import MailingState, QuietHours
from services.notifications.storage import NotificationDocuments
from shared.clock import Clock
from shared.loop import Loop

LOOK_AGAIN_S = 1.0
LOOK_FOR_ROOM_S = 0.05


class Mailings(Loop):
    """No further than the senders follow."""

    def __init__(
        self, documents: NotificationDocuments, clock: Clock, wake_sender: Callable[[], None], quiet: QuietHours
    ) -> None:
        super().__init__("mailings wait", LOOK_AGAIN_S)
        self._documents = documents
        self._clock = clock
        self._wake_sender = wake_sender
        self._quiet = quiet

    async def step(self) -> float:
        """One step of each mailing; returns the seconds to leave them alone."""
        at_work = await usecases.mailings_at_work(self._documents)
        pause = LOOK_AGAIN_S
        for mailing in at_work:
            now = self._clock()
            owes = mailing.value.state is MailingState.RUNNING
            if owes and self._quiet.after(now) > now:  # or a whole town would stand in the store as a queue by morning
                continue
            if owes and not await usecases.is_room_ahead(self._documents, now):
                pause = min(pause, LOOK_FOR_ROOM_S)
                continue
            await usecases.take_step(mailing, self._documents, now)
            pause = 0.0
        if pause == 0:
            self._wake_sender()
        return pause

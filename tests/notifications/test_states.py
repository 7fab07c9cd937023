"""What a message may become."""

import pytest

from services.notifications.domain import Message, State, WrongState
from tests.town import NOON


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_a_message_becomes_only_what_it_may(before: State, after: State) -> None:
    message = Message("m", "receipt", "person", {}, NOON, NOON, state=before)
    steps = {
        State.OWED: lambda: message.due_again(NOON),
        State.SENDING: lambda: message.claim(NOON),
        State.SENT: lambda: message.sent(NOON),
        State.DELIVERED: lambda: message.delivered(NOON),
        State.BOUNCED: lambda: message.bounced("no such person", NOON),
        State.FAILED: lambda: message.failed("refused", NOON),
        State.SUPPRESSED: lambda: message.suppressed("bounced", NOON),
        State.CANCELLED: lambda: message.cancelled(NOON),
    }
    allowed = {
        State.OWED: "owed sending failed suppressed cancelled delivered bounced",
        State.SENDING: "owed sending sent failed suppressed cancelled delivered bounced",
        State.SENT: "delivered bounced",
        State.DELIVERED: "bounced",
    }
    if after in allowed.get(before, "").split():
        changed = steps[after]()
        assert changed.state is after
        assert (changed.due is None) == (after not in {State.OWED, State.SENDING})
    else:
        with pytest.raises(WrongState):
            steps[after]()

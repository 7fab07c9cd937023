"""What is done about messages and contacts. Each use case changes one document."""

from services.notifications.usecases.begun import end_begun, keep_begun, remind
from services.notifications.usecases.choices import choose_frequencies, known_contact, unsubscribe
from services.notifications.usecases.contacts import confirm_contact, keep_contact, send_again
from services.notifications.usecases.digests import continue_digest, due_digests
from services.notifications.usecases.mailings import (
    Progress,
    begin_mailing,
    cancel_mailing,
    is_room_ahead,
    mailings_at_work,
    pause_mailing,
    progress_of,
    resume_mailing,
    take_step,
)
from services.notifications.usecases.occasions import (
    announce,
    announce_occasion,
    due_occasions,
    keep_occasion,
    move_occasion,
)
from services.notifications.usecases.participants import forget_participant, keep_participant, tell_participants
from services.notifications.usecases.reports import Reports
from services.notifications.usecases.retention import forget_content, to_forget
from services.notifications.usecases.sending import (
    Compose,
    Sending,
    Turns,
    due_messages,
    owe_message,
    send_message,
    try_again,
    without_halted,
)
from services.notifications.usecases.wording import (
    SaveWording,
    UseAgain,
    save_wording,
    send_test,
    use_wording_again,
    wording_of,
)
from services.notifications.usecases.wordings import Wordings, known_wordings

__all__ = [
    "Compose",
    "Progress",
    "Reports",
    "SaveWording",
    "Sending",
    "Turns",
    "UseAgain",
    "Wordings",
    "announce",
    "announce_occasion",
    "begin_mailing",
    "cancel_mailing",
    "choose_frequencies",
    "confirm_contact",
    "continue_digest",
    "due_digests",
    "due_messages",
    "due_occasions",
    "end_begun",
    "forget_content",
    "forget_participant",
    "is_room_ahead",
    "keep_begun",
    "keep_contact",
    "keep_occasion",
    "keep_participant",
    "known_contact",
    "known_wordings",
    "mailings_at_work",
    "move_occasion",
    "owe_message",
    "pause_mailing",
    "progress_of",
    "remind",
    "resume_mailing",
    "save_wording",
    "send_again",
    "send_message",
    "send_test",
    "take_step",
    "tell_participants",
    "to_forget",
    "try_again",
    "unsubscribe",
    "use_wording_again",
    "without_halted",
    "wording_of",
]

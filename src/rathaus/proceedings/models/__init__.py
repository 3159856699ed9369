"""Tables of the proceedings: draft, application, dialogue, outcome, notices."""

from rathaus.proceedings.models.application import Application, Channel
from rathaus.proceedings.models.dialogue import CorrectionRequest, Message
from rathaus.proceedings.models.draft import Draft, DraftState
from rathaus.proceedings.models.notice import Notice, Verification
from rathaus.proceedings.models.outcome import Decision, Letter
from rathaus.proceedings.models.seen import Seen

__all__ = [
    "Application",
    "Channel",
    "CorrectionRequest",
    "Decision",
    "Draft",
    "DraftState",
    "Letter",
    "Message",
    "Notice",
    "Seen",
    "Verification",
]

"""What can be read in the history of a case."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _

from rathaus.core.events import EventType, Personal, event_type


@event_type("application.submitted", text=_("Antrag eingegangen"), public=True)
class ApplicationSubmitted(EventType):
    service: str
    version: int
    channel: str
    answers_sha256: str
    applicant: Annotated[str, Personal] = ""


@event_type("application.released", text=_("An die zuständige Stelle gegeben"), public=True)
class ApplicationReleased(EventType):
    due_on: str = ""


@event_type("application.taken_over", text=_("In Bearbeitung"), public=True)
class ApplicationTakenOver(EventType):
    pass


@event_type("application.assigned", text=_("Zugewiesen"))
class ApplicationAssigned(EventType):
    """Somebody gave the case to a colleague; whether anybody works on it is another matter."""

    staff: str
    """Public id."""
    to: str
    """The name at that time, as the record names whoever acts."""


@event_type("application.put_back", text=_("Zurück in den Korb gelegt"))
class ApplicationPutBack(EventType):
    pass


@event_type("application.clerk_lost", text=_("Zurück in den Korb: Recht an der Akte fehlt"))
class ApplicationClerkLost(EventType):
    """Whoever had the case may not work in its dossier any more."""

    clerk: Annotated[str, Personal]


@event_type("application.passed_on", text=_("An ein anderes Amt gegeben"), public=True)
class ApplicationPassedOn(EventType):
    """The record was filed in a dossier of another office, which decides from now on."""

    from_office: str
    office: str
    """Keys of the offices."""


@event_type("application.viewed", text=_("Vorgang angesehen"))
class ApplicationViewed(EventType):
    pass


@event_type("correction.requested", text=_("Rückfrage an Sie"), public=True)
class CorrectionRequested(EventType):
    request: str
    items: int
    due_on: str


@event_type("correction.answered", text=_("Rückfrage beantwortet"), public=True)
class CorrectionAnswered(EventType):
    request: str
    documents: int


@event_type("correction.withdrawn", text=_("Rückfrage zurückgenommen"), public=True)
class CorrectionWithdrawn(EventType):
    request: str


@event_type("message.sent", text=_("Nachricht"), public=True)
class MessageSent(EventType):
    message: str
    incoming: bool


@event_type("decision.made", text=_("Entschieden"), public=True)
class DecisionMade(EventType):
    outcome: str


@event_type("letter.ready", text=_("Schreiben bereitgestellt"), public=True)
class LetterReady(EventType):
    letter: str
    sha256: str


@event_type("letter.read", text=_("Schreiben abgerufen"))
class LetterRead(EventType):
    letter: str


@event_type("receipt.ready", text=_("Eingangsbestätigung erstellt"))
class ReceiptReady(EventType):
    sha256: str


@event_type("application.withdrawn", text=_("Antrag zurückgezogen"), public=True)
class ApplicationWithdrawn(EventType):
    reason: Annotated[str, Personal] = ""


@event_type("notice.sent", text=_("E-Mail-Hinweis verschickt"))
class NoticeSent(EventType):
    key: str


@event_type("application.attached", text=_("Ins Servicekonto übernommen"))
class ApplicationAttached(EventType):
    """Begun without account; somebody with the code took it into theirs."""


@event_type("application.detached", text=_("Servicekonto gelöscht, Verbindung getrennt"))
class ApplicationDetached(EventType):
    """Letters go by post from now on."""

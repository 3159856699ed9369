"""The history of a case for the staff: who did what, when, and who looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rathaus.core.events import type_of
from rathaus.core.models import Chain, Event
from rathaus.core.money import Money
from rathaus.desk import legacy_words
from rathaus.organisation import queries as organisation
from rathaus.proceedings.models import Channel
from rathaus.theme import formats

TITLES = {
    "application.taken_over": gettext_lazy("Übernommen"),
    "correction.requested": gettext_lazy("Rückfrage gestellt"),
    "message.sent": gettext_lazy("Nachricht"),
    "letter.ready": gettext_lazy("Schreiben erstellt"),
    "letter.read": gettext_lazy("Schreiben abgerufen"),
}
"""Where the words of the event address the resident."""
ICONS = {
    "application.submitted": "send",
    "application.released": "inbox",
    "application.taken_over": "assignment_ind",
    "application.assigned": "swap_horiz",
    "application.passed_on": "swap_horiz",
    "application.put_back": "undo",
    "application.clerk_lost": "undo",
    "application.viewed": "visibility",
    "application.withdrawn": "cancel",
    "correction.requested": "help",
    "correction.answered": "reply",
    "correction.withdrawn": "undo",
    "message.sent": "chat",
    "decision.made": "gavel",
    "letter.ready": "description",
    "letter.read": "visibility",
    "claim.created": "euro",
    "claim.paid": "payments",
    "claim.cancelled": "block",
    "refund.requested": "payments",
    "refund.done": "payments",
    "payment.issue": "warning",
    "comment.added": "chat",
    "document.lock_forced": "lock_open",
    "export.made": "inventory_2",
    "link.added": "link",
    "redaction.made": "visibility_off",
    "reminder.done": "task_alt",
    "reminder.set": "alarm",
    "run.finished": "task_alt",
    "run.returned": "undo",
    "run.started": "signature",
    "run.step_done": "signature",
    "run.step_refused": "cancel",
    "share.opened": "share",
    "share.revoked": "block",
    "case.closed": "archive",
    "case.reopened": "unarchive",
}
NOTICES = {
    "submitted": gettext_lazy("Eingangsbestätigung"),
    "paid": gettext_lazy("Zahlung eingegangen"),
    "correction": gettext_lazy("Rückfrage"),
    "message": gettext_lazy("neue Nachricht"),
    "letter": gettext_lazy("Schreiben liegt bereit"),
    "withdrawn": gettext_lazy("Antrag zurückgezogen"),
}
QUIET = frozenset(
    {
        "application.viewed",
        "attempt.confirmed",
        "attempt.ended",
        "attempt.started",
        "case.exported",
        "case.opened",
        "comment.mention_done",
        "document.filed",
        "document.lock_released",
        "document.lock_taken",
        "document.version_explained",
        "document.version_added",
        "document.viewed",
        "dossier.viewed",
        "letter.read",
        "notice.sent",
        "export.taken",
        "receipt.ready",
        "share.fetched",
        "share.visited",
        "tag.added",
        "tag.removed",
        "rendition.added",
    }
)
"""What happens by the way: only in the full list."""


@dataclass(frozen=True)
class Entry:
    """One event in words."""

    number: int
    at: datetime
    title: str
    who: str
    detail: str
    icon: str
    quiet: bool
    hash: str
    state: str = "done"
    """For the time line component."""

    @property
    def when(self) -> str:
        """Date and time, short enough for the narrow column."""
        return f"{formats.numeric_day(self.at)}, {formats.clock_time(self.at)}"

    @property
    def text(self) -> str:
        """Second line in the time line: who, and what about it."""
        return " · ".join(part for part in (self.who, self.detail) if part)


def history(chain: Chain) -> list[Entry]:
    """All events of a case in order (one query)."""
    rows = Event.objects.filter(chain=chain).order_by("seq").select_related("personal_row")
    return [entry(row) for row in rows]


def entry(row: Event) -> Entry:
    """One event in words; ask for `personal_row` together with the rows."""
    known = type_of(row.type)
    title = str(TITLES.get(row.type) or (known.text if known else row.type))
    who = row.actor_label
    if row.actor_office and row.actor_kind == "staff":
        who = f"{who}, {row.actor_office}"
    return Entry(
        number=row.seq,
        at=row.at,
        title=title,
        who=who,
        detail=_detail(row),
        icon=ICONS.get(row.type, "check"),
        quiet=row.type in QUIET,
        hash=row.hash,
    )


def _detail(row: Event) -> str:
    parts = [_facts(row.type, row.data)]
    personal = getattr(row, "personal_row", None)
    if personal is not None:
        parts += [str(value) for value in personal.data.values() if value]
    elif row.personal_digest:
        parts.append(_("persönliche Angaben gelöscht"))
    return " · ".join(part for part in parts if part)


def _facts(kind: str, data: dict[str, Any]) -> str:
    if isinstance(data.get("amount_cents"), int):
        return Money(data["amount_cents"]).format()
    if kind == "application.submitted":
        channels = {str(value): str(label) for value, label in Channel.choices}
        return channels.get(str(data.get("channel")), "")
    if kind in {"application.released", "correction.requested"}:
        day = formats.numeric_day(str(data.get("due_on") or ""))
        return _("Frist %(day)s") % {"day": day} if day else ""
    if kind == "application.passed_on":
        return organisation.office(data["office"]).label
    if kind == "application.assigned":
        return _("an %(name)s") % {"name": data.get("to", "")}
    if kind == "message.sent":
        return _("vom Antragsteller") if data.get("incoming") else _("vom Rathaus")
    if kind == "decision.made":
        return _("erledigt") if data.get("outcome") == "granted" else _("abgelehnt")
    if kind == "case.closed":
        day = formats.numeric_day(str(data.get("retention_until") or ""))
        return _("Aufbewahrung bis %(day)s") % {"day": day} if day else ""
    if kind == "legacy.run_moved":
        return legacy_words.run(data)
    if kind.startswith("legacy.shelf_"):
        return legacy_words.facts(kind, data)
    if kind == "notice.sent":
        key = str(data.get("key", "")).partition(":")[0]
        return str(NOTICES.get(key, key))
    return ""

"""Who looked at the cases of an account: from the events, staff named by their office only.

Also who got something out of them: packages, and people outside who were given a share
(the recipients of Art. 15 (1) (c) GDPR).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from rathaus.accounts.models import Account
from rathaus.core.models import Event
from rathaus.proceedings.events import ApplicationViewed
from rathaus.proceedings.models import Application
from rathaus.records.disposal.events import DossierExported
from rathaus.records.events import CaseExported, DocumentViewed
from rathaus.records.events_plan import CaseViewed
from rathaus.records.work.events import ExportTaken, ShareFetched, ShareOpened

PAGE = 50
BY_STAFF = tuple(
    event.name
    for event in (
        ApplicationViewed, CaseViewed, DocumentViewed, CaseExported, DossierExported, ShareOpened,
        ExportTaken,
    )
)  # fmt: skip
BY_OTHERS = (ShareFetched.name,)
"""Outside: an event of viewing comes with it, which would tell the same twice."""
_CURSOR = re.compile(r"(\S{19,40})_(\d{1,18})")


@dataclass(frozen=True)
class Look:
    """Somebody of the town hall looked at something, or somebody they let look. No names."""

    at: datetime
    office: str
    what: str
    application: Application


@dataclass(frozen=True)
class Looks:
    """One page, with the key that continues it."""

    rows: list[Look] = field(default_factory=list)
    next: str = ""


def looks(account: Account, after: str = "", most: int = PAGE) -> Looks:
    """One page, newest first; two queries however many there are."""
    cases = Application.objects.belonging_to(account)
    rows = Event.objects.filter(
        Q(type__in=BY_STAFF, actor_kind="staff") | Q(type__in=BY_OTHERS),
        chain_id__in=cases.values("case__chain_id"),
    )
    if match := _CURSOR.fullmatch(after):
        try:
            moment = datetime.fromisoformat(match[1])
        except ValueError:
            moment = None
        if moment is not None and moment.tzinfo is not None:
            rows = rows.filter(Q(at__lt=moment) | Q(at=moment, pk__lt=int(match[2])))
    found = list(rows.order_by("-at", "-pk")[: most + 1])
    more = len(found) > most
    found = found[:most]
    chains = {row.chain_id for row in found}
    known = {
        row.case.chain_id: row
        for row in cases.filter(case__chain_id__in=chains).select_related("case").defer("answers")
    }
    shown = [
        Look(row.at, _place(row), words(row.type), known[row.chain_id])
        for row in found
        if row.chain_id in known
    ]
    return Looks(shown, f"{found[-1].at.isoformat()}_{found[-1].pk}" if more else "")


def _place(row: Event) -> str:
    if row.type in BY_OTHERS:
        return _("Außenstehende Person")
    return str(row.actor_office) or _("Rathaus")


def words(kind: str) -> str:
    """What was done, as people say it."""
    return {
        ApplicationViewed.name: _("Vorgang angesehen"),
        DocumentViewed.name: _("Dokument geöffnet"),
        CaseViewed.name: _("Vorgang in der Akte angesehen"),
        CaseExported.name: _("Vorgang als Paket ausgegeben"),
        DossierExported.name: _("Akte an eine andere Stelle abgegeben"),
        ExportTaken.name: _("Dokumente als Paket heruntergeladen"),
        ShareOpened.name: _("Dokumente für Außenstehende freigegeben"),
        ShareFetched.name: _("Dokument über eine Freigabe abgerufen"),
    }.get(kind, kind)

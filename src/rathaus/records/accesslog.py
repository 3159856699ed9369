"""Who looked, who wrote, who took something away: read from the histories."""

from __future__ import annotations

from django.db.models import Q

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.models import Chain, Event
from rathaus.records.models import Case, Dossier

LOOKED = (
    "dossier.viewed",
    "case.viewed",
    "document.viewed",
    "application.viewed",
    "share.visited",
    "share.fetched",
)
EXPORTED = ("case.exported", "export.taken", "handover.exported", "share.opened", "dossier.lent")
KINDS = {"looked": LOOKED, "exported": EXPORTED}
AGAIN = 30 * 60
"""Seconds in which looking again at the same thing is one look."""


def entries(
    chains: Q, *, kind: str = "", after: int | None = None, limit: int = 100
) -> list[Event]:
    """Events of these chains, newest first; `kind` "looked", "exported", "wrote" or ""."""
    rows = Event.objects.filter(chains).order_by("-pk").select_related("personal_row", "chain")
    if kind in KINDS:
        rows = rows.filter(type__in=KINDS[kind])
    elif kind == "wrote":
        rows = rows.exclude(type__in=[*LOOKED, *EXPORTED])
    if after is not None:
        rows = rows.filter(pk__lt=after)
    return list(rows[:limit])


def of_dossier(dossier: Dossier) -> Q:
    """The chains of a dossier and of its cases."""
    cases = Case.objects.filter(dossier=dossier).order_by().values("chain")
    return Q(chain=dossier.chain_id) | Q(chain__in=cases)


def of_case(case: Case) -> Q:
    """The chain of a case."""
    return Q(chain=case.chain_id)


def is_new(chain: Chain | None, name: str, actor: Actor) -> bool:
    """Whether this look is not the same as one of a moment ago."""
    if chain is None:
        return True
    last = Event.objects.filter(chain=chain, type=name, actor_id=actor.id).order_by("-seq").first()
    return last is None or (now() - last.at).total_seconds() > AGAIN

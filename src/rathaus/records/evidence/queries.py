"""Reads for pages and for the operator."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet

from rathaus.core.clock import now
from rathaus.core.models import CronEntry
from rathaus.records.evidence import authorities, gather
from rathaus.records.evidence.models import (
    AuthorityState,
    Renewal,
    Seal,
    SealItem,
    TimeStamp,
    VerificationRun,
)
from rathaus.records.models import Case, DocumentVersion

LATE = timedelta(hours=36)
"""A seal is made every day: older than this, and something is wrong."""


def newest() -> Seal | None:
    """The newest seal."""
    return Seal.objects.order_by("-number").prefetch_related("stamps").first()


def unstamped() -> QuerySet[Seal]:
    """Seals for which no service has answered yet."""
    return Seal.objects.filter(~Exists(TimeStamp.objects.filter(seal=OuterRef("pk"))))


def waiting_renewals() -> QuerySet[Renewal]:
    """Renewals for which no service has answered yet."""
    return Renewal.objects.filter(stamp=None)


@dataclass(frozen=True)
class Service:
    """A time-stamp service with how it went last."""

    authority: authorities.Authority
    state: AuthorityState | None
    problem: str

    @property
    def ok(self) -> bool:
        """Whether it answered when it was asked last."""
        return not self.problem and self.state is not None and not self.state.error


def services() -> tuple[list[Service], list[str]]:
    """All services of the setting, and what is wrong with the setting."""
    usable, problems = authorities.read()
    states = {state.name: state for state in AuthorityState.objects.all()}
    return [Service(one, states.get(one.name), _problem(one)) for one in usable], problems


def _problem(authority: authorities.Authority) -> str:
    try:
        authority.certificates()
    except authorities.NotUsable as error:
        return str(error)
    return ""


@dataclass(frozen=True)
class Health:
    """For ``rathaus doctor``: what there is and what to do."""

    ok: bool
    found: str
    advice: str = ""


def health() -> Health:
    """Whether sealing goes on as it should."""
    last = newest()
    usable, problems = services()
    if problems:
        return Health(False, problems[0], "Correct RATHAUS_TSA (docs/operations.md)")
    if last is None:
        started = CronEntry.objects.exists()
        return Health(not started, "no seal yet", "Start the worker, or run: rathaus records seal")
    found = f"seal {last.number} of {last.at:%Y-%m-%d %H:%M} UTC"
    late = now() - last.at > LATE
    if late and (gather.unsealed_versions().exists() or gather.unsealed_chains().exists()):
        return Health(
            False, found, "New documents are not sealed. Start the worker: rathaus worker"
        )
    if not usable:
        return Health(False, f"{found}, no time stamps", "Set RATHAUS_TSA (docs/operations.md)")
    if waiting := unstamped().count():
        errors = [one.state.error for one in usable if one.state and one.state.error]
        return Health(False, f"{found}, {waiting} without time stamp", "; ".join(errors))
    return Health(True, found)


@dataclass(frozen=True)
class CaseEvidence:
    """What is sealed of a case."""

    since: datetime | None
    """The first time stamp over anything of the case."""
    first: Seal | None
    last: Seal | None
    last_stamps: Sequence[TimeStamp] = ()
    events: int = 0
    """Events of the history that are sealed."""
    versions: int = 0
    open_versions: int = 0
    open_events: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)


def of_case(case: Case) -> CaseEvidence:
    """How far the case is sealed; for a case that came from `rathaus.records.queries`."""
    idents = list(
        DocumentVersion.objects.filter(document__case=case).values_list("public_id", flat=True)
    )
    items = items_of(case.chain_id, idents).defer("digest", "blind").select_related("seal")
    found = list(items.order_by("seal__number", "kind", "length"))
    if not found:
        return CaseEvidence(None, None, None, (), 0, 0, len(idents), case.chain.length)
    seals = {item.seal_id: item.seal for item in found}
    stamps: dict[int, list[TimeStamp]] = {key: [] for key in seals}
    for stamp in TimeStamp.objects.filter(seal__in=seals).defer("token", "certificates"):
        if stamp.seal_id is not None:
            stamps[stamp.seal_id].append(stamp)
    sealed = {item.object_id for item in found if item.kind == "version"}
    events = max((item.length for item in found if item.kind == "chain"), default=0)
    times = [stamp.gen_time for group in stamps.values() for stamp in group]
    rows: list[dict[str, Any]] = [
        {
            "seal": seal,
            "stamps": stamps[key],
            "versions": sum(i.seal_id == key and i.kind == "version" for i in found),
            "events": max((i.length for i in found if i.seal_id == key), default=0),
        }
        for key, seal in seals.items()
    ]
    return CaseEvidence(
        since=min(times, default=None),
        first=rows[0]["seal"],
        last=rows[-1]["seal"],
        last_stamps=rows[-1]["stamps"],
        events=events,
        versions=len(sealed),
        open_versions=len(idents) - len(sealed),
        open_events=case.chain.length - events,
        rows=rows,
    )


def items_of(chain_id: uuid.UUID, versions: Sequence[uuid.UUID]) -> QuerySet[SealItem]:
    """The leaves of a history and of versions."""
    return SealItem.objects.filter(object_id__in=[chain_id, *versions])


def last_run() -> VerificationRun | None:
    """The newest verification."""
    return VerificationRun.objects.order_by("-pk").first()


def sealed_length() -> int:
    """Number of the newest seal, 0 for none."""
    return Seal.objects.aggregate(top=Max("number"))["top"] or 0

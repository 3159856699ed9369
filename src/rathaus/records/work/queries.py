"""Reads of the work on what is filed. What belongs to cases begins at `records.queries`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from rathaus.core import tally
from rathaus.core.clock import now, today
from rathaus.organisation.models import StaffMember
from rathaus.records import queries as records
from rathaus.records.models import Case, Document, DocumentVersion, Dossier
from rathaus.records.work.access import Me
from rathaus.records.work.models import (
    Comment,
    DocumentLock,
    ExportOrder,
    ExportState,
    Link,
    Mention,
    Redaction,
    Reminder,
    ReminderState,
    Run,
    RunDocument,
    RunStep,
    Share,
    Tag,
)
from rathaus.records.work.models.links import BACKWARDS
from rathaus.records.work.states import RunState, StepStatus

PAGE = 50


@dataclass(frozen=True)
class Counts:
    """What calls somebody: due reminders, steps to sign, colleagues who ask."""

    reminders: int
    late: int
    steps: int
    mentions: int

    @property
    def all(self) -> int:
        """Everything together."""
        return self.reminders + self.steps + self.mentions


def reminders(who: Me) -> QuerySet[Reminder]:
    """Reminders of somebody and of whom (s)he stands in for, in cases (s)he may read."""
    visible = records.cases_for(who.staff).order_by().values("pk")
    return (
        Reminder.objects.filter(who.mine(), case__in=visible)
        .select_related("case__office", "case__chain", "document", "staff", "office", "created_by")
        .order_by("due_on", "pk")
    )


def reminder_page(
    who: Me, *, show: str, text: str = "", after: str = ""
) -> tuple[list[Reminder], str]:
    """One page of a list (`show`: due, ahead, done) and the key of the next, "" at the end."""
    rows = reminders(who)
    if show == "done":
        rows = rows.exclude(state=ReminderState.OPEN).order_by("-due_on", "-pk")
    elif show == "ahead":
        rows = rows.filter(state=ReminderState.OPEN, due_on__gt=today())
    else:
        rows = rows.filter(state=ReminderState.OPEN, due_on__lte=today())
    if text:
        rows = rows.filter(
            Q(text__icontains=text)
            | Q(case__reference__icontains=text)
            | Q(case__title__icontains=text)
        )
    day, _sep, key = after.partition("_")
    if key.isdigit() and len(key) < 18:
        try:
            start = date.fromisoformat(day)
        except ValueError:
            start = None
        if start is not None and show == "done":
            rows = rows.filter(Q(due_on__lt=start) | Q(due_on=start, pk__lt=int(key)))
        elif start is not None:
            rows = rows.filter(Q(due_on__gt=start) | Q(due_on=start, pk__gt=int(key)))
    found = list(rows[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return found[:PAGE], f"{last.due_on}_{last.pk}" if last else ""


def steps(who: Me) -> QuerySet[RunStep]:
    """What waits for somebody's signature, nearest deadline first."""
    waiting = RunStep.objects.filter(
        who.mine(), status=StepStatus.CURRENT, run__state=RunState.RUNNING
    )
    return waiting.select_related(
        "run__case__office", "run__case__chain", "run__owner", "staff", "office"
    ).order_by("due_on", "pk")


def mentions(who: Me) -> QuerySet[Mention]:
    """Comments somebody is asked to look at, in cases (s)he may read."""
    visible = records.cases_for(who.staff).order_by().values("pk")
    own = Q(comment__document=None, comment__case__in=visible)
    moved = Q(comment__document__case__in=visible)
    open_ones = Mention.objects.filter(own | moved, staff__in=who.people, done_at=None)
    return open_ones.select_related(
        "comment__case__chain", "comment__case__office", "comment__document", "comment__author"
    ).order_by("-pk")


def counts(who: Me) -> Counts:
    """Numbers of what waits for somebody, in one query."""
    return Counts(**tally.count(open_rows(who)))


def open_rows(who: Me) -> dict[str, QuerySet[Any]]:
    """What `Counts` counts, by the names of its fields: for somebody who counts more at once."""
    day = today()
    due = reminders(who).filter(state=ReminderState.OPEN, due_on__lte=day)
    return {
        "reminders": due,
        "late": due.filter(due_on__lt=day),
        "steps": steps(who),
        "mentions": mentions(who),
    }


def runs_for(staff: StaffMember) -> QuerySet[Run]:
    """Runs of cases somebody may read, with steps and documents."""
    visible = records.cases_for(staff).order_by().values("pk")
    return _with_parts(Run.objects.filter(case__in=visible))


def run_for(who: Me, public_id: UUID) -> Run:
    """A run somebody may read, or has a step in that is or was theirs while the run runs.

    Raises: Run.DoesNotExist.
    """
    visible = records.cases_for(who.staff).order_by().values("pk")
    asked = RunStep.objects.filter(
        who.mine(), status__in=[StepStatus.CURRENT, StepStatus.DONE]
    ).values("run")
    rows = Run.objects.filter(Q(case__in=visible) | Q(pk__in=asked, state=RunState.RUNNING))
    return _with_parts(rows).get(public_id=public_id)


def version_in_run(run: Run, public_id: UUID) -> DocumentVersion:
    """A version that is signed in this run. Raises: DocumentVersion.DoesNotExist."""
    rows = DocumentVersion.objects.filter(work_run_documents__run=run)
    return rows.select_related("blob", "document__case__chain").get(public_id=public_id)


def _with_parts(rows: QuerySet[Run]) -> QuerySet[Run]:
    parts = RunStep.objects.select_related("staff", "office", "done_by").order_by("number")
    documents = RunDocument.objects.select_related("version__document", "version__blob").defer(
        "version__blob__inline", "version__blob__wrapped_key"
    )
    return rows.select_related("case__chain", "case__office", "owner").prefetch_related(
        Prefetch("steps", parts), Prefetch("documents", documents)
    )


def lock_of(document: Document) -> DocumentLock | None:
    """The lock that counts now."""
    rows = DocumentLock.objects.filter(document=document, until__gt=now())
    return rows.select_related("staff").first()


def run_over(document: Document) -> Run | None:
    """The run that locks a document, if one is under way."""
    rows = Run.objects.filter(documents__version__document=document, state=RunState.RUNNING)
    return rows.first()


def comments_of(case: Case, document: Document | None = None) -> list[Comment]:
    """Threads of a case, or of one document: first comments, each with `replies` (two queries).

    Comments follow their document into another case.
    """
    own = Q(case=case, document=None) | Q(document__case=case)
    rows = Comment.objects.filter(own if document is None else Q(document=document), parent=None)
    rows = rows.select_related("author", "document")
    answers = Comment.objects.select_related("author").order_by("created_at", "pk")
    return list(rows.prefetch_related(Prefetch("replies", answers)).order_by("-created_at", "-pk"))


def tags_for(office_ids: Iterable[int]) -> QuerySet[Tag]:
    """Tags of the town and of these offices."""
    rows = Tag.objects.filter(Q(office=None) | Q(office__in=list(office_ids)))
    return rows.select_related("office")


@dataclass(frozen=True)
class Seen:
    """A link as it reads from one end; only ends the reader may see."""

    link: Link
    word: str
    kind: str
    """dossier, case or document: of the other end."""
    other: Dossier | Case | Document


def links_of(staff: StaffMember, end: Dossier | Case | Document) -> list[Seen]:
    """Links of `end` in both directions whose other end `staff` may see."""
    what = type(end).__name__.lower()
    here = Q(**{f"from_{what}": end}) | Q(**{f"to_{what}": end})
    rows = list(Link.objects.filter(here))
    found: list[tuple[Link, str, str, int]] = []
    for row in rows:
        forward = getattr(row, f"from_{what}_id") == end.pk
        side = "to" if forward else "from"
        word = str(row.get_kind_display() if forward else BACKWARDS[row.kind])  # type: ignore[index]
        for kind in ("dossier", "case", "document"):
            key = getattr(row, f"{side}_{kind}_id")
            if key is not None:
                found.append((row, word, kind, key))
    visible: dict[str, QuerySet[Any]] = {
        "dossier": records.dossiers_for(staff),
        "case": records.cases_for(staff),
        "document": records.documents_for(staff),
    }
    others: dict[tuple[str, int], Dossier | Case | Document] = {}
    for kind, query in visible.items():
        keys = [key for _row, _word, one, key in found if one == kind]
        if keys:
            others |= {(kind, row.pk): row for row in query.filter(pk__in=keys)}
    return [
        Seen(row, word, kind, others[kind, key])
        for row, word, kind, key in found
        if (kind, key) in others
    ]


def shares_of(case: Case) -> list[Share]:
    """Shares of a case, newest first, with the versions."""
    rows = Share.objects.filter(case=case).select_related("created_by")
    return list(rows.prefetch_related("items__version__document"))


def redactions_of(document: Document) -> list[Redaction]:
    """Redactions of any version of a document, newest first."""
    rows = Redaction.objects.filter(version__document=document)
    return list(rows.select_related("staff", "version", "result"))


def redaction_for(staff: StaffMember, public_id: UUID) -> Redaction:
    """A redaction of a document `staff` may read. Raises: Redaction.DoesNotExist."""
    visible = records.documents_for(staff).order_by().values("pk")
    rows = Redaction.objects.filter(version__document__in=visible)
    return rows.select_related(
        "version__document__case__chain", "version__document__case__office", "result", "staff"
    ).get(public_id=public_id)


def exports_of(staff: StaffMember) -> QuerySet[ExportOrder]:
    """One's own packages that are not deleted yet, of what one may still read."""
    cases = records.cases_for(staff).order_by().values("pk")
    dossiers = records.dossiers_for(staff).order_by().values("pk")
    rows = ExportOrder.objects.filter(staff=staff).exclude(state=ExportState.GONE)
    rows = rows.filter(Q(case__in=cases) | Q(dossier__in=dossiers), expires_at__gt=now())
    return rows.select_related("case", "dossier")

"""The protocol of a run as PDF, filed in its case."""

from __future__ import annotations

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.organisation import queries as organisation
from rathaus.records import actions as records
from rathaus.records.models import Direction, DocumentKind
from rathaus.records.work.models import Run, RunStep
from rathaus.records.work.states import StepStatus
from rathaus.theme import brand, formats, protocols
from rathaus.theme.documents import Sender


def file(run: Run) -> None:
    """Lay out and file the protocol once; a second call does nothing."""
    if run.protocol_id is not None or run.ended_at is None:
        return
    with translation.override("de"):
        data = build(run)
        content = protocols.render(data, at=run.ended_at)
        title = _("Protokoll der Mitzeichnung: %(title)s") % {"title": run.title}
        name = _("mitzeichnung-%(day)s.pdf") % {"day": f"{run.ended_at:%Y-%m-%d}"}
    with transaction.atomic():
        document = records.file_document(
            case=run.case,
            title=title,
            kind=DocumentKind.NOTE,
            content=content,
            name=name,
            content_type="application/pdf",
            direction=Direction.INTERNAL,
            actor=Actor.system("work"),
            text="\n".join([title, *(" ".join(row) for row in _rows(run))]),
        )
        if not Run.objects.filter(pk=run.pk, protocol=None).update(protocol=document):
            raise FiledBefore(run.pk)


class FiledBefore(RuntimeError):
    """Another worker filed it at the same moment; this transaction is undone."""


def build(run: Run) -> protocols.ProtocolData:
    """What the protocol says."""
    town = organisation.town()
    versions = [
        (row.version.document.title, str(row.version.number), row.version.blob.sha256)
        for row in run.documents.select_related("version__document", "version__blob")
    ]
    documents = protocols.Table(
        head=(_("Dokument"), _("Fassung"), _("Prüfsumme (SHA-256)")),
        rows=tuple(versions),
        widths=(4, 1, 5),
    )
    steps = protocols.Table(
        head=(_("Nr."), _("Wer"), _("Worum gebeten"), _("Ergebnis"), _("Wann"), _("Bemerkung")),
        rows=tuple(_rows(run)),
        widths=(1, 4, 3, 3, 3, 4),
    )
    digests = tuple(
        (_("Schritt %(n)s") % {"n": step.number}, step.digest)
        for step in run.steps.all()
        if step.digest
    )
    return protocols.ProtocolData(
        sender=Sender(town=town.full_name, office=run.case.office.name, hue=brand.current().hue),
        title=_("Protokoll der Mitzeichnung"),
        subtitle=run.title,
        reference=run.case.reference,
        facts=(
            (_("Aktenzeichen"), run.case.reference),
            (_("Begonnen von"), run.owner.name),
            (_("Begonnen am"), formats.moment(run.started_at)),
            (_("Beendet am"), formats.moment(run.ended_at)),
            (_("Ergebnis"), str(run.get_state_display())),
            (_("Anmerkung"), run.note),
        ),
        parts=(
            protocols.Part(title=_("Dokumente"), table=documents),
            protocols.Part(title=_("Schritte"), table=steps),
            protocols.Part(
                title=_("Prüfsummen der Zeichnungen"),
                text=_("Jede Prüfsumme steht auch im Verlauf des Vorgangs."),
                facts=digests,
            ),
        ),
    )


def _rows(run: Run) -> list[tuple[str, ...]]:
    steps = run.steps.select_related("staff", "office", "done_by").order_by("number")
    return [_row(step) for step in steps]


def _row(step: RunStep) -> tuple[str, ...]:
    asked = step.staff.name if step.staff else (step.office.name if step.office else "")
    who = asked
    if step.done_by is not None and step.for_absent:
        who = _("%(name)s i. V. für %(absent)s") % {"name": step.done_by.name, "absent": asked}
    elif step.done_by is not None and step.done_by.name != asked:
        who = f"{asked} ({step.done_by.name})"
    result = step.get_result_display() if step.result else step.get_status_display()
    if step.status == StepStatus.SKIPPED:
        result = step.get_status_display()
    when = formats.moment(step.done_at) if step.done_at else "–"
    return (
        str(step.number),
        who,
        str(step.get_ask_display()),
        str(result),
        when,
        step.comment or "–",
    )

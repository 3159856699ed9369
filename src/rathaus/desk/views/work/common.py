"""What the pages of this area share: finding, choosing people, telling what went wrong."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from rathaus.desk import lookup, params
from rathaus.desk.access import DeskRequest
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office, StaffMember
from rathaus.organisation.permissions import TABLE
from rathaus.records import queries as records
from rathaus.records.actions import CaseIsClosed, RecordsError
from rathaus.records.models import Case, Document
from rathaus.records.work import access
from rathaus.records.work.access import Me


@dataclass(frozen=True)
class Who:
    """A person or an office, as chosen in one field."""

    staff: StaffMember | None = None
    office: Office | None = None

    @property
    def chosen(self) -> bool:
        """Whether anything was chosen."""
        return self.staff is not None or self.office is not None


def me(request: DeskRequest) -> Me:
    """For whom the person works today, asked once per request."""
    found: Me | None = getattr(request, "desk_me", None)
    if found is None:
        found = access.me(request.desk.staff)
        request.desk_me = found  # type: ignore[attr-defined]
    return found


def case(request: DeskRequest, ident: uuid.UUID, needs: str = "records.view") -> Case:
    """A case the person may read, and `needs` in its office. Raises: Http404, PermissionDenied."""
    found = lookup.record_case(request, ident)
    if needs != "records.view":
        request.desk.require(needs, found.office)
    return found


def document(request: DeskRequest, ident: uuid.UUID, needs: str = "records.view") -> Document:
    """A document the person may read, with its versions. Raises: Http404, PermissionDenied."""
    rows = records.documents_for(request.desk.staff).select_related("case__chain")
    found: Document | None = rows.with_versions().filter(public_id=ident).first()
    if found is None:
        raise Http404
    if needs != "records.view":
        request.desk.require(needs, found.case.office)
    return found


def people() -> list[StaffMember]:
    """Everybody who works with records, and so can open what (s)he is asked about."""
    roles = TABLE["records.view"]
    rows = StaffMember.objects.filter(user__is_active=True, memberships__role__in=roles)
    return list(rows.distinct())


def choices() -> dict[str, Sequence[Any]]:
    """People and offices for the field `who`."""
    return {"people": people(), "offices": organisation.offices()}


def who(value: str) -> Who:
    """``p:<id>`` is a person, ``a:<key>`` an office; anything else nobody."""
    kind, _sep, key = value.partition(":")
    if kind == "p":
        return Who(staff=person(key))
    if kind == "a":
        return Who(office=next((o for o in organisation.offices() if o.key == key), None))
    return Who()


def person(key: str) -> StaffMember | None:
    """Somebody active by public id, or None."""
    try:
        ident = uuid.UUID(key)
    except ValueError:
        return None
    return StaffMember.objects.filter(public_id=ident, user__is_active=True).first()


def idents(request: HttpRequest, name: str, most: int = 200) -> list[uuid.UUID]:
    """Public ids that were ticked; what is none is left out."""
    found = []
    for value in request.POST.getlist(name)[:most]:
        try:
            found.append(uuid.UUID(value))
        except ValueError:
            continue
    return found


def sentence(error: RecordsError) -> str:
    """What a refusal says to the person."""
    if isinstance(error, CaseIsClosed):
        return _("Der Vorgang ist abgeschlossen. Nehmen Sie ihn zuerst wieder auf.")
    return str(error)


def back(request: HttpRequest, fallback: str) -> HttpResponse:
    """To the page that the form came from, if it is one of ours."""
    target = params.text(request.POST, "here", 600)
    inside = target.startswith("/arbeit/") and url_has_allowed_host_and_scheme(
        target, allowed_hosts=None
    )
    return redirect(target if inside else fallback)


def case_url(found: Case) -> str:
    """The page of work on a case."""
    return reverse("desk:work_case", args=[found.public_id])


def document_url(found: Document) -> str:
    """The page of work on a document."""
    return reverse("desk:work_document", args=[found.public_id])

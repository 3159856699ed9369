"""Finding what a page is about, and whether the person may change it."""

from __future__ import annotations

import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404

from rathaus.core.actors import Actor
from rathaus.desk.access import DeskRequest
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office, StaffMember
from rathaus.records import permissions, queries
from rathaus.records.models import Case, Document, Dossier, DraftDocument, FilingPlanEntry


def entry(ident: uuid.UUID | str) -> FilingPlanEntry:
    """A place of the plan, with those above. Raises: Http404."""
    rows = FilingPlanEntry.objects.select_related("parent__parent__parent__parent")
    found: FilingPlanEntry | None = rows.filter(public_id=ident).first()
    if found is None:
        raise Http404
    return found


def dossier(request: DeskRequest, ident: uuid.UUID, *, write: bool = False) -> Dossier:
    """Raises: Http404; PermissionDenied where the person may only read."""
    try:
        found = queries.dossier_for(request.desk.staff, ident)
    except Dossier.DoesNotExist:
        raise Http404 from None
    if write:
        require(request, found)
    return found


def case(request: DeskRequest, ident: uuid.UUID, *, write: bool = False) -> Case:
    """Raises: Http404, PermissionDenied."""
    try:
        found = queries.cases_for(request.desk.staff).select_related("chain").get(public_id=ident)
    except Case.DoesNotExist:
        raise Http404 from None
    if write:
        require(request, found.dossier)
    return found


def document(request: DeskRequest, ident: uuid.UUID, *, write: bool = False) -> Document:
    """With versions, case and dossier. Raises: Http404, PermissionDenied."""
    rows = queries.documents_for(request.desk.staff).select_related(
        "case__chain", "case__office", "case__dossier__filing_plan_entry", "case__dossier__office"
    )
    found = rows.with_versions().filter(public_id=ident).first()
    if found is None:
        raise Http404
    if write:
        require(request, found.case.dossier)
    return found


def draft(request: DeskRequest, ident: uuid.UUID, *, write: bool = False) -> DraftDocument:
    """Raises: Http404, PermissionDenied."""
    try:
        found = queries.draft_for(request.desk.staff, ident)
    except DraftDocument.DoesNotExist:
        raise Http404 from None
    if write:
        require(request, found.case.dossier)
    return found


def require(request: DeskRequest, about: Dossier) -> None:
    """Raises: PermissionDenied if the person may not write there."""
    if not permissions.may_write(request.desk.staff, about):
        raise PermissionDenied


def actor(request: DeskRequest, about: Dossier) -> Actor:
    """The person, acting for the keeping office if (s)he works there."""
    held = {office_id for _role, office_id in request.desk.grants.roles}
    place = about.office if about.office_id in held else None
    return request.desk.actor(place)


def writing_offices(request: DeskRequest) -> list[Office]:
    """Offices for which the person may open dossiers."""
    return request.desk.offices("records.file")


def people() -> list[StaffMember]:
    """Everybody who works here now, by name."""
    return list(StaffMember.objects.filter(user__is_active=True).select_related("user"))


def person(ident: str) -> StaffMember | None:
    """Somebody of `people` by public id."""
    return next((one for one in people() if str(one.public_id) == ident), None)


def office(key: str) -> Office | None:
    """An office by key, None for nonsense."""
    return next((one for one in organisation.offices() if one.key == key), None)


def key(text: str) -> uuid.UUID:
    """An id as a browser sent it; one that nothing has for nonsense."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)

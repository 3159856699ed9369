"""Finding what a page is about, only among what the person may see."""

from __future__ import annotations

import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404

from rathaus.desk.access import Desk, DeskRequest
from rathaus.proceedings import queries
from rathaus.proceedings.models import Application
from rathaus.proceedings.models.application import ApplicationQuerySet
from rathaus.records import queries as records
from rathaus.records.models import Case, DocumentVersion


def applications(desk: Desk) -> ApplicationQuerySet:
    """All applications whose page the person may open."""
    return queries.visible(desk.staff, desk.office_ids("case.view"))


def application(request: DeskRequest, ident: uuid.UUID, needs: str = "case.view") -> Application:
    """The application `ident` of an office of the person.

    Raises: Http404 where it is another office's or in a dossier that is closed to the person,
    PermissionDenied without `needs` there, or where the person may only read that dossier.
    """
    found = (
        applications(request.desk)
        .filter(public_id=ident)
        .select_related(
            "case__chain",
            "case__office",
            "case__dossier",
            "claim__chain",
            "assigned_to__user",
            "version__service",
            "draft__entered_by",
        )
        .first()
    )
    if found is None:
        raise Http404
    if needs != "case.view":
        request.desk.require(needs, found.case.office)
        if not may_work(request.desk, found):
            raise PermissionDenied(needs)
    return found


def may_work(desk: Desk, application: Application) -> bool:
    """Whether the person may do more with it than look at it, as far as its dossier goes."""
    return records.may_work(desk.staff, application.case.dossier)


def record_case(request: DeskRequest, ident: uuid.UUID) -> Case:
    """A case of the record. Raises: Http404."""
    try:
        return records.case_for(request.desk.staff, ident)
    except Case.DoesNotExist:
        raise Http404 from None


def version(request: DeskRequest, ident: uuid.UUID) -> DocumentVersion:
    """A version of a document in the record. Raises: Http404."""
    try:
        return records.version_for(request.desk.staff, ident)
    except DocumentVersion.DoesNotExist:
        raise Http404 from None

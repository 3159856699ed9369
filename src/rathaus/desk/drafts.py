"""Which drafts a person at the desk may go on with.

Drafts entered at the desk belong to the offices of their service; a draft that a resident
began is open to whoever was shown its code, for this session.
"""

from __future__ import annotations

import uuid

from django.http import Http404

from rathaus.desk.access import Desk, DeskRequest
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office
from rathaus.proceedings.models import Draft, DraftState

OPENED = "desk_drafts"
MOST = 50
"""Drafts opened by code that a session remembers."""
LISTED = 20


def find(request: DeskRequest, ident: uuid.UUID) -> Draft:
    """An open or submitted draft the person may see. Raises: Http404."""
    draft = (
        Draft.objects.filter(public_id=ident)
        .select_related("version__service", "entered_by")
        .first()
    )
    if draft is None or not _allowed(request, draft):
        raise Http404
    return draft


def remember(request: DeskRequest, draft: Draft) -> None:
    """The person was shown the code of this draft."""
    known = [one for one in request.session.get(OPENED, []) if one != str(draft.public_id)]
    request.session[OPENED] = [*known, str(draft.public_id)][-MOST:]


def unfinished(desk: Desk) -> list[Draft]:
    """What this person began for somebody and did not send, newest first."""
    rows = Draft.objects.filter(entered_by=desk.staff, state=DraftState.OPEN)
    return list(
        rows.select_related("version__service")
        .defer("version__definition")
        .order_by("-updated_at")[:LISTED]
    )


def office_of(draft: Draft) -> Office | None:
    """The office that will get the case."""
    try:
        return organisation.office(draft.version.parsed.office)
    except Office.DoesNotExist:
        return None


def _allowed(request: DeskRequest, draft: Draft) -> bool:
    if str(draft.public_id) in request.session.get(OPENED, []):
        return True
    office = office_of(draft)
    return (
        draft.entered_by_id is not None
        and office is not None
        and request.desk.can("case.enter", office)
    )

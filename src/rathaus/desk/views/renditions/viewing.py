"""Keeping who looked at a document: once for its page, not for each picture on it."""

from __future__ import annotations

from django.core import signing
from django.http import HttpResponse

from rathaus.desk.access import DeskRequest
from rathaus.records import actions as records
from rathaus.records.models import DocumentVersion
from rathaus.records.renditions.queries import Picture

HOURS = 12
_signer = signing.TimestampSigner(salt="desk.document.picture")


def note(request: DeskRequest, version: DocumentVersion) -> None:
    """Somebody sees the content: it is in the history."""
    wanted = version.document.case.office_id
    offices = request.desk.offices("records.view")
    office = next((one for one in offices if one.pk == wanted), None)
    records.note_view(version=version, actor=request.desk.actor(office))


def seal(request: DeskRequest, version: DocumentVersion) -> str:
    """Goes with the addresses of the pictures on a page whose view is noted."""
    return _signer.sign(_subject(request, version)).partition(":")[2]


def is_viewing(request: DeskRequest, version: DocumentVersion) -> bool:
    """Whether the picture belongs to a page this person has opened lately."""
    given = f"{_subject(request, version)}:{request.GET.get('z', '')[:200]}"
    try:
        _signer.unsign(given, max_age=HOURS * 3600)
    except signing.BadSignature:
        return False
    return True


def _subject(request: DeskRequest, version: DocumentVersion) -> str:
    return f"{version.public_id.hex}.{request.desk.staff.user_id}"


def image(picture: Picture | None) -> HttpResponse:
    """The picture, or 404; never anything a browser could run."""
    if picture is None:
        return HttpResponse(status=404)
    response = HttpResponse(picture.data, content_type=picture.content_type)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response

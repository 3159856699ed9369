"""A case, and files that go the whole way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office, StaffMember
from rathaus.records.models import Case, Document, DocumentVersion, Rendition
from rathaus.records.renditions.models import RenditionWork
from tests.records.conftest import case, file, offices, plan, staff

__all__ = ["case", "offices", "plan"]

File = Callable[..., DocumentVersion]


@pytest.fixture
def filed(case: Case) -> File:
    """``filed(content, "a.pdf", "application/pdf")`` → the version; no job has run."""

    def start(
        content: bytes, name: str = "a.pdf", kind: str = "application/pdf"
    ) -> DocumentVersion:
        document: Document = file(case, content, name=name, content_type=kind, kind="upload")
        return document.current

    return start


@pytest.fixture
def clerk(offices: dict[str, Office]) -> StaffMember:
    return staff("clerk", offices["buergerbuero"])


def work_on(version: DocumentVersion) -> RenditionWork:
    """All jobs run; then how the work stands."""
    run_pending()
    return RenditionWork.objects.get(version=version)


def made(version: DocumentVersion) -> dict[str, bytes]:
    """The bytes of the renditions by kind."""
    return {
        row.kind: row.blob.read()
        for row in Rendition.objects.filter(version=version).select_related("blob")
    }

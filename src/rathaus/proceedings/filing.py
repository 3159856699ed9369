"""Filing into the case of an application, also after it was closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rathaus.core.actors import Actor
from rathaus.core.models import Blob
from rathaus.proceedings.models import Application
from rathaus.records import actions as records
from rathaus.records.models import Case, Document
from rathaus.records.states import CaseState

SOFTWARE = Actor.system("records")


@contextmanager
def open_record(application: Application, actor: Actor) -> Iterator[Case]:
    """The case, opened again for the block if it was closed; retention begins anew then.

    What the software itself adds (a late receipt) goes into a closed case as it is.
    """
    case: Case = application.case
    reopen = case.state == CaseState.CLOSED and actor.kind != "system"
    if reopen:
        records.reopen_case(case=case, actor=SOFTWARE)
    yield case
    if reopen:
        records.close_case(case=case, actor=SOFTWARE)


def file_pdf(
    application: Application, *, title: str, kind: str, content: Blob, name: str, actor: Actor
) -> Document:
    """File a PDF that the town hall made for the resident."""
    return file(
        application,
        title=title,
        kind=kind,
        content=content,
        name=f"{name}-{application.reference}.pdf".replace("/", "-"),
        content_type="application/pdf",
        direction="out",
        actor=actor,
    )


def file_text(
    application: Application, *, title: str, text: str, name: str, incoming: bool, actor: Actor
) -> Document:
    """File what somebody wrote."""
    return file(
        application,
        title=title,
        kind="message",
        content=text.encode(),
        name=name,
        content_type="text/plain; charset=utf-8",
        direction="in" if incoming else "out",
        actor=actor,
    )


def file(application: Application, *, content: bytes | Blob, actor: Actor, **more: Any) -> Document:
    """File a document into the application's case."""
    with open_record(application, actor) as case:
        return records.file_document(case=case, content=content, actor=actor, **more)

"""What a destroyed case takes with it, and what payments keep."""

from __future__ import annotations

import pytest

from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.core.models import Event
from rathaus.payments.models import Claim
from rathaus.proceedings.models import Application, Draft, Message, Notice
from rathaus.records.disposal.events import CaseDestroyed
from tests.desk.making import new_case, pay
from tests.support import town as demo

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def test_answers_and_messages_go_and_claims_stay() -> None:
    demo.load()
    application = new_case()
    if application.claim is not None:
        pay(application)
    Message.objects.create(
        application=application, incoming=True, text="Bitte schnell", author="Harm",
        created_at=application.submitted_at,
    )  # fmt: skip
    claims = Claim.objects.count()
    chain = application.case.chain
    told = CaseDestroyed(
        process="AUS-1", verdict="V", retention_until="2020-12-31", documents=0, files=0
    )
    record(chain, told, actor=Actor.system("test"))
    assert not Application.objects.filter(pk=application.pk).exists()
    assert not Draft.objects.filter(pk=application.draft_id).exists()
    assert not Message.objects.exists() and not Notice.objects.exists()
    assert Claim.objects.count() == claims
    assert Event.objects.filter(chain=chain).exists(), "the history stays"

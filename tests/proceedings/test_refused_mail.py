"""A mail server that says "later" gets the mail later; one that says "never" is believed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from rathaus.accounts import mail as account_mail
from rathaus.core import clock
from rathaus.core.jobs import enqueue, run_pending
from rathaus.core.models import Job
from rathaus.core.secrets import seal
from rathaus.organisation.models import StaffMember
from rathaus.portal import jobs as portal_jobs
from rathaus.proceedings import jobs
from rathaus.proceedings.models import Application, Notice
from rathaus.records.work import notices as work_notices
from tests.support import smtp

pytestmark = pytest.mark.django_db
ADDRESS = "fenna@example.org"


def notice(application: Application) -> None:
    enqueue(jobs.send_notice, application_id=application.pk, key="submitted")


def code(application: Application) -> None:
    facts = {"code": "12345678"}
    account_mail.send(name="contact_code", to=ADDRESS, language="de", facts=facts)


def draft_link(application: Application) -> None:
    enqueue(portal_jobs.mail_draft_link, address=seal(ADDRESS), link="https://x/", language="de")


def barrier(application: Application) -> None:
    report = json.dumps({"email": ADDRESS, "text": "Der Knopf fehlt.", "page": "/"})
    enqueue(portal_jobs.confirm_barrier, report=seal(report), language="de")


def task(application: Application) -> None:
    staff = StaffMember.objects.first()
    assert staff is not None
    StaffMember.objects.filter(pk=staff.pk).update(email=ADDRESS)
    enqueue(work_notices.notify, kind="step", staff_id=staff.pk)


def share(application: Application) -> None:
    enqueue(work_notices.mail_share, address=seal(ADDRESS), link="https://x/", until="1.1.2027")


MAILS = [notice, code, draft_link, barrier, task, share]


@pytest.fixture(autouse=True)
def _addressed(application: Application) -> None:
    """Nothing else waits to be sent."""
    Application.objects.filter(pk=application.pk).update(contact_email=ADDRESS)
    Job.objects.all().delete()


@pytest.mark.parametrize("write", MAILS)
def test_mail_refused_for_now_comes_later(
    settings: Any, application: Application, write: Any
) -> None:
    with smtp.server(settings, "451 try later") as taken:
        write(application)
        run_pending()
        assert not taken
        row = Job.objects.get()
        assert row.state == "ready"
        assert ADDRESS not in row.last_error  # operators see it
        with clock.shifted(clock.now() + timedelta(hours=2)):
            run_pending()
        [text] = taken
        assert ADDRESS in text
        row.refresh_from_db()
        assert row.state == "done"


@pytest.mark.parametrize("write", MAILS)
def test_an_address_that_does_not_exist_is_given_up(
    settings: Any, application: Application, write: Any
) -> None:
    with smtp.server(settings, "550 no such user") as taken:
        write(application)
        run_pending()
        with clock.shifted(clock.now() + timedelta(hours=2)):
            run_pending()
        assert not taken
        assert Job.objects.get().state == "done"


def test_a_notice_says_why_it_did_not_arrive(settings: Any, application: Application) -> None:
    with smtp.server(settings, "550 no such user"):
        notice(application)
        run_pending()
    row = Notice.objects.get()
    assert "no such user" in row.error
    assert row.sent_at is None

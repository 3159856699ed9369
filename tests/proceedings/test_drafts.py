"""Drafts: nothing is lost, nothing is doubled, strangers get nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.proceedings import actions, errors, jobs, queries
from rathaus.proceedings.actions import drafts
from rathaus.proceedings.models import Application, Draft
from tests.proceedings.conftest import new_draft

pytestmark = pytest.mark.django_db


def test_step_after_step_is_kept(draft):
    saved = actions.save_step(
        draft=draft, step_key="halter", answers={"neu": "x"}, revision=1, actor=draft.actor
    )
    fresh = Draft.objects.get(pk=draft.pk)
    assert fresh.answers["neu"] == "x"
    assert "hunde" in fresh.answers
    assert fresh.revision == saved.revision == 2


def test_second_tab_overwrites_nothing(draft):
    stale = Draft.objects.get(pk=draft.pk)
    actions.save_step(draft=draft, step_key="a", answers={"x": 1}, revision=1, actor=draft.actor)
    with pytest.raises(errors.DraftConflict):
        actions.save_step(
            draft=stale, step_key="a", answers={"x": 2}, revision=1, actor=draft.actor
        )
    assert Draft.objects.get(pk=draft.pk).answers["x"] == 1


def test_code_opens_the_draft_elsewhere_and_stays_the_same(draft):
    code = actions.issue_code(draft=draft)
    assert actions.issue_code(draft=Draft.objects.get(pk=draft.pk)) == code
    opened = queries.open_draft(str(draft.public_id), code.lower(), sender="1.2.3.4")
    assert opened.pk == draft.pk
    assert code not in Draft.objects.get(pk=draft.pk).code_sealed


@pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA", "x" * 10_000, "\x00"])
def test_foreign_code_is_refused(draft, code):
    actions.issue_code(draft=draft)
    with pytest.raises(errors.CodeWrong):
        queries.open_draft(str(draft.public_id), code, sender="1.2.3.4")


def test_draft_without_issued_code_cannot_be_opened_with_an_empty_one(draft):
    with pytest.raises(errors.CodeWrong):
        queries.open_draft(str(draft.public_id), "", sender="1.2.3.4")


@pytest.mark.parametrize("ident", ["", "x", "../..", "7e5837be-b44d-45d6-8677-da136bdaef28"])
def test_unknown_draft_answers_like_a_wrong_code(town, ident):
    with pytest.raises(errors.CodeWrong):
        queries.open_draft(ident, "AAAA-AAAA-AAAA", sender="1.2.3.4")


def test_guessing_ends(draft):
    actions.issue_code(draft=draft)
    with time_machine.travel(now(), tick=False), pytest.raises(errors.TooManyTries):
        for _ in range(20):
            with pytest.raises(errors.CodeWrong):
                queries.open_draft(str(draft.public_id), "AAAA", sender="1.2.3.4")


def test_expired_draft_says_so(draft):
    code = actions.issue_code(draft=draft)
    with time_machine.travel(now() + timedelta(days=31)), pytest.raises(errors.CodeExpired):
        queries.open_draft(str(draft.public_id), code, sender="1.2.3.4")


def test_old_drafts_are_deleted(draft):
    jobs.delete_old_drafts()
    assert Draft.objects.filter(pk=draft.pk).exists()
    with time_machine.travel(now() + timedelta(days=31)):
        jobs.delete_old_drafts()
    assert not Draft.objects.filter(pk=draft.pk).exists()


def test_submitting_twice_makes_one_application(draft):
    stale = Draft.objects.get(pk=draft.pk)
    first = actions.submit(draft=draft, actor=draft.actor)
    for copy in (stale, Draft.objects.get(pk=draft.pk)):
        with pytest.raises(errors.DraftAlreadySubmitted) as caught:
            actions.submit(draft=copy, actor=draft.actor)
        assert caught.value.application.pk == first.pk
    assert Application.objects.count() == 1


def test_saving_after_submitting_leads_to_the_application(draft):
    application = actions.submit(draft=draft, actor=draft.actor)
    with pytest.raises(errors.DraftAlreadySubmitted) as caught:
        actions.save_step(
            draft=draft, step_key="a", answers={}, revision=draft.revision, actor=draft.actor
        )
    assert caught.value.application.pk == application.pk


def test_incomplete_draft_is_not_accepted(town):
    from rathaus.catalogue import queries as catalogue

    draft = actions.start_draft(
        version=catalogue.current("hund-anmelden"), actor=Actor.resident("r")
    )
    with pytest.raises(errors.DraftIncomplete) as caught:
        actions.submit(draft=draft, actor=draft.actor)
    assert caught.value.problems
    assert Draft.objects.get(pk=draft.pk).state == "open"


def test_a_draft_that_was_taken_up_again_is_not_deleted(draft, monkeypatch):
    """Somebody saves between the moment the old drafts are listed and the one they go."""
    forgotten = new_draft("hund-anmelden")
    sent = new_draft("hund-anmelden")
    last = new_draft("hund-anmelden")
    Draft.objects.update(expires_at=now() - timedelta(days=1))
    discard = drafts.discard

    def meanwhile(**more):
        if more["draft"] == draft:
            actions.save_step(
                draft=draft, step_key="hund", answers={"name": "Bello"},
                revision=draft.revision, actor=draft.actor,
            )  # fmt: skip
        if more["draft"] == sent:
            actions.submit(draft=sent, actor=sent.actor)
        discard(**more)

    monkeypatch.setattr(drafts, "discard", meanwhile)
    jobs.delete_old_drafts()
    kept = Draft.objects.get(state="open")
    assert kept == draft
    assert kept.answers["name"] == "Bello"
    assert Application.objects.get().draft == sent
    assert not Draft.objects.filter(pk__in=[forgotten.pk, last.pk]).exists()


def test_discarded_draft_is_gone(draft):
    actions.discard(draft=draft, actor=draft.actor)
    assert not Draft.objects.exists()


def test_files_that_were_never_sent_are_deleted_those_of_drafts_stay(draft):
    import uuid

    from rathaus.core import storage
    from rathaus.forms.models import Upload

    for owner in (uuid.uuid4(), draft.public_id):
        blob = storage.put(str(owner).encode())
        Upload.objects.create(
            owner=owner, field_key="message", name="a.pdf", content_type="x", size=1, blob=blob
        )
    jobs.sweep_stray_uploads()
    assert Upload.objects.count() == 2
    with time_machine.travel(now() + timedelta(days=2)):
        jobs.sweep_stray_uploads()
    assert Upload.objects.get().owner == draft.public_id

"""Prepared queries give what the ordinary query gives."""

from __future__ import annotations

import uuid

import pytest
from django.db import models
from tests.proceedings.conftest import new_draft
from tests.support import town

from rathaus.core.prepared import Prepared
from rathaus.proceedings import actions
from rathaus.proceedings.models import Application, Draft
from rathaus.records.models import Case

pytestmark = pytest.mark.django_db


def values(row: models.Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_the_same_rows_with_what_hangs_on_them(django_assert_num_queries):
    town.load()
    draft = new_draft("meldebescheinigung-einfach")
    application = actions.submit(draft=draft, actor=draft.actor)
    other = new_draft("hund-anmelden")
    prepared = Prepared(
        lambda: Application.objects.select_related("case__chain", "case__dossier", "claim"),
        "public_id",
    )
    for _ in range(2):  # composed, then reused
        found = prepared.get(application.public_id)
        with django_assert_num_queries(0):
            pieces = [found.case, found.case.chain, found.case.dossier, found.claim]
        stored = Application.objects.get(pk=application.pk)
        assert values(found) == values(stored)
        originals = [stored.case, stored.case.chain, stored.case.dossier, stored.claim]
        assert [values(piece) for piece in pieces] == [values(piece) for piece in originals]
    assert found.answers == application.answers
    drafts = Prepared(Draft.objects.all, "public_id")
    assert values(drafts.get(other.public_id)) == values(Draft.objects.get(pk=other.pk))
    without_claim = actions.submit(draft=other, actor=other.actor)
    assert (prepared.get(without_claim.public_id).claim is None) == (without_claim.claim is None)
    found.state = "received"
    found.save()  # not a copy: it knows where it came from


def test_what_is_not_there_is_told_as_usual():
    with pytest.raises(Draft.DoesNotExist):
        Prepared(Draft.objects.all, "public_id").get(uuid.uuid4())


def test_a_query_with_more_than_one_variable_is_refused():
    with pytest.raises(ValueError, match="only the looked up values"):
        Prepared(lambda: Draft.objects.filter(state="open"), "public_id").get(uuid.uuid4())


def test_several_values_and_relations():
    town.load()
    draft = new_draft("hund-anmelden")
    case = actions.submit(draft=draft, actor=draft.actor).case
    prepared = Prepared(
        lambda: Case.objects.select_related("dossier"), "dossier__year", "office", "reference"
    )
    assert prepared.get(case.dossier.year, case.office_id, case.reference) == case
    with pytest.raises(Case.DoesNotExist):
        prepared.get(case.dossier.year, case.office_id + 1, case.reference)

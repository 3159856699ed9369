"""Publishing: immutable versions, one current one, a history."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from rathaus.catalogue import actions, queries
from rathaus.catalogue.models import (
    DefinitionTampered,
    Service,
    ServiceVersion,
    VersionIsImmutable,
)
from rathaus.core.actors import Actor
from rathaus.core.events import verify_chain
from rathaus.core.models import Event

pytestmark = pytest.mark.usefixtures("bauen")


def test_the_first_version(make, actor: Actor) -> None:
    definition = make()
    version = actions.publish(definition=definition, actor=actor, note="erste Fassung")
    assert (version.number, version.note, version.published_by) == (
        1,
        "erste Fassung",
        "Lars Poppinga",
    )
    assert queries.current("zaun-anzeigen").parsed == definition
    assert ServiceVersion.objects.get().parsed == definition
    event = Event.objects.get(type="service.published")
    assert event.data["sha256"] == definition.sha256() == version.sha256
    assert verify_chain(Service.objects.get().chain) == []


def test_the_same_content_is_no_new_version(make, actor: Actor) -> None:
    first = actions.publish(definition=make(), actor=actor)
    again = actions.publish(definition=make(), actor=actor)
    assert again.pk == first.pk
    assert ServiceVersion.objects.count() == 1
    assert Event.objects.filter(type="service.published").count() == 1


def test_a_change_is_a_new_version_and_the_old_one_stays(make, actor: Actor) -> None:
    first = actions.publish(definition=make(), actor=actor)
    second = actions.publish(definition=make(title="Zaun oder Mauer anzeigen"), actor=actor)
    assert second.number == 2
    assert queries.current("zaun-anzeigen").pk == second.pk
    old = ServiceVersion.objects.get(pk=first.pk)
    assert old.parsed.title == "Zaun anzeigen"
    assert [row.number for row in queries.versions_of(second.service)] == [2, 1]


def test_going_back_to_older_content_is_a_new_version_too(make, actor: Actor) -> None:
    for title in ("Zaun anzeigen", "Mauer anzeigen", "Zaun anzeigen"):
        actions.publish(definition=make(title=title), actor=actor)
    assert queries.current("zaun-anzeigen").number == 3


def test_a_version_cannot_be_changed_through_the_orm(make, actor: Actor) -> None:
    version = actions.publish(definition=make(), actor=actor)
    version.note = "other"
    with pytest.raises(VersionIsImmutable):
        version.save()
    with pytest.raises(VersionIsImmutable):
        version.delete()
    with pytest.raises(VersionIsImmutable):
        ServiceVersion.objects.update(note="other")
    with pytest.raises(VersionIsImmutable):
        ServiceVersion.objects.all().delete()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalogue_serviceversion SET note = 'x'",
        "UPDATE catalogue_serviceversion SET definition = '{}'",
        "DELETE FROM catalogue_serviceversion",
    ],
)
def test_nor_by_sql(make, actor: Actor, statement: str) -> None:
    actions.publish(definition=make(), actor=actor)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)


def test_a_number_is_given_once(make, actor: Actor) -> None:
    version = actions.publish(definition=make(), actor=actor)
    twin = ServiceVersion(
        service=version.service,
        number=1,
        definition={},
        sha256="",
        published_at=version.published_at,
        published_by="x",
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_a_tampered_definition_is_not_used(make, actor: Actor) -> None:
    version = actions.publish(definition=make(), actor=actor)
    forged = ServiceVersion.objects.get(pk=version.pk)
    forged.definition["fees"][0]["amount_cents"] = 1
    forged.sha256 = "0" * 64
    with pytest.raises(DefinitionTampered):
        _ = forged.parsed
    assert queries.tampered() == []


def test_a_lost_race_is_tried_again(make, actor: Actor, monkeypatch) -> None:
    actions.publish(definition=make(), actor=actor)
    real, calls = actions._publish, []

    def once_late(*args):
        calls.append(1)
        if len(calls) == 1:
            raise IntegrityError("unique")
        return real(*args)

    monkeypatch.setattr(actions, "_publish", once_late)
    assert actions.publish(definition=make(title="Neu"), actor=actor).number == 2


def test_what_does_not_pass_the_gate_is_not_published(make, actor: Actor) -> None:
    definition = make(topics=["gibt-es-nicht"])
    with pytest.raises(actions.GateFailed) as caught:
        actions.publish(definition=definition, actor=actor)
    assert caught.value.findings[0].where == "topics"
    assert not Service.objects.exists()


def test_retired_services_vanish_and_come_back(make, actor: Actor) -> None:
    version = actions.publish(definition=make(), actor=actor)
    actions.retire(service=version.service, actor=actor, reason="entfällt")
    actions.retire(service=version.service, actor=actor, reason="entfällt")
    with pytest.raises(ServiceVersion.DoesNotExist):
        queries.current("zaun-anzeigen")
    assert ServiceVersion.objects.get(pk=version.pk).parsed  # open drafts go on
    actions.restore(service=version.service, actor=actor)
    assert queries.current("zaun-anzeigen").pk == version.pk
    types = list(Event.objects.order_by("pk").values_list("type", flat=True))
    assert types == ["service.published", "service.retired", "service.restored"]


def test_parsing_happens_once(make, actor: Actor, django_assert_num_queries) -> None:
    version = actions.publish(definition=make(), actor=actor)
    _ = version.parsed
    light = ServiceVersion.objects.light().get(pk=version.pk)
    with django_assert_num_queries(0):
        assert light.parsed is version.parsed


def test_fees_are_stored_so_that_they_can_be_assessed_again(make, actor: Actor) -> None:
    version = actions.publish(definition=make(), actor=actor)
    stored = ServiceVersion.objects.get(pk=version.pk).parsed
    assert stored.fees[0].valid_from == date(2026, 1, 1)

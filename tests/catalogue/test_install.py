"""Installing the shipped services again, as every start does."""

from __future__ import annotations

import pytest
from tests.support import town

from rathaus.catalogue import actions, library, queries
from rathaus.core.actors import Actor

pytestmark = pytest.mark.django_db
SLUG = "hund-anmelden"


def test_a_towns_own_version_survives_every_start():
    town.load()
    shipped = library.load_all()
    own = queries.current(SLUG).parsed.model_copy(update={"summary": "So sagen wir es hier."})
    actions.publish(definition=own, actor=Actor.staff("1", "Lars Poppinga"))
    actions.install(library=shipped, actor=Actor.system("setup"))
    assert queries.current(SLUG).parsed.summary == "So sagen wir es hier."


def test_a_newer_shipped_version_replaces_an_older_shipped_one():
    town.load()
    shipped = library.load_all()
    older = queries.current(SLUG).parsed.model_copy(update={"summary": "Ein älterer Text dazu."})
    actions.publish(definition=older, actor=Actor.system("setup"))
    actions.install(library=shipped, actor=Actor.system("setup"))
    assert queries.current(SLUG).parsed.summary != "Ein älterer Text dazu."

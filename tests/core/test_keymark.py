"""A town whose key was lost does not go on with another one."""

from __future__ import annotations

from typing import Any

import pytest

from rathaus.core import health, keymark, storage
from rathaus.core.models import KeyMark

OTHER = "another-key-" + "z" * 50
pytestmark = pytest.mark.django_db


def test_the_key_of_a_new_town_is_remembered_without_telling_it(settings: Any) -> None:
    keymark.settle()
    keymark.settle()
    keymark.check()
    assert settings.TOWN_KEY not in KeyMark.objects.get().mark


def test_a_key_made_anew_by_itself_is_noticed_before_anything_is_stored(settings: Any) -> None:
    keymark.settle()
    settings.TOWN_KEY = OTHER
    for look in (keymark.check, keymark.settle):
        with pytest.raises(keymark.WrongTownKey, match="backup"):
            look()
    state = health.report()["storage"]
    assert state == {"ok": False, "error": "WrongTownKey"}


def test_a_town_from_before_is_tried_out_with_what_it_stored(settings: Any) -> None:
    key = settings.TOWN_KEY
    storage.put(b"a certificate")
    settings.TOWN_KEY = OTHER
    with pytest.raises(keymark.WrongTownKey):
        keymark.settle()
    assert not KeyMark.objects.exists(), "the wrong key must not become the right one"
    settings.TOWN_KEY = key
    keymark.settle()
    keymark.check()


def test_a_database_that_was_never_settled_can_be_looked_at() -> None:
    keymark.check()

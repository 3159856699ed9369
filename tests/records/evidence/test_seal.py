"""Every day what is new gets one root, and the root gets a time from outside."""

from __future__ import annotations

import pytest

from rathaus.core.models import Event
from rathaus.records.evidence import actions, gather, tree
from rathaus.records.evidence.models import Seal, SealItem, TimeStamp
from rathaus.records.models import Case
from tests.records.conftest import file
from tests.records.evidence.conftest import ACTOR, seal

pytestmark = pytest.mark.django_db


def test_everything_new_is_in_the_seal(record: list[Case]) -> None:
    made = seal()
    kinds = sorted(SealItem.objects.filter(seal=made).values_list("kind", flat=True))
    assert kinds.count("version") == 4
    assert kinds.count("chain") >= 3
    assert "seal" not in kinds
    assert not gather.new(10)
    stamp = TimeStamp.objects.get(seal=made)
    assert stamp.authority == "simulation"
    assert stamp.certificates.count("BEGIN CERTIFICATE") == 2
    items = SealItem.objects.filter(seal=made)
    leaves = [tree.combine((bytes(i.digest), bytes(i.blind)), "sha256") for i in items]
    assert tree.root(leaves, "sha256").hex() == made.root


def test_nothing_new_makes_no_seal(sealed: list[Case]) -> None:
    assert actions.seal_all(actor=ACTOR) == []
    assert Seal.objects.count() == 1


def test_the_next_seal_holds_the_one_before(sealed: list[Case]) -> None:
    file(sealed[1], b"Nachtrag", title="Nachtrag")
    made = seal()
    first = Seal.objects.get(number=1)
    assert (made.number, made.previous) == (2, first.hash)
    item = made.items.get(kind="seal")
    assert bytes(item.digest) == gather.of_seal(first).digest
    assert made.items.count() == 3  # the version, its chain, the seal before
    assert [e.data["number"] for e in Event.objects.filter(type="evidence.sealed")] == [1, 2]


def test_many_things_make_several_seals(record: list[Case]) -> None:
    made = actions.seal_all(actor=ACTOR, limit=3)
    assert len(made) > 2
    assert all(one.count <= 4 for one in made)
    assert not gather.new(1)

"""Trees: any set of leaves, any leaf leads to the root, nothing else does."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rathaus.records.evidence import tree
from rathaus.records.evidence.offline import pruefen

pytestmark = pytest.mark.one_database
digests = st.binary(min_size=32, max_size=32)
pairs = st.lists(st.tuples(digests, digests), min_size=1, max_size=40, unique=True)


def leaf(pair: tuple[bytes, bytes]) -> bytes:
    return tree.combine(pair, "sha256")


@given(pairs, st.randoms(use_true_random=False))
@hypothesis_settings(max_examples=60)
def test_every_leaf_leads_to_the_root(items: list[tuple[bytes, bytes]], random: object) -> None:
    whole = tree.Tree(map(leaf, items), "sha256")
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert tree.root(map(leaf, shuffled), "sha256") == whole.root
    for digest, blind in items:
        lists = whole.reduced(digest, blind)
        assert digest in lists[0]
        # Two ways to read the same rule: ours and the verifier's.
        assert tree.follow(lists, "sha256") == pruefen.follow(lists, "sha256") == whole.root
        assert len(lists) <= 1 + max(1, (len(items) - 1).bit_length())


@given(pairs, digests)
@hypothesis_settings(max_examples=40)
def test_what_is_not_in_it_has_no_way(items: list[tuple[bytes, bytes]], other: bytes) -> None:
    whole = tree.Tree(map(leaf, items), "sha256")
    if (other, other) not in items:
        with pytest.raises(KeyError):
            whole.reduced(other, other)


@given(pairs, st.integers(min_value=0), st.integers(min_value=0, max_value=255))
@hypothesis_settings(max_examples=60)
def test_one_changed_bit_leads_elsewhere(
    items: list[tuple[bytes, bytes]], place: int, bit: int
) -> None:
    whole = tree.Tree(map(leaf, items), "sha256")
    lists = whole.reduced(*items[place % len(items)])
    row = lists[place % len(lists)]
    changed = bytearray(row[0])
    changed[bit // 8] ^= 1 << bit % 8
    row[0] = bytes(changed)
    assert pruefen.follow(lists, "sha256") != whole.root


def test_a_neighbour_is_not_recognised_by_its_content() -> None:
    """Without the blind a guessed document cannot be confirmed from somebody else's way."""
    secret = hashlib.sha256(b"Ablehnung").digest()
    mine = hashlib.sha256(b"Bewilligung").digest()
    one, two = tree.new_blind("sha256"), tree.new_blind("sha256")
    whole = tree.Tree([leaf((mine, one)), leaf((secret, two))], "sha256")
    seen = {value for row in whole.reduced(mine, one) for value in row}
    assert secret not in seen
    assert hashlib.sha256(secret).digest() not in seen


def test_a_tree_needs_leaves() -> None:
    with pytest.raises(ValueError, match="leaf"):
        tree.root([], "sha256")


@given(st.binary(max_size=300))
@hypothesis_settings(max_examples=150)
def test_hostile_der(data: bytes) -> None:
    """Whatever stands in a file: an answer, never another exception."""
    for read in (
        pruefen.time_stamp,
        lambda content: pruefen.evidence_record(content, lambda name: b"", []),
    ):
        with pytest.raises(pruefen.HaeltNicht):
            read(data)


@given(st.binary(max_size=200_000 // 400))
@hypothesis_settings(max_examples=40)
def test_der_round_trip(body: bytes) -> None:
    raw = pruefen.wrap(0x04, body * 3)
    node = pruefen.read(raw + b"rest")
    assert (node.tag, node.body, node.raw) == (4, body * 3, raw)

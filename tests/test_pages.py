"""Connections are shared between the processes for pages."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rathaus import pages


@pytest.fixture
def shares() -> pages.Shares:
    return pages.Shares()


def test_who_has_fewer_is_seen_by_the_others(shares: pages.Shares) -> None:
    assert not shares.is_less_elsewhere(0, 5), "alone"
    shares.write(0, 3)
    shares.write(1, 2)
    assert shares.is_less_elsewhere(0, 3)
    assert not shares.is_less_elsewhere(1, 2)
    shares.write(1, 3)
    assert not shares.is_less_elsewhere(0, 3), "as many are not fewer"
    shares.leave(1)
    assert not shares.is_less_elsewhere(0, 3), "an ended process takes nothing"


def test_places_are_given_once_and_cleared(shares: pages.Shares) -> None:
    shares.write(0, 1)
    shares.write(1, 0)
    assert shares.free_place({0}) == 1
    assert not shares.is_less_elsewhere(0, 1), "what the ended one left is gone"
    assert shares.free_place(set(range(pages.MOST))) == pages.MOST


def test_a_busy_process_leaves_it_to_the_other_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch, shares: pages.Shares
) -> None:
    monkeypatch.setattr(pages, "shares", shares)
    monkeypatch.setattr(pages, "PAUSE", 0)
    taken: list[object] = []
    monkeypatch.setattr(
        pages.ThreadWorker, "accept", lambda _self, listener: taken.append(listener)
    )
    worker = SimpleNamespace(place=0, nr_conns=4, _left=0, _tell=lambda: None)
    accept = _bound(worker)
    shares.write(1, 3)
    for _ in range(pages.PATIENCE):
        accept("busy")
    assert not taken
    accept("busy")
    assert taken == ["busy"], "the other hangs"
    shares.write(1, 4)
    accept("fair")
    assert taken == ["busy", "fair"]


def _bound(state: SimpleNamespace):
    worker = object.__new__(pages.PageWorker)
    worker.__dict__.update(vars(state))
    return worker.accept

"""The lead: one thread does the work, another takes over when a piece takes long."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from rathaus.core.lead import Lead

Piece = Callable[[], None]
PATIENCE = 30.0
"""Seconds after which a test gives up; nothing waits so long when all is well."""


class House:
    """A loop as that of the pages: it takes pieces and does them while it leads."""

    def __init__(self, seconds: float, most: int = 2) -> None:
        self.pieces: queue.SimpleQueue[Piece | None] = queue.SimpleQueue()
        self.done_by: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._seconds, self._most = seconds, most
        self._open = True
        self.thread = threading.Thread(target=self._run, name="first", daemon=True)
        self.thread.start()

    def do(self, piece: Piece = lambda: None) -> None:
        self.pieces.put(piece)

    def who(self) -> str:
        return self.done_by.get(timeout=PATIENCE)

    def close(self) -> None:
        self.pieces.put(None)
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()

    def _run(self) -> None:
        self.lead = Lead(self._seconds, self._most, self._stand_in)
        while self._open:
            self._round()

    def _stand_in(self) -> None:
        while self.lead.is_mine():
            self._round()
            if self.lead.is_mine():
                self.lead.give_back()

    def _round(self) -> None:
        try:
            piece = self.pieces.get(timeout=0.01)
        except queue.Empty:
            return
        if piece is None:
            self._open = False
        elif not self.lead.may_work():
            self.pieces.put(piece)
        else:
            self._work(piece)

    def _work(self, piece: Piece) -> None:
        self.lead.begin()
        try:
            piece()
        finally:
            leads = self.lead.end()
            self.done_by.put(threading.current_thread().name)
        if not leads:
            self.lead.follow()


@pytest.fixture
def patient() -> Iterator[House]:
    house = House(60)
    yield house
    house.close()


@pytest.fixture
def hurried() -> Iterator[House]:
    house = House(0.01)
    yield house
    house.close()


def test_quick_pieces_are_done_by_one_thread_in_their_order(patient: House) -> None:
    order: list[int] = []
    for number in range(200):
        patient.do(lambda number=number: order.append(number))
    assert {patient.who() for _ in range(200)} == {"first"}
    assert order == list(range(200))


def test_who_takes_long_does_not_hold_up_the_rest(hurried: House) -> None:
    """Somebody pays, and the payment service does not answer: the others are served."""
    answered = threading.Event()
    hurried.do(lambda: _wait(answered))
    for _ in range(5):
        hurried.do()
        assert hurried.who() == "pages"
    answered.set()
    assert hurried.who() == "first"


def test_the_first_thread_leads_again_when_it_is_back(hurried: House) -> None:
    answered, led = threading.Event(), threading.Event()
    hurried.do(lambda: _wait(answered))
    hurried.do()
    assert hurried.who() == "pages"
    answered.set()
    assert hurried.who() == "first"

    def look() -> None:
        if threading.current_thread() is hurried.thread:
            led.set()

    for _ in range(1000):
        hurried.do(look)
        hurried.who()
        if led.is_set():
            break
    assert led.is_set()


def test_no_more_than_allowed_work_at_a_time_but_somebody_always_leads(hurried: House) -> None:
    answered = threading.Event()
    begun: queue.SimpleQueue[int] = queue.SimpleQueue()

    def wait_for_it(number: int) -> None:
        begun.put(number)
        _wait(answered)

    for number in range(3):
        hurried.do(lambda number=number: wait_for_it(number))
    assert {begun.get(timeout=PATIENCE) for _ in range(2)} == {0, 1}
    _until(lambda: not hurried.lead.may_work())
    assert begun.empty()
    answered.set()
    assert begun.get(timeout=PATIENCE) == 2
    assert sorted(hurried.who() for _ in range(3)).count("first") >= 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_when_a_stand_in_breaks_off_the_next_one_leads(hurried: House) -> None:
    answered = threading.Event()
    hurried.do(lambda: _wait(answered))

    def fall_down() -> None:
        raise SystemExit

    hurried.do(fall_down)
    assert hurried.who() == "pages"
    hurried.do()
    assert hurried.who() == "pages", "nobody leads"
    answered.set()
    assert hurried.who() == "first"


def test_idle_for_long_and_then_one_that_takes_long(
    hurried: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who stands by sleeps when nothing happens, and must not sleep through the next piece."""
    monkeypatch.setattr("rathaus.core.lead.QUIET", 0)
    for _ in range(20):
        answered = threading.Event()
        hurried.do()
        hurried.who()
        hurried.do(lambda answered=answered: _wait(answered))
        hurried.do()
        assert hurried.who(), "held up"
        answered.set()
        hurried.who()


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end


def _wait(event: threading.Event) -> None:
    assert event.wait(PATIENCE)

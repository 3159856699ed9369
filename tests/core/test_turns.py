"""Turns: one thread after the other, unless one takes long."""

import threading
import time

import pytest

from rathaus.core.turns import Turns


def test_quick_ones_never_run_side_by_side():
    turns = Turns(60)
    inside, most, count = 0, 0, 0

    def work():
        nonlocal inside, most, count
        for _ in range(200):
            with turns.mine():
                inside += 1
                most = max(most, inside)
                count += 1
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (most, count) == (1, 800)


def test_who_takes_long_does_not_hold_up_the_rest():
    """Somebody pays, and the payment service does not answer: the others go on, still in turn."""
    turns = Turns(0.01)
    answered, inside, met = threading.Event(), threading.Event(), threading.Event()

    def pay():
        with turns.mine():
            inside.set()
            answered.wait(30)

    def look():
        with turns.mine():
            met.set()

    payer, reader = threading.Thread(target=pay), threading.Thread(target=look)
    payer.start()
    assert inside.wait(30)
    reader.start()
    assert met.wait(30), "the reader waited for the payment service"
    answered.set()
    payer.join(30)
    reader.join(30)
    with turns.mine():
        assert not payer.is_alive()


def test_the_late_one_does_not_end_the_turn_of_its_follower():
    turns = Turns(0.0)
    late = turns.mine()
    late.__enter__()
    turns._seconds = 60
    follower = turns.mine()
    follower.__enter__()
    holder = turns._holder
    late.__exit__(None, None, None)
    assert turns._holder is holder is not None, "the follower still has its turn"
    follower.__exit__(None, None, None)
    assert turns._holder is None


def test_who_waited_longest_is_next():
    """Also before the one who just had a turn and comes again at once."""
    turns = Turns(60)
    order: list[int] = []

    def wait_for(count: int) -> None:
        end = time.monotonic() + 30
        while len(turns._waiting) < count:
            assert time.monotonic() < end, "nobody queued up"

    def come(number: int) -> None:
        with turns.mine():
            order.append(number)

    first = turns.mine()
    first.__enter__()
    threads = []
    for number in range(3):
        threads.append(threading.Thread(target=come, args=(number,)))
        threads[-1].start()
        wait_for(number + 1)
    first.__exit__(None, None, None)
    come(3)
    for thread in threads:
        thread.join(30)
    assert order == [0, 1, 2, 3]


def test_an_error_ends_the_turn():
    turns = Turns(60)
    with pytest.raises(ValueError, match="broken"), turns.mine():
        raise ValueError("broken")
    with turns.mine():
        pass

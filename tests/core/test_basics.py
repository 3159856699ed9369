"""Money, codes, references, rate limits, outgoing addresses."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from rathaus.core import net, ratelimit, references, secrets
from rathaus.core.clock import today
from rathaus.core.money import Money, MoneyError


@given(st.integers(min_value=-(10**11), max_value=10**11))
def test_money_survives_both_notations(cents):
    amount = Money(cents)
    assert Money.parse(amount.format()) == amount
    assert Money.from_decimal_string(amount.decimal_string()) == amount


@pytest.mark.parametrize(
    ("text", "cents"),
    [("26", 2600), ("26,5", 2650), ("1.234,50 €", 123450), ("1234,50", 123450), ("-3,00", -300)],
)
def test_german_amounts(text, cents):
    assert Money.parse(text).cents == cents


@pytest.mark.parametrize(
    "text", ["", "12.50", "1.23,00", "zwölf", "1,234", "9" * 40, "٣,00", "--1"]
)
def test_what_is_no_amount(text):
    with pytest.raises(MoneyError):
        Money.parse(text)


def test_currencies_do_not_mix():
    with pytest.raises(MoneyError):
        Money(1) + Money(1, "CHF")


def test_codes_forgive_how_people_write_them():
    code = secrets.new_code()
    assert secrets.codes_equal(code.lower().replace("-", " "), code)
    assert secrets.codes_equal(code.replace("0", "O").replace("1", "l"), code)
    assert not secrets.codes_equal("", code)
    assert not secrets.codes_equal(code[:-1], code)


@given(st.text())
def test_sealed_text_comes_back(text):
    text = text.encode("utf-8", "ignore").decode()
    assert secrets.unseal(secrets.seal(text)) == text


@pytest.mark.parametrize("token", ["", "abc", "A" * 80, "ä"])
def test_foreign_seal_is_refused(token):
    with pytest.raises(secrets.SealBroken):
        secrets.unseal(token)


@pytest.mark.django_db
def test_references_count_per_year():
    with time_machine.travel("2026-12-31T22:59:00Z", tick=False):
        assert references.next_reference("case") == "WM-2026-00001"
        assert references.next_reference("case") == "WM-2026-00002"
    with time_machine.travel("2026-12-31T23:00:30Z", tick=False):  # already 2027 in Germany
        assert today().year == 2027
        assert references.next_reference("case") == "WM-2027-00001"


@pytest.mark.django_db
def test_rate_limit_counts_each_key_and_ends():
    per = timedelta(minutes=5)
    with time_machine.travel("2026-11-22T12:00:00Z", tick=False):
        assert [ratelimit.allow("t", "a", limit=2, per=per) for _ in range(3)] == [
            True,
            True,
            False,
        ]
        assert ratelimit.allow("t", "b", limit=2, per=per)
        ratelimit.reset("t", "a")
        assert ratelimit.allow("t", "a", limit=2, per=per)
    with time_machine.travel("2026-11-22T12:05:00Z", tick=False):
        assert ratelimit.allow("t", "a", limit=1, per=per)


def test_foreign_hosts_are_not_called():
    reached = httpx.MockTransport(lambda request: httpx.Response(200))
    with net.client(allowed=["api.example.org"], transport=reached) as client:
        assert client.get("https://api.example.org/x").status_code == 200
        for url in ("https://evil.example.org/", "https://api.example.org.evil.example/"):
            with pytest.raises(net.HostNotAllowed):
                client.get(url)

"""Template tags: markup that assistive technology understands, and no way to inject."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine

Html = Callable[..., str]
EVIL = '"><script>alert(1)</script>'


def test_an_icon_is_hidden_unless_it_says_something(html: Html) -> None:
    assert 'aria-hidden="true"' in html('{% icon "search" %}')
    assert 'role="img" aria-label="Suche"' in html('{% icon "search" "Suche" %}')


def test_an_unknown_icon_does_not_break_the_page(html: Html) -> None:
    assert "<svg" in html('{% icon "no_such_icon" %}')


@pytest.mark.parametrize(
    "source",
    [
        "{% icon x x x %}",
        "{% badge x x %}",
        "{% tag x x x %}",
        "{% avatar x %}",
        "{% alert x x x %}a{% endalert %}",
        "{% fold x %}a{% endfold %}",
        "{% breadcrumb x x x %}",
        "{% back_link x x %}",
        "{% empty_state x x x x x %}",
        "{% progress 1 2 x %}",
        "{% code x x %}",
        "{% stat x x x x %}",
        "{% heading 2 x x x %}",
        "{% service_card service %}",
        "{% timeline entries %}",
        "{% file_list files %}",
        "{% key_facts facts %}",
        "{% bars rows %}",
        "{% open_state status %}",
        "{{ x|tel_link }}{{ x|mail_link }}{{ x|markdown }}{{ x|initials }}{{ x|unbroken }}",
        "{% file_input x x x x %}",
        "{% topic_tile x x x x %}",
        "{% hours_table days x %}",
        "{% page_links x x x x %}",
    ],
)
def test_hostile_text_is_escaped(html: Html, source: str) -> None:
    entry = {"title": EVIL, "text": EVIL, "when": EVIL, "icon": EVIL, "state": EVIL, "url": EVIL,
             "summary": EVIL, "tag": EVIL, "kind": EVIL, "note": EVIL, "label": EVIL, "value": EVIL,
             "facts": [{"icon": EVIL, "text": EVIL}], "day": EVIL}  # fmt: skip
    out = html(
        source, x=EVIL, service=entry, entries=[entry], files=[entry], facts=[entry],
        rows=[{"label": EVIL, "value": 1, "text": EVIL}], days=[entry],
        status={"is_open": True, "text": EVIL},
    )  # fmt: skip
    assert "<script" not in out


@time_machine.travel("2027-03-08T09:00:00Z")
@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2027, 3, 8), "heute"),
        (date(2027, 3, 9), "morgen"),
        (date(2027, 3, 7), "überfällig seit 1 Tag<"),
        (date(2027, 3, 1), "überfällig seit 7 Tagen"),
        (date(2027, 3, 30), "Di, 30. März"),
    ],
)
def test_deadlines_say_what_is_urgent(html: Html, day: date, words: str) -> None:
    assert words in html("{{ day|deadline }}", day=day)


def test_no_deadline_is_a_dash(html: Html) -> None:
    assert html("{{ day|deadline }}", day=None) == "–"


def test_the_breadcrumb_ends_with_this_page(html: Html) -> None:
    out = html('{% breadcrumb "Leistungen" "/leistungen/" "Hund anmelden" %}')
    assert 'href="/leistungen/"' in out
    assert out.count('aria-current="page"') == 1


def test_the_state_of_a_timeline_entry_is_said_in_words(html: Html) -> None:
    entries: list[dict[str, Any]] = [
        {"state": "done", "title": "Eingegangen"},
        {"state": "now", "title": "In Prüfung"},
        {"state": "next", "title": "Bescheid"},
    ]
    out = html("{% timeline entries %}", entries=entries)
    assert [word in out for word in ("(erledigt)", "(jetzt)", "(kommt noch)")] == [True] * 3
    assert out.count('aria-current="step"') == 1


def test_progress_is_said_in_words(html: Html) -> None:
    assert "Schritt 2 von 5" in html('{% progress 2 5 "Hund anmelden" %}')


def test_bars_scale_to_the_largest_and_survive_zero(html: Html) -> None:
    out = html("{% bars rows %}", rows=[{"label": "a", "value": 4}, {"label": "b", "value": 1}])
    assert 'width="100.0"' in out and 'width="25.0"' in out
    assert 'width="0.0"' in html("{% bars rows %}", rows=[{"label": "a", "value": 0}])

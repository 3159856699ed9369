"""Texts of service designers: a little formatting, and nothing that runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from rathaus.theme import text


def test_paragraphs_lists_bold_and_headings() -> None:
    out = text.render("# Titel\n\nEin **wichtiger** Satz.\n\n- eins\n- zwei")
    assert "<h3>Titel</h3>" in out
    assert "<strong>wichtiger</strong>" in out
    assert out.count("<li>") == 2


def test_without_marks_every_word_stays() -> None:
    source = "Ich *weiß*\\\ndas:\n\n- **eins**\n- [zwei](https://example.org)\nund drei"
    assert text.plain(source) == ["Ich weiß das:", "eins", "zwei und drei"]


def test_headings_never_compete_with_the_page() -> None:
    assert "<h1" not in text.render("# a\n\n## b") and "<h2" not in text.render("# a\n\n## b")
    assert "<h6>" in text.render("###### f")


@pytest.mark.parametrize(
    "url", ["https://example.org/a", "mailto:a@example.org", "tel:+494944", "/leistungen/", "#a"]
)
def test_allowed_links(url: str) -> None:
    assert f'href="{url}"' in text.render(f"[hier]({url})")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:x",
        "data:text/html,x",
        "//evil.example",
        "http://x.de",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://x",
    ],
)
def test_other_links_stay_text(url: str) -> None:
    assert "<a " not in text.render(f"[hier]({url})")


def test_a_backslash_does_not_lead_to_another_host() -> None:
    assert not text.is_allowed_link("/\\evil.example")
    assert 'href="/%5Cevil.example"' in text.render("[hier](/\\evil.example)")


@given(st.text(alphabet="<>&\"'[]()!*#`-/:\\ \nascriptonerjvhm=", max_size=80))
def test_no_text_makes_an_element_that_is_not_allowed(source: str) -> None:
    tree = html.fragment_fromstring(text.render(source), create_parent="div")
    allowed = {"div", "p", "ul", "ol", "li", "a", "strong", "em", "br", "h3", "h4", "h5", "h6"}
    for element in tree.iter():
        assert element.tag in allowed
        assert set(element.attrib) <= {"href", "start", "title"}
        assert text.is_allowed_link(element.get("href", "#"))

"""The interface in English: complete, up to date, and shown to whoever asks for it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
import pytest
from django.test import Client
from django.utils import translation
from lxml import html
from lxml.html import HtmlElement

import rathaus
from rathaus.forms.kinds import dates
from rathaus.theme.templatetags import remember
from tests.desk.making import new_case
from tests.support import town as demo

pytestmark = pytest.mark.one_database

PACKAGE = Path(rathaus.__file__).parent
CATALOGUE = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|\[\[[^\]]*\]\]|</?[a-z]+[^>]*>")
SOURCES = {".py", ".html", ".txt"}


@pytest.fixture(scope="module")
def english() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


def texts(entry: polib.POEntry) -> list[str]:
    """The translations of a message: one, or one per plural form."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def edges(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()


def test_every_message_is_translated(english: polib.POFile) -> None:
    assert len(english) > 1000
    missing = [entry.msgid for entry in english if not all(texts(entry))]
    assert missing == []
    assert [entry.msgid for entry in english if entry.fuzzy] == []
    assert not english.metadata_is_fuzzy, "gettext ignores the charset of a fuzzy header"


def test_every_translation_keeps_placeholders_and_tags(english: polib.POFile) -> None:
    wrong = [
        (entry.msgid, text)
        for entry in english
        for text in texts(entry)
        if Counter(PLACEHOLDER.findall(text)) != Counter(PLACEHOLDER.findall(entry.msgid))
        or edges(text) != edges(entry.msgid)
    ]
    assert wrong == []


def test_every_message_with_plural_has_both_forms(english: polib.POFile) -> None:
    assert [e.msgid for e in english if e.msgid_plural and set(e.msgstr_plural) != {0, 1}] == []


def test_no_message_of_the_sources_is_missing(english: polib.POFile, tmp_path: Path) -> None:
    """What `make messages` would collect now is what the catalogue has."""
    copy = tmp_path / "rathaus"
    for file in PACKAGE.rglob("*"):
        if file.suffix in SOURCES and "static" not in file.parts:
            target = copy / file.relative_to(PACKAGE)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    (copy / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "--locale", "en", "--no-location"]
    collect = {"DJANGO_SETTINGS_MODULE": "django.conf.global_settings", "PATH": _path()}
    subprocess.run(command, cwd=copy, env=collect, check=True, capture_output=True, timeout=300)
    collected = polib.pofile(str(copy / "locale" / "en" / "LC_MESSAGES" / "django.po"))
    assert len(collected) > 1000, "nothing was collected"

    def keys(catalogue: polib.POFile) -> set[tuple[str, str, str]]:
        return {(e.msgctxt or "", e.msgid, e.msgid_plural) for e in catalogue if not e.obsolete}

    assert keys(collected) - keys(english) == set(), "run `make messages` and translate these"
    assert keys(english) - keys(collected) == set(), "run `make messages`: no longer used"


def _path() -> str:
    found = shutil.which("xgettext")
    assert found, "xgettext is missing: install gettext"
    return f"{Path(found).parent}:/usr/bin:/bin"


@pytest.fixture
def pages(db: None) -> Iterator[Client]:
    """The demo town's pages, without what other tests have left in memory."""
    demo.load()
    remember.forget()
    yield Client()
    translation.deactivate()
    remember.forget()


def shown(client: Client, path: str) -> tuple[HtmlElement, str]:
    """A page, and its text."""
    page = html.document_fromstring(client.get(path).content.decode())
    return page, " ".join("".join(map(str, page.itertext())).split())


def found(page: HtmlElement, xpath: str) -> list[HtmlElement]:
    result: Any = page.xpath(xpath)
    return list(result)


PAGES = [
    ("/", ("What would you like to do?", "Search for a service"), "Was möchten Sie erledigen?"),
    (
        "/leistungen/hund-anmelden/",
        ("Do it online", "no sign-in needed", "Start now"),
        "Online erledigen",
    ),
    ("/vorgang/", ("My cases", "Case reference", "Access code"), "Zugangscode"),
]


@pytest.mark.parametrize(("path", "words", "german"), PAGES)
def test_page_in_english(pages: Client, path: str, words: tuple[str, ...], german: str) -> None:
    pages.cookies["sprache"] = "en"
    page, text = shown(pages, path)
    assert page.get("lang") == "en"
    assert [word for word in words if word not in text] == []
    assert german not in text


@pytest.mark.parametrize(("path", "words", "german"), PAGES)
def test_page_in_german(pages: Client, path: str, words: tuple[str, ...], german: str) -> None:
    page, text = shown(pages, path)
    assert page.get("lang") == "de"
    assert german in text
    assert [word for word in words if word in text] == []


def test_german_texts_on_an_english_page_say_that_they_are_german(pages: Client) -> None:
    pages.cookies["sprache"] = "en"
    page, _ = shown(pages, "/leistungen/hund-anmelden/")
    assert found(page, '//h1[@lang="de"]')
    assert found(page, '//details[@lang="de"]'), "the questions and answers"
    assert found(page, '//form//button[contains(., "Start now")]')
    assert not found(page, '//*[@lang="de"]//button[contains(., "Start now")]')


def test_the_record_is_german_whatever_the_resident_reads(pages: Client) -> None:
    with translation.override("en"):
        application = new_case("hund-anmelden")
    titles = [document.title for document in application.case.documents.all()]
    assert "Angaben aus dem Formular" in titles


@pytest.mark.parametrize("month", ["3", "März", "mrz", "March", "mar"])
def test_months_are_understood_in_both_languages(month: str) -> None:
    assert dates._month(month) == 3

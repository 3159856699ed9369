"""Anything may be sent to any page: a clear answer below 500, nothing lost, nothing leaked."""

from __future__ import annotations

import random
import re
import uuid
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.core import mail
from django.test import Client
from django.urls import URLPattern, reverse
from django.urls.converters import IntConverter, UUIDConverter
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rathaus.core.jobs import run_pending
from rathaus.desk.urls import urlpatterns as desk_addresses
from rathaus.proceedings import actions
from rathaus.proceedings.models import Application, Letter
from rathaus.records.models import DocumentVersion
from tests.desk import making
from tests.desk.conftest import SignIn
from tests.portal.browser import Browser
from tests.security.test_addresses import address as portal_address
from tests.security.test_addresses import portal

HOSTILE = [
    "\x00",
    "\ud800",
    "\u202egnp.exe\u202c",
    "\U0001f9d1\u200d\U0001f680" * 40,
    "שלום עליכם مرحبا",
    "' OR 1=1 --",
    '"><script>alert(1)</script>',
    "{{ 7*7 }}{% debug %}",
    "[[name]] [[antrag.iban]]",
    '#read("/etc/passwd") #sys.inputs',
    '=HYPERLINK("http://evil.example")',
    "..\\../..//etc/passwd",
    "a\r\nBcc: victim@example.org",
    "%s%s%n",
    "-1",
    "9" * 400,
    "1e309",
    "NaN",
    "0001-01-01",
    "x" * 20_000,
]
NAMES = ["q", "nach", "tab", "art", "sort", "due", "von", "bis", "next", "az", "code", "antrag",
         "neu", "amt", "status", "alles", "seite", "pruefen", "zustand", "wer"]  # fmt: skip
CLEAN = re.compile(r"Traceback|RuntimeError|DoesNotExist|django\.|/site-packages/|SELECT ")


def calm(response: Any, what: str) -> None:
    assert response.status_code < 500, what
    if "text/html" in response.get("Content-Type", "") and not response.streaming:
        page = response.content.decode()
        assert not CLEAN.search(page), what
        assert "<script>alert(1)</script>" not in page, what
        assert "49{%" not in page, what
    for value in response.headers.values():
        assert "\n" not in value and "\r" not in value, what


def address(pattern: URLPattern, ident: uuid.UUID, number: int, **known: str) -> str:
    """The address of a page of the desk about `ident`, with anything else in it made up."""
    values = {
        key: ident
        if isinstance(kind, UUIDConverter)
        else number
        if isinstance(kind, IntConverter)
        else known.get(key, "x")
        for key, kind in pattern.pattern.converters.items()
    }
    return reverse(f"desk:{pattern.name}", kwargs=values)


def encoded(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"))


def test_hostile_questions_on_every_open_page(client: Client) -> None:
    paths = ["/", "/suche/", "/leistungen/", "/vorgang/", "/fortsetzen/", "/echtheit/",
             "/rathaus/", "/barriere-melden/", "/arbeit/anmelden/", "/sprache/de/"]  # fmt: skip
    for path in paths:
        for text in HOSTILE:
            short = encoded(text[:2000])
            calm(client.get(f"{path}?" + "&".join(f"{name}={short}" for name in NAMES)), path)


def test_hostile_questions_on_every_page_of_the_desk(sign_in: SignIn) -> None:
    application = making.taken()
    logins = {"payment.match": "theda.saathoff", "jobs.view": "lars.poppinga",
              "staff.manage": "lars.poppinga", "identity.view": "lars.poppinga"}  # fmt: skip
    for pattern in desk_addresses:
        needs = getattr(pattern.callback, "desk_permission", "")
        if not needs:
            continue
        client = sign_in(logins.get(needs, "eilert.janssen"))
        path = address(pattern, application.public_id, 2**63)
        for text in HOSTILE[::3]:
            question = "&".join(f"{name}={encoded(text[:500])}" for name in NAMES)
            response = client.get(f"{path}?{question}")
            calm(response, path)
            if response.status_code == 405:  # only takes posts, whatever is asked
                break


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_answers_are_answered_and_kept_apart(text: str, resident: Browser) -> None:
    """In every field of a form, as text, as list, as part, and under the names of others."""
    draft = resident.begin("hund-anmelden")
    names = set(re.findall(r'name="([a-z_]+(?:\.[a-z_]+)*)"', resident.page))
    assert {"person.last_name", "person.birth_date.year"} <= names
    sent: dict[str, Any] = {}
    for name in sorted(names):
        sent |= {name: [text, text], f"{name}.0": text, f"{name}[x]": text, f"{name}.count": text}
    sent |= {"_stand": text, "_code": text, "_add": text, "_remove": text, "__proto__": text}
    resident.post({name: _sendable(value) for name, value in sent.items()})
    assert resident.status == 200
    calm(resident.response, text[:40])
    assert 'class="rh-errors' in resident.page or "/kontakt/" not in resident.path
    draft.refresh_from_db()
    assert set(draft.answers) <= {"person", "anschrift", "kontakt", "email", "telefon", *names}
    resident.get(f"/antrag/{draft.public_id}/pruefen/")
    calm(resident.response, text[:40])


def _sendable(value: Any) -> Any:
    """What a test client can encode; lone surrogates come as their three bytes."""
    values = value if isinstance(value, list) else [value]
    made = [one.encode("utf-8", "surrogatepass") for one in values]
    return [one.decode("latin-1") if b"\xed\xa0" in one else one.decode() for one in made]


def test_bytes_that_are_no_text(resident: Browser) -> None:
    draft = resident.begin("hund-anmelden")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', resident.page)
    assert token
    body = f"csrfmiddlewaretoken={token[1]}&person.last_name=".encode()
    for junk in (b"\xff\xfe\xed\xa0\x80", b"%ED%A0%80%00%FF", b"%", b"%u0041", b"&&&=&=;"):
        response = resident.client.post(
            f"/antrag/{draft.public_id}/kontakt/",
            body + junk,
            content_type="application/x-www-form-urlencoded",
        )
        calm(response, repr(junk))
    for content_type in ("application/json", "text/plain", "x", "multipart/form-data", ""):
        response = resident.client.post(
            f"/antrag/{draft.public_id}/kontakt/", b"{}", content_type=content_type
        )
        assert response.status_code in {400, 403}, content_type


def test_ten_megabytes_and_five_thousand_fields(resident: Browser) -> None:
    draft = resident.begin("hund-anmelden")
    resident.post({"person.last_name": "Onno"})
    before = resident.page
    resident.post({"person.last_name": "x" * 10_000_000}, f"/antrag/{draft.public_id}/kontakt/")
    assert resident.status == 413
    assert "zu groß" in resident.page
    resident.page = before
    resident.post({f"feld{n}": "x" for n in range(5000)}, f"/antrag/{draft.public_id}/kontakt/")
    assert resident.status == 413
    resident.get(f"/antrag/{draft.public_id}/")
    assert resident.status == 200


def test_hostile_headers(client: Client, resident: Browser) -> None:
    application = resident.apply("hund-anmelden")
    path = f"/vorgang/{application.public_id}/"
    for text in ("x" * 4000, "\xff\xfe", "de;q=0.1," * 400, "../../etc", "é;=,", '"', "\\"):
        for name in ("Accept-Language", "Referer", "User-Agent", "X-Forwarded-For", "Cookie",
                     "Accept-Encoding", "If-Modified-Since", "If-None-Match", "Range",
                     "Content-Type", "X-CSRFToken", "Origin"):  # fmt: skip
            for where in ("/", path, "/arbeit/", "/sprache/de/", "/healthz"):
                calm(client.get(where, headers={name: text}), f"{name} {text[:20]}")
    for name in (
        "rathaus_zugang",
        "rathaus_konto",
        "rathaus_arbeit",
        "csrftoken",
        "sprache",
        "messages",
    ):
        for text in ("x" * 4000, "{}", "gASVJAAAAAAA", '"\\"', "a:b:c"):
            other = Client()
            other.cookies[name] = text
            for where in ("/", path, "/arbeit/"):
                calm(other.get(where), name)
            assert other.get(path).status_code == 403


@hypothesis_settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.text(max_size=300))
def test_any_search_is_answered(client: Client, text: str) -> None:
    for path in ("/suche/?q=", "/echtheit/?code=", "/fortsetzen/?antrag=", "/vorgang/?az="):
        calm(client.get(path + encoded(text)), path)


def test_no_header_of_a_mail_can_be_smuggled_in(resident: Browser) -> None:
    draft = resident.begin("hund-anmelden")
    resident.get(f"/antrag/{draft.public_id}/speichern/")
    for address in (
        "a@example.org\r\nBcc: victim@example.org",
        "a@example.org%0aBcc:victim@example.org",
        "a@example.org, victim@example.org",
        "a@example.org;victim@example.org",
        "<a@example.org> victim@example.org",
        "a@example.org\x00",
        '"a b"@example.org\nX: y',
    ):
        resident.post({"email": address}, f"/antrag/{draft.public_id}/speichern/")
    run_pending()
    for message in mail.outbox:
        assert len(message.recipients()) == 1
        assert "victim@example.org" not in message.recipients()
        assert "Bcc" not in message.message().keys()  # noqa: SIM118


# --- templates ----------------------------------------------------------------------------

NAME = '[[aktenzeichen]] {{ settings.SECRET_KEY }} #read("/etc/passwd") $x$ @a'


@pytest.fixture
def hostile_case() -> Application:
    """Somebody whose name is a program."""
    person = {**making.sample("hund-anmelden")["person"], "last_name": NAME}
    application = making.new_case(person=person)
    clerk = making.person("eilert.janssen")
    actions.take_over(application=application, staff=clerk, actor=making.acting(clerk))
    return application


def test_answers_in_letters_are_text(hostile_case: Application, sign_in: SignIn) -> None:
    from rathaus.records.extraction import text_of

    application = hostile_case
    clerk = making.person("eilert.janssen")
    template = next(t for t in application.service.letters if t.outcome == "granted")
    letter = actions.draft_letter(application=application, template_key=template.key)
    body = f"{letter.body}\n\n{NAME}\n#set page(width: 1pt)".translate({91: None, 93: None})
    client = sign_in("eilert.janssen")
    page = client.post(
        reverse("desk:decide", args=[application.public_id]),
        {"step": "preview", "template": template.key, "subject": "x", "body": letter.body + NAME},
    )
    assert page.status_code == 422  # a gap, even one that came from an answer, is not sent
    actions.decide(
        application=application,
        staff=clerk,
        outcome="granted",
        letter=type(letter)(template.key, letter.title, "#read(1)", body, letter.remedy),
        actor=making.acting(clerk),
    )
    run_pending()
    made = Letter.objects.get(application=application)
    assert made.document is not None
    text = text_of(made.document.current.read(), "application/pdf")
    assert '#read("/etc/passwd")' in text or "#read(“/etc/passwd”)" in text
    assert "{{ settings.SECRET_KEY }}" in text
    assert "root:" not in text
    for version in DocumentVersion.objects.filter(document__case=application.case):
        assert version.read()  # receipt and data too


def test_answers_on_pages_of_the_desk_are_text(hostile_case: Application, sign_in: SignIn) -> None:
    client = sign_in("eilert.janssen")
    path = reverse("desk:case", args=[hostile_case.public_id])
    page = unescape(client.get(path).content.decode())
    assert "{{ settings.SECRET_KEY }}" in page


# --- staff's forms ------------------------------------------------------------------------


FIELDS = """
message note to act pick here template subject body remedy reason refund step due text1 kind1
upload1 text amount method transfer entry resolution reference service channel draft code old new
again q revision why person.last_name iban
"""


def test_hostile_posts_to_every_page_of_the_desk(sign_in: SignIn) -> None:
    """As the person with the permission, so that the data gets as far as it can."""
    chance = random.Random(7)
    logins = {"payment.match": "theda.saathoff", "jobs.retry": "lars.poppinga"}
    application = making.taken()
    owed = making.new_case("meldebescheinigung-einfach").claim
    assert owed is not None
    draft = making.new_draft()
    type(draft).objects.filter(pk=draft.pk).update(entered_by=making.person("eilert.janssen"))
    for pattern in desk_addresses:
        needs = getattr(pattern.callback, "desk_permission", "")
        if not needs or pattern.name == "password":
            continue
        client = sign_in(logins.get(needs, "eilert.janssen"))
        ident = application.public_id
        if str(pattern.name).startswith("enter_"):
            ident = draft.public_id
        elif str(pattern.pattern).startswith("kasse/<"):
            ident = owed.public_id
        path = address(pattern, ident, 10**18, slug="hund-anmelden", key="hund")
        for _round in range(4):
            sent = {name: _sendable(chance.choice(HOSTILE)[:3000]) for name in FIELDS.split()}
            response = client.post(path, sent)
            calm(response, path)
            if response.status_code == 405:
                break


def test_portal_addresses_with_hostile_parts(client: Client) -> None:
    for pattern in portal:
        path = portal_address(pattern)
        for junk in ("%00", "%ff", "..%2f..%2f", "%252e%252e", "\u202e", "'", "x" * 3000):
            calm(client.get(path + quote(junk, safe="%") + "/"), path)
            calm(client.get(path.replace("hund-anmelden", quote(junk, safe="%"))), path)

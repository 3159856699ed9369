"""A password alone opens nothing: codes, recovery codes, the first set-up, changes, reset."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from rathaus.accounts.staff import factors
from rathaus.core import jobs
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.models import Event
from rathaus.desk.views import second
from rathaus.organisation.models import StaffMember
from tests.desk.conftest import SignIn
from tests.desk.making import PASSWORD, person
from tests.support import desk
from tests.support.desk import code_of, recovery_codes_of, with_app

LOGIN, CODE = "/arbeit/anmelden/", "/arbeit/anmelden/code/"
ENROL, CODES = "/arbeit/anmelden/einrichten/", "/arbeit/anmelden/ersatzcodes/"
DESK, SECURITY = "/arbeit/", "/arbeit/sicherheit/"


@pytest.fixture
def insa() -> StaffMember:
    """With app and recovery codes."""
    return with_app(person("insa.cordes"))


def password(client: Client, login: str = "insa.cordes") -> str:
    """Where the right password leads."""
    response = client.post(LOGIN, {"login": login, "password": PASSWORD})
    assert response.status_code == 302
    return str(response["Location"])


def types() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("type", flat=True))


def test_password_and_code_open_the_desk(client: Client, insa: StaffMember) -> None:
    assert password(client) == CODE
    page = client.get(CODE).content.decode()
    assert 'autocomplete="one-time-code"' in page
    assert client.post(CODE, {"code": code_of(insa)})["Location"] == DESK
    assert client.get(DESK).status_code == 200


@pytest.mark.parametrize(
    "wrong", ["", "000000", "12345", "abcdef", "１２３４５６", "0" * 500, "\x00"]
)
def test_a_wrong_code_opens_nothing(client: Client, insa: StaffMember, wrong: str) -> None:
    password(client)
    response = client.post(CODE, {"code": wrong})
    assert response.status_code == 422
    assert client.get(DESK).status_code == 302


def test_a_code_counts_once(insa: StaffMember) -> None:
    code, first, second_ = code_of(insa), Client(), Client()
    for client in (first, second_):
        password(client)
    assert first.post(CODE, {"code": code}).status_code == 302
    assert second_.post(CODE, {"code": code}).status_code == 422


def test_a_clock_may_differ_by_half_a_minute_but_not_more(insa: StaffMember) -> None:
    with time_machine.travel(now(), tick=False):
        for steps, status in ((-3, 422), (3, 422), (-1, 302), (1, 302)):
            client = Client()
            password(client)
            assert client.post(CODE, {"code": code_of(insa, steps=steps)}).status_code == status


def test_codes_are_typed_as_people_type(client: Client, insa: StaffMember) -> None:
    password(client)
    code = code_of(insa)
    assert client.post(CODE, {"code": f" {code[:3]} {code[3:]} "}).status_code == 302


def test_guessing_codes_is_stopped_even_for_the_right_one(
    client: Client, insa: StaffMember
) -> None:
    password(client)
    for _ in range(second.TRIES):
        assert client.post(CODE, {"code": "000000"}).status_code == 422
    assert client.post(CODE, {"code": code_of(insa)}).status_code == 429
    elsewhere = Client(REMOTE_ADDR="198.51.100.9")
    password(elsewhere)
    assert elsewhere.post(CODE, {"code": code_of(insa)}).status_code == 429


def test_a_recovery_code_counts_once_and_the_history_says_so(insa: StaffMember) -> None:
    paper = recovery_codes_of(insa)[0]
    first, second_ = Client(), Client()
    password(first)
    assert first.post(CODE, {"code": f"{paper[:4]} {paper[4:]}"}).status_code == 302
    password(second_)
    assert second_.post(CODE, {"code": paper}).status_code == 422
    assert len(recovery_codes_of(insa)) == 9
    assert "organisation.recovery_code_used" in types()


def test_the_step_ends_after_a_while(client: Client, insa: StaffMember) -> None:
    password(client)
    with time_machine.travel(now() + timedelta(minutes=16), tick=False):
        assert client.post(CODE, {"code": code_of(insa)})["Location"] == LOGIN


def test_a_new_password_ends_a_log_in_under_way(client: Client, insa: StaffMember) -> None:
    password(client)
    insa.user.set_password("ein ganz anderes Kennwort")
    insa.user.save()
    assert client.post(CODE, {"code": code_of(insa)})["Location"] == LOGIN


def test_somebody_who_left_cannot_finish(client: Client, insa: StaffMember) -> None:
    password(client)
    insa.user.is_active = False
    insa.user.save()
    assert client.post(CODE, {"code": code_of(insa)})["Location"] == LOGIN


def test_each_step_gives_the_session_a_new_key(client: Client, insa: StaffMember) -> None:
    client.get(LOGIN)
    password(client)
    half = client.cookies["rathaus_arbeit"].value
    client.post(CODE, {"code": code_of(insa)})
    assert client.cookies["rathaus_arbeit"].value != half
    stolen = Client()
    stolen.cookies["rathaus_arbeit"] = half
    assert stolen.get(DESK).status_code == 302
    assert stolen.get(CODE)["Location"] == LOGIN


def test_after_twelve_hours_a_new_log_in_is_needed(sign_in: SignIn) -> None:
    client, start = sign_in("insa.cordes"), now()
    for minutes in range(0, 12 * 60, 100):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert client.get(DESK).status_code == 200
    with time_machine.travel(start + timedelta(minutes=12 * 60 + 1), tick=False):
        assert client.get(DESK).status_code == 302


# --- the first time ---------------------------------------------------------------------------


def secret_in(page: str) -> str:
    found = re.search(r'<samp class="dk-secret">([A-Z2-7 ]+)</samp>', page)
    assert found
    return found[1].replace(" ", "")


def code_for(secret: str) -> str:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_the_first_log_in_leads_to_the_set_up_and_nowhere_else(client: Client) -> None:
    assert password(client) == ENROL
    for elsewhere in (DESK, SECURITY, "/arbeit/kennwort/"):
        assert client.get(elsewhere).status_code == 302
        password(client)
    assert client.get(CODE)["Location"] == ENROL
    assert client.get(CODES)["Location"] == ENROL
    page = client.get(ENROL).content.decode()
    assert "<svg" in page
    assert client.post(ENROL, {"code": "000000"}).status_code == 422
    assert secret_in(client.get(ENROL).content.decode()) == secret_in(page)  # still the same
    assert client.post(ENROL, {"code": code_for(secret_in(page))})["Location"] == CODES
    assert client.get(DESK).status_code == 302
    password(client)  # who leaves now has a factor, and sees the codes after proving it
    staff = person("insa.cordes")
    with time_machine.travel(now() + timedelta(seconds=60)):
        assert client.post(CODE, {"code": code_of(staff)})["Location"] == CODES
        text = client.get(CODES).content.decode()
        shown = re.findall(r"<samp>(\d{8})</samp>", text)
        assert shown == recovery_codes_of(staff)
        file = client.get(f"{CODES}datei/")
        assert file["Content-Disposition"].startswith("attachment")
        assert all(code in file.content.decode() for code in shown)
        assert client.post(CODES, {}).status_code == 422
        assert client.post(CODES, {"kept": "yes"})["Location"] == DESK
        assert client.get(DESK).status_code == 200
    assert types().count("organisation.factor_added") == 2


def test_secrets_are_sealed_in_the_database(client: Client) -> None:
    password(client)
    secret = secret_in(client.get(ENROL).content.decode())
    assert secret not in str(dict(client.session.items()))
    client.post(ENROL, {"code": code_for(secret)})
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_somebody_with_a_factor_cannot_set_up_another_with_the_password_alone(
    client: Client, insa: StaffMember
) -> None:
    password(client)
    assert client.get(ENROL)["Location"] == CODE
    assert client.post(ENROL, {"code": "123456"})["Location"] == CODE
    assert Authenticator.objects.filter(user=insa.user, type="totp").count() == 1


# --- Anmeldung und Sicherheit -------------------------------------------------------------------


def test_the_last_factor_cannot_be_removed(sign_in: SignIn, insa: StaffMember) -> None:
    client = sign_in("insa.cordes")
    (only,) = factors.of(insa.user)
    page = client.post(f"{SECURITY}entfernen/{only.id}/", follow=True).content.decode()
    assert "einziger zweiter Faktor" in page
    factors.add_passkey(staff=insa, name="Laptop", credential={}, actor=Actor.system("test"))
    assert client.post(f"{SECURITY}entfernen/{only.id}/").status_code == 302
    assert [one.name for one in factors.of(insa.user)] == ["Laptop"]
    assert "organisation.factor_removed" in types()


def test_nobody_removes_the_factor_of_somebody_else(sign_in: SignIn, insa: StaffMember) -> None:
    other = with_app(person("renko.folkerts"))
    (theirs,) = factors.of(other.user)
    assert sign_in("insa.cordes").post(f"{SECURITY}entfernen/{theirs.id}/").status_code == 404
    assert factors.has_any(other.user)


@pytest.mark.parametrize("path", ["neu/", "ersatzcodes/", "entfernen/1/"])
def test_changes_need_a_fresh_proof(sign_in: SignIn, insa: StaffMember, path: str) -> None:
    client = sign_in("insa.cordes")
    with time_machine.travel(now() + timedelta(minutes=16), tick=False):
        response = client.post(f"{SECURITY}{path}", {"new": "yes"})
        assert response["Location"] == f"{SECURITY}bestaetigen/"
        assert client.post(f"{SECURITY}bestaetigen/", {"code": "000000"}).status_code == 422
        before = client.cookies["rathaus_arbeit"].value
        answer = client.post(f"{SECURITY}bestaetigen/", {"code": code_of(insa)})
        assert answer["Location"] == SECURITY
        assert client.cookies["rathaus_arbeit"].value != before
        assert client.get(f"{SECURITY}neu/").status_code == 200


def test_new_recovery_codes_replace_the_old(sign_in: SignIn, insa: StaffMember) -> None:
    old = recovery_codes_of(insa)
    client = sign_in("insa.cordes")
    client.post(f"{SECURITY}ersatzcodes/", {"new": "yes"})
    page = client.get(f"{SECURITY}ersatzcodes/").content.decode()
    assert all(code in page for code in recovery_codes_of(insa))
    assert not set(old) & set(recovery_codes_of(insa))
    client.post(f"{SECURITY}ersatzcodes/", {"kept": "yes"})
    assert client.get(f"{SECURITY}ersatzcodes/")["Location"] == SECURITY


def test_another_app_replaces_the_first(sign_in: SignIn, insa: StaffMember) -> None:
    client = sign_in("insa.cordes")
    secret = secret_in(client.get(f"{SECURITY}neu/").content.decode())
    assert client.post(f"{SECURITY}neu/", {"code": code_for(secret)})["Location"] == SECURITY
    assert factors.fits(secret, code_of(insa))


def test_other_devices_are_seen_and_signed_out(insa: StaffMember) -> None:
    here, there, stranger = Client(), Client(), Client()
    for number, client in enumerate((here, there)):
        client.post(LOGIN, {"login": "insa.cordes", "password": PASSWORD})
        client.post(CODE, {"code": code_of(insa, steps=number)})
    page = here.get(SECURITY).content.decode()
    (other,) = re.findall(r"/arbeit/sicherheit/geraet/(\d+)/", page)
    desk.sign_in(stranger, person("renko.folkerts").user)
    assert stranger.post(f"{SECURITY}geraet/{other}/").status_code == 404
    assert there.get(DESK).status_code == 200
    here.post(f"{SECURITY}geraet/{other}/")
    assert there.get(DESK).status_code == 302
    assert here.get(DESK).status_code == 200


# --- reset by a colleague -----------------------------------------------------------------------


def reset(client: Client, login: str) -> int:
    return client.post(f"/arbeit/beschaeftigte/{person(login).public_id}/faktor/").status_code


def test_the_operator_resets_and_the_colleague_is_told(
    operator: Client, sign_in: SignIn, insa: StaffMember
) -> None:
    insa.email = "insa@stadt.example"
    insa.save()
    inside = Client()
    password(inside)
    inside.post(CODE, {"code": code_of(insa)})
    assert reset(operator, "insa.cordes") == 302
    assert not factors.has_any(insa.user)
    assert inside.get(DESK).status_code == 302, "signed out everywhere"
    assert "organisation.factors_reset" in types()
    jobs.run_pending()
    (letter,) = mail.outbox
    assert letter.to == ["insa@stadt.example"]
    assert "zurückgesetzt" in letter.subject
    assert password(Client()) == ENROL


def test_a_head_resets_only_the_clerks_of_the_own_offices(sign_in: SignIn) -> None:
    for login in ("insa.cordes", "eilert.janssen", "lars.poppinga", "fenna.wilken"):
        with_app(person(login))
    assert reset(sign_in("renko.folkerts"), "insa.cordes") == 403  # no head
    assert reset(sign_in("fenna.wilken"), "eilert.janssen") == 403  # another office
    assert reset(sign_in("habbo.freese"), "lars.poppinga") == 403  # runs the whole
    assert factors.has_any(person("lars.poppinga").user)
    sign_in("fenna.wilken").post(
        f"/arbeit/beschaeftigte/{person('fenna.wilken').public_id}/faktor/"
    )
    assert factors.has_any(person("fenna.wilken").user), "not the own one"

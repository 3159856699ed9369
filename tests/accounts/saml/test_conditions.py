"""Genuine assertions that are not for us, not now, or not for this request.

python3-saml by itself lets several of these through (no InResponseTo in the signed data, no
audience, replay, a lower level): these tests are why there is more than a library.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from rathaus.accounts.models import SpentAssertion
from rathaus.accounts.sources.base import LoginRefused
from rathaus.accounts.sources.saml import verification
from rathaus.accounts.trust import TrustLevel
from tests.accounts.saml import forging, idp
from tests.accounts.saml.forging import SAML
from tests.accounts.saml.idp import Stage, code_of, time

ONE = timedelta(minutes=1)
CASES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "another audience": ({"audience": "https://other.example/"}, {"audience"}),
    "no audience": ({"audience": ""}, {"audience"}),
    "audience that begins like ours": (
        {"audience": "http://localhost:8000/konto/metadaten/land/x"},
        {"audience"},
    ),
    "another recipient": ({"recipient": "https://other.example/acs"}, {"destination"}),
    "no recipient": ({"recipient": "", "destination": ""}, {"recipient"}),
    "recipient with a tail": (
        {"recipient": "http://localhost:8000/konto/rueckkehr/land/x", "destination": ""},
        {"recipient"},
    ),
    "another destination": ({"destination": "https://other.example/acs"}, {"destination"}),
    "destination with a tail": (
        {"destination": "http://localhost:8000/konto/rueckkehr/land/x"},
        {"destination"},
    ),
    "another issuer": ({"issuer": "https://other.example/idp"}, {"issuer"}),
    "another issuer outside": ({"response_issuer": "https://other.example/idp"}, {"issuer"}),
    "no issuer": ({"issuer": ""}, {"issuer"}),
    "another request": ({"request_id": "_other"}, {"in_response_to"}),
    "another request inside": (
        {"request_id": "_other", "response_to": "ours"},
        {"in_response_to"},
    ),
    "no request": ({"request_id": "", "response_to": ""}, {"in_response_to"}),
    "no request inside": ({"request_id": "", "response_to": "ours"}, {"in_response_to"}),
    "another request outside": ({"response_to": "_other"}, {"in_response_to"}),
    "no request outside": ({"response_to": ""}, {"in_response_to"}),
    "conditions over": ({"ends": timedelta(minutes=-6)}, {"expired"}),
    "conditions without end": ({"ends": ""}, {"without_end"}),
    "confirmation over": ({"confirmed_until": timedelta(minutes=-6)}, {"expired"}),
    "confirmation without end": ({"confirmed_until": ""}, {"without_end"}),
    "conditions not yet": ({"begins": timedelta(minutes=4)}, {"from_the_future"}),
    "issued in the future": ({"issued": timedelta(minutes=4)}, {"from_the_future"}),
    "issued long ago": ({"issued": timedelta(minutes=-30)}, {"expired"}),
    "logged in before we asked": ({"authenticated": timedelta(minutes=-5)}, {"not_fresh"}),
    "logged in in the future": ({"authenticated": timedelta(minutes=4)}, {"from_the_future"}),
    "session over": ({"session_ends": timedelta(minutes=-6)}, {"expired"}),
    "holder of key": (
        {"method": "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"},
        {"subject_confirmation"},
    ),
    "sender vouches": (
        {"method": "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"},
        {"subject_confirmation"},
    ),
    "old version": ({"version": "1.1"}, {"not_an_assertion"}),
    "unreadable time": ({"ends": "morgen"}, {"unreadable_time"}),
    "time without zone": ({"ends": "2099-01-01T00:00:00"}, {"unreadable_time"}),
}


@pytest.mark.parametrize("name", CASES)
def test_not_for_us(stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Refused by all layers together, and by our own check alone."""
    change, expected = CASES[name]
    change = {k: stage.departure.request_id if v == "ours" else v for k, v in change.items()}
    change = {k: time(v / ONE) if isinstance(v, timedelta) else v for k, v in change.items()}
    stage.said = replace(stage.said, **change)
    answer = stage.answer(stage.signed())
    assert code_of(stage, answer) in expected | {"second_verifier"}
    monkeypatch.setattr(verification, "agree", lambda *args, **kwargs: None)
    assert code_of(stage, answer) in expected
    assert not SpentAssertion.objects.exists()


def test_several_of_a_thing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two subjects, conditions or statements: the first could be checked, the second read."""
    monkeypatch.setattr(verification, "agree", lambda *args, **kwargs: None)
    for name in ("Subject", "Conditions", "AuthnStatement", "Issuer"):
        made = idp.assertion(stage.said)
        element = made.find(f"{{{SAML}}}{name}")
        assert element is not None
        element.addnext(forging.etree.fromstring(forging.etree.tostring(element)))
        forging.sign(made, stage.key)
        assert code_of(stage, stage.answer(made)) in {
            "subject",
            "conditions",
            "authn_statement",
            "issuer",
            "signature_elsewhere",
        }


def test_several_confirmations(stage: Stage) -> None:
    made = idp.assertion(stage.said)
    one = made.find(f".//{{{SAML}}}SubjectConfirmation")
    assert one is not None
    one.addnext(forging.etree.fromstring(forging.etree.tostring(one)))
    forging.sign(made, stage.key)
    assert code_of(stage, stage.answer(made)) == "subject_confirmation"


def test_second_audience_restriction_counts_too(stage: Stage) -> None:
    """Several restrictions all have to hold."""
    stage.said.conditions = (
        "<saml:AudienceRestriction><saml:Audience>https://other.example/</saml:Audience>"
        "</saml:AudienceRestriction>"
    )
    assert code_of(stage, stage.answer(stage.signed())) == "audience"


def test_unknown_condition(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not understand a condition cannot say that it holds."""
    monkeypatch.setattr(verification, "agree", lambda *args, **kwargs: None)
    stage.said.conditions = '<x:Only xmlns:x="urn:x"/>'
    assert code_of(stage, stage.answer(stage.signed())) == "unknown_condition"


def test_one_time_use_is_known(stage: Stage) -> None:
    stage.said.conditions = "<saml:OneTimeUse/>"
    assert stage.finish(stage.answer(stage.signed())).subject == "person-1"


def test_a_clock_that_differs_a_little(stage: Stage) -> None:
    stage.said = replace(stage.said, begins=time(0.7), issued=time(0.7), authenticated=time(0.7))
    assert stage.finish(stage.answer(stage.signed())).subject == "person-1"


def test_replay(stage: Stage) -> None:
    answer = stage.answer()
    assert stage.finish(answer).subject == "person-1"
    assert code_of(stage, answer) == "replay"


def test_replay_in_another_ciphertext(stage: Stage) -> None:
    """The assertion counts once, not its wrapping."""
    made = stage.signed()
    assert stage.finish(stage.answer(made)).subject == "person-1"
    again = stage.answer(made)
    again.set("ID", "_response2")
    assert code_of(stage, again) == "replay"


def test_a_refused_assertion_is_not_spent(stage: Stage) -> None:
    """Somebody who brings it to a wrong place does not take it away from its owner."""
    answer = stage.answer()
    assert code_of(stage, answer, request_id="_x") == "in_response_to"
    assert stage.finish(answer).subject == "person-1"


def test_answer_to_another_person(stage: Stage) -> None:
    """A stolen answer does not fit the request of another browser."""
    other = idp.begin(stage.source)
    assert code_of(other, stage.answer()) == "in_response_to"


def test_an_answer_nobody_asked_for(stage: Stage) -> None:
    for changed in ({"request_id": ""}, {"kept": {}}):
        assert code_of(stage, stage.answer(), **changed) == "request_unknown"
    assert code_of(stage, stage.answer(), parameters={}) in {"not_xml", "not_base64"}


def test_answer_from_the_other_source(tmp_path: Path, db: None) -> None:
    """Two sources with one account system behind them are still two."""
    one = idp.begin(idp.make_source(tmp_path))
    two = idp.begin(idp.make_source(tmp_path, key="zwei"))
    assert code_of(two, one.answer())


# --- levels -----------------------------------------------------------------------------------


def test_level_below_the_one_asked_for(stage: Stage) -> None:
    stage.said.context = idp.PASSWORD
    assert code_of(stage, stage.answer(stage.signed())) == "level"


@pytest.mark.parametrize("context", ["", "http://eidas.europa.eu/LoA/HIGH", "STORK-QAA-Level-4"])
def test_level_we_do_not_know(stage: Stage, context: str) -> None:
    stage.said.context = context
    assert code_of(stage, stage.answer(stage.signed())) == "level_unknown"


def test_no_attribute_above_the_login(tmp_path: Path, db: None) -> None:
    stage = idp.begin(idp.make_source(tmp_path), level=TrustLevel.BASIC)
    stage.said.context = idp.PASSWORD
    verified = stage.finish(stage.answer(stage.signed()))
    assert verified.level == TrustLevel.BASIC
    assert {one.level for one in verified.attributes.values()} == {TrustLevel.BASIC}


def test_without_force_authn_an_older_login_counts(tmp_path: Path, db: None) -> None:
    stage = idp.begin(idp.make_source(tmp_path, force_authn=False))
    stage.said = replace(stage.said, authenticated=time(-30))
    assert stage.finish(stage.answer(stage.signed())).subject == "person-1"


# --- attributes -------------------------------------------------------------------------------


def test_two_attributes_of_one_name(stage: Stage) -> None:
    stage.said.extra = (
        f'<saml:AttributeStatement><saml:Attribute Name="{idp.OID}2.5.4.4">'
        "<saml:AttributeValue>EVIL</saml:AttributeValue></saml:Attribute>"
        "</saml:AttributeStatement>"
    )
    assert code_of(stage, stage.answer(stage.signed())) == "duplicate_attribute"


def test_values_that_are_none(stage: Stage) -> None:
    """Several values, a date that is none, a text without end: left out, not guessed."""
    stage.said.attributes = {
        f"{idp.OID}2.5.4.4": ["EINS", "ZWEI"],
        f"{idp.OID}1.2.40.0.10.2.1.1.55": "1964-00-00",
        f"{idp.OID}2.5.4.42": "A" * 5000,
        f"{idp.OID}2.5.4.7": "Wies\u202emoor",
        "friendly": "x",
    }
    verified = stage.finish(stage.answer(stage.signed()))
    assert set(verified.attributes) == {"city"}
    assert verified.attributes["city"].value == "Wiesmoor"


def test_friendly_names_are_nothing(stage: Stage) -> None:
    """An attribute that only looks like one of ours."""
    made = idp.assertion(stage.said)
    for attribute in made.iter(f"{{{SAML}}}Attribute"):
        attribute.set("FriendlyName", "surname")
        attribute.set("Name", f"urn:x:{attribute.get('Name')}")
    forging.sign(made, stage.key)
    assert stage.finish(stage.answer(made)).attributes == {}


def test_subject_from_an_attribute(tmp_path: Path, db: None) -> None:
    stage = idp.begin(idp.make_source(tmp_path, subject="urn:x:pseudonym"))
    stage.said.attributes = {"urn:x:pseudonym": "p-77"}
    assert stage.finish(stage.answer(stage.signed())).subject == "p-77"
    again = idp.begin(stage.source)
    again.said.attributes = {"urn:x:pseudonym": ["p-77", "p-78"]}
    made = idp.assertion(again.said, ident="_a2")
    forging.sign(made, again.key)
    assert code_of(again, again.answer(made)) == "several_values"


def test_an_account_is_needed_but_there_is_a_guest(tmp_path: Path, db: None) -> None:
    stage = idp.begin(idp.make_source(tmp_path), link=True)
    stage.said.name_id_format = idp.TRANSIENT
    assert code_of(stage, stage.answer(stage.signed())) == "no_account"


def test_groups_of_staff(tmp_path: Path, db: None) -> None:
    """The town's directory says who is in which group; other sources are not asked."""
    mfa = "https://refeds.org/profile/mfa"
    for audience, expected in (("staff", ("standesamt", "kasse")), ("residents", ())):
        source = idp.make_source(
            tmp_path,
            key=audience,
            audience=audience,
            levels={"basic": [mfa]},
            groups={"standesamt": {"office": "standesamt", "role": "clerk"}},
            groups_attribute="memberOf",
        )
        stage = idp.begin(source, level=TrustLevel.BASIC)
        stage.said.context = mfa
        stage.said.attributes = {"memberOf": ["standesamt", "kasse"]}
        made = idp.assertion(stage.said, ident=f"_{audience}")
        forging.sign(made, stage.key)
        verified = stage.finish(stage.answer(made))
        assert verified.groups == expected
        assert verified.second_factor
        assert source.groups["standesamt"][0].office == "standesamt"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_use_an_assertion_once(tmp_path: Path) -> None:
    """The unique constraint decides, on both databases."""
    stage = idp.begin(idp.make_source(tmp_path))
    answer = stage.answer()
    start = threading.Barrier(4)

    def bring(_number: int) -> str:
        try:
            start.wait(30)
            return stage.finish(answer).subject
        except LoginRefused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(bring, range(4)))
    assert found == ["person-1", "replay", "replay", "replay"]

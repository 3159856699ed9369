"""Signature wrapping: a genuine signed assertion, moved aside, and another one in its place.

XSW 1 to 8 after Somorovsky et al. 2012 and their newer kin. The attacker is assumed to have a
signed assertion in plain text, and encrypts what he likes with our public key. Every variant
is tried against all layers, and again with a layer taken away: whatever is then accepted must
be the genuine person, never the attacker's.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from rathaus.accounts.sources.base import LoginRefused
from rathaus.accounts.sources.saml import structure, verification, xml
from tests.accounts.saml import forging, idp
from tests.accounts.saml.forging import DS, SAML, SAMLP
from tests.accounts.saml.idp import Stage, code_of

pytestmark = pytest.mark.one_database

EVIL = "evil"


def evil(stage: Stage, ident: str) -> etree._Element:
    """What the attacker would like us to read."""
    return idp.assertion(replace(stage.said, name_id=EVIL), ident=ident)


def without_signature(element: etree._Element) -> tuple[etree._Element, etree._Element]:
    """The element bare, and its signature."""
    bare = deepcopy(element)
    signature = bare.find(f"{{{DS}}}Signature")
    assert signature is not None
    bare.remove(signature)
    return bare, signature


def xsw3_inside(stage: Stage, ident: str) -> bytes:
    """Both in one ciphertext, the evil one first."""
    return etree.tostring(evil(stage, ident)) + etree.tostring(stage.signed())


def xsw4(stage: Stage, ident: str) -> etree._Element:
    """The evil one around the genuine one."""
    outer = evil(stage, ident)
    outer.append(stage.signed())
    return outer


def xsw5(stage: Stage, ident: str) -> bytes:
    """The genuine signature in the evil one, the genuine body behind it."""
    bare, signature = without_signature(stage.signed())
    outer = evil(stage, ident)
    outer.insert(1, signature)
    return etree.tostring(outer) + etree.tostring(bare)


def xsw6(stage: Stage, ident: str) -> etree._Element:
    """The genuine body inside the signature of the evil one."""
    bare, signature = without_signature(stage.signed())
    outer = evil(stage, ident)
    signature.append(bare)
    outer.insert(1, signature)
    return outer


def xsw7_inside(stage: Stage, ident: str) -> etree._Element:
    """The genuine one in an element that may hold anything."""
    outer = evil(stage, ident)
    value = outer.find(f".//{{{SAML}}}AttributeValue")
    assert value is not None
    value.append(stage.signed())
    return outer


def xsw8(stage: Stage, ident: str) -> etree._Element:
    """The genuine body in an Object of the signature."""
    bare, signature = without_signature(stage.signed())
    holder = etree.SubElement(signature, f"{{{DS}}}Object")
    holder.append(bare)
    outer = evil(stage, ident)
    outer.insert(1, signature)
    return outer


def advice(stage: Stage, ident: str) -> etree._Element:
    """The genuine one in Advice, where the standard allows assertions."""
    outer = evil(stage, ident)
    holder = etree.Element(f"{{{SAML}}}Advice")
    holder.append(stage.signed())
    outer.insert(3, holder)
    return outer


def in_key_info(stage: Stage, ident: str) -> etree._Element:
    """The genuine body in KeyInfo, which no signature covers."""
    bare, signature = without_signature(stage.signed())
    signature[2].append(bare)
    outer = evil(stage, ident)
    outer.insert(1, signature)
    return outer


def in_signed_info(stage: Stage, ident: str) -> etree._Element:
    """The genuine body behind the canonicalization method."""
    bare, signature = without_signature(stage.signed())
    signature[0][0].append(bare)
    outer = evil(stage, ident)
    outer.insert(1, signature)
    return outer


def moved_signature(stage: Stage, ident: str) -> etree._Element:
    """The whole genuine assertion with its signature as a child before the issuer."""
    outer = evil(stage, ident)
    outer.insert(0, stage.signed())
    return outer


INSIDE = [
    xsw3_inside,
    xsw4,
    xsw5,
    xsw6,
    xsw7_inside,
    xsw8,
    advice,
    in_key_info,
    in_signed_info,
    moved_signature,
]


def peel(stage: Stage, monkeypatch: pytest.MonkeyPatch, layer: str) -> None:
    """Take a layer of the checks away."""
    if layer in {"no structure", "signxml alone"}:
        monkeypatch.setattr(structure, "check_response", lambda root: None)
        monkeypatch.setattr(structure, "check_assertion", lambda element, envelope: None)
        monkeypatch.setattr(
            structure,
            "encrypted_assertion",
            lambda root: xml.find_all(root, structure.ENCRYPTED)[0],
        )
    if layer in {"no python3-saml", "signxml alone"}:
        monkeypatch.setattr(verification, "agree", lambda *args, **kwargs: None)


def never_evil(stage: Stage, answer: etree._Element) -> None:
    """Refused, or the genuine person."""
    try:
        verified = stage.finish(answer)
    except LoginRefused:
        return
    assert verified.subject == "person-1"


LAYERS = ["no structure", "no python3-saml", "signxml alone"]


@pytest.mark.parametrize("ident", ["_evil", "_assertion1"])
@pytest.mark.parametrize("wrap", INSIDE)
def test_wrapped_inside_the_ciphertext(
    stage: Stage, wrap: Callable[[Stage, str], etree._Element | bytes], ident: str
) -> None:
    assert code_of(stage, stage.answer(wrap(stage, ident)))


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("ident", ["_evil", "_assertion1"])
@pytest.mark.parametrize("wrap", INSIDE)
def test_wrapped_inside_with_a_layer_less(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    wrap: Callable[[Stage, str], etree._Element | bytes],
    ident: str,
    layer: str,
) -> None:
    peel(stage, monkeypatch, layer)
    never_evil(stage, stage.answer(wrap(stage, ident)))


def pair(stage: Stage, *, evil_first: bool) -> etree._Element:
    """XSW 3 and 5 with two ciphertexts."""
    both = [stage.encrypted(evil(stage, "_evil")), stage.encrypted(stage.signed())]
    return idp.envelope(stage.said, *(both if evil_first else reversed(both)))


def in_extensions(stage: Stage, *, plain: bool) -> etree._Element:
    """XSW 7: the genuine one in Extensions of the response."""
    root = idp.envelope(stage.said, stage.encrypted(evil(stage, "_evil")))
    holder = etree.Element(f"{{{SAMLP}}}Extensions")
    holder.append(stage.signed() if plain else stage.encrypted(stage.signed()))
    root.insert(1, holder)
    return root


def evil_in_extensions(stage: Stage) -> etree._Element:
    """The other way round: some parsers take the first they find."""
    root = stage.answer()
    holder = etree.Element(f"{{{SAMLP}}}Extensions")
    holder.append(stage.encrypted(evil(stage, "_evil")))
    root.insert(1, holder)
    return root


def evil_in_the_clear(stage: Stage) -> etree._Element:
    """A genuine ciphertext and a plain assertion beside it."""
    root = stage.answer()
    root.insert(1, evil(stage, "_evil"))
    return root


def nested_response(stage: Stage) -> etree._Element:
    """XSW 9: the genuine response as a whole inside a detail of the status."""
    inner = stage.answer()
    root = idp.envelope(stage.said, stage.encrypted(evil(stage, "_evil")))
    root.set("ID", "_outer")
    detail = etree.SubElement(root[1], f"{{{SAMLP}}}StatusDetail")
    detail.append(inner)
    return root


AROUND: dict[str, Callable[[Stage], etree._Element]] = {
    "two, evil first": lambda stage: pair(stage, evil_first=True),
    "two, evil last": lambda stage: pair(stage, evil_first=False),
    "genuine in extensions": lambda stage: in_extensions(stage, plain=False),
    "genuine in extensions, plain": lambda stage: in_extensions(stage, plain=True),
    "evil in extensions": evil_in_extensions,
    "evil in the clear": evil_in_the_clear,
    "nested response": nested_response,
}


@pytest.mark.parametrize("name", AROUND)
def test_wrapped_around_the_ciphertext(stage: Stage, name: str) -> None:
    assert code_of(stage, AROUND[name](stage))


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("name", AROUND)
def test_wrapped_around_with_a_layer_less(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str, layer: str
) -> None:
    peel(stage, monkeypatch, layer)
    never_evil(stage, AROUND[name](stage))


# --- where only the response is signed ------------------------------------------------------


@pytest.fixture
def signed_response(tmp_path: Path, db: None) -> Stage:
    return idp.begin(idp.make_source(tmp_path, signed="response"))


def evil_response(stage: Stage, ident: str) -> etree._Element:
    root = idp.envelope(stage.said, stage.encrypted(evil(stage, "_evil")))
    root.set("ID", ident)
    return root


def xsw1(stage: Stage, ident: str) -> etree._Element:
    """The genuine response inside its own signature, which now sits in the evil one."""
    bare, signature = without_signature(stage.answer(idp.assertion(stage.said)))
    root = evil_response(stage, ident)
    signature.append(bare)
    root.insert(1, signature)
    return root


def xsw2(stage: Stage, ident: str) -> etree._Element:
    """The genuine response beside its signature."""
    bare, signature = without_signature(stage.answer(idp.assertion(stage.said)))
    root = evil_response(stage, ident)
    root.insert(1, signature)
    root.insert(2, bare)
    return root


def xsw9(stage: Stage, ident: str) -> etree._Element:
    """The genuine response, signature and all, in Extensions of the evil one."""
    root = evil_response(stage, ident)
    holder = etree.Element(f"{{{SAMLP}}}Extensions")
    holder.append(stage.answer(idp.assertion(stage.said)))
    root.insert(1, holder)
    return root


def swapped_ciphertext(stage: Stage, ident: str) -> etree._Element:
    """A signed response with another assertion, encrypted by the attacker."""
    root = stage.answer(idp.assertion(stage.said))
    root.replace(root[-1], stage.encrypted(evil(stage, "_evil")))
    return root


@pytest.mark.parametrize("ident", ["_evil_response", "_response1"])
@pytest.mark.parametrize("wrap", [xsw1, xsw2, xsw9, swapped_ciphertext])
def test_wrapped_response(
    signed_response: Stage, wrap: Callable[[Stage, str], etree._Element], ident: str
) -> None:
    assert code_of(signed_response, wrap(signed_response, ident))


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("ident", ["_evil_response", "_response1"])
@pytest.mark.parametrize("wrap", [xsw1, xsw2, xsw9, swapped_ciphertext])
def test_wrapped_response_with_a_layer_less(
    signed_response: Stage,
    monkeypatch: pytest.MonkeyPatch,
    wrap: Callable[[Stage, str], etree._Element],
    ident: str,
    layer: str,
) -> None:
    peel(signed_response, monkeypatch, layer)
    never_evil(signed_response, wrap(signed_response, ident))


def test_a_signed_response_is_not_enough_where_assertions_are_signed(stage: Stage) -> None:
    answer = stage.answer(evil(stage, "_evil"))
    forging.sign(answer, stage.key)
    assert code_of(stage, answer) == "assertion_unsigned"


def test_a_signed_request_is_no_assertion(stage: Stage) -> None:
    """Something else that the account system signed, brought as an assertion."""
    other = etree.fromstring(
        f'<samlp:LogoutRequest xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="_o" Version="2.0">'
        f"<saml:Issuer>{idp.ENTITY}</saml:Issuer></samlp:LogoutRequest>"
    )
    forging.sign(other, stage.key)
    assert code_of(stage, stage.answer(other)) == "not_an_assertion"
    other.append(evil(stage, "_evil"))
    assert code_of(stage, stage.answer(other)) == "not_an_assertion"

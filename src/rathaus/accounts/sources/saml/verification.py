"""Two independent verifiers: signxml (Python) and python3-saml (libxmlsec, C).

Both have to agree. What is read afterwards is only what signxml returns as signed; the
certificates come only from the metadata, never from the message.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidCertificate, SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from rathaus.accounts.sources.saml import names, structure
from rathaus.accounts.sources.saml.idp import IdentityProvider
from rathaus.accounts.sources.saml.names import tag
from rathaus.accounts.sources.saml.refusal import refuse

if TYPE_CHECKING:
    from rathaus.accounts.sources.saml.source import SamlSource

log = logging.getLogger("rathaus.accounts.identity")

XSD = "http://www.w3.org/2001/XMLSchema"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

_EXPECTED = SignatureConfiguration(
    location="./",
    expect_references=1,
    signature_methods=frozenset(SignatureMethod(name) for name in names.SIGNATURES),
    digest_algorithms=frozenset(DigestAlgorithm(name) for name in names.DIGESTS),
    ignore_ambiguous_key_info=True,  # KeyInfo is not looked at, whatever it says
)


def signed_element(element: etree._Element, provider: IdentityProvider) -> etree._Element:
    """What is signed of `element`, the root of its document, read anew from the signed bytes.

    Raises: LoginRefused unless a key from the metadata signed exactly this element.
    """
    raw = etree.tostring(element)
    expired = 0
    for certificate in provider.signing:
        try:
            result = XMLVerifier().verify(
                raw, x509_cert=certificate, id_attribute="ID", expect_config=_EXPECTED
            )
        except InvalidCertificate:
            expired += 1
            continue
        except (SignXMLException, etree.LxmlError, ValueError, TypeError, KeyError):
            continue
        return _same(result, element)
    return refuse("idp_certificate_expired" if expired == len(provider.signing) else "signature")


def _same(result: VerifyResult | list[VerifyResult], element: etree._Element) -> etree._Element:
    signed = result.signed_xml if isinstance(result, VerifyResult) else None
    if signed is None or signed.tag != element.tag or signed.get("ID") != element.get("ID"):
        refuse("signature_of_something_else")
    return signed


def agree(
    source: SamlSource,
    provider: IdentityProvider,
    *,
    root: etree._Element,
    assertion: etree._Element,
    return_url: str,
    request_id: str,
) -> None:
    """Let python3-saml check the same response. Raises: LoginRefused."""
    settings = OneLogin_Saml2_Settings(_settings(source, provider, return_url))
    raw = etree.tostring(root)  # what we parsed, so that it cannot see another document
    outer = OneLogin_Saml2_XML.to_etree(raw)
    opened = OneLogin_Saml2_XML.to_etree(raw)
    place = opened.find(structure.ENCRYPTED)
    if place is None:
        refuse("no_assertion")
    inside = OneLogin_Saml2_XML.to_etree(etree.tostring(assertion))
    if structure.signature_of(assertion) is None:
        _drop_foreign_types(inside)
    opened.replace(place, inside)
    if _is_too_new_for_its_schema(outer):
        outer = _checked_without_envelope(settings, outer, opened, assertion)
        if outer is None:
            return
    address = urlsplit(return_url)
    request = {
        "https": "on" if address.scheme == "https" else "off",
        "http_host": address.netloc,
        "script_name": address.path,
    }
    try:
        _Response(settings, outer, opened).is_valid(request, request_id, raise_exceptions=True)
    except Exception as error:  # it raises several kinds, some from below
        log.info("python3-saml refused: %s", getattr(error, "code", type(error).__name__))
        refuse("second_verifier")


class _Response(OneLogin_Saml2_Response):  # type: ignore[misc]
    """python3-saml's checks on a response that we parsed and opened ourselves."""

    def __init__(
        self, settings: OneLogin_Saml2_Settings, outer: etree._Element, opened: etree._Element
    ) -> None:
        self._settings = settings
        self._error = None
        self.document = outer
        self.decrypted_document = opened
        self.encrypted = outer is not opened
        self.valid_scd_not_on_or_after = None


def _drop_foreign_types(assertion: etree._Element) -> None:
    """Types of other schemas (ELSTER's address), which python3-saml's schemas do not know."""
    for value in assertion.iter(tag(names.SAML, "AttributeValue")):
        prefix, colon, _name = value.get(TYPE, "").partition(":")
        if colon and value.nsmap.get(prefix) != XSD:
            del value.attrib[TYPE]


def _is_too_new_for_its_schema(outer: etree._Element) -> bool:
    """xmlenc 1.1's OAEP has an element that python3-saml's schemas do not know."""
    return next(outer.iter(tag(names.XENC11, "MGF")), None) is not None


def _checked_without_envelope(
    settings: OneLogin_Saml2_Settings,
    outer: etree._Element,
    opened: etree._Element,
    assertion: etree._Element,
) -> etree._Element | None:
    """Verify the envelope's signature here; returns the opened response if it has its own."""
    signature = structure.signature_of(outer)
    if signature is not None:
        certificates = settings.get_idp_data()["x509certMulti"]["signing"]
        if not OneLogin_Saml2_Utils.validate_sign(
            outer, multicerts=certificates, xpath=OneLogin_Saml2_Utils.RESPONSE_SIGNATURE_XPATH
        ):
            refuse("second_verifier")
        inner = structure.signature_of(opened)
        if inner is not None:
            opened.remove(inner)
    return opened if structure.signature_of(assertion) is not None else None


def _settings(source: SamlSource, provider: IdentityProvider, return_url: str) -> dict[str, Any]:
    certificates = [
        certificate.public_bytes(Encoding.PEM).decode() for certificate in provider.signing
    ]
    return {
        "strict": True,
        "debug": False,
        "sp": {
            "entityId": source.entity_id,
            "assertionConsumerService": {"url": return_url, "binding": names.POST},
        },
        "idp": {
            "entityId": provider.entity_id,
            "singleSignOnService": {"url": provider.sign_on_url("redirect")},
            "x509certMulti": {"signing": certificates},
        },
        "security": {
            "wantAssertionsSigned": source.entry.signed == "assertion",
            "wantMessagesSigned": False,  # checked before by signxml where it is demanded
            "wantNameId": False,
            "wantAttributeStatement": False,
            "requestedAuthnContext": False,
            "rejectDeprecatedAlgorithm": True,
            "allowSingleLabelDomains": True,
        },
    }

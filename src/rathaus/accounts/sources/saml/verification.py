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
    """Let python3-saml check the same response. Raises: LoginRefused.

    Its schemas know neither xmlenc 1.1's OAEP nor values of foreign types. For such a response
    it verifies the signatures only; everything else `conditions` checks anyway.
    """
    strict = not (_has_newer_oaep(root) or _has_foreign_types(assertion))
    address = urlsplit(return_url)
    request = {
        "https": "on" if address.scheme == "https" else "off",
        "http_host": address.netloc,
        "script_name": address.path,
    }
    try:
        settings = OneLogin_Saml2_Settings(_settings(source, provider, return_url, strict=strict))
        response = _Response(settings, root, assertion)
        response.is_valid(request, request_id, raise_exceptions=True)
    except Exception as error:  # it raises several kinds, some from below
        log.info("python3-saml refused: %s", getattr(error, "code", type(error).__name__))
        refuse("second_verifier")


class _Response(OneLogin_Saml2_Response):  # type: ignore[misc]
    """python3-saml's checks on a response that we parsed and opened ourselves."""

    def __init__(
        self, settings: OneLogin_Saml2_Settings, root: etree._Element, assertion: etree._Element
    ) -> None:
        raw = etree.tostring(root)  # what we parsed, so that it cannot see another document
        self._settings = settings
        self._error = None
        self.encrypted = True
        self.document = OneLogin_Saml2_XML.to_etree(raw)
        self.decrypted_document = OneLogin_Saml2_XML.to_etree(raw)
        self.valid_scd_not_on_or_after = None
        place = self.decrypted_document.find(structure.ENCRYPTED)
        opened = OneLogin_Saml2_XML.to_etree(etree.tostring(assertion))
        self.decrypted_document.replace(place, opened)


def _has_newer_oaep(root: etree._Element) -> bool:
    return next(root.iter(tag(names.XENC11, "MGF")), None) is not None


def _has_foreign_types(assertion: etree._Element) -> bool:
    """Whether a value says that it is of a type outside XML Schema (MUK's address)."""
    for element in assertion.iter("*"):
        prefix, colon, _name = (element.get(tag(names.XSI, "type")) or "").rpartition(":")
        if colon and element.nsmap.get(prefix) != names.XSD:
            return True
    return False


def _settings(
    source: SamlSource, provider: IdentityProvider, return_url: str, *, strict: bool
) -> dict[str, Any]:
    certificates = [
        certificate.public_bytes(Encoding.PEM).decode() for certificate in provider.signing
    ]
    return {
        "strict": strict,
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

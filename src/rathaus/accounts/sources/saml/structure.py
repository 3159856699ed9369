"""The shape of a response, before anything in it is believed.

Only one shape is let through: every element that is signed, encrypted or decisive is in the
one place where the profile puts it, once. Signature wrapping needs a second place.
"""

from __future__ import annotations

from lxml import etree

from rathaus.accounts.sources.saml import names, xml
from rathaus.accounts.sources.saml.names import tag
from rathaus.accounts.sources.saml.refusal import refuse

RESPONSE = tag(names.SAMLP, "Response")
ASSERTION = tag(names.SAML, "Assertion")
ENCRYPTED = tag(names.SAML, "EncryptedAssertion")
SIGNATURE = tag(names.DS, "Signature")
_ID_NAMES = {"id", "assertionid"}


def check_response(root: etree._Element) -> None:
    """The envelope. Raises: LoginRefused."""
    if root.tag != RESPONSE or root.get("Version") != "2.0" or not root.get("ID"):
        refuse("not_a_response")
    if len(xml.find_all(root, RESPONSE)) != 1:
        refuse("nested_response")
    if xml.find_all(root, ASSERTION):
        refuse("plaintext_assertion")
    if len(xml.children(root, tag(names.SAML, "Issuer"))) > 1:
        refuse("several_issuers")
    _check_ids(root)
    _check_signatures(root)


def encrypted_assertion(root: etree._Element) -> etree._Element:
    """The one encrypted assertion. Raises: LoginRefused."""
    everywhere = xml.find_all(root, ENCRYPTED)
    if not everywhere:
        refuse("no_assertion")
    if len(everywhere) != 1 or everywhere[0].getparent() is not root:
        refuse("several_assertions")
    return everywhere[0]


def check_assertion(assertion: etree._Element, *, envelope: etree._Element) -> None:
    """The assertion after decryption, as the root of its own document. Raises: LoginRefused."""
    if assertion.tag != ASSERTION or assertion.get("Version") != "2.0" or not assertion.get("ID"):
        refuse("not_an_assertion")
    if len(xml.find_all(assertion, ASSERTION)) != 1 or xml.find_all(assertion, ENCRYPTED):
        refuse("nested_assertion")
    if xml.find_all(assertion, RESPONSE):
        refuse("nested_response")
    if _check_ids(assertion) & _check_ids(envelope):
        refuse("duplicate_id")
    _check_signatures(assertion)


def signature_of(element: etree._Element) -> etree._Element | None:
    """The signature that is a child of the element."""
    found = xml.children(element, SIGNATURE)
    return found[0] if found else None


def _check_ids(root: etree._Element) -> set[str]:
    """All identifiers in whatever spelling; none twice."""
    seen: set[str] = set()
    for element in xml.elements(root):
        for name, value in element.attrib.items():
            if etree.QName(str(name)).localname.lower() in _ID_NAMES:
                if str(value) in seen:
                    refuse("duplicate_id")
                seen.add(str(value))
    return seen


def _check_signatures(root: etree._Element) -> None:
    found = xml.find_all(root, SIGNATURE)
    if not found:
        return
    if len(found) != 1 or found[0].getparent() is not root:
        refuse("signature_elsewhere")
    for name in ("SignedInfo", "SignatureValue", "Reference"):
        if len(xml.find_all(root, tag(names.DS, name))) != 1:
            refuse("signature_shape")
    _check_signature(found[0], root)


def _check_signature(signature: etree._Element, parent: etree._Element) -> None:
    allowed = [tag(names.DS, name) for name in ("SignedInfo", "SignatureValue", "KeyInfo")]
    if [child.tag for child in signature] not in (allowed, allowed[:2]):
        refuse("signature_shape")
    if parent[0].tag != tag(names.SAML, "Issuer") or parent[1] is not signature:
        refuse("signature_elsewhere")
    info = signature[0]
    if [child.tag for child in info] != [
        tag(names.DS, name) for name in ("CanonicalizationMethod", "SignatureMethod", "Reference")
    ]:
        refuse("signature_shape")
    c14n, method, reference = info
    if c14n.get("Algorithm") != names.EXC_C14N or not _only_prefixes(c14n):
        refuse("canonicalization")
    if method.get("Algorithm") not in names.SIGNATURES or len(method):
        refuse("signature_algorithm")
    _check_reference(reference, parent)
    if len(signature[1]):
        refuse("signature_shape")


def _check_reference(reference: etree._Element, parent: etree._Element) -> None:
    if reference.get("URI") != f"#{parent.get('ID')}" or reference.get("Type"):
        refuse("signature_of_something_else")
    if [child.tag for child in reference] != [
        tag(names.DS, name) for name in ("Transforms", "DigestMethod", "DigestValue")
    ]:
        refuse("signature_shape")
    transforms, digest, value = reference
    steps = [step.get("Algorithm") for step in transforms]
    if steps != [names.ENVELOPED, names.EXC_C14N]:
        refuse("transforms")
    if len(transforms[0]) or not _only_prefixes(transforms[1]):
        refuse("transforms")
    if digest.get("Algorithm") not in names.DIGESTS or len(digest):
        refuse("digest_algorithm")
    if len(value):
        refuse("signature_shape")


def _only_prefixes(element: etree._Element) -> bool:
    """No parameter but the list of prefixes that exclusive canonicalization knows."""
    if not len(element):
        return True
    return (
        len(element) == 1
        and element[0].tag == tag(names.EXC_C14N, "InclusiveNamespaces")
        and set(element[0].attrib) == {"PrefixList"}
        and not len(element[0])
    )

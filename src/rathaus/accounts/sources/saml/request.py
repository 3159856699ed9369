"""The AuthnRequest: made with lxml, signed with signxml (POST) or by hand (redirect)."""

from __future__ import annotations

import base64
import secrets
import zlib
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.utils.translation import gettext as _
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.signer import XMLSigner

from rathaus.accounts.sources import keys
from rathaus.accounts.sources.base import Departure, LoginRefused
from rathaus.accounts.sources.saml import idp, names
from rathaus.accounts.trust import TrustLevel
from rathaus.core.clock import now

if TYPE_CHECKING:
    from rathaus.accounts.sources.saml.source import SamlSource

METHODS = {
    "rsa-sha256": SignatureMethod.RSA_SHA256,
    "rsa-pss": SignatureMethod.SHA256_RSA_MGF1,
}


def departure(
    source: SamlSource,
    *,
    level: TrustLevel,
    return_url: str,
    link: bool,
    extensions: list[etree._Element],
) -> Departure:
    """How the browser gets to the account system. Raises: LoginRefused if it cannot be used."""
    try:
        provider = source.idp()
    except idp.MetadataUnusable as error:
        raise LoginRefused(
            "not_configured", _("Diese Anmeldung ist zurzeit nicht möglich.")
        ) from error
    level = max(level, TrustLevel.BASIC)
    reference = source.requested_level(level)
    if level > max(source.levels):
        raise LoginRefused(
            "level_unreachable",
            _("Mit diesem Konto lässt sich das nötige Vertrauensniveau nicht erreichen."),
        )
    request_id = f"_{secrets.token_hex(20)}"
    issued = now()
    binding = provider.binding(source.entry.binding)
    url = provider.sign_on_url(binding)
    root = build(
        source,
        request_id=request_id,
        issued=f"{issued:%Y-%m-%dT%H:%M:%SZ}",
        destination=url,
        return_url=return_url,
        reference=reference,
        extensions=extensions,
    )
    kept = {"return_url": return_url, "issued": issued.isoformat(), "link": link}
    if binding == "redirect":
        url = redirect_url(source, url, root, relay_state=request_id)
        return Departure(request_id=request_id, url=url, kept=kept)
    message = base64.b64encode(etree.tostring(signed(source, root))).decode()
    fields = {"SAMLRequest": message, "RelayState": request_id}
    return Departure(request_id=request_id, url=url, fields=fields, kept=kept)


def build(
    source: SamlSource,
    *,
    request_id: str,
    issued: str,
    destination: str,
    return_url: str,
    reference: str | None,
    extensions: list[etree._Element],
) -> etree._Element:
    """The request without signature, children in the order of the schema."""
    entry = source.entry
    root = etree.Element(
        names.tag(names.SAMLP, "AuthnRequest"),
        nsmap={"samlp": names.SAMLP, "saml": names.SAML},
        ID=request_id,
        Version="2.0",
        IssueInstant=issued,
        Destination=destination,
        ProtocolBinding=names.POST,
        AssertionConsumerServiceURL=return_url,
        IsPassive="false",
    )
    if entry.force_authn:
        root.set("ForceAuthn", "true")
    etree.SubElement(root, names.tag(names.SAML, "Issuer")).text = source.entity_id
    if extensions:
        holder = etree.SubElement(root, names.tag(names.SAMLP, "Extensions"))
        for extension in extensions:
            holder.append(extension)
    etree.SubElement(
        root,
        names.tag(names.SAMLP, "NameIDPolicy"),
        Format=names.NAME_ID[entry.name_id_format],
        AllowCreate="true",
    )
    if reference:
        wanted = etree.SubElement(
            root, names.tag(names.SAMLP, "RequestedAuthnContext"), Comparison="minimum"
        )
        etree.SubElement(wanted, names.tag(names.SAML, "AuthnContextClassRef")).text = reference
    return root


def signed(source: SamlSource, root: etree._Element) -> etree._Element:
    """The request with an enveloped signature right after its issuer."""
    pair = keys.ensure(source.key, "sp-signing")
    place = etree.Element(names.tag(names.DS, "Signature"), Id="placeholder")
    root.insert(1, place)
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=METHODS[source.entry.request_signature],
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    return signer.sign(
        root,
        key=_rsa(pair),
        cert=pair.certificate_pem.decode(),
        reference_uri=f"#{root.get('ID')}",
        id_attribute="ID",
    )


def redirect_url(source: SamlSource, url: str, root: etree._Element, *, relay_state: str) -> str:
    """HTTP-Redirect binding: the signature covers the query, not the XML."""
    key = _rsa(keys.ensure(source.key, "sp-signing"))
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(etree.tostring(root)) + packer.flush()
    pss = source.entry.request_signature == "rsa-pss"
    query = urlencode(
        {
            "SAMLRequest": base64.b64encode(packed).decode(),
            "RelayState": relay_state,
            "SigAlg": names.RSA_PSS if pss else names.RSA_SHA256,
        }
    )
    how = (
        padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
        if pss
        else padding.PKCS1v15()
    )
    signature = base64.b64encode(key.sign(query.encode(), how, hashes.SHA256())).decode()
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}{query}&{urlencode({'Signature': signature})}"


def _rsa(pair: keys.KeyPair) -> rsa.RSAPrivateKey:
    """The parsed key; parsing checks it, which takes long, so `keys` remembers it."""
    key = pair.private_key
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the signing key must be RSA")
    return key

"""Our own metadata: who we are, where answers go, with which keys.

Neither validUntil nor ID nor signature: BundID refuses the first two, and trust comes from
handing the file over in its portal.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from lxml import etree

from rathaus.accounts.sources import keys
from rathaus.accounts.sources.saml import names

if TYPE_CHECKING:
    from rathaus.accounts.sources.saml.source import SamlSource

USES = {"sp-signing": "signing", "sp-encryption": "encryption"}


def return_url(source: SamlSource) -> str:
    """Where the account system sends its answer."""
    area = "konto" if source.audience == "residents" else "arbeit"
    return f"{settings.BASE_URL}/{area}/rueckkehr/{source.key}/"


def make(source: SamlSource) -> bytes:
    """The metadata; every pair that may be used is in there, the present one first."""
    root = etree.Element(
        names.tag(names.MD, "EntityDescriptor"),
        nsmap={"md": names.MD, "ds": names.DS},
        entityID=source.entity_id,
    )
    descriptor = etree.SubElement(
        root,
        names.tag(names.MD, "SPSSODescriptor"),
        AuthnRequestsSigned="true",
        WantAssertionsSigned="true" if source.entry.signed == "assertion" else "false",
        protocolSupportEnumeration=names.SAMLP,
    )
    for use, label in USES.items():
        for pair in keys.all_of(source.key, use):
            if not pair.name.endswith(keys.OLD):
                _key(descriptor, pair, label)
    etree.SubElement(descriptor, names.tag(names.MD, "NameIDFormat")).text = names.NAME_ID[
        source.entry.name_id_format
    ]
    etree.SubElement(
        descriptor,
        names.tag(names.MD, "AssertionConsumerService"),
        Binding=names.POST,
        Location=return_url(source),
        index="0",
        isDefault="true",
    )
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _key(descriptor: etree._Element, pair: keys.KeyPair, use: str) -> None:
    holder = etree.SubElement(descriptor, names.tag(names.MD, "KeyDescriptor"), use=use)
    info = etree.SubElement(holder, names.tag(names.DS, "KeyInfo"))
    data = etree.SubElement(info, names.tag(names.DS, "X509Data"))
    der = pair.certificate.public_bytes(Encoding.DER)
    etree.SubElement(data, names.tag(names.DS, "X509Certificate")).text = base64.b64encode(
        der
    ).decode()

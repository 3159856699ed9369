"""The demo town's three simulated account systems below ``/simulation/<source>/``.

The pages are made by `rathaus.simulation`; here are their entries, their key and their
description, which our side reads as it would read that of a real account system.
"""

from __future__ import annotations

import base64
from typing import Any
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from rathaus.accounts.sources import keys

FILE = "idp-metadata.xml"
STORK = "STORK-QAA-Level-"

SIMULATED: list[dict[str, Any]] = [
    {
        "key": "bundid",
        "kind": "bundid",
        "label": "BundID",
        "hint": "Mit Online-Ausweis, ELSTER-Zertifikat oder Benutzername.",
        "metadata": "simulation",
        "organisation": "Stadt Wiesmoor",
        "online_service_id": "BMI-A0000",
    },
    {
        "key": "niedersachsen",
        "kind": "saml",
        "label": "Servicekonto Niedersachsen",
        "hint": "Mit Ihrem Konto beim Land.",
        "metadata": "simulation",
        "name_id_format": "persistent",
        "levels": {
            "basic": [f"{STORK}2", f"{STORK}1"],
            "substantial": [f"{STORK}3"],
            "high": [f"{STORK}4"],
        },
    },
    {
        "key": "unternehmenskonto",
        "kind": "unternehmenskonto",
        "label": "Mein Unternehmenskonto",
        "hint": "Für Unternehmen und Vereine, mit ELSTER-Organisationszertifikat.",
        "metadata": "simulation",
    },
]

_TEMPLATE = """<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" \
entityID="{entity}">
  <md:IDPSSODescriptor WantAuthnRequestsSigned="true" \
protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\
<ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\
</md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" \
Location="{sso}"/>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" \
Location="{sso}"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>
"""


def entity_id(source_key: str) -> str:
    """Name of the simulated account system; its metadata has this address."""
    return f"{settings.BASE_URL}/simulation/{source_key}/metadaten/"


def sign_on_url(source_key: str) -> str:
    """Where the simulated account system takes requests (POST and redirect)."""
    return f"{settings.BASE_URL}/simulation/{source_key}/saml/"


def signing_key(source_key: str) -> keys.KeyPair:
    """What the simulated account system signs with."""
    return keys.ensure(source_key, keys.IDP)


def metadata(source_key: str) -> bytes:
    """Its description; also kept as ``idp-metadata.xml`` beside its key."""
    der = signing_key(source_key).certificate.public_bytes(Encoding.DER)
    text = _TEMPLATE.format(
        entity=escape(entity_id(source_key), {'"': "&quot;"}),
        sso=escape(sign_on_url(source_key), {'"': "&quot;"}),
        certificate=base64.b64encode(der).decode(),
    ).encode()
    path = keys.folder(source_key) / FILE
    if not path.exists() or path.read_bytes() != text:
        keys.write_private(path, text)
    return text

"""Names of BundID's attributes. They are mapped by OID, never by FriendlyName."""

from __future__ import annotations

from rathaus.accounts.sources.saml.entry import OID, AttributeRule

STORK = "STORK-QAA-Level-"
AKDB = "https://www.akdb.de/request/2018/09"
CLASSIC = f"{AKDB}/classic-ui/v1"

BPK2 = f"{OID}1.3.6.1.4.1.25484.494450.3"
"""The account key. Made from the host of our entityID; absent for a guest."""
LEVEL = f"{OID}1.2.40.0.10.2.1.1.261.94"
VERSION = f"{OID}1.3.6.1.4.1.25484.494450.1"
METHOD = f"{OID}1.3.6.1.4.1.25484.494450.2"

MAPPING = {
    "given_names": AttributeRule(name=f"{OID}2.5.4.42"),
    "family_name": AttributeRule(name=f"{OID}2.5.4.4"),
    "birth_name": AttributeRule(name=f"{OID}1.2.40.0.10.2.1.1.225566"),
    "doctoral_degree": AttributeRule(name=f"{OID}0.9.2342.19200300.100.1.40"),
    "birth_date": AttributeRule(name=f"{OID}1.2.40.0.10.2.1.1.55"),
    "birth_place": AttributeRule(name=f"{OID}1.3.6.1.5.5.7.9.2"),
    "gender": AttributeRule(name=f"{OID}1.3.6.1.4.1.33592.1.3.5"),
    "nationality": AttributeRule(name=f"{OID}1.2.40.0.10.2.1.1.225577"),
    "street": AttributeRule(name=f"{OID}2.5.4.16"),
    "postal_code": AttributeRule(name=f"{OID}2.5.4.17"),
    "city": AttributeRule(name=f"{OID}2.5.4.7"),
    "country": AttributeRule(name=f"{OID}1.2.40.0.10.2.1.1.225599"),
    "email": AttributeRule(name=f"{OID}0.9.2342.19200300.100.1.3", level="basic"),
    "phone": AttributeRule(name=f"{OID}2.5.4.20", level="basic"),
    "document_type": AttributeRule(name=f"{OID}1.2.40.0.10.2.1.1.552255"),
    "municipality_id": AttributeRule(name=f"{OID}1.3.6.1.4.1.25484.494450.5"),
}
"""What we ask for and what it is called with us."""

"""The status of a response: cancelled by the person, refused by the account system, or wrong.

It is not signed where there is no assertion. It can only say no, so that does no harm; its
words are never shown, only what we know of its codes.
"""

from __future__ import annotations

import json
import logging

from lxml import etree

from rathaus.accounts.sources.saml import names, xml
from rathaus.accounts.sources.saml.names import STATUS, tag
from rathaus.accounts.sources.saml.refusal import refuse

log = logging.getLogger("rathaus.accounts.identity")

SUCCESS = f"{STATUS}Success"
CANCELLED = frozenset({f"{STATUS}AuthnFailed", f"{STATUS}RequestDenied"})
LEVEL = frozenset({f"{STATUS}NoAuthnContext"})
_MAX_DETAIL = 20_000


def check(root: etree._Element) -> None:
    """Raises: LoginRefused unless the account system says that the log-in succeeded."""
    statuses = xml.children(root, tag(names.SAMLP, "Status"))
    if len(statuses) != 1:
        refuse("status")
    outer = xml.children(statuses[0], tag(names.SAMLP, "StatusCode"))
    if len(outer) != 1:
        refuse("status")
    if outer[0].get("Value") == SUCCESS:
        return
    inner = [code.get("Value", "") for code in outer[0].iter(tag(names.SAMLP, "StatusCode"))]
    details = detail_codes(statuses[0])
    short = [code.rpartition(":")[2][:60] for code in inner]
    log.info("refused by the account system: %s %s", "/".join(short), ",".join(details))
    if "IDP_REQUIRED_ATTRIBUTES_MISSING" in details:
        refuse("attributes_missing")
    if LEVEL & set(inner):
        refuse("level")
    if CANCELLED & set(inner) and not details:
        refuse("cancelled", cancelled=True)
    refuse("refused_by_source")


def detail_codes(status: etree._Element) -> list[str]:
    """Error codes of BundID's StatusDetail: ``{"version": "1.0", "errors": [{"code": …}]}``."""
    codes: list[str] = []
    for detail in xml.children(status, tag(names.SAMLP, "StatusDetail")):
        for element in detail.iter("*"):
            text = (element.text or "").strip()
            if text.startswith("{") and len(text) <= _MAX_DETAIL:
                codes += _codes(text)
    return codes


def _codes(text: str) -> list[str]:
    try:
        errors = json.loads(text)["errors"]
        found = [str(error["code"]) for error in errors]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ["unreadable"]
    return ["".join(c for c in code if c.isalnum() or c in "_-")[:60] for code in found[:10]]

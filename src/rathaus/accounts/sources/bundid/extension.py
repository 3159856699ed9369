"""``akdb:AuthenticationRequest`` version 2 (interface description 10.2.0.0, chapter 9)."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from lxml import etree

from rathaus.accounts.sources.bundid.entry import BundIDEntry
from rathaus.accounts.sources.bundid.names import AKDB, BPK2, CLASSIC, LEVEL, METHOD, VERSION
from rathaus.accounts.sources.saml.names import tag

LANGUAGES = ("de", "en", "ru", "uk")


def make(entry: BundIDEntry, *, language: str, link: bool) -> etree._Element:
    """The extension, children in the order of the official sample.

    `link` asks for the account key; BundID then offers no log-in as a guest.
    """
    root = etree.Element(tag(AKDB, "AuthenticationRequest"), nsmap={"akdb": AKDB}, Version="2")
    if entry.status_detail:
        root.set("EnableStatusDetail", "true")
    _methods(root, entry.methods)
    wanted = [rule.name for rule in entry.attributes.values()]
    _attributes(root, [*([BPK2] if link else []), LEVEL, VERSION, METHOD, *wanted])
    _display(root, entry, language)
    return root


def _methods(root: etree._Element, methods: Iterable[str]) -> None:
    holder = etree.SubElement(root, tag(AKDB, "AuthnMethods"))
    for method in methods:
        element = etree.SubElement(holder, tag(AKDB, method))
        etree.SubElement(element, tag(AKDB, "Enabled")).text = "true"


def _attributes(root: etree._Element, wanted: Iterable[str]) -> None:
    """Nothing is required: the log-in would end without a word where one value is missing."""
    holder = etree.SubElement(root, tag(AKDB, "RequestedAttributes"))
    for name in dict.fromkeys(wanted):
        etree.SubElement(
            holder, tag(AKDB, "RequestedAttribute"), Name=name, RequiredAttribute="false"
        )


def _display(root: etree._Element, entry: BundIDEntry, language: str) -> None:
    holder = etree.SubElement(root, tag(AKDB, "DisplayInformation"))
    version = etree.SubElement(holder, tag(CLASSIC, "Version"), nsmap={"classic-ui": CLASSIC})
    short = language.partition("-")[0]
    texts = {
        "OrganizationDisplayName": entry.organisation,
        "Lang": short if short in LANGUAGES else "de",
        # Always the same address of ours: BundID does not check it.
        "BackURL": f"{settings.BASE_URL}/konto/anmelden/" if _back(entry) else "",
        "OnlineServiceId": entry.online_service_id,
    }
    for name, text in texts.items():
        if text:
            etree.SubElement(version, tag(CLASSIC, name)).text = text


def _back(entry: BundIDEntry) -> bool:
    return entry.back_url and settings.BASE_URL.startswith("https://")

"""Opening a message of the town as an archive does, and checking it against the rules.

Rules from the specification of xdomea 3.0, 3.1 and 4.0; each remark is one sentence.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
OLD_NAME = re.compile(r"^(?P<process>[0-9a-f-]{36})_[A-Za-z.]+\.(?P<code>\d{4})$", re.IGNORECASE)
NEW_NAME = re.compile(r"^(?P<process>[0-9a-f-]{36})_(?P<code>\d{4})_(?P<number>\d+)$", re.I)
NAMESPACE = re.compile(r"^urn:xoev-de:xdomea:schema:(3\.0\.0|3\.1\.0|4\.0\.0)$")
OBJECTS = ("Akte", "Teilakte", "Vorgang", "Teilvorgang", "Dokument")
DEEPEST = 5


@dataclass
class Case:
    """A Vorgang as the message tells it."""

    uuid: str
    reference: str
    title: str
    dossier: str
    kind: str
    files: list[str]


@dataclass
class Delivery:
    """A message with everything that was found in it."""

    name: str
    sha256: str
    xml: bytes = b""
    code: str = ""
    version: str = ""
    process: str = ""
    message: str = ""
    sender: str = ""
    cases: list[Case] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def look(path: Path) -> Delivery:
    """Read a package of the town; whatever is wrong becomes a remark."""
    found = Delivery(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
    try:
        with zipfile.ZipFile(path) as package:
            _inside(package, found)
    except (zipfile.BadZipFile, OSError, etree.XMLSyntaxError, KeyError) as error:
        found.remarks.append(f"Die Nachricht ist nicht lesbar: {type(error).__name__}.")
    return found


def _inside(package: zipfile.ZipFile, found: Delivery) -> None:
    stem = found.name.removesuffix(".zip")
    names = package.namelist()
    if f"{stem}.xml" not in names:
        found.remarks.append(f"In der Zip-Datei fehlt {stem}.xml.")
        return
    if any("/" in name for name in names):
        found.remarks.append("Die Zip-Datei enthält Ordner.")
    found.xml = package.read(f"{stem}.xml")
    root = etree.fromstring(found.xml, etree.XMLParser(resolve_entities=False, no_network=True))
    space = etree.QName(root).namespace or ""
    if not NAMESPACE.match(space):
        found.remarks.append(f"Unbekannter Namensraum: {space}.")
        return
    found.version = space.rpartition(":")[2]
    if root.prefix != "xdomea":
        found.remarks.append("Das Präfix des Namensraums heißt nicht xdomea.")
    found.code = etree.QName(root).localname.rpartition(".")[2]
    _head(root, space, found)
    _name(stem, found)
    if found.code in ("0501", "0503"):
        _cases(root, space, found)
        _objects(root, space, found)
    if found.code == "0503":
        _primary(root, space, package, found)
    elif len(names) > 1:
        found.remarks.append("Neben der XML-Datei liegen weitere Dateien.")


def _head(root: Any, space: str, found: Delivery) -> None:
    tag = f"{{{space}}}"
    if found.version == "4.0.0":
        if (root.get("standard"), root.get("version")) != ("xdomea", "4.0.0"):
            found.remarks.append("Die Attribute standard und version fehlen.")
        identity = root.find(f"{tag}nachrichtenkopf/{tag}identifikation.nachricht")
        code = identity.findtext("nachrichtentyp/code", "") if identity is not None else ""
        found.message = identity.findtext("nachrichtenUUID", "") if identity is not None else ""
        found.process = root.findtext(f"{tag}nachrichtenkopf/{tag}ProzessID", "")
        found.sender = root.findtext(f"{tag}nachrichtenkopf/{tag}autor//{tag}Name", "")
        if not UUID.match(found.message):
            found.remarks.append("Die Nachricht hat keine nachrichtenUUID.")
        for name in ("LfdNrNachrichtProTyp", "GesamtanzahlNachrichtenProTyp"):
            if not (root.findtext(f"{tag}{name}") or "").isdigit():
                found.remarks.append(f"{name} fehlt.")
    else:
        code = root.findtext(f"{tag}Kopf/{tag}Nachrichtentyp/code", "")
        found.process = root.findtext(f"{tag}Kopf/{tag}ProzessID", "")
        found.sender = root.findtext(f"{tag}Kopf/{tag}Absender//{tag}Name", "")
    if code != found.code:
        found.remarks.append("Nachrichtentyp und Wurzelelement widersprechen sich.")
    if not UUID.match(found.process):
        found.remarks.append("Die ProzessID ist keine UUID.")
    fixed = [node.text for node in root.iter(f"{tag}Importbestaetigung")]
    if found.code == "0503" and fixed != ["1"]:
        found.remarks.append("Importbestaetigung ist nicht 1.")


def _name(stem: str, found: Delivery) -> None:
    match = (NEW_NAME if found.version == "4.0.0" else OLD_NAME).match(stem)
    if match is None:
        found.remarks.append("Der Dateiname folgt nicht der Regel dieser Fassung.")
    elif (match["process"].lower(), match["code"]) != (found.process.lower(), found.code):
        found.remarks.append("Dateiname und Inhalt widersprechen sich.")


def _ident(node: Any, space: str) -> str:
    name = "xdomeaUUID" if space.endswith("4.0.0") else "ID"
    return (node.findtext(f"{{{space}}}Identifikation/{{{space}}}{name}") or "").lower()


def _cases(root: Any, space: str, found: Delivery) -> None:
    tag = f"{{{space}}}"
    meta = "Aussonderungsmetadaten" if found.version == "4.0.0" else "ArchivspezifischeMetadaten"
    for node in root.iter(f"{tag}Vorgang"):
        above = node.getparent()
        while above is not None and above.tag not in (f"{tag}Akte", f"{tag}Teilakte"):
            above = above.getparent()
        kind = node.findtext(f"{tag}{meta}/{tag}Aussonderungsart/{tag}Aussonderungsart/code", "")
        found.cases.append(
            Case(
                uuid=_ident(node, space),
                reference=_general(node, tag, "Kennzeichen"),
                title=_general(node, tag, "Betreff"),
                dossier=_general(above, tag, "Betreff") if above is not None else "",
                kind=kind,
                files=[one.text or "" for one in node.iter(f"{tag}Dateiname")],
            )
        )
        if kind not in ("A", "B", "V"):
            found.remarks.append("Einem Vorgang fehlt die Aussonderungsart.")
        if found.code == "0503" and kind != "A":
            found.remarks.append("In der Abgabe ist ein Vorgang, der nicht archivwürdig ist.")
    if not found.cases:
        found.remarks.append("Die Nachricht enthält keinen Vorgang.")


def _general(node: Any, tag: str, name: str) -> str:
    return str(node.findtext(f"{tag}AllgemeineMetadaten/{tag}{name}") or "")[:200]


def _objects(root: Any, space: str, found: Delivery) -> None:
    tag = f"{{{space}}}"
    seen: set[str] = set()
    for name in OBJECTS:
        for node in root.iter(f"{tag}{name}"):
            if node.find(f"{tag}Identifikation") is None:
                continue
            ident = _ident(node, space)
            if not UUID.match(ident) or ident in seen:
                found.remarks.append(f"{name}: Kennung fehlt oder kommt doppelt vor.")
            seen.add(ident)
            if _depth(node, tag) > DEEPEST:
                found.remarks.append("Mehr als fünf Stufen.")
            context = node.findtext(f"{tag}Kontextobjekt")
            wanted = {"Akte": "1", "Teilakte": "1", "Vorgang": "0"}.get(name)
            if found.version == "4.0.0" and wanted and context != wanted:
                found.remarks.append(f"{name}: Kontextobjekt ist nicht {wanted}.")


def _depth(node: Any, tag: str) -> int:
    names = {f"{tag}{name}" for name in OBJECTS}
    return 1 + sum(1 for above in node.iterancestors() if above.tag in names)


def _primary(root: Any, space: str, package: zipfile.ZipFile, found: Delivery) -> None:
    tag = f"{{{space}}}"
    inside = {info.filename: info.file_size for info in package.infolist()}
    inside.pop(f"{found.name.removesuffix('.zip')}.xml", None)
    named = [node.findtext(f"{tag}Dateiname") or "" for node in root.iter(f"{tag}Primaerdokument")]
    if len(set(named)) != len(named):
        found.remarks.append("Zwei Primärdokumente haben denselben Dateinamen.")
    for name in named:
        if not UUID.match(name[:36]):
            found.remarks.append(f"Der Dateiname beginnt nicht mit einer UUID: {name}.")
        if name not in inside:
            found.remarks.append(f"Die Datei fehlt: {name}.")
    found.remarks += [f"Überzählige Datei: {name}." for name in sorted(set(inside) - set(named))]
    found.sizes = {name: size for name, size in inside.items() if name in named}
    sums = dict(_sums(root, tag))
    for name in found.sizes:
        with package.open(name) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        if sums.get(name, "") != digest:
            found.remarks.append(f"Prüfsumme fehlt oder ist falsch: {name}.")
    if not any(True for _node in root.iter(f"{tag}HistorienProtokollInformation")):
        found.remarks.append("Der Verlauf fehlt.")


def _sums(root: Any, tag: str) -> Iterator[tuple[str, str]]:
    """Digests: an element in 4.0, an extension of the document before."""
    for node in root.iter(f"{tag}Primaerdokument"):
        yield node.findtext(f"{tag}Dateiname") or "", node.findtext(f"{tag}Hash/{tag}Wert") or ""
    for node in root.iter(f"{tag}Feld"):
        yield node.findtext(f"{tag}Name") or "", node.findtext(f"{tag}Wert") or ""

"""Answers of the simulated archive, as text: another hand than the town's builders."""

from __future__ import annotations

import io
import os
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from rathaus.core.clock import local, now

NAMES = {
    "0502": "Aussonderung.Bewertungsverzeichnis.0502",
    "0504": "Aussonderung.AnbietungEmpfangBestaetigen.0504",
    "0506": "Aussonderung.AussonderungImportBestaetigen.0506",
    "0507": "Aussonderung.AussonderungEmpfangBestaetigen.0507",
}
REST = 60
"""Seconds that a file seems to have been lying there: it is whole from the first moment."""


@dataclass(frozen=True)
class Answer:
    """A message to the town."""

    code: str
    version: str
    process: str
    origin: str
    """UUID of the message answered (4.0)."""
    reader: str
    verdicts: Mapping[str, str]
    results: Mapping[str, tuple[bool, str, str]]
    number: int = 1


def xml(answer: Answer, *, broken: bool = False) -> bytes:
    """The message; `broken`: with an element the schema does not know, without its head."""
    name = NAMES[answer.code]
    body = "" if broken else _head(answer)
    body += _verdicts(answer) + _results(answer)
    if broken:
        body = "<xdomea:Unsinn/>" + body
    four = answer.version == "4.0.0"
    attributes = (
        ' produkt="Archiv-Simulator" produkthersteller="Offenes Rathaus" standard="xdomea"'
        ' version="4.0.0"'
        if four
        else ""
    )
    space = f"urn:xoev-de:xdomea:schema:{answer.version}"
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<xdomea:{name} xmlns:xdomea="{space}"{attributes}>{body}</xdomea:{name}>\n'
    )
    return text.encode()


def put(folder: Path, answer: Answer, content: bytes, *, cut: bool = False) -> Path:
    """Put the zip into the town's folder in one go. `cut`: it ends in the middle."""
    stem = (
        f"{answer.process}_{answer.code}_{answer.number}"
        if answer.version == "4.0.0"
        else f"{answer.process}_{NAMES[answer.code]}"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(f"{stem}.xml", content)
    data = buffer.getvalue()
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{stem}.part"
    part.write_bytes(data[: len(data) // 2] if cut else data)
    moment = part.stat().st_mtime - REST
    os.utime(part, (moment, moment))
    target = folder / f"{stem}.zip"
    part.replace(target)
    return target


def _head(answer: Answer) -> str:
    moment = local(now()).isoformat(timespec="seconds")
    if answer.version != "4.0.0":
        receipt = (
            "<xdomea:Empfangsbestaetigung>1</xdomea:Empfangsbestaetigung>"
            if answer.code == "0502"
            else ""
        )
        return (
            f"<xdomea:Kopf><xdomea:ProzessID>{answer.process}</xdomea:ProzessID>"
            f"<xdomea:Nachrichtentyp><code>{answer.code}</code></xdomea:Nachrichtentyp>"
            f"<xdomea:Erstellungszeitpunkt>{moment}</xdomea:Erstellungszeitpunkt>"
            f"<xdomea:Absender>{_party('Institution', 'Simuliertes Archiv')}</xdomea:Absender>"
            f"<xdomea:Empfaenger>{_party('Institution', answer.reader)}</xdomea:Empfaenger>"
            f"{receipt}</xdomea:Kopf>"
        )
    receipt = (
        "<xdomea:Empfangsbestaetigung>1</xdomea:Empfangsbestaetigung>"
        if answer.code == "0502"
        else ""
    )
    return (
        "<xdomea:nachrichtenkopf><xdomea:identifikation.nachricht>"
        f"<nachrichtenUUID>{uuid.uuid4()}</nachrichtenUUID>"
        f"<nachrichtentyp><code>{answer.code}</code></nachrichtentyp>"
        f"<erstellungszeitpunkt>{moment}</erstellungszeitpunkt></xdomea:identifikation.nachricht>"
        f"<xdomea:leser>{_party('NameInstitution', answer.reader)}</xdomea:leser>"
        f"<xdomea:autor>{_party('NameInstitution', 'Simuliertes Archiv')}</xdomea:autor>"
        f"<xdomea:ProzessID>{answer.process}</xdomea:ProzessID></xdomea:nachrichtenkopf>{receipt}"
        f"<xdomea:UUIDUrsprungsnachricht>{answer.origin}</xdomea:UUIDUrsprungsnachricht>"
        "<xdomea:LfdNrNachrichtProTyp>1</xdomea:LfdNrNachrichtProTyp>"
        "<xdomea:GesamtanzahlNachrichtenProTyp>1</xdomea:GesamtanzahlNachrichtenProTyp>"
    )


def _party(element: str, name: str) -> str:
    return f"<xdomea:{element}><xdomea:Name>{escape(name)}</xdomea:Name></xdomea:{element}>"


def _verdicts(answer: Answer) -> str:
    four = answer.version == "4.0.0"
    outer, ident = ("BewertetesSGO", "xdomeaUUID") if four else ("BewertetesObjekt", "ID")
    return "".join(
        f"<xdomea:{outer}><xdomea:{ident}>{key}</xdomea:{ident}><xdomea:Aussonderungsart>"
        f"<xdomea:Aussonderungsart><code>{kind}</code></xdomea:Aussonderungsart>"
        f"</xdomea:Aussonderungsart></xdomea:{outer}>"
        for key, kind in answer.verdicts.items()
    )


def _results(answer: Answer) -> str:
    if answer.code != "0506":
        return ""
    four = answer.version == "4.0.0"
    parts = []
    if four:
        good = all(result[0] for result in answer.results.values())
        inner = _success(good, "" if good else "Nicht alles wurde übernommen.")
        parts.append(f"<xdomea:ErfolgOderMisserfolg>{inner}</xdomea:ErfolgOderMisserfolg>")
    for key, (good, error, ident) in answer.results.items():
        inner = _success(good, error)
        if four:
            inner = f"<xdomea:ErfolgOderMisserfolg>{inner}</xdomea:ErfolgOderMisserfolg>"
        name = "xdomeaUUID" if four else "IDSGO"
        archive = f"<xdomea:Archivkennung>{escape(ident)}</xdomea:Archivkennung>" if ident else ""
        parts.append(
            f"<xdomea:AusgesondertesSGO><xdomea:{name}>{key}</xdomea:{name}>{inner}{archive}"
            "</xdomea:AusgesondertesSGO>"
        )
    return "".join(parts)


def _success(good: bool, error: str) -> str:
    text = f"<xdomea:Fehlermeldung>{escape(error)}</xdomea:Fehlermeldung>" if error else ""
    return f"<xdomea:Erfolgreich>{'true' if good else 'false'}</xdomea:Erfolgreich>{text}"

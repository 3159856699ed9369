"""Whole messages, written piece by piece so that a large one never lies in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import IO, Any

from lxml import etree

from rathaus.records.xdomea import heads
from rathaus.records.xdomea.content import Dossier, Head
from rathaus.records.xdomea.elements import Builder, Element
from rathaus.records.xdomea.objects import Objects
from rathaus.records.xdomea.versions import VERSIONS, Version


class NotSpoken(ValueError):
    """This version of xdomea has no such message, or its schema is not published."""


def offer(out: IO[bytes], version: Version, head: Head, dossiers: Iterable[Dossier]) -> None:
    """0501: what is offered, metadata only."""
    build = Objects(version)
    parts = (_object(build, build.dossier(one, full=False)) for one in dossiers)
    _write(out, build, head, parts)


def transfer(out: IO[bytes], version: Version, head: Head, dossiers: Iterable[Dossier]) -> None:
    """0503: what the archive takes over, with documents, files and history."""
    build = Objects(version)
    parts = (_object(build, build.dossier(one, full=True)) for one in dossiers)
    _write(out, build, head, parts)


def handover(out: IO[bytes], version: Version, head: Head, dossiers: Iterable[Dossier]) -> None:
    """0401: whole dossiers for another authority or system. Raises: NotSpoken for 4.0."""
    if version.header == 4:
        raise NotSpoken("0401 in 4.0.0")
    build = Objects(version)
    parts = (_object(build, build.dossier(one, full=True, handover=True)) for one in dossiers)
    _write(out, build, head, parts)


def receipt(out: IO[bytes], version: Version, head: Head) -> None:
    """0403, 0504, 0505, 0507: a message arrived."""
    _write(out, Builder(version), head, ())


def appraisal(out: IO[bytes], version: Version, head: Head, verdicts: Mapping[str, str]) -> None:
    """0502: A or V per object."""
    build = Builder(version)
    four = version.header == 4

    def one(ident: str, kind: str) -> Element:
        art = build.make("Aussonderungsart", [build.code("Aussonderungsart", kind)])
        name = "xdomeaUUID" if four else "ID"
        return build.make(
            "BewertetesSGO" if four else "BewertetesObjekt", [build.make(name, text=ident), art]
        )

    _write(out, build, head, (one(ident, kind) for ident, kind in verdicts.items()))


def imported(
    out: IO[bytes], version: Version, head: Head, results: Mapping[str, tuple[bool, str, str]]
) -> None:
    """0506, 0402: per object whether it was taken over: (success, error, id in the archive)."""
    build = Builder(version)
    name = "AbgegebenesObjekt" if head.code == "0402" else "AusgesondertesSGO"

    def success(good: bool, error: str) -> list[Element | None]:
        return [build.flag("Erfolgreich", good), build.text("Fehlermeldung", error)]

    def one(ident: str, good: bool, error: str, archive: str) -> Element:
        kennung = build.text("Archivkennung", archive) if head.code == "0506" else None
        if version.header == 4:
            verdict = build.make("ErfolgOderMisserfolg", success(good, error))
            return build.make(name, [build.make("xdomeaUUID", text=ident), verdict, kennung])
        return build.make(name, [build.make("IDSGO", text=ident), *success(good, error), kennung])

    parts = [one(ident, *result) for ident, result in results.items()]
    if version.header == 4:
        every = all(good for good, _error, _archive in results.values())
        parts.insert(0, build.make("ErfolgOderMisserfolg", success(every, "")))
    _write(out, build, head, parts)


def _object(build: Builder, node: Element) -> Element:
    return build.make("Schriftgutobjekt", [node])


def _write(out: IO[bytes], build: Builder, head: Head, parts: Iterable[Element]) -> None:
    """Root and head, then one part after the other; each is forgotten once it is written."""
    version = build.version
    root = version.tag(version.root(head.code))
    file: Any
    with etree.xmlfile(out, encoding="UTF-8") as file:
        file.write_declaration()
        with file.element(root, heads.attributes(build, head), nsmap={"xdomea": version.namespace}):
            for node in heads.head(build, head):
                file.write(node)
            for node in parts:
                file.write(node)


def spoken(number: str) -> Version:
    """The version with this number. Raises: NotSpoken."""
    try:
        return VERSIONS[number]
    except KeyError:
        raise NotSpoken(number) from None

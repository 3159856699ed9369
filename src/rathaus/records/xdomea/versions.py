"""What differs between the versions of xdomea that are spoken here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

XSI = "http://www.w3.org/2001/XMLSchema-instance"
UUID_PATTERN = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

NAMES = {
    "0401": "Abgabe.Abgabe",
    "0402": "Abgabe.ImportBestaetigen",
    "0403": "Abgabe.EmpfangBestaetigen",
    "0501": "Aussonderung.Anbieteverzeichnis",
    "0502": "Aussonderung.Bewertungsverzeichnis",
    "0503": "Aussonderung.Aussonderung",
    "0504": "Aussonderung.AnbietungEmpfangBestaetigen",
    "0505": "Aussonderung.BewertungEmpfangBestaetigen",
    "0506": "Aussonderung.AussonderungImportBestaetigen",
    "0507": "Aussonderung.AussonderungEmpfangBestaetigen",
}
"""Messages of the families Abgabe and Aussonderung: the root element is `<name>.<code>`."""


@dataclass(frozen=True)
class Version:
    """One version of the standard."""

    number: str
    header: int
    """3: `Kopf` with qualified children; 4: attributes and `nachrichtenkopf` of XÖV."""

    @property
    def namespace(self) -> str:
        """The target namespace of the schema."""
        return f"urn:xoev-de:xdomea:schema:{self.number}"

    def tag(self, name: str) -> str:
        """`name` in the namespace, as lxml writes it."""
        return f"{{{self.namespace}}}{name}"

    def root(self, code: str) -> str:
        """Name of the root element of a message, without namespace. Raises: KeyError."""
        return f"{NAMES[code]}.{code}"

    def stem(self, code: str, process: UUID | str, number: int = 1) -> str:
        """File name of a message without ending: the zip and the XML in it bear the same."""
        if self.header == 4:
            return f"{process}_{code}_{number}"
        return f"{process}_{self.root(code)}"


VERSIONS: dict[str, Version] = {
    number: Version(number, int(number[0])) for number in ("3.0.0", "3.1.0", "4.0.0")
}
LATEST = "4.0.0"
_BY_NAMESPACE = {version.namespace: version for version in VERSIONS.values()}
_OLD_NAME = re.compile(rf"({UUID_PATTERN})_(?:[A-Za-z]+\.)+(\d{{4}})")
_NEW_NAME = re.compile(rf"({UUID_PATTERN})_(\d{{4}})_(\d{{1,6}})")


def of_namespace(namespace: str) -> Version | None:
    """The version with this namespace, or None for one that is not spoken here."""
    return _BY_NAMESPACE.get(namespace)


def process_of_name(name: str) -> tuple[str, str] | None:
    """Process id and message code that a file name states, or None if it states none."""
    stem = name.rsplit("/", 1)[-1]
    stem = re.sub(r"\.(zip|xml|xdomea)$", "", stem, flags=re.IGNORECASE)
    match = _NEW_NAME.fullmatch(stem) or _OLD_NAME.fullmatch(stem)
    return (match[1].lower(), match[2]) if match else None


# Code list Dateiformat, version 1.0: the ending decides, 044 and 100 are special.
_FORMATS = (
    "001 bmp;002 csv;003 doc;006 eml;007 htm;008 html;009 jpe;010 jpeg;011 jpg;012 msg;013 odp;"
    "014 ods;015 odt;016 otp;017 ots;018 pdf;019 png;020 ppt;021 ps;022 rtf;023 tif;024 tiff;"
    "028 xls;030 xml;031 xsd;032 dot;033 pot;034 xlt;035 docx;036 xlsx;037 pptx;038 dotx;"
    "039 xltx;040 potx;041 dtd;042 mpp;043 ott;045 txt"
)
FORMATS = {pair.split(" ")[1]: pair.split(" ")[0] for pair in _FORMATS.split(";")}
PDF_A = "044"
OTHER_FORMAT = "100"
FORMAT_LIST = "1.0"


def format_code(ending: str, *, archival: bool = False) -> tuple[str, str]:
    """Code of a file ending and, for the code "other", the name that has to be given."""
    known = ending.lower().lstrip(".")
    if known == "pdf" and archival:
        return PDF_A, ""
    code = FORMATS.get(known)
    return (code, "") if code else (OTHER_FORMAT, known or "unbekannt")

"""How levels of folders, or columns of a table, become places in the record."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Level = Literal["plan", "dossier", "case", "ignore"]
FIELDS = (
    "file",
    "plan",
    "dossier",
    "case",
    "old_reference",
    "title",
    "date",
    "closed",
    "office",
)
"""What a column of a table may hold."""
SYNONYMS: dict[str, tuple[str, ...]] = {
    "file": ("datei", "dateiname", "pfad", "dateipfad", "file", "path", "filename"),
    "plan": ("aktenplan", "aktenplankennzeichen", "aktenplannummer", "kennzeichen", "plan", "apl"),
    "dossier": ("akte", "aktentitel", "akten titel", "bezeichnung der akte", "dossier", "ordner"),
    "case": ("vorgang", "betreff", "vorgangstitel", "case"),
    "old_reference": ("aktenzeichen", "altes aktenzeichen", "az", "altzeichen", "reference"),
    "title": ("titel", "dokument", "dokumenttitel", "bezeichnung", "title"),
    "date": ("datum", "dokumentdatum", "date", "vom"),
    "closed": (
        "abgeschlossen",
        "schlussdatum",
        "abschluss",
        "zda",
        "z.d.a.",
        "geschlossen",
        "abgeschlossen am",
        "closed",
    ),
    "office": ("amt", "organisationseinheit", "oe", "office"),
}
WORDS: dict[str, Level] = {
    "aktenplan": "plan",
    "akte": "dossier",
    "vorgang": "case",
    "egal": "ignore",
}
"""Words for the levels as people write them: ``aktenplan/akte/vorgang``."""


class Mapping(BaseModel):
    """The mapping of one run. Raises ValidationError where nothing could be found with it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    levels: tuple[Level, ...] = ()
    """Folders from the top; deeper ones become part of the title."""
    columns: dict[str, int] = {}
    """Field to number of the column, from 0."""
    plan_code: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)] = ""
    """For everything that names no place of the plan itself."""
    dossier: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    """Dossier for everything that names none."""
    closing: Literal["name", "last", "open"] = "name"
    """Where the closing date comes from: year in the name (else the newest document), the
    newest document, or cases stay open."""
    encoding: str = ""
    separator: str = Field(default="", max_length=1)
    """Of a table; empty: found out."""

    @model_validator(mode="after")
    def _plausible(self) -> Mapping:
        for level in ("plan", "dossier", "case"):
            if self.levels.count(level) > 1:
                raise ValueError(f"levels: {level} twice")
        used = [column for column in self.columns.values() if column >= 0]
        if len(used) != len(set(used)):
            raise ValueError("columns: one column for two fields")
        if unknown := set(self.columns) - set(FIELDS):
            raise ValueError(f"columns: {sorted(unknown)}")
        return self


def levels_of(text: str) -> tuple[Level, ...]:
    """``aktenplan/akte/vorgang`` as levels. Raises: ValueError for an unknown word."""
    words = [word.strip().lower() for word in text.split("/") if word.strip()]
    try:
        return tuple(WORDS[word] for word in words)
    except KeyError as error:
        raise ValueError(str(error.args[0])) from error


def words_of(levels: tuple[Level, ...]) -> str:
    """The other way round."""
    names = {level: word for word, level in WORDS.items()}
    return "/".join(names[level] for level in levels)


def columns_of(header: list[str]) -> dict[str, int]:
    """Columns whose heading says what they hold; the first of several wins."""
    found: dict[str, int] = {}
    for number, heading in enumerate(header):
        word = " ".join(heading.strip().lower().replace("_", " ").split())
        for field, synonyms in SYNONYMS.items():
            if word in synonyms and field not in found:
                found[field] = number
    return found

"""A set of scanned letters whose words are known: laid out by Typst, printed, "scanned".

No real letters: sentences of an office put together at random (fixed seed), set in the fonts
of the project, rendered at 300 dpi, turned by up to a degree, with grain, a little blur and
the grey of paper.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pypdfium2
import typst
from PIL import Image, ImageChops, ImageFilter

from rathaus.theme.pdf import FONTS

DPI = 300
_TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#set page(paper: "a4", margin: 22mm)
#set text(font: data.font, size: data.size * 1pt, lang: "de", hyphenate: false)
#text(data.sender)
#v(8mm)
#data.recipient.join(linebreak())
#v(10mm)
#strong(data.subject)
#v(4mm)
#for part in data.parts [#par(part)]
#table(columns: 3, ..data.cells)
"""
_STREETS = ("Hauptstraße", "Mühlenweg", "Am Rathaus", "Ostfriesenstraße", "Fehntjer Weg")
_NAMES = ("Käthe Müller", "Jörg Weiß", "Önne Großmann", "Frauke Jürgens", "Hinrich de Vries")
_SENTENCES = (
    "Ihr Antrag vom {day} ist bei uns eingegangen und wird unter dem Aktenzeichen {ref} geführt.",
    "Für die Erteilung der Genehmigung erheben wir eine Gebühr in Höhe von {sum} Euro.",
    "Bitte überweisen Sie den Betrag bis zum {day} auf das Konto der Stadtkasse.",
    "Der Grundstückseigentümer ist verpflichtet, die Räum- und Streupflicht zu erfüllen.",
    "Gegen diesen Bescheid können Sie innerhalb eines Monats Widerspruch einlegen.",
    "Die Unterlagen über die Bauausführung sind vollständig und in zweifacher Ausfertigung "
    "vorzulegen.",
    "Nach § {law} des Niedersächsischen Kommunalabgabengesetzes ist die Steuer jährlich "
    "festzusetzen.",
    "Außerdem möchten wir Sie darauf hinweisen, dass die Öffnungszeiten geändert wurden.",
    "Über Ihre Anfrage zur Straßenbeleuchtung entscheidet der zuständige Ausschuss.",
    "Das Gewerbe wurde am {day} angemeldet; die Tätigkeit umfasst den Verkauf von Blumen.",
    "Zur Prüfung benötigen wir noch die Geburtsurkunde und einen gültigen Personalausweis.",
    "Wir bitten um Verständnis für die längere Bearbeitungsdauer und grüßen Sie herzlich.",
)


@dataclass(frozen=True)
class Letter:
    """A page and what stands on it."""

    pdf: bytes
    words: list[str]


def letter(seed: int) -> Letter:
    """A born-digital letter of one page."""
    dice = random.Random(seed)

    def sentence() -> str:
        return dice.choice(_SENTENCES).format(
            day=f"{dice.randint(1, 28):02d}.{dice.randint(1, 12):02d}.20{dice.randint(10, 27)}",
            ref=f"{dice.randint(10, 99)}.{dice.randint(10, 99)}/{dice.randint(1000, 9999)}",
            sum=f"{dice.randint(5, 900)},{dice.randint(0, 99):02d}",
            law=dice.randint(1, 40),
        )

    parts = [" ".join(sentence() for _ in range(dice.randint(4, 6))) for _ in range(5)]
    data: dict[str, Any] = {
        "font": "Fira Sans",
        "size": dice.choice((9.5, 10, 10.5, 11)),
        "sender": f"Stadt Wiesmoor, {dice.choice(_STREETS)} {dice.randint(1, 199)}, 26639 Wiesmoor",
        "recipient": [
            dice.choice(_NAMES),
            f"{dice.choice(_STREETS)} {dice.randint(1, 99)}",
            "26639 Wiesmoor",
        ],
        "subject": f"Bescheid über die Festsetzung der Gebühr Nr. {dice.randint(1000, 9999)}",
        "parts": parts,
        "cells": [
            text
            for row in range(4)
            for text in (f"Gebühr {row + 1}", dice.choice(_NAMES), f"{dice.randint(10, 99)},50")
        ],
    }
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    pdf = typst.compile(
        _TEMPLATE.encode(), format="pdf", font_paths=fonts, sys_inputs={"data": json.dumps(data)}
    )
    lines = [data["sender"], *data["recipient"], data["subject"], *parts, *data["cells"]]
    return Letter(bytes(pdf), words_of(" ".join(lines)))


def scan(pdf: bytes, *, seed: int = 0, skew: float | None = None, dpi: int = DPI) -> Image.Image:
    """What a scanner would make of the first page: grey, slightly turned, with grain."""
    dice = random.Random(seed)
    page = pypdfium2.PdfDocument(pdf)[0]
    picture = page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
    angle = dice.uniform(-1, 1) if skew is None else skew
    picture = picture.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)
    picture = picture.filter(ImageFilter.GaussianBlur(0.6))
    grain = Image.effect_noise(picture.size, 18)
    return ImageChops.add(picture, grain, scale=1, offset=-138)


def jpeg(picture: Image.Image, dpi: int = DPI) -> bytes:
    """As scanners store it."""
    out = BytesIO()
    picture.save(out, "JPEG", quality=85, dpi=(dpi, dpi))
    return out.getvalue()


def words_of(text: str) -> list[str]:
    """Words as they are compared: no punctuation at their ends."""
    found = (word.strip(".,;:()„“\"'|") for word in re.split(r"\s+", text))
    return [word for word in found if word]


def word_errors(truth: list[str], read: list[str]) -> int:
    """Levenshtein distance over words: left out, added, read wrongly."""
    row = list(range(len(read) + 1))
    for number, word in enumerate(truth, 1):
        last, row[0] = row[0], number
        for place, other in enumerate(read, 1):
            last, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, last + (word != other)),
            )
    return row[-1]

"""Names in capitals, as the eID sends them, in the way people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus.accounts import naming

CAPITALS = st.text(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜẞÉÈÇŁŠŽØÅÑ '-."), max_size=40)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("MUSTERMANN", "Mustermann"),
        ("VON DER LEYEN", "von der Leyen"),
        ("FREIFRAU VON UND ZU BERG", "Freifrau von und zu Berg"),
        ("ZU GUTTENBERG", "zu Guttenberg"),
        ("VAN DEN BERG", "van den Berg"),
        ("DE VRIES", "de Vries"),
        ("DOS SANTOS SILVA", "dos Santos Silva"),
        ("MÜLLER-LÜDENSCHEIDT", "Müller-Lüdenscheidt"),
        ("MÜLLER - LÜDENSCHEIDT", "Müller - Lüdenscheidt"),
        ("MCKAY", "McKay"),
        ("O'NEILL", "O'Neill"),
        ("D’ANGELO", "D’Angelo"),
        ("WEIẞ", "Weiß"),
        ("ÄÖÜ", "Äöü"),
        ("AL-HASSAN", "Al-Hassan"),
        ("VAN", "Van"),
        ("ÇELİK", "Çeli̇k"),
        ("McKay", "McKay"),
        ("von der Leyen", "von der Leyen"),
        ("", ""),
    ],
)
def test_family_name(sent: str, shown: str) -> None:
    assert naming.family_name(sent) == shown


@pytest.mark.parametrize(
    ("sent", "shown"),
    [("ERIKA MARIA", "Erika Maria"), ("KARL-HEINZ", "Karl-Heinz"), ("VAN ANH", "Van Anh")],
)
def test_given_names(sent: str, shown: str) -> None:
    assert naming.given_names(sent) == shown


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("HEIDESTRAẞE 17", ("Heidestraße", "17")),
        ("AM ALTEN MARKT 3A", ("Am Alten Markt", "3a")),
        ("AN DER KIRCHE 12 B", ("An der Kirche", "12 b")),
        ("UNTER DEN LINDEN 1-3", ("Unter den Linden", "1-3")),
        ("STRASSE DES 17. JUNI 135", ("Strasse des 17. Juni", "135")),
        ("C 4, 12", ("C 4", "12")),
        ("HAUS AM SEE", ("Haus am See", "")),
        ("Heidestraße 17", ("Heidestraße", "17")),
        ("17", ("17", "")),
        ("", ("", "")),
    ],
)
def test_street_and_number(sent: str, shown: tuple[str, str]) -> None:
    assert naming.street_and_number(sent) == shown


def test_places_and_degrees() -> None:
    assert naming.place("FRANKFURT AM MAIN") == "Frankfurt am Main"
    assert naming.place("BAD ZWISCHENAHN") == "Bad Zwischenahn"
    assert naming.place("HALLE (SAALE)") == "Halle (Saale)"
    assert naming.degree("DR. H. C.") == "Dr. h. c."


@given(CAPITALS)
def test_only_the_shape_of_letters_changes(text: str) -> None:
    for spell in (naming.family_name, naming.given_names, naming.place, naming.degree):
        assert spell(text).casefold() == " ".join(text.split()).casefold()
        assert spell(spell(text)) == spell(text)


@given(st.text(max_size=60))
def test_any_text_passes(text: str) -> None:
    for spell in (naming.family_name, naming.given_names, naming.place, naming.degree):
        assert isinstance(spell(text), str)
    street, number = naming.street_and_number(text)
    assert len(street) + len(number) <= len(text) * 3 + 3

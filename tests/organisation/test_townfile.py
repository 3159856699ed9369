"""Mistakes in a town file: line, place, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from rathaus.organisation.townfile import EXAMPLE, TownFile, TownFileError, read_town

GOOD = EXAMPLE.read_text(encoding="utf-8")


def read(folder: Path, text: str) -> TownFile:
    file = folder / "stadt.yaml"
    file.write_text(text, encoding="utf-8")
    return read_town(file)


@pytest.mark.parametrize(
    ("before", "after", "place", "told"),
    [
        ("street: Mark", "stret: Mark", "town.stret", "did you mean street"),
        ('postal_code: "00000"', "postal_code: 26639", "town.postal_code", "in quotes"),
        ('postal_code: "00000"', 'postal_code: "2663"', "town.postal_code", "five digits"),
        ("phone: 04944 000-0", "phone: Zentrale", "town.phone", "telephone number"),
        ("email: rathaus@musterstadt.example", "email: rathaus(at)x", "town.email", "email"),
        ("web: https:", "web: javascript:", "town.web", "URL"),
        ("bundesland: NI", "bundesland: XX", "town.bundesland", "'NI'"),
        ("brand_hue: 162", "brand_hue: 400", "town.brand_hue", "less than 360"),
        ("name: Musterstadt ", f"name: {'x' * 200} ", "town.name", "at most 120"),
        ("name: Musterstadt ", 'name: "" ', "town.name", "blank"),
        ("name: Musterstadt ", 'name: "M\\e[31m" ', "town.name", "control character"),
        ('creditor_iban: ""', "creditor_iban: DE1", "town.creditor_iban", "check digits"),
        ('["8:30-12:00"]', '["8:30-25:00"]', "offices.0.hours.fr.0", "hour"),
        ('["8:30-12:00"]', '["8.30 bis 12"]', "offices.0.hours.fr.0", "8:30-12:30"),
        ('["8:30-12:00"]', '["12:00-8:30"]', "offices.0.hours.fr.0", "begin before"),
        ('["8:30-12:00"]', '["8:30-12:00", "9:00-10:00"]', "offices.0.hours.fr", "overlap"),
        ("fr: [", "fri: [", "offices.0.hours.fri", "'fr'"),
        ("key: standesamt", "key: Standesamt", "offices.2.key", "small letters"),
        ("key: gewerbeamt", "key: standesamt", "offices.4.key", "standesamt twice"),
        ("parent: steueramt", "parent: steuern", "offices.6.parent", "before this office"),
        ("head: max.beispiel", "head: max.bespiel", "offices.1.head", "unknown head"),
        ("[operator, designer]", "[operater]", "staff.2.roles.rathaus.0", "'operator'"),
        ("{rathaus: [operator", "{rathus: [operator", "staff.2.roles.rathus", "mean rathaus"),
        ("{rathaus: [head]}", "{rathaus: head}", "staff.0.roles.rathaus", "list"),
        ("{rathaus: [head]}", "head", "staff.0.roles", "key: value"),
        ("login: max.beispiel", "login: Erika.Muster", "staff.1.login", "occurs twice"),
        ("login: max.beispiel", "login: max beispiel", "staff.1.login", "letters, digits"),
        ("substitute: max.b", "substitute: b", "staff.0.substitute", "unknown substitute"),
        ("substitute: max.beispiel", "substitute: erika.muster", "staff.0.substitute", "oneself"),
        ("date: 2027-06-04", "date: 4.6.2027", "offices.1.closures.0.date", "date"),
    ],
)
def test_a_mistake_is_told_with_line_place_and_help(
    tmp_path: Path, before: str, after: str, place: str, told: str
) -> None:
    assert before in GOOD
    text = GOOD.replace(before, after, 1)
    with pytest.raises(TownFileError) as caught:
        read(tmp_path, text)
    mistake = next(one for one in caught.value.mistakes if one.path.startswith(place))
    assert told in mistake.text
    assert f"stadt.yaml:{mistake.line}: {place}" in str(caught.value)
    assert mistake.line == GOOD[: GOOD.index(before)].count("\n") + 1


def test_what_is_missing_is_told_at_the_part_it_is_missing_from(tmp_path: Path) -> None:
    with pytest.raises(TownFileError, match=r"stadt.yaml:10: town.street: is missing"):
        read(tmp_path, GOOD.replace("  street: Marktplatz 1\n", ""))


def test_all_mistakes_at_once_but_not_endlessly(tmp_path: Path) -> None:
    wrong = GOOD.replace("phone:", "fon:") + "".join(f"k{n}: 1\n" for n in range(500))
    with pytest.raises(TownFileError) as caught:
        read(tmp_path, wrong)
    assert len(caught.value.mistakes) > 500
    assert len(str(caught.value).splitlines()) == 41


def test_a_key_does_not_steer_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(TownFileError) as caught:
        read(tmp_path, GOOD + '"\\e[2J": 1\n')
    assert "\x1b" not in str(caught.value)


def test_logins_are_the_same_whatever_their_case(tmp_path: Path) -> None:
    data = read(tmp_path, GOOD.replace("head: max.beispiel", "head: Max.Beispiel"))
    assert data.offices[1].head == "max.beispiel"

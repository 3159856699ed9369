"""The town's identity settings: readable errors, one wrong entry does not stop the others."""

from __future__ import annotations

import multiprocessing
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rathaus.accounts.sources import config, keys, simulated
from rathaus.accounts.sources.bundid.source import BundIDSource
from rathaus.accounts.sources.saml.entry import SamlEntry
from rathaus.accounts.sources.saml.notation import birth_date, country, split_street
from rathaus.accounts.trust import TrustLevel
from tests.support import identity

pytestmark = pytest.mark.one_database

LAND: dict[str, Any] = {"key": "land", "kind": "saml", "label": "Land", "metadata": "idp.xml"}
BUND: dict[str, Any] = {
    "key": "bund",
    "kind": "bundid",
    "label": "BundID",
    "metadata": "idp.xml",
    "organisation": "Stadt Wiesmoor",
    "online_service_id": "BMI-A1234",
}


def problems(tmp_path: Path, *entries: Any) -> list[str]:
    config.load()
    return list(config.build(list(entries), folder=tmp_path).problems)


def test_the_demo_town_has_three(tmp_path: Path) -> None:
    assert [one.key for one in config.sources()] == ["bundid", "niedersachsen", "unternehmenskonto"]
    assert [one.label for one in config.for_residents()] == [
        "BundID",
        "Servicekonto Niedersachsen",
        "Mein Unternehmenskonto",
    ]
    assert config.for_staff() == []
    assert config.problems() == []
    assert isinstance(config.source("bundid"), BundIDSource)
    with pytest.raises(LookupError):
        config.source("nobody")
    assert not (tmp_path / "identity").exists()  # keys are made when they are needed


def test_simulated_sources_are_ready(tmp_path: Path) -> None:
    identity.install(tmp_path, "bundid")
    source = config.source("bundid")
    assert source.health().configured
    file = tmp_path / "identity" / "bundid" / "idp-metadata.xml"
    assert file.read_bytes() == simulated.metadata("bundid")
    assert source.form_targets == ("http://localhost:8000",)
    assert source.levels == (TrustLevel.BASIC, TrustLevel.SUBSTANTIAL, TrustLevel.HIGH)


def test_without_simulation_there_is_nothing(settings: Any) -> None:
    settings.SIMULATION = False
    assert config.sources() == []
    assert config.problems() == []


def test_a_file_takes_the_place_of_the_simulation(tmp_path: Path) -> None:
    assert len(config.sources()) == 3
    (tmp_path / "identity.yaml").write_text(
        "- key: land\n  kind: saml\n  label: Konto des Landes\n  metadata: land.xml\n"
        "  attributes: {given_names: vorname, birth_date: {name: geb, date: '%d.%m.%Y'}}\n"
        "- key: verzeichnis\n  kind: saml\n  label: Verzeichnis\n  metadata: v.xml\n"
        "  audience: staff\n"
    )
    assert [one.key for one in config.for_residents()] == ["land"]
    assert [one.key for one in config.for_staff()] == ["verzeichnis"]
    (tmp_path / "identity.yaml").write_text("[]")
    assert config.sources() == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: b", "Liste von Einträgen"),
        ("- [", "kein gültiges YAML"),
        ("- !!python/object/apply:os.system ['true']", "kein gültiges YAML"),
        ("\tx", "kein gültiges YAML"),
        ("- x", "key: "),
        ("- {key: x, kind: y}", "„kind: y“ gibt es nicht"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "identity.yaml").write_text(text)
    assert config.sources() == []
    assert problem in config.problems()[0]


def test_a_named_file_that_is_not_there(settings: Any, tmp_path: Path) -> None:
    settings.RATHAUS_IDENTITY = str(tmp_path / "absent.yaml")
    assert config.sources() == []
    assert "gibt es nicht" in config.problems()[0]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({**LAND, "metdata": "x"}, "„metdata“ gibt es nicht"),
        ({k: v for k, v in LAND.items() if k != "metadata"}, "„metadata“ fehlt"),
        ({**LAND, "key": "Land Nord"}, "„key“ hat nicht die erwartete Form"),
        ({**LAND, "key": "local"}, "ist vergeben"),
        ({**LAND, "label": ""}, "„label“ darf nicht leer sein"),
        ({**LAND, "binding": "artifact"}, "'post' or 'redirect'"),
        ({**LAND, "metadata": "http://konto.example/m"}, "Nur Dateien und https-Adressen"),
        ({**LAND, "metadata": "file:///etc/passwd"}, "Nur Dateien und https-Adressen"),
        ({**LAND, "metadata_fingerprint": "abc"}, "„metadata_fingerprint“ hat nicht"),
        ({**LAND, "skew_seconds": 4000}, "darf höchstens 180 sein"),
        ({**LAND, "levels": {"basic": ["a"], "high": ["a"]}}, "keiner darf doppelt sein"),
        ({**LAND, "levels": {"sehr hoch": ["a"]}}, "„levels"),
        ({**LAND, "attributes": {"nachname": "sn"}}, "„nachname“ gibt es nicht"),
        ({**LAND, "legacy_crypto": "vielleicht"}, "muss true oder false sein"),
        ({**BUND, "organisation": "x" * 51}, "höchstens 50 Zeichen"),
        ({**BUND, "online_service_id": "1234"}, "„online_service_id“"),
        ({**BUND, "methods": []}, "mindestens 1 Eintrag"),
        ({**BUND, "methods": ["eID", "eID"]}, "doppelt"),
        ({**BUND, "methods": ["Passwort"]}, "„methods"),
    ],
)
def test_entries_that_cannot_be_used(tmp_path: Path, entry: dict[str, Any], problem: str) -> None:
    """The sentence names the entry and the field; the good one beside it works."""
    found = config.build([entry, {**LAND, "key": "gut"}], folder=tmp_path)
    assert [one.key for one in found.sources] == ["gut"]
    assert any(problem in text for text in found.problems), found.problems
    assert all(text.startswith("Eintrag 1 (") and text.endswith(".") for text in found.problems)


def test_two_entries_of_one_name(tmp_path: Path) -> None:
    assert problems(tmp_path, LAND, LAND) == ["Eintrag 2: Den Namen „land“ gibt es schon."]


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=200))
def test_any_text_is_a_problem_and_no_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "identity.yaml").write_text(text, encoding="utf-8")
    config.load()


def test_the_examples_of_the_handbook_work(tmp_path: Path) -> None:
    """What operators copy has to be right."""
    text = (Path(__file__).parents[3] / "docs" / "identity.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    entries = [one for block in blocks for one in yaml.safe_load(textwrap.dedent(block))]
    for entry in entries:
        if entry.get("metadata_fingerprint"):
            entry["metadata_fingerprint"] = "ab" * 32
    config.load()
    found = config.build(entries, folder=tmp_path)
    assert found.problems == ()
    assert {one.key for one in found.sources} >= {"bundid", "niedersachsen", "unternehmenskonto"}
    names = set(re.findall(r"^\| `([a-z_`, ]+)` \|", text, re.MULTILINE))
    documented = {name for row in names for name in row.replace("`", "").split(", ")}
    assert set(SamlEntry.model_fields) <= documented


# --- keys -------------------------------------------------------------------------------------


def test_keys_are_private(tmp_path: Path) -> None:
    made = keys.ensure("land", "sp-signing")
    assert made.certificate.public_key().key_size == 3072  # type: ignore[union-attr]
    folder = tmp_path / "identity" / "land"
    assert folder.stat().st_mode & 0o077 == 0
    for file in folder.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file
    assert keys.ensure("land", "sp-signing") == made


def _ensure(data: str) -> bytes:
    from django.conf import settings

    settings.DATA_DIR = Path(data)
    return keys.ensure("race", "sp-signing").certificate_pem


def test_two_processes_make_one_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(3) as pool:
        made = pool.map(_ensure, [str(tmp_path)] * 3)
    assert len(set(made)) == 1
    pair = keys.find("race", "sp-signing")
    assert pair is not None
    assert pair.private_key.public_key() == pair.certificate.public_key()  # type: ignore[union-attr]


def test_roll_over(tmp_path: Path) -> None:
    identity.install(tmp_path, "land")
    before = keys.ensure("land", "sp-signing").certificate_pem
    assert not keys.roll("land")  # nothing prepared
    following = keys.prepare("land")
    assert keys.prepare("land") == following
    assert keys.roll("land")
    assert keys.ensure("land", "sp-signing").certificate_pem == following[0].certificate_pem
    old = keys.find("land", "sp-signing-old")
    assert old is not None
    assert old.certificate_pem == before
    assert keys.drop("land") == 2
    assert keys.drop("land") == 0


# --- notation ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("HEIDESTRAẞE 17", ("HEIDESTRAẞE", "17")),
        ("Hauptstraße 12a", ("Hauptstraße", "12a")),
        ("Hauptstr. 12 b", ("Hauptstr.", "12 b")),
        ("Am Alten Markt 3-5", ("Am Alten Markt", "3-5")),
        ("Straße des 17. Juni 135", ("Straße des 17. Juni", "135")),
        ("Straße des 17. Juni", ("Straße des 17. Juni", "")),
        ("Hauptstraße", ("Hauptstraße", "")),
        ("C4 12", ("C4", "12")),
        ("17", ("17", "")),
        ("", ("", "")),
    ],
)
def test_streets(text: str, parts: tuple[str, str]) -> None:
    assert split_street(text) == parts


@pytest.mark.parametrize(
    ("text", "code"),
    [("D", "DE"), ("DE", "DE"), ("DEU", "DE"), ("fra", "FR"), ("UKR", "UA"), ("XXA", ""), ("", "")],
)
def test_countries(text: str, code: str) -> None:
    assert country(text) == code


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1964-08-12", "1964-08-12"),
        ("1964-00-00", ""),
        ("12.08.1964", ""),
        ("2999-01-01", ""),
        ("1700-01-01", ""),
        ("heute", ""),
    ],
)
def test_dates_of_birth(text: str, found: str) -> None:
    assert birth_date(text) == found
    assert birth_date("12.08.1964", "%d.%m.%Y") == "1964-08-12"


@hypothesis_settings(max_examples=200)
@given(text=st.text(max_size=60))
def test_splitting_loses_nothing(text: str) -> None:
    street, number = split_street(text)
    assert (
        "".join((street + number).split()) == "".join(text.replace(",", "").split()) or not number
    )

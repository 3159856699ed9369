"""The filing plan in and out: CSV, xdomea 0301, hostile files, the command line."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from rathaus import cli
from rathaus.core.actors import Actor
from rathaus.core.models import Event
from rathaus.organisation.models import Office
from rathaus.records import actions, plan_import, plan_rows
from rathaus.records.actions.histories import plan_chain
from rathaus.records.models import FilingPlanEntry
from rathaus.records.plan_rows import FileRefused
from tests.records.plan.conftest import place

pytestmark = pytest.mark.django_db
XSD = Path(__file__).parents[4] / "shared/data/xdomea/xsd"
ACTOR = Actor.system("test")


class Here(etree.Resolver):
    """3.1.0 names a folder for the XÖV code type that is laid out differently here."""

    def resolve(self, url: str, pubid: Any, context: Any) -> Any:
        if url.endswith("xoev/xoev-code.xsd"):
            path = XSD / "xoev" / "code" / "1_0" / "xoev-code.xsd"
            return self.resolve_filename(str(path), context)
        return None


HEAD = "Kennzeichen;Bezeichnung;Oben;Jahre;Aussonderung;Zugriff;Hinweis;Stillgelegt\n"


def take_in(content: bytes, name: str = "plan.csv") -> plan_import.Preview:
    found = plan_import.preview(plan_import.read(content))
    return plan_import.take_in(found, source=name, digest=found.digest, actor=ACTOR)


def values() -> list[dict[str, Any]]:
    left_out = ("id", "public_id", "scope", "parent_id")
    rows = FilingPlanEntry.objects.order_by("code").values()
    parents = dict(FilingPlanEntry.objects.values_list("code", "parent__code"))
    return [
        {key: value for key, value in row.items() if key not in left_out}
        | {"above": parents[row["code"]]}
        for row in rows
    ]


@pytest.mark.parametrize("kind", list(plan_import.FORMATS))
def test_what_goes_out_changes_nothing_when_it_comes_in(
    offices: dict[str, Office], plan: int, kind: str
) -> None:
    content, _name = plan_import.export(kind)
    found = plan_import.preview(plan_import.read(content))
    assert found.problems == []
    assert [c for c in found.changes if c.fields.keys() - {"own_years", "own_disposal"}] == []
    if kind == "csv":
        assert found.changes == [] and found.same == plan


def test_a_plan_travels_to_an_empty_town(offices: dict[str, Office], plan: int) -> None:
    actions.retire_entry(entry=place("13.10"), actor=ACTOR)
    content, _name = plan_import.export("csv")
    before = values()
    FilingPlanEntry.objects.exclude(children=None).update(parent=None)
    FilingPlanEntry.objects.update(parent=None)
    FilingPlanEntry.objects.all().delete()
    done = take_in(content)
    assert done.created == plan
    for old, new in zip(before, values(), strict=True):
        assert (old.pop("retired_at") is None) == (new.pop("retired_at") is None)
        assert old == new
    assert place("11.10").scope == f"entry:{place('11.10').pk}"


@pytest.mark.parametrize("version", ["3.0.0", "3.1.0"])
@pytest.mark.one_database
def test_the_message_is_valid_xdomea(offices: dict[str, Office], plan: int, version: str) -> None:
    folder = XSD / f"xdomea_{version}"
    if not folder.exists():
        pytest.skip("the schemas of xdomea are not beside the project")
    kind = {"3.0.0": "xdomea-3-0", "3.1.0": "xdomea-3-1"}[version]
    content, _name = plan_import.export(kind)
    path = folder / "xdomea-Nachrichten-AktenplanAustauschen.xsd"
    parser = etree.XMLParser()
    parser.resolvers.add(Here())
    schema = etree.XMLSchema(etree.parse(str(path), parser))
    assert schema.validate(etree.fromstring(content)), schema.error_log


@pytest.mark.one_database
def test_the_plan_inside_a_message_of_4_0_fits_the_types_of_4_0(
    offices: dict[str, Office], plan: int
) -> None:
    folder = XSD / "xdomea_4.0.0"
    if not folder.exists():
        pytest.skip("the schemas of xdomea are not beside the project")
    content, _name = plan_import.export("xdomea-4-0")
    space = "urn:xoev-de:xdomea:schema:4.0.0"
    wrapper = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:x="{space}"
      targetNamespace="{space}" elementFormDefault="qualified">
      <xs:include schemaLocation="{folder}/xdomea-Baukasten.xsd"/>
      <xs:element name="Aktenplan" type="x:AktenplanType"/></xs:schema>"""
    schema = etree.XMLSchema(etree.fromstring(wrapper))
    node = etree.fromstring(content).find(f"{{{space}}}Aktenplan")
    assert schema.validate(etree.fromstring(etree.tostring(node))), schema.error_log


def test_a_table_changes_adds_and_never_removes(offices: dict[str, Office], plan: int) -> None:
    table = HEAD + (
        "23.30;Wald;23;;;geschützt;Forst und Jagd;\n"
        "23.20;Mieten und Pachten;23;12;;;;\n"
        "50.30;Senioren und Ehrenamt;50;;B;;;ja\n"
    )
    found = plan_import.preview(plan_import.read(table.encode()))
    assert (found.created, len(found.changes), found.same, found.kept) == (1, 3, 0, plan - 2)
    assert place("23.20").own_years == 10  # nothing happened yet
    take_in(table.encode())
    assert (place("23.20").own_years, place("23.20").title) == (12, "Mieten und Pachten")
    assert (place("23.30").access, place("23.30").retention_years) == ("restricted", 30)
    assert place("50.30").retired_at is not None
    assert FilingPlanEntry.objects.count() == plan + 1
    imported = Event.objects.filter(chain=plan_chain(), type="plan.imported").get()
    assert (imported.data["created"], imported.data["changed"]) == (1, 2)


def test_other_spellings_of_a_table(plan: int) -> None:
    tables = [
        "Kennzeichen,Bezeichnung,Jahre,Aussonderung\n90,Grüße,5,V\n90.10,Darunter,,\n".encode(),
        "Bezeichnung\tKennzeichen\tJahre\tAussonderung\nGrüße\t90\t5\tV\n".encode("cp1252"),
        ("\ufeffKENNZEICHEN;bezeichnung;jahre;Aussonderung\r\n90;Grüße;5;V\r\n\r\n").encode(),
    ]
    for table in tables:
        rows = plan_import.read(table)
        assert rows[0].title == "Grüße" and rows[0].years == 5
    assert plan_import.read(tables[0])[1].parent == "90"


def test_what_changed_since_the_look_is_not_overwritten(plan: int) -> None:
    table = (HEAD + "23.20;Pachten;23;10;;;;\n").encode()
    found = plan_import.preview(plan_import.read(table))
    actions.change_entry(entry=place("23.20"), title="Anders", actor=ACTOR)
    with pytest.raises(actions.PlanRefused, match="inzwischen"):
        plan_import.take_in(found, source="p", digest=found.digest, actor=ACTOR)
    assert place("23.20").title == "Anders"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1 2;A;;5;V;;;", "Ziffern und Großbuchstaben"),
        ("90;;;5;V;;;", "Bezeichnung fehlt"),
        ("90;A;;x;V;;;", "keine Zahl"),
        ("90;A;;;;;;", "Ganz oben"),
        ("90;A;;5;Q;;;", "A, B oder V"),
        ("90;A;;5;V;alle;;", "Zugriff"),
        ("90;A;89;5;V;;;", "gibt es nicht"),
        ("90;A;90;5;V;;;", "in sich selbst"),
        ("90;A;;5;V;;;\n90;B;;5;V;;;", "zweimal"),
        ("90;A;;999;V;;;", "0 und 200"),
        ("23.20.1.1.1;A;23.20;;;;;\n91;B;23.20.1.1.1;;;;;\n92;C;91;;;;;\n93;D;92;;;;;", "fünf"),
        ("10;A;20;;;;;\n20;B;10;;;;;", "in sich selbst"),
    ],
)
def test_bad_lines_are_named_and_nothing_is_taken_in(plan: int, line: str, message: str) -> None:
    before = values()
    found = plan_import.preview(plan_import.read((HEAD + line + "\n").encode()))
    assert any(message in text for _line, _code, text in found.problems), found.problems
    with pytest.raises(actions.PlanRefused):
        plan_import.take_in(found, source="p", digest=found.digest, actor=ACTOR)
    assert values() == before


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, content)
    return out.getvalue()


SPACE = 'xmlns:x="urn:xoev-de:xdomea:schema:3.1.0"'
XXE = f"""<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>
<x:Aktenplan.Aktenplan.0301 {SPACE}><x:Aktenplan>&e;</x:Aktenplan></x:Aktenplan.Aktenplan.0301>"""
BOMB = (
    "<!DOCTYPE a ["
    + "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    + '<!ENTITY e0 "x">]><a>&e9;</a>'
)
DEEP = (
    f"<x:Aktenplan.Aktenplan.0301 {SPACE}><x:Aktenplan>"
    + "<x:Einheit>" * 60
    + "</x:Einheit>" * 60
    + "</x:Aktenplan></x:Aktenplan.Aktenplan.0301>"
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"nur ein Satz",
        b"a;b\n1;2\n",
        HEAD.encode(),
        b'Kennzeichen;Bezeichnung\n"offen',
        XXE.encode(),
        BOMB.encode(),
        DEEP.encode(),
        b"<html/>",
        b"<unfertig",
        f"<x:Abgabe.Abgabe.0401 {SPACE}/>".encode(),
        f"<x:Aktenplan.Aktenplan.0301 {SPACE}/>".encode(),
        f"<x:Aktenplan.Aktenplan.0301 {SPACE}><x:Aktenplan/></x:Aktenplan.Aktenplan.0301>".encode(),
        b"PK\x03\x04kaputt",
        zipped("../../boese.xml", b"<a/>"),
        zipped("plan.xml", b" " * 70_000_000 + b"<a/>"),
        b"<a>" + b" " * plan_rows.MAX_BYTES + b"</a>",
        b"Kennzeichen;Bezeichnung\n" + b"x" * plan_rows.MAX_BYTES,
    ],
)
@pytest.mark.one_database
def test_hostile_files_are_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        plan_import.read(content)
    text = str(refused.value)
    assert text and "root:" not in text and "Traceback" not in text


def test_a_zip_with_the_message_is_read(offices: dict[str, Office], plan: int) -> None:
    content, name = plan_import.export("xdomea-3-1")
    assert len(plan_import.read(zipped(name, content))) == plan


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@pytest.mark.one_database
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        plan_import.preview(plan_import.read(content))
    except FileRefused as refused:
        assert str(refused)


def test_no_cell_starts_a_formula(plan: int) -> None:
    actions.create_entry(
        code="90", title="=cmd|'/c calc'!A1", own_years=1, own_disposal="V", actor=ACTOR
    )
    content, _name = plan_import.export("csv")
    assert b";'=cmd" in content
    assert plan_import.preview(plan_import.read(content)).changes == []


def test_the_command_line(plan: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plan.csv"
    assert cli.main(["records", "plan", "export", str(path)]) == 0
    assert cli.main(["records", "plan", "import", str(path), "--json"]) == 0
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (report["done"], report["created"], report["same"]) == (True, 0, plan)
    path.write_text(HEAD + "90;Neu;;5;V;;;\n", encoding="utf-8")
    assert cli.main(["records", "plan", "import", str(path), "--dry-run"]) == 0
    assert "nichts geändert" in capsys.readouterr().out
    assert not FilingPlanEntry.objects.filter(code="90").exists()
    assert cli.main(["records", "plan", "import", str(path)]) == 0
    assert place("90").title == "Neu"
    path.write_text(HEAD + "91;Neu;;5;Q;;;\n", encoding="utf-8")
    assert cli.main(["records", "plan", "import", str(path)]) == 1
    assert "A, B oder V" in capsys.readouterr().out
    path.write_bytes(XXE.encode())
    assert cli.main(["records", "plan", "import", str(path)]) == 2
    assert cli.main(["records", "plan", "import", str(tmp_path / "nichts")]) == 2
    assert cli.main(["records", "plan", "export", str(tmp_path / "a" / "b")]) == 2

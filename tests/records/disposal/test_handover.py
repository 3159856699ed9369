"""A dossier to another body and back (0401)."""

from __future__ import annotations

import uuid
import zipfile
from pathlib import Path

import pytest

from rathaus.core.models import Event
from rathaus.organisation.models import Office
from rathaus.records import actions as records
from rathaus.records import verify
from rathaus.records.disposal import handover
from rathaus.records.disposal.models import Takeover
from rathaus.records.models import Case, Document, Dossier, FilingPlanEntry
from rathaus.records.xdomea.errors import MessageRefused
from tests.records.conftest import file
from tests.records.disposal.conftest import ANNA

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(offices: dict[str, Office], plan: int) -> Dossier:
    """By hand, with a part, two cases and a document with two versions."""
    entry = FilingPlanEntry.objects.get(code="23.20")
    top = records.open_dossier(
        title="Pacht Bootssteg", entry=entry, office=offices["ordnungsamt"], actor=ANNA
    )
    part = records.open_dossier(title="Schriftwechsel", parent=top, actor=ANNA)
    case = records.open_case(title="Vertrag", dossier=top, actor=ANNA)
    document = file(case, b"Vertrag, Entwurf", title="Vertrag", name="vertrag.txt")
    records.add_version(
        document=document,
        content=b"Vertrag, unterschrieben",
        name="vertrag.txt",
        content_type="text/plain",
        actor=ANNA,
    )
    inner = records.open_case(title="Briefe", dossier=part, actor=ANNA)
    file(inner, b"Moin", title="Brief", direction="out")
    records.close_case(case=inner, actor=ANNA)
    return top


@pytest.fixture
def package(dossier: Dossier, tmp_path: Path) -> Path:
    packed = handover.export(
        dossier=dossier, reader="Landkreis Aurich", folder=tmp_path / "out", actor=ANNA
    )
    return packed.path


def take(path: Path, office: Office) -> handover.TakenOver:
    entry = FilingPlanEntry.objects.get(code="23.20")
    return handover.take_over(path, entry=entry, office=office, actor=ANNA)


def test_the_history_tells_who_has_it(package: Path, dossier: Dossier) -> None:
    told = Event.objects.filter(type="handover.exported")
    assert told.count() == 3, "two cases and the dossier"
    assert len({event.data["sha256"] for event in told}) == 1


def test_there_and_back(package: Path, dossier: Dossier, offices: dict[str, Office]) -> None:
    taken = take(package, offices["buergerbuero"])
    assert (len(taken.dossiers), taken.cases, taken.documents) == (1, 2, 2)
    (made,) = taken.dossiers
    assert made.pk != dossier.pk and made.title == "Pacht Bootssteg"
    assert "dort" in made.note
    kept = Takeover.objects.get(dossier=made)
    assert kept.foreign_id == dossier.public_id and kept.foreign_reference == dossier.reference
    (part,) = made.children.all()
    assert part.title == "Schriftwechsel"
    assert Case.objects.get(dossier=part).state == "closed"
    document = Document.objects.get(case__dossier=made)
    assert [one.read() for one in document.versions.order_by("number")] == [
        b"Vertrag, Entwurf",
        b"Vertrag, unterschrieben",
    ]
    assert verify.run().ok


def test_the_same_dossier_is_taken_over_once(package: Path, offices: dict[str, Office]) -> None:
    first = take(package, offices["buergerbuero"])
    again = take(package, offices["buergerbuero"])
    assert again.again and again.dossiers == first.dossiers
    assert Dossier.objects.filter(title="Pacht Bootssteg").count() == 2


def change(
    path: Path, *, drop: str = "", swap: bytes = b"", xml: tuple[bytes, bytes] = (b"", b"")
) -> Path:
    with zipfile.ZipFile(path) as package:
        files = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w") as package:
        for name, data in files.items():
            is_xml = name.endswith(".xml")
            if drop and drop in name and not is_xml:
                continue
            content = data.replace(*xml) if is_xml and xml[0] else data
            package.writestr(name, swap if swap and not is_xml else content)
    return path


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"drop": "vertrag"}, "file-missing"),
        ({"swap": b"gefaelscht"}, "hash-mismatch"),
        ({"xml": (b"Dateiname>", b"Dateiname>../")}, "bad-file-name"),
        ({"xml": (b":3.1.0", b":4.0.0")}, "part-missing"),
    ],
)
def test_all_or_nothing(
    package: Path, offices: dict[str, Office], wrong: dict[str, object], key: str
) -> None:
    before = (Dossier.objects.count(), Case.objects.count(), Takeover.objects.count())
    with pytest.raises(MessageRefused) as refused:
        take(change(package, **wrong), offices["buergerbuero"])  # type: ignore[arg-type]
    assert refused.value.key in (key, "wrong-version")
    assert (Dossier.objects.count(), Case.objects.count(), Takeover.objects.count()) == before


def test_two_objects_with_one_id_are_refused(package: Path, offices: dict[str, Office]) -> None:
    cases = [str(case.public_id).encode() for case in Case.objects.all()]
    with pytest.raises(MessageRefused) as refused:
        take(change(package, xml=(cases[0], cases[1])), offices["buergerbuero"])
    assert refused.value.key == "twice"


def test_another_message_is_refused(tmp_path: Path, offices: dict[str, Office], plan: int) -> None:
    path = tmp_path / f"{uuid.uuid4()}_Abgabe.Abgabe.0401.zip"
    path.write_bytes(b"PK\x05\x06" + b"\0" * 18)
    with pytest.raises(MessageRefused) as refused:
        take(path, offices["buergerbuero"])
    assert refused.value.key == "no-message"

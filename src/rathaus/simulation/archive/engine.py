"""What the simulated archive does with messages: take in, appraise, answer."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.db import transaction

from rathaus.core.clock import now
from rathaus.core.jobs import enqueue
from rathaus.records.disposal import exchange
from rathaus.records.disposal import jobs as town
from rathaus.simulation import switches
from rathaus.simulation.archive import write
from rathaus.simulation.archive.look import Delivery, look
from rathaus.simulation.archive.models import ArchivedObject, ArchivedProcess, ArchiveMessage
from rathaus.simulation.archive.write import Answer

XML_KEPT = 400_000
ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def look_into_folders() -> int:
    """Take in everything new that the town has put into its folders; returns how many."""
    done = 0
    base = exchange.base()
    if not base.is_dir():
        return 0
    for folder in sorted(base.iterdir()):
        for path in sorted((folder / exchange.OUT).glob("*.zip")):
            known = ArchiveMessage.objects.filter(folder=folder.name, name=path.name, incoming=True)
            if not known.exists():
                take_in(folder.name, look(path))
                done += 1
    return done


def take_in(folder: str, found: Delivery) -> ArchiveMessage:
    """Remember a message of the town and what it says."""
    with transaction.atomic():
        process = _process(folder, found)
        if process is not None and found.code == "0501":
            _objects(process, found)
            process.offered_at, process.offer_uuid = now(), found.message
            process.save()
        elif process is not None and found.code == "0503":
            _against_offer(process, found)
            _objects(process, found)
            process.transferred_at, process.transfer_uuid = now(), found.message
            process.save()
        return ArchiveMessage.objects.create(
            process=process,
            folder=folder,
            code=found.code,
            incoming=True,
            name=found.name,
            sha256=found.sha256,
            remarks=list(dict.fromkeys(found.remarks)),
            xml=found.xml[:XML_KEPT].decode("utf-8", "replace"),
            created_at=now(),
        )


def answer(process: ArchivedProcess, code: str) -> Path | None:
    """Send 0502, 0504, 0506 or 0507; None where a fault made it stay silent."""
    if switches.take("archive.silent"):
        return None
    message = Answer(
        code=code,
        version=process.version,
        process=str(process.process),
        origin=process.offer_uuid if code in ("0502", "0504") else process.transfer_uuid,
        reader=process.sender,
        verdicts=_verdicts(process) if code == "0502" else {},
        results=_results(process) if code == "0506" else {},
    )
    message, content, cut = _spoil(message)
    folder = exchange.base() / process.folder / exchange.IN
    path = write.put(folder, message, content, cut=cut)
    if switches.take("archive.twice"):
        again = Answer(**{**vars(message), "number": message.number + 1})
        second = write.put(folder, again, content)
        if second == path:
            path.with_name(f"kopie-{path.name}").write_bytes(path.read_bytes())
    _remember(process, message, path, content)
    enqueue(town.receive, dedupe_key="simulation:receive")
    return path


def appraise_by_rule(process: ArchivedProcess) -> None:
    """A stays A, V stays V, and every second B is wanted."""
    for number, one in enumerate(process.objects_of.order_by("reference")):
        one.verdict = one.proposal if one.proposal in ("A", "V") else "AV"[number % 2]
        one.save(update_fields=["verdict"])


def _spoil(message: Answer) -> tuple[Answer, bytes, bool]:
    """Put in what the switches say; each once."""
    values = vars(message).copy()
    if switches.take("archive.wrong_process"):
        values["process"] = str(uuid.uuid4())
    if switches.take("archive.unknown_object"):
        if message.code == "0506":
            values["results"] = {**message.results, str(uuid.uuid4()): (True, "", "X")}
        else:
            values["verdicts"] = {**message.verdicts, str(uuid.uuid4()): "V"}
    spoiled = Answer(**values)
    content = write.xml(spoiled, broken=switches.take("archive.schema"))
    if switches.take("archive.entity"):
        content = content.replace(b"?>\n", b"?>\n" + ENTITY, 1)
    return spoiled, content, switches.take("archive.broken_zip")


def _process(folder: str, found: Delivery) -> ArchivedProcess | None:
    try:
        ident = uuid.UUID(found.process)
    except ValueError:
        return None
    process, _made = ArchivedProcess.objects.get_or_create(
        process=ident,
        defaults={
            "folder": folder,
            "version": found.version,
            "sender": found.sender[:200],
            "created_at": now(),
        },
    )
    return process


def _objects(process: ArchivedProcess, found: Delivery) -> None:
    for case in found.cases:
        size = sum(found.sizes.get(name, 0) for name in case.files)
        row, _made = ArchivedObject.objects.get_or_create(
            process=process,
            uuid=uuid.UUID(case.uuid),
            defaults={
                "dossier": case.dossier[:300],
                "reference": case.reference,
                "title": case.title,
                "proposal": case.kind,
            },
        )
        if found.code == "0503":
            row.transferred, row.files, row.size = True, len(case.files), size
            row.ident = f"SIM {row.pk:06d}"
            row.verdict = row.verdict or "A"
            row.save()


def _against_offer(process: ArchivedProcess, found: Delivery) -> None:
    """What was handed over is what was wanted, under the same identifications."""
    if process.appraised_at is None:
        return
    wanted = {str(one.uuid) for one in process.objects_of.filter(verdict="A")}
    got = {case.uuid for case in found.cases}
    if got - wanted:
        found.remarks.append("Die Abgabe enthält Vorgänge, die nicht gewünscht waren.")
    if wanted - got:
        found.remarks.append("In der Abgabe fehlen gewünschte Vorgänge.")


def _verdicts(process: ArchivedProcess) -> dict[str, str]:
    rows = process.objects_of.exclude(verdict="").order_by("reference")
    found = {str(one.uuid): one.verdict for one in rows}
    if len(found) > 1 and switches.take("archive.left_out"):
        found.popitem()
    ArchivedProcess.objects.filter(pk=process.pk).update(appraised_at=now())
    return found


def _results(process: ArchivedProcess) -> dict[str, tuple[bool, str, str]]:
    rows = process.objects_of.filter(transferred=True).order_by("reference")
    found = {str(one.uuid): (True, "", one.ident) for one in rows}
    if found and switches.take("archive.refuse"):
        first = next(iter(found))
        found[first] = (False, "Die Datei lässt sich nicht öffnen.", "")
    for key, (good, _error, _ident) in found.items():
        process.objects_of.filter(uuid=key).update(accepted=good)
    ArchivedProcess.objects.filter(pk=process.pk).update(confirmed_at=now())
    return found


def _remember(process: ArchivedProcess, message: Answer, path: Path, content: bytes) -> None:
    import hashlib

    ArchiveMessage.objects.create(
        process=process,
        folder=process.folder,
        code=message.code,
        incoming=False,
        name=path.name,
        sha256=hashlib.sha256(path.read_bytes() if path.exists() else content).hexdigest(),
        xml=content[:XML_KEPT].decode("utf-8", "replace"),
        created_at=now(),
    )

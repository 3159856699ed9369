#!/usr/bin/env python3
"""Prüft ein Beweispaket des Offenen Rathauses, ohne das Rathaus und ohne Netz.

    python3 pruefen.py paket.zip [--wurzel zertifikat.pem] [--json]

Braucht Python ab 3.11 und die Bibliothek „cryptography“ (pip install cryptography).
Ergebnis: 0 nichts widerspricht sich, 1 etwas hält nicht (es wird benannt), 2 die Prüfung war nicht
möglich. Was durch keinen Zeitstempel belegt ist, wird aufgezählt.

Geprüft wird: Prüfsumme jeder Datei; die Kette der Ereignisse; ob jede Datei in der Kette steht;
der Weg durch den Hashbaum bis zum Zeitstempel (RFC 4998) samt Erneuerungen; die Signatur des
Zeitstempels (RFC 3161, CMS); die Kette der Zertifikate bis zur Wurzel.
"""

# The comments are in English like all of the project's; one file on purpose: a court or an
# archive reads it from top to bottom and runs it without us.

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

HASHES = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "2.16.840.1.101.3.4.2.8": "sha3_256",
    "2.16.840.1.101.3.4.2.10": "sha3_512",
}
SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE, RSA_PSS = "1.2.840.113549.1.9.16.2.47", "1.2.840.113549.1.1.10"
SIGNING_CERTIFICATE_OLD = "1.2.840.113549.1.9.16.2.12"
FILED = ("document.filed", "document.version_added", "document.moved_in", "document.renamed")
CASE = "vorgang.json"
LARGEST_JSON, PIECE = 256 * 1024 * 1024, 1024 * 1024


class HaeltNicht(Exception):
    """Something does not hold; the text says what."""


# --- DER (ITU-T X.690): only what CMS and RFC 4998 need -----------------------------------------


@dataclass(frozen=True)
class Node:
    """One value: its tag, its content, and itself as bytes."""

    tag: int
    body: bytes
    raw: bytes

    def parts(self) -> list[Node]:
        """The values inside."""
        found, at = [], 0
        while at < len(self.body):
            node = read(self.body, at)
            found.append(node)
            at += len(node.raw)
        return found


def read(data: bytes, at: int = 0) -> Node:
    """The value that begins at `at`. Raises: HaeltNicht."""
    try:
        length, start = data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            if not 1 <= size <= 4 or len(data) < start + size:
                raise HaeltNicht("DER: Länge nicht lesbar")
            length, start = int.from_bytes(data[start : start + size]), start + size
    except IndexError:
        raise HaeltNicht("DER: abgeschnitten") from None
    if start + length > len(data) or data[at] & 0x1F == 0x1F:
        raise HaeltNicht("DER: abgeschnitten oder unbekannt")
    return Node(data[at], data[start : start + length], data[at : start + length])


def oid(node: Node) -> str:
    """An object identifier in dots."""
    if node.tag != 6 or not node.body:
        raise HaeltNicht("DER: Kennung erwartet")
    numbers, value = [], 0
    for byte in node.body:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def wrap(tag: int, body: bytes) -> bytes:
    """Tag and length around `body`."""
    if len(body) < 128:
        return bytes((tag, len(body))) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + len(body).to_bytes(size) + body


def hash_name(algorithm: Node) -> str:
    """Name of the hash of an AlgorithmIdentifier."""
    number = oid(algorithm.parts()[0])
    if number not in HASHES:
        raise HaeltNicht(f"unbekanntes Hashverfahren {number}")
    return HASHES[number]


def digest(name: str, data: bytes) -> bytes:
    """Hash of `data`."""
    return hashlib.new(name, data).digest()


def generalized_time(node: Node) -> datetime:
    """GeneralizedTime in UTC."""
    text, _, fraction = node.body.decode("ascii", "replace").rstrip("Z").partition(".")
    try:
        moment = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return moment.replace(microsecond=int(f"{fraction:0<6}"[:6]))
    except ValueError:
        raise HaeltNicht("Zeit des Zeitstempels ist nicht lesbar") from None


# --- Time stamp (RFC 3161 in CMS, RFC 5652) -----------------------------------------------------


@dataclass(frozen=True)
class Stamp:
    """A time stamp as it says of itself, signature checked."""

    algorithm: str
    imprint: bytes
    time: datetime
    policy: str
    serial: int
    signer: x509.Certificate
    others: tuple[x509.Certificate, ...]

    @property
    def subject(self) -> str:
        """Who signed, for people."""
        return self.signer.subject.rfc4514_string()


def time_stamp(token: bytes, known: Sequence[x509.Certificate] = ()) -> Stamp:
    """Read a token and check its signature. `known`: certificates the token may lack.

    Raises: HaeltNicht.
    """
    try:
        return _time_stamp(token, known)
    except (IndexError, ValueError, TypeError) as error:
        raise HaeltNicht(f"Zeitstempel ist nicht lesbar ({error})") from error


def _time_stamp(token: bytes, known: Sequence[x509.Certificate]) -> Stamp:
    outer = read(token)
    if len(outer.raw) != len(token):
        raise HaeltNicht("Zeitstempel: Daten hinter dem Ende")
    kind, content = outer.parts()
    if oid(kind) != SIGNED_DATA:
        raise HaeltNicht("Zeitstempel: keine CMS-Signatur")
    signed = content.parts()[0].parts()
    inner = signed[2].parts()
    if oid(inner[0]) != TST_INFO:
        raise HaeltNicht("Zeitstempel: die Signatur gilt etwas anderem")
    info = inner[1].parts()[0].body
    found = [n for part in signed[3:] if part.tag == 0xA0 for n in part.parts()]
    certificates = [x509.load_der_x509_certificate(n.raw) for n in found if n.tag == 0x30]
    (signer,) = signed[-1].parts()
    certificate = _check_signer(signer, info, [*certificates, *known])
    tst = read(info).parts()
    imprint = tst[2].parts()
    return Stamp(
        algorithm=hash_name(imprint[0]),
        imprint=imprint[1].body,
        time=generalized_time(tst[4]),
        policy=oid(tst[1]),
        serial=int.from_bytes(tst[3].body),
        signer=certificate,
        others=tuple(certificates),
    )


def _check_signer(
    signer: Node, info: bytes, certificates: Sequence[x509.Certificate]
) -> x509.Certificate:
    version, name, algorithm, attributes, method, signature = signer.parts()[:6]
    del version
    if attributes.tag != 0xA0:
        raise HaeltNicht("Zeitstempel: die signierten Angaben fehlen")
    found = {oid(a.parts()[0]): a.parts()[1].parts()[0] for a in attributes.parts()}
    hashed = hash_name(algorithm)
    if oid(found[CONTENT_TYPE]) != TST_INFO or found[MESSAGE_DIGEST].body != digest(hashed, info):
        raise HaeltNicht("Zeitstempel: der Inhalt passt nicht zur Signatur")
    certificate = next((c for c in certificates if _named(c, name)), None)
    if certificate is None:
        raise HaeltNicht("Zeitstempel: das Zertifikat des Ausstellers fehlt")
    _check_ess(found, certificate)
    data = wrap(0x31, attributes.body)
    try:
        _check_signature(certificate, oid(method.parts()[0]), signature.body, data, hashed)
    except InvalidSignature:
        raise HaeltNicht("Zeitstempel: die Signatur ist falsch") from None
    return certificate


def _named(certificate: x509.Certificate, name: Node) -> bool:
    if name.tag == 0x30:
        issuer, serial = name.parts()
        same = certificate.issuer.public_bytes() == issuer.raw
        return same and certificate.serial_number == int.from_bytes(serial.body, signed=True)
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return False
    return found.value.digest == name.body


def _check_ess(found: dict[str, Node], certificate: x509.Certificate) -> None:
    """The signed attribute that names the certificate (RFC 5035), against exchanging it."""
    if SIGNING_CERTIFICATE in found:
        parts = found[SIGNING_CERTIFICATE].parts()[0].parts()[0].parts()
        name = hash_name(parts[0]) if parts[0].tag == 0x30 else "sha256"
        value = next(part.body for part in parts if part.tag == 4)
    elif SIGNING_CERTIFICATE_OLD in found:
        name = "sha1"
        value = found[SIGNING_CERTIFICATE_OLD].parts()[0].parts()[0].parts()[0].body
    else:
        raise HaeltNicht("Zeitstempel: er nennt sein Zertifikat nicht (ESSCertID)")
    if digest(name, certificate.public_bytes(_der())) != value:
        raise HaeltNicht("Zeitstempel: er nennt ein anderes Zertifikat")


def _check_signature(
    certificate: x509.Certificate, method: str, signature: bytes, data: bytes, hashed: str
) -> None:
    key, algorithm = certificate.public_key(), getattr(hashes, hashed.upper())()
    if isinstance(key, rsa.RSAPublicKey) and method == RSA_PSS:
        pss = padding.PSS(padding.MGF1(algorithm), padding.PSS.AUTO)
        key.verify(signature, data, pss, algorithm)
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, data, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, ec.ECDSA(algorithm))
    else:
        raise HaeltNicht("Zeitstempel: unbekanntes Signaturverfahren")


def _der() -> Any:
    from cryptography.hazmat.primitives.serialization import Encoding

    return Encoding.DER


def chain_to_root(
    stamp: Stamp, roots: Sequence[x509.Certificate], known: Sequence[x509.Certificate] = ()
) -> list[x509.Certificate]:
    """From the signer to one of `roots`, valid when the time stamp was made. Raises: HaeltNicht."""
    check_purpose(stamp.signer)
    way = [stamp.signer]
    while True:
        last = way[-1]
        if not last.not_valid_before_utc <= stamp.time <= last.not_valid_after_utc:
            name = last.subject.rfc4514_string()
            raise HaeltNicht(f"Zertifikat galt nicht, als der Zeitstempel entstand: {name}")
        if last in roots:
            return way
        issuer = next(
            (c for c in (*roots, *stamp.others, *known) if c not in way and _issued(last, c)), None
        )
        if issuer is None:
            raise HaeltNicht("die Zertifikate führen nicht zur genannten Wurzel")
        way.append(issuer)


def check_purpose(certificate: x509.Certificate) -> None:
    """The certificate is for time stamps and nothing else (RFC 3161 §2.3). Raises: HaeltNicht."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise HaeltNicht("das Zertifikat ist nicht für Zeitstempel ausgestellt") from None
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise HaeltNicht("das Zertifikat ist nicht für Zeitstempel ausgestellt")


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        basic = issuer.extensions.get_extension_for_class(x509.BasicConstraints)
        certificate.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    return basic.value.ca


# --- Evidence record (RFC 4998) -----------------------------------------------------------------


@dataclass(frozen=True)
class Proof:
    """What an evidence record proves: the object existed at `since`."""

    stamps: tuple[Stamp, ...]

    @property
    def since(self) -> datetime:
        """The first time stamp."""
        return self.stamps[0].time


def follow(lists: Sequence[Sequence[bytes]], algorithm: str) -> bytes:
    """The root to which a reduced hash tree leads (RFC 4998 §4.3)."""
    value = b""
    for one in lists:
        value = digest(algorithm, b"".join(sorted([value, *one] if value else one)))
    return value


def evidence_record(
    record: bytes,
    content: Any,
    roots: Sequence[x509.Certificate],
    known: Sequence[x509.Certificate] = (),
) -> Proof:
    """Verify a record. `content(algorithm)` gives the object's digest. Raises: HaeltNicht."""
    try:
        parts = read(record).parts()
        chains = parts[-1].parts()
        if len(read(record).raw) != len(record) or not chains:
            raise HaeltNicht("Beweisdatensatz ist unvollständig")
        stamps: list[Stamp] = []
        for place, chain in enumerate(chains):
            older = wrap(0x30, b"".join(c.raw for c in chains[:place])) if place else b""
            stamps += _chain(chain, content, older, (roots, known), stamps)
        if not stamps:
            raise HaeltNicht("Beweisdatensatz enthält keinen Zeitstempel")
        return Proof(tuple(stamps))
    except (IndexError, ValueError) as error:
        raise HaeltNicht(f"Beweisdatensatz ist nicht lesbar ({error})") from error


def _chain(
    chain: Node,
    content: Any,
    older: bytes,
    trusted: tuple[Sequence[x509.Certificate], Sequence[x509.Certificate]],
    before: list[Stamp],
) -> Iterator[Stamp]:
    """The time stamps of one chain: all with one algorithm, each over the one before."""
    roots, known = trusted
    previous, algorithm = b"", ""
    last = before[-1] if before else None
    for part in chain.parts():
        fields = part.parts()
        stamp = time_stamp(fields[-1].raw, known)
        if algorithm not in ("", stamp.algorithm):
            raise HaeltNicht("die Zeitstempel einer Kette haben verschiedene Hashverfahren")
        algorithm = stamp.algorithm
        trees = [f for f in fields if f.tag == 0xA2]
        lists = [[h.body for h in one.parts()] for one in trees[0].parts()] if trees else []
        if previous:
            wanted = digest(algorithm, previous)
        elif older:
            wanted = digest(algorithm, content(algorithm) + digest(algorithm, older))
        else:
            wanted = content(algorithm)
        if lists and wanted not in lists[0]:
            raise HaeltNicht(
                "die Erneuerung gilt einem anderen Zeitstempel"
                if previous
                else "der Inhalt ist nicht der versiegelte"
            )
        if (follow(lists, algorithm) if lists else wanted) != stamp.imprint:
            raise HaeltNicht("der Weg durch den Hashbaum führt nicht zum Zeitstempel")
        chain_to_root(stamp, roots, known)
        if last is not None and not last.time <= stamp.time <= last.signer.not_valid_after_utc:
            raise HaeltNicht("der Zeitstempel wurde nicht erneuert, solange der alte noch galt")
        yield stamp
        previous, last = fields[-1].raw, stamp


# --- The package ---------------------------------------------------------------------------------


@dataclass
class Ergebnis:
    """What was checked, what does not hold, and what the reader should know."""

    geprueft: dict[str, int] = field(default_factory=dict)
    maengel: list[str] = field(default_factory=list)
    hinweise: list[str] = field(default_factory=list)
    unbelegt: list[str] = field(default_factory=list)
    nachweise: list[str] = field(default_factory=list)

    def zaehle(self, was: str) -> None:
        """Count something that was checked."""
        self.geprueft[was] = self.geprueft.get(was, 0) + 1


class Paket:
    """One case of a package under test; `ordner` is where it lies in the zip."""

    def __init__(
        self,
        package: zipfile.ZipFile,
        wurzeln: Sequence[x509.Certificate],
        ergebnis: Ergebnis,
        ordner: str = "",
    ) -> None:
        self.zip = package
        self.ordner = ordner
        self.roots = list(wurzeln)
        self.known: list[x509.Certificate] = []
        self.ergebnis = ergebnis
        self.case = self._json(CASE)
        self.events: list[dict[str, Any]] = self._json("ereignisse.json")
        self.proof = self._json("beweis/beweis.json")
        self.texts: list[bytes] = []
        self.filed: set[tuple[str | None, str | None]] = set()
        self.labels: set[str | None] = set()

    def pruefen(self) -> None:
        """Everything. Findings are collected, not raised."""
        self.ergebnis.zaehle("Vorgänge")
        self._names()
        self._certificates()
        self._chain()
        for document in self.case["documents"]:
            for version in document["versions"]:
                self._version(document, version)
        self._unproved([item for item in self.proof["items"] if self._item(item)])

    def _names(self) -> None:
        start = len(self.ordner)
        names = [n[start:] for n in self.zip.namelist() if n.startswith(self.ordner)]
        named = {v["path"] for d in self.case["documents"] for v in d["versions"]}
        for name in names:
            if name.startswith("dokumente/") and name not in named:
                self._mangel(name, "gehört nach dem Verzeichnis nicht zum Vorgang")

    def _certificates(self) -> None:
        for authority in self.proof["authorities"]:
            pem = self._bytes(authority["certificates"])
            found = x509.load_pem_x509_certificates(pem)
            self.known += found
            if not self.roots:
                self.ergebnis.hinweise.append(
                    f"Die Wurzel „{found[-1].subject.rfc4514_string()}“ stammt aus dem Paket "
                    "selbst. Vergleichen Sie ihren Fingerabdruck mit dem des Ausstellers: SHA-256 "
                    f"{found[-1].fingerprint(hashes.SHA256()).hex()}. Oder geben Sie sie mit "
                    "--wurzel an."
                )
        if not self.roots:
            self.roots = [c for c in self.known if c.issuer == c.subject]

    def _chain(self) -> None:
        chain, previous = self.case["chain"], ""
        for number, event in enumerate(self.events, 1):
            where = f"Ereignis {number} ({event['type']})"
            self.ergebnis.zaehle("Ereignisse")
            actor = event["actor"]
            text = _text(
                [
                    chain["id"],
                    event["seq"],
                    event["type"],
                    *(actor[key] for key in ("kind", "id", "label", "office")),
                    event["at"],
                    event["data"],
                    event["personal_digest"],
                    event["previous"],
                ]
            )
            self.texts.append(text + b"\n")
            if event["seq"] != number:
                self._mangel(where, f"hier steht Nummer {event['seq']}: davor fehlt etwas")
            if event["previous"] != previous:
                self._mangel(where, "schließt nicht an das Ereignis davor an")
            if hashlib.sha256(text).hexdigest() != event["hash"]:
                self._mangel(where, "der Inhalt wurde geändert")
            personal = event.get("personal")
            if personal:
                found = hashlib.sha256(_text([personal["salt"], personal["data"]])).hexdigest()
                if found != event["personal_digest"]:
                    self._mangel(where, "die Angaben zur Person wurden geändert")
            previous = event["hash"]
            if event["type"] in FILED:
                self._filed(event["data"])
        if (len(self.events), previous) != (chain["length"], chain["head"]):
            self._mangel("Ereignisse", "am Ende fehlen Ereignisse, oder es sind zu viele")

    def _filed(self, data: dict[str, Any]) -> None:
        """What an event says was filed: one version, those of a moved document, new labels."""
        for one in [data, *data.get("versions", ())]:
            self.filed.add((one.get("version_id"), one.get("sha256")))
            self.labels.add(one.get("label_digest"))
        self.labels.update(data.get("label_digests", {}).values())

    def _version(self, document: dict[str, Any], version: dict[str, Any]) -> None:
        where = f"{version['path']} („{document['title']}“, Fassung {version['number']})"
        self.ergebnis.zaehle("Dateien")
        try:
            found = self._digest(version["path"], "sha256").hex()
        except KeyError:
            self._mangel(where, "fehlt im Paket")
            return
        except HaeltNicht as error:
            self._mangel(where, str(error))
            return
        if found != version["sha256"]:
            self._mangel(where, "der Inhalt der Datei wurde geändert (Prüfsumme stimmt nicht)")
        if (version["id"], version["sha256"]) not in self.filed:
            self._mangel(where, "steht so nicht in der Kette der Ereignisse")
            return
        texts = [version["salt"], document["title"], document["kind"], document["direction"]]
        label = json.dumps([*texts, version["name"], version["content_type"]], ensure_ascii=False)
        if hashlib.sha256(label.encode()).hexdigest() not in self.labels:
            self._mangel(where, "Titel, Dateiname, Art oder Richtung wurden geändert")

    def _item(self, item: dict[str, Any]) -> bool:
        """Check the evidence of one object; whether a time stamp proves it."""
        where, proved = self._place(item), False
        for record in item["records"]:
            self.ergebnis.zaehle("Beweisdatensätze")
            try:
                proof = evidence_record(
                    self._bytes(record["path"]),
                    lambda name: self._content(item, name),
                    self.roots,
                    self.known,
                )
            except KeyError as error:
                self._broken(f"{where}, {record['path']}: fehlt im Paket ({error})")
                continue
            except HaeltNicht as error:
                self._broken(f"{where}, {record['path']}: {error}")
                continue
            proved = True
            last = proof.stamps[-1]
            self.ergebnis.nachweise.append(
                f"{where}: unverändert seit {_zeit(proof.since)}, Zeitstempel von "
                f"{proof.stamps[0].subject}"
                + (f", {len(proof.stamps) - 1}× erneuert" if len(proof.stamps) > 1 else "")
            )
            if last.signer.not_valid_after_utc < datetime.now(UTC):
                self.ergebnis.hinweise.append(
                    f"{where}: das Zertifikat des letzten Zeitstempels ist seit "
                    f"{_zeit(last.signer.not_valid_after_utc)} abgelaufen. Ob es vorher gesperrt "
                    "wurde, kann diese Prüfung nicht sagen."
                )
        return proved

    def _unproved(self, proved: list[dict[str, Any]]) -> None:
        """What no time stamp proves is no fault (it may be of today), but has to be said."""
        sealed = {item["id"] for item in proved if item["kind"] == "version"}
        self.ergebnis.unbelegt += [
            f"{self.ordner}{version['path']}"
            for document in self.case["documents"]
            for version in document["versions"]
            if version["id"] not in sealed
        ]
        longest = max((item["length"] for item in proved if item["kind"] == "chain"), default=0)
        if longest < len(self.events):
            self.ergebnis.unbelegt.append(
                f"{self.ordner}Ereignisse {longest + 1} bis {len(self.events)} (die Kette sichert "
                "ihre Reihenfolge, aber nicht ihre Zeit)"
            )

    def _content(self, item: dict[str, Any], name: str) -> bytes:
        if item["kind"] == "chain":
            return digest(name, b"".join(self.texts[: item["length"]]))
        return self._digest(item["path"], name)

    def _place(self, item: dict[str, Any]) -> str:
        if item["kind"] == "chain":
            return f"{self.ordner}Verlauf bis Ereignis {item['length']}"
        return f"{self.ordner}{item['path']}"

    def _digest(self, name: str, algorithm: str) -> bytes:
        value = hashlib.new(algorithm)
        try:
            with self.zip.open(self.ordner + name) as file:
                while piece := file.read(PIECE):
                    value.update(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise HaeltNicht(f"im Paket beschädigt ({error})") from error
        return value.digest()

    def _bytes(self, name: str) -> bytes:
        if self.zip.getinfo(self.ordner + name).file_size > LARGEST_JSON:
            raise HaeltNicht(f"{name} ist zu groß")
        try:
            return self.zip.read(self.ordner + name)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise HaeltNicht(f"{name} ist im Paket beschädigt ({error})") from error

    def _json(self, name: str) -> Any:
        return json.loads(self._bytes(name))

    def _broken(self, what: str) -> None:
        self.ergebnis.maengel.append(what)

    def _mangel(self, wo: str, was: str) -> None:
        self.ergebnis.maengel.append(f"{self.ordner}{wo}: {was}")


def _text(parts: list[Any]) -> bytes:
    """The bytes of which an event's hash is made."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _zeit(moment: datetime) -> str:
    return f"{moment:%d.%m.%Y %H:%M} UTC"


def pruefe(path: Path, wurzeln: Sequence[x509.Certificate] = ()) -> Ergebnis:
    """Check a package. Raises: OSError, BadZipFile, KeyError, ValueError where it is none."""
    ergebnis = Ergebnis()
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        for name in sorted({name for name in names if names.count(name) > 1}):
            ergebnis.maengel.append(f"{name}: steht zweimal im Paket")
        folders = [name.removesuffix(CASE) for name in names if name.endswith(CASE)]
        if not folders:
            raise KeyError(CASE)
        for folder in dict.fromkeys(folders):
            Paket(package, wurzeln, ergebnis, folder).pruefen()
    return ergebnis


def main(argv: list[str] | None = None) -> int:
    """The command. Returns 0, 1 or 2."""
    parser = argparse.ArgumentParser(
        prog="pruefen.py",
        description="Prüft ein Beweispaket des Offenen Rathauses, ohne das Rathaus und ohne Netz.",
        epilog="Ergebnis: 0 alles hält, 1 etwas hält nicht, 2 die Prüfung war nicht möglich.",
    )
    parser.add_argument("paket", type=Path, help="die Zip-Datei")
    parser.add_argument(
        "--wurzel",
        type=Path,
        action="append",
        default=[],
        help="Wurzelzertifikat (PEM), dem Sie vertrauen; ohne Angabe das aus dem Paket",
    )
    parser.add_argument("--json", action="store_true", help="Ergebnis für Programme")
    arguments = parser.parse_args(argv)
    try:
        pems = [path.read_bytes() for path in arguments.wurzel]
        roots = [c for pem in pems for c in x509.load_pem_x509_certificates(pem)]
        ergebnis = pruefe(arguments.paket, roots)
    except Exception as error:  # whatever a hostile file causes, the reader gets a sentence
        print(f"Die Prüfung war nicht möglich: {_grund(error)}", file=sys.stderr)
        return 2
    if arguments.json:
        print(json.dumps(ergebnis.__dict__, ensure_ascii=False, indent=2))
    else:
        _zeige(ergebnis)
    return 1 if ergebnis.maengel else 0


def _grund(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{error.filename} gibt es nicht."
    if isinstance(error, zipfile.BadZipFile):
        return "die Datei ist keine Zip-Datei, oder sie ist beschädigt."
    if isinstance(error, KeyError):
        return f"das ist kein vollständiges Beweispaket ({error})."
    return f"{type(error).__name__}: {error}"


def _zeige(ergebnis: Ergebnis) -> None:
    for was, anzahl in ergebnis.geprueft.items():
        print(f"{anzahl:>6} {was} geprüft")
    for title, lines in (
        ("Nachweise", ergebnis.nachweise),
        ("Hinweise", ergebnis.hinweise),
        ("Durch keinen Zeitstempel belegt", ergebnis.unbelegt),
        ("Das hält nicht", ergebnis.maengel),
    ):
        if lines:
            print(f"\n{title}:")
            print("\n".join(f"  - {line}" for line in lines))
    print()
    if ergebnis.maengel:
        print(f"ERGEBNIS: {len(ergebnis.maengel)} Mängel. Das Paket ist nicht unverändert.")
    elif ergebnis.unbelegt:
        print(
            f"ERGEBNIS: Nichts widerspricht sich, aber {len(ergebnis.unbelegt)} Teile sind durch "
            "keinen Zeitstempel belegt."
        )
    else:
        print("ERGEBNIS: Alles hält. Sperrlisten der Zertifikate wurden nicht befragt.")


if __name__ == "__main__":
    sys.exit(main())

"""A service as data: texts, form, fees, procedure, letters, filing (DESIGN.md §7).

The schema of ``library/<slug>/service.yaml`` and of `ServiceVersion.definition`.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Literal

from pydantic import StringConstraints, model_validator

from rathaus.forms.definition import Condition, FormDefinition, Key, Model, Text
from rathaus.payments.fees import FeeRule

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


TRUST_LEVELS = ("none", "basic", "substantial", "high")


class LegalBasis(Model):
    """A citation. Law is cited, never pasted."""

    citation: Text
    title: str = ""
    url: str = ""


class RequiredDocument(Model):
    """What to have at hand before starting."""

    label: Text
    when: str = ""
    """In which case it is needed; empty means always."""
    upload: bool = False
    """Whether the online form takes it."""


class Question(Model):
    """A frequent question; `answer` is Markdown (paragraphs, lists, links, bold)."""

    question: Text
    answer: Text


class HowItWorks(Model):
    """One step of "So läuft es ab", as the resident lives it."""

    title: Text
    text: str = ""


class Channel(Model):
    """Another way than online."""

    kind: Literal["counter", "phone", "email", "post", "link"]
    text: Text
    url: str = ""


class Duration(Model):
    """How long it takes."""

    fill_minutes: int | None = None
    working_days: int | None = None
    """Usual processing time in working days."""
    legal_deadline_working_days: int | None = None
    legal_deadline_days: int | None = None
    """Where the law counts plain days (§ 15 (1) GewO); the last one moves to a working day."""
    legal_deadline_basis: str = ""
    note: str = ""
    """Overrides the shown processing time, e.g. "2 bis 4 Wochen"."""


class Stage(Model):
    """One stage of the procedure. Residents see `public_label`; stages without it are internal."""

    key: Key
    label: Text
    public_label: str = ""
    public_text: str = ""
    visible_if: Condition | None = None
    """For which answers it belongs to the procedure, e.g. sending only where nobody picks up."""


class Letter(Model):
    """A letter template. ``[[path]]`` in subject and body is replaced by data, never evaluated.

    Available: ``antrag.<field key>``, ``aktenzeichen``, ``name``, ``leistung``, ``eingang``
    (date received), ``datum``, ``amt``, ``gebuehr``, ``stadt``, ``grund``.
    """

    key: Key
    title: Text
    """What the clerk chooses, e.g. "Antrag ablehnen"."""
    document_title: str = ""
    """What the letter is called in the record and for the resident, e.g. "Ablehnung Ihres Antrags";
    empty where `title` is a name already."""
    outcome: Literal["granted", "rejected", "information"]
    subject: Text
    body: Text
    """Paragraphs separated by blank lines; lines starting with "- " make a list."""
    remedy: str = ""
    """Rechtsbehelfsbelehrung, needed where the letter decides."""
    address_field: str = ""
    """Key of the address that this letter goes to where it was answered, e.g. where somebody wants
    a certificate sent elsewhere; else, and for all other letters, the applicant's."""
    name_field: str = ""
    """Key of the answer that names who gets it there; empty: the applicant."""

    @property
    def document_name(self) -> str:
        """The name of the document, never an order to the clerk where one was given."""
        return self.document_title or self.title


class Filing(Model):
    """Where the case is filed and how long it is kept."""

    plan_code: Text
    retention_years: int
    retention_basis: str = ""
    disposal: Literal["archive", "appraise", "destroy"] = "appraise"


class MaturityFacts(Model):
    """What cannot be computed from the configuration (OZG maturity model 1.1)."""

    personal_appearance: bool = False
    personal_appearance_reason: str = ""
    written_form: bool = False
    """Schriftform: a handwritten signature is demanded by law."""
    result_digital: bool = True
    """The result can be sent electronically."""
    result_reason: str = ""
    proofs_online: bool = True
    once_only: bool = False
    """Proofs are fetched from registers instead of being asked for."""
    english: bool = False


class ServiceDefinition(Model):
    """One published state of a service."""

    slug: Slug
    title: Text
    summary: Text
    """One or two sentences for cards and the head of the page."""
    description: str = ""
    """Markdown: who needs it, what it is."""
    synonyms: tuple[str, ...] = ()
    """Everyday words people search for."""
    topics: tuple[Slug, ...]
    office: Slug
    leika_key: str = ""
    fim_schema: str = ""
    popular: int = 0
    """Position on the start page; 0 keeps it off."""
    mode: Literal["online", "information", "external"] = "online"
    external_url: str = ""
    external_name: str = ""
    not_online_reason: str = ""
    appointment_phone: bool = False
    trust_level: Literal["none", "basic", "substantial", "high"] = "none"
    form: FormDefinition | None = None
    fees: tuple[FeeRule, ...] = ()
    fee_note: str = ""
    fee_refund_on_withdrawal: bool = True
    fee_refund_on_rejection: bool = False
    payment_policy: Literal["none", "optional", "before", "after"] = "none"
    duration: Duration = Duration()
    documents: tuple[RequiredDocument, ...] = ()
    steps: tuple[HowItWorks, ...] = ()
    questions: tuple[Question, ...] = ()
    legal: tuple[LegalBasis, ...] = ()
    channels: tuple[Channel, ...] = ()
    stages: tuple[Stage, ...] = ()
    letters: tuple[Letter, ...] = ()
    filing: Filing | None = None
    maturity: MaturityFacts = MaturityFacts()
    withdrawable: bool = True
    after_submit: str = ""
    """What happens next, one or two sentences for the confirmation page."""
    related: tuple[Slug, ...] = ()
    version_note: str = ""

    @model_validator(mode="after")
    def _complete(self) -> ServiceDefinition:
        if self.mode == "online" and (self.form is None or self.filing is None):
            raise ValueError("an online service needs a form and a filing rule")
        if self.mode == "external" and not self.external_url.startswith("https://"):
            raise ValueError("an external service needs an https address")
        if self.fees and self.mode == "online" and self.payment_policy == "none":
            raise ValueError("fees need a payment policy")
        return self

    @property
    def highest_trust(self) -> str:
        """The most that the service or one of its questions demands."""
        steps = self.form.steps if self.form else ()
        found = [field.trust_level for step in steps for field in step.fields]
        return max([self.trust_level, *found], key=TRUST_LEVELS.index)

    @property
    def online_form(self) -> FormDefinition:
        """The form of an online service. Raises: LookupError for other modes."""
        if self.form is None:
            raise LookupError(f"{self.slug} has no form")
        return self.form

    @property
    def filing_rule(self) -> Filing:
        """Where its cases are filed. Raises: LookupError for services without cases."""
        if self.filing is None:
            raise LookupError(f"{self.slug} has no filing rule")
        return self.filing

    def canonical(self) -> bytes:
        """Stable bytes of the definition, for hashing and comparing versions."""
        data = self.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

    def sha256(self) -> str:
        """Hex digest of `canonical`."""
        return hashlib.sha256(self.canonical()).hexdigest()

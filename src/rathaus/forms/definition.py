"""A form as data: steps, fields, rules (DESIGN.md §7).

These models are the schema of the ``form`` part of ``library/<slug>/service.yaml``
and of what is stored in a published service version. Answers are a flat JSON object
keyed by field key; see `FieldType` for the shape of each answer.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic import Field as Spec

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Condition = dict[str, Any] | bool
"""JsonLogic over the answers, the whitelisted subset of `rathaus.core.logic`."""


class FieldType(StrEnum):
    """Kind of a field and the JSON shape of its answer."""

    TEXT = "text"  # str
    LONG_TEXT = "long_text"  # str with line breaks
    NUMBER = "number"  # int, or float where `decimals` > 0
    MONEY = "money"  # int, cents
    DATE = "date"  # "YYYY-MM-DD"; entered as three fields
    YES_NO = "yes_no"  # bool
    CHOICE = "choice"  # str, an option's value; radio buttons
    CHOICES = "choices"  # list[str]; check boxes
    SELECT = "select"  # str; long list with search (`options` or `source`)
    ADDRESS = "address"  # {street, house_number, postal_code, city[, addition][, country]}
    PERSON = "person"  # the keys named in `parts`
    EMAIL = "email"  # str
    PHONE = "phone"  # str as typed, checked
    IBAN = "iban"  # str without blanks
    UPLOAD = "upload"  # list[{"id", "name", "size", "sha256", "content_type"}]
    CONSENT = "consent"  # true
    INFORMATION = "information"  # no answer
    GROUP = "group"  # list[object], one object per repetition


class Model(BaseModel):
    """Strict and immutable: an unknown key in a definition is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(Model):
    """One choice. `value` is stored, `label` is read."""

    value: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.\-]{1,60}$")]
    label: Text
    hint: str = ""


PersonPart = Literal[
    "salutation",
    "first_names",
    "last_name",
    "birth_name",
    "doctoral_degree",
    "birth_date",
    "birth_place",
    "birth_country",
    "sex",
    "nationality",
]


class Rule(Model):
    """A condition over several fields that has to hold when the step is sent.

    In a group it has to hold for every item, and sees the item's own answers first.
    """

    require: Condition
    message: Text
    fields: tuple[Key, ...]
    """Where the message appears; the first one takes the link of the error summary."""


class Field(Model):
    """One question.

    `visible_if` hides the field and drops its answer; a hidden field is never required.
    Inside a group a condition sees the group item's own answers first, then the form's.
    """

    key: Key
    type: FieldType
    label: Text
    short_label: str = ""
    """The answer's name in letters, e.g. "Geboren" for "Wann ist der Hund geboren?"; else the
    label."""
    hint: str = ""
    help: str = ""
    """Longer explanation, folded away under "Was heißt das?"."""
    required: bool = True
    missing_message: str = ""
    """What to do when nothing was entered, e.g. "Geben Sie Ihren Vornamen ein."; else a default."""
    visible_if: Condition | None = None
    autocomplete: str = ""
    """HTML autofill token (WCAG 1.3.5), e.g. ``given-name``."""
    width: Literal["", "2", "4", "10", "20"] = ""
    min_length: int | None = None
    max_length: int | None = None
    ignore: str = ""
    """Text: characters that people type between others to read them better; not stored, and no
    length or pattern counts them, e.g. ``" -"``."""
    pattern: str = ""
    pattern_message: str = ""
    min: int | float | None = None
    """Smallest number, or cents for money."""
    max: int | float | None = None
    decimals: int = 0
    unit: str = ""
    not_before: str = ""
    """Dates: ``today``, ``today-28d``, ``today+2y`` or an ISO date."""
    not_after: str = ""
    options: tuple[Option, ...] = ()
    source: str = ""
    """Code list instead of `options`: ``countries``, ``nationalities``, ``legal_forms``,
    ``registers``."""
    parts: tuple[PersonPart, ...] = ()
    optional_parts: tuple[PersonPart, ...] = ()
    with_country: bool = False
    """Address: ask for the country too (default Germany)."""
    accept: tuple[Literal["pdf", "jpeg", "png"], ...] = ("pdf", "jpeg", "png")
    max_files: int = 1
    max_megabytes: int = 10
    text: str = ""
    """Information and consent: the text (Markdown subset: paragraphs, lists, links, bold)."""
    fields: tuple[Field, ...] = ()
    """Group: what is asked per repetition."""
    min_items: int = 1
    max_items: int = 10
    item_label: str = ""
    """Group: "Person", numbered as "Person 2"."""
    rules: tuple[Rule, ...] = ()
    """Group: what has to hold within one item, e.g. that one of its days is not before another."""
    legal_ref: str = ""
    """Where the question comes from, e.g. ``GewA 1 Nr. 4``."""
    fim_id: str = ""
    """FIM data field id where a source gives one; never guessed."""
    trust_level: Literal["none", "basic", "substantial", "high"] = "none"
    """How sure we have to be of who is there before this may be answered."""
    prefill: Literal["", "applicant"] = ""
    """Person, address, e-mail, phone: what is known of the person who is logged in."""
    locked: bool = False
    """With `prefill`: what a log-in has verified at the level demanded cannot be changed."""


class Step(Model):
    """One page of the form: one group of questions that belong together."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
    title: Text
    intro: str = ""
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...] = ()
    visible_if: Condition | None = None


class FormDefinition(Model):
    """Everything that is asked, in order. Field keys are unique over the whole form."""

    steps: Annotated[tuple[Step, ...], Spec(min_length=1)]
    contact_email_field: str = ""
    """Path of the answer that receives notices, e.g. ``email``."""
    applicant_name_fields: tuple[str, ...] = ()
    """Paths whose answers make the applicant's name, e.g. ``person.first_names``."""
    applicant_organisation_field: str = ""
    """Path of the answer that names the organisation the applicant stands for."""
    applicant_address_fields: tuple[str, ...] = ()
    """Keys of address fields in the order in which one is taken as the applicant's postal address:
    the first that was answered."""

"""The kinds of fields a form can have."""

from __future__ import annotations

from rathaus.forms.definition import FieldType
from rathaus.forms.kinds.base import CompiledRule, Context, Invalid, Kind, Node, Source, Uploads
from rathaus.forms.kinds.choices import (
    ChoiceKind,
    ChoicesKind,
    ConsentKind,
    InformationKind,
    SelectKind,
    YesNoKind,
)
from rathaus.forms.kinds.composite import AddressKind, GroupKind, PersonKind
from rathaus.forms.kinds.dates import DateKind
from rathaus.forms.kinds.files import UploadKind
from rathaus.forms.kinds.numbers import MoneyKind, NumberKind
from rathaus.forms.kinds.texts import EmailKind, IbanKind, LongTextKind, PhoneKind, TextKind

KINDS: dict[FieldType, Kind] = {
    FieldType.TEXT: TextKind(),
    FieldType.LONG_TEXT: LongTextKind(),
    FieldType.NUMBER: NumberKind(),
    FieldType.MONEY: MoneyKind(),
    FieldType.DATE: DateKind(),
    FieldType.YES_NO: YesNoKind(),
    FieldType.CHOICE: ChoiceKind(),
    FieldType.CHOICES: ChoicesKind(),
    FieldType.SELECT: SelectKind(),
    FieldType.ADDRESS: AddressKind(),
    FieldType.PERSON: PersonKind(),
    FieldType.EMAIL: EmailKind(),
    FieldType.PHONE: PhoneKind(),
    FieldType.IBAN: IbanKind(),
    FieldType.UPLOAD: UploadKind(),
    FieldType.CONSENT: ConsentKind(),
    FieldType.INFORMATION: InformationKind(),
    FieldType.GROUP: GroupKind(),
}

__all__ = ["KINDS", "CompiledRule", "Context", "Invalid", "Kind", "Node", "Source", "Uploads"]

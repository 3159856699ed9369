"""The shipped services: valid, complete to the letter, and consistent with their test cases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from rathaus.catalogue import gate, library
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.catalogue.present import duration_text
from rathaus.core import logic
from rathaus.forms import codelists, engine
from rathaus.forms.definition import Field, FieldType, FormDefinition, Step
from rathaus.payments import fees
from rathaus.proceedings import letters

ROOT = library.SHIPPED
OFFICES = {"buergerbuero", "standesamt", "gewerbeamt", "ordnungsamt", "steueramt"}
ONLINE = {
    "gewerbe-anmelden",
    "gewerbe-ummelden",
    "gewerbe-abmelden",
    "meldebescheinigung-einfach",
    "meldebescheinigung-erweitert",
    "melderegisterauskunft-einfach",
    "geburtsurkunde",
    "eheurkunde",
    "sterbeurkunde",
    "hund-anmelden",
    "hund-abmelden",
    "osterfeuer-anzeigen",
}
LEIKA = {  # the only keys a public source gives
    "gewerbe-anmelden": "99050012104000",
    "meldebescheinigung-einfach": "99115003012000",
    "meldebescheinigung-erweitert": "99115003012000",
    "geburtsurkunde": "99027002012000",
    "hund-anmelden": "99102013104000",
    "personalausweis": "99008001012000",
}
LETTER_DATA = {
    "aktenzeichen",
    "name",
    "leistung",
    "eingang",
    "datum",
    "amt",
    "gebuehr",
    "stadt",
    "grund",
}
ADDRESS_PARTS = {"street", "house_number", "postal_code", "city", "addition", "country"}
PLACEHOLDER = re.compile(r"\[\[([^\[\]]+)\]\]")


@cache
def shipped() -> dict[str, ServiceDefinition]:
    return {service.slug: service for service in library.load_all().services}


@cache
def cases(slug: str) -> list[dict[str, Any]]:
    content = yaml.safe_load((ROOT / slug / "cases.yaml").read_text(encoding="utf-8"))
    assert isinstance(content, list)
    return content


def every_field(fields: tuple[Field, ...]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from every_field(field.fields)


def form_fields(form: FormDefinition) -> list[Field]:
    return [field for step in form.steps for field in every_field(step.fields)]


def online_services() -> list[ServiceDefinition]:
    return [service for service in shipped().values() if service.form]


def each_service() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("service", shipped().values(), ids=list(shipped()))


def each_online() -> pytest.MarkDecorator:
    services = online_services()
    return pytest.mark.parametrize("service", services, ids=[s.slug for s in services])


def all_cases() -> list[Any]:
    return [
        pytest.param(service, case, id=f"{service.slug}-{number}")
        for service in online_services()
        for number, case in enumerate(cases(service.slug), 1)
    ]


def test_the_town_starts_with_fourteen_services() -> None:
    services = shipped()
    assert {slug for slug, service in services.items() if service.mode == "online"} == ONLINE
    assert services["personalausweis"].mode == "information"
    assert services["kfz-zulassung"].mode == "external"
    assert len(services) == 14
    assert sorted(s.popular for s in services.values() if s.popular) == [1, 2, 3, 4, 5, 6]


def test_topics_cover_every_service() -> None:
    topics = library.load_all().topics
    slugs = [topic.slug for topic in topics]
    assert len(slugs) == len(set(slugs)) == 8
    assert sorted(topic.position for topic in topics) == list(range(1, 9))
    assert all(topic.title and topic.summary and topic.icon for topic in topics)
    used = {topic for service in shipped().values() for topic in service.topics}
    assert used == set(slugs), "no empty topic, no unknown topic"


@each_service()
def test_catalogue_entry_is_complete(service: ServiceDefinition) -> None:
    assert service.office in OFFICES
    assert len(service.synonyms) >= 5
    assert len(set(service.synonyms)) == len(service.synonyms)
    assert 3 <= len(service.questions) <= 5
    assert service.steps and service.legal
    assert {"counter", "phone"} & {channel.kind for channel in service.channels}
    assert service.leika_key == LEIKA.get(service.slug, ""), "a key is sourced, never guessed"
    for other in service.related:
        assert other in shipped()


@each_service()
def test_fees_have_a_basis_and_say_whether_they_are_examples(service: ServiceDefinition) -> None:
    for rule in service.fees:
        assert rule.legal_basis and rule.valid_from >= date(2026, 1, 1)
        assert rule.example or service.slug == "personalausweis"
    if not service.fees:
        assert service.fee_note, "a free service says so"


@each_online()
def test_form_is_of_a_size_people_finish(service: ServiceDefinition) -> None:
    assert service.form
    assert 4 <= len(service.form.steps) <= 12
    always = [step for step in service.form.steps if step.visible_if is None]
    assert len(always) <= 8
    assert service.form.contact_email_field == "email"


@each_online()
def test_keys_are_unique_and_typed_fields_are_complete(service: ServiceDefinition) -> None:
    assert service.form
    fields = form_fields(service.form)
    keys = [field.key for field in fields]
    assert len(keys) == len(set(keys))
    steps = [step.key for step in service.form.steps]
    assert len(steps) == len(set(steps))
    for field in fields:
        choosing = field.type in {FieldType.CHOICE, FieldType.CHOICES}
        if choosing or field.type is FieldType.SELECT:
            assert bool(field.options) is not bool(field.source), field.key
        if field.type is FieldType.SELECT and field.source:
            assert field.source in codelists.NAMES
        if field.type in {FieldType.TEXT, FieldType.LONG_TEXT}:
            assert field.max_length, field.key
        if field.type is FieldType.PERSON:
            assert set(field.optional_parts) <= set(field.parts)
        if field.type in {FieldType.CONSENT, FieldType.INFORMATION}:
            assert field.text, field.key
        if field.type is FieldType.UPLOAD:
            assert not field.required, "no law demands an upload here"
        if field.type is FieldType.GROUP:
            assert field.fields and field.item_label


@each_online()
def test_conditions_are_sound_and_look_back_only(service: ServiceDefinition) -> None:
    assert service.form
    seen: set[str] = set()
    for step in service.form.steps:
        _assert_condition(step.visible_if, seen, f"step {step.key}")
        here = seen | {field.key for field in step.fields}
        for field in step.fields:
            _assert_condition(field.visible_if, here, field.key)
            inside = here | {inner.key for inner in field.fields}
            for inner in field.fields:
                _assert_condition(inner.visible_if, inside, inner.key)
        for rule in step.rules:
            _assert_condition(rule.require, here, f"rule of {step.key}")
            assert set(rule.fields) <= {field.key for field in step.fields}
        seen = here
    for fee in service.fees:
        _assert_condition(fee.condition, seen, fee.key)
        assert not fee.quantity_field or fee.quantity_field in seen


def _assert_condition(rule: Any, known: set[str], where: str) -> None:
    if rule is None:
        return
    assert logic.check(rule) == [], where
    unknown = {name.split(".")[0] for name in logic.variables(rule)} - known
    assert not unknown, f"{where} reads {unknown}"


@each_online()
def test_every_outcome_has_a_letter_and_every_decision_a_remedy(service: ServiceDefinition) -> None:
    outcomes = {letter.outcome for letter in service.letters}
    assert outcomes == {"granted", "rejected", "information"}
    keys = [letter.key for letter in service.letters]
    assert len(keys) == len(set(keys))
    for letter in service.letters:
        text = letter.subject + letter.body
        if letter.outcome == "information":
            assert not letter.remedy
        if letter.outcome == "rejected":
            assert letter.remedy
            # § 51 BMG: a reason would tell whether a protected person lives here
            assert ("[[grund]]" in letter.body) is (letter.key != "keine_auskunft")
        if "[[gebuehr]]" in text or "setzen" in letter.body:
            assert letter.remedy, "a fee or a tax is a decision of its own"
        if letter.remedy and "Klage" in letter.remedy:
            assert "innerhalb eines Monats" in letter.remedy  # § 58 (1), § 74 VwGO
            assert "Verwaltungsgericht Oldenburg, " in letter.remedy


@each_online()
def test_documents_are_named_not_called_by_what_the_clerk_does(service: ServiceDefinition) -> None:
    """A resident reads "Ablehnung Ihres Antrags", never the clerk's "Antrag ablehnen"."""
    for letter in service.letters:
        last = letter.document_name.split()[-1]
        assert last[0].isupper(), f"{letter.document_name} ends with a verb"


@each_online()
def test_letter_placeholders_can_be_filled(service: ServiceDefinition) -> None:
    assert service.form
    fields = {field.key: field for step in service.form.steps for field in step.fields}
    for letter in service.letters:
        for path in PLACEHOLDER.findall(letter.subject + letter.body):
            root, *rest = path.split(".")
            if root != "antrag":
                assert not rest and root in LETTER_DATA, path
                continue
            field = fields[rest[0]]
            assert field.type not in {FieldType.INFORMATION, FieldType.UPLOAD}
            if len(rest) == 2:
                parts = set(field.parts) if field.type is FieldType.PERSON else ADDRESS_PARTS
                assert rest[1] in parts, path
            assert len(rest) <= 2
        assert "[[" not in letter.remedy


@pytest.mark.parametrize(("service", "case"), all_cases())
def test_letters_read_well(
    service: ServiceDefinition, case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Filled with the answers of a case no bracket, empty item or empty heading is left."""
    if case["expect"] != "valid":
        return
    assert service.form
    monkeypatch.setattr(letters, "_town_name", lambda: "Stadt Wiesmoor")
    application = SimpleNamespace(
        case=SimpleNamespace(reference="WM-2026-00017", office=SimpleNamespace(name="Amt")),
        service=service,
        claim=SimpleNamespace(amount_cents=2600),
        applicant_name="Gerda Onken",
        submitted_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
        answers=case["answers"],
    )
    for letter in service.letters:
        filled = letters.fill(application, letter, reason="So ist es.")  # type: ignore[arg-type]
        text = f"{filled.subject}\n\n{filled.body}"
        assert "[[" not in text
        assert "keine Angabe" not in text
        paragraphs = text.split("\n\n")
        for paragraph, following in pairwise(paragraphs):
            assert not (paragraph.endswith(":") and following.endswith(":")), paragraph


@each_online()
def test_name_and_address_for_notices_come_from_the_form(service: ServiceDefinition) -> None:
    assert service.form
    fields = {field.key: field for step in service.form.steps for field in step.fields}
    assert fields[service.form.contact_email_field].type is FieldType.EMAIL
    assert not fields[service.form.contact_email_field].required, "the status page works without"
    assert service.form.applicant_name_fields
    for path in service.form.applicant_name_fields:
        key, _, part = path.partition(".")
        assert key in fields
        assert not part or part in fields[key].parts


@each_online()
def test_procedure_and_filing(service: ServiceDefinition) -> None:
    assert service.filing and re.fullmatch(r"\d\d\.\d\d", service.filing.plan_code)
    assert service.filing.retention_years >= 1 and service.filing.retention_basis
    assert service.stages[0].public_label and service.stages[-1].public_label
    assert service.after_submit


@each_online()
def test_texts_speak_plainly(service: ServiceDefinition) -> None:
    assert service.form
    texts = [service.summary, service.description, service.after_submit]
    texts += [question.answer for question in service.questions]
    texts += [step.intro for step in service.form.steps]
    texts += [field.hint for field in form_fields(service.form)]
    texts += [field.help for field in form_fields(service.form)]
    for text in filter(None, texts):
        for sentence in re.split(r"[.?!:]\s|\n", text):
            assert len(sentence.split()) <= 24, sentence
        assert not re.search(r"\b(du|dein|deine)\b", text)


@pytest.mark.parametrize(("form", "last"), [("anmelden", 33), ("ummelden", 30), ("abmelden", 30)])
def test_gewerbe_asks_every_number_of_the_official_form(form: str, last: int) -> None:
    """GewAnzV, Anlagen 1 to 3; the last number is the signature, which § 2 (1) drops."""
    service = shipped()[f"gewerbe-{form}"]
    assert service.form
    asked: set[int] = set()
    for field in form_fields(service.form):
        if not field.legal_ref.startswith("GewA"):
            continue
        numbers = [int(n) for n in re.findall(r"\d+", field.legal_ref.split("Nr.")[1])]
        if "bis" in field.legal_ref:
            numbers = list(range(numbers[0], numbers[1] + 1))
        asked.update(numbers)
    assert asked == set(range(1, last))


def test_gewerbe_receipt_comes_within_three_days() -> None:
    for form in ("anmelden", "ummelden", "abmelden"):
        duration = shipped()[f"gewerbe-{form}"].duration
        assert duration.legal_deadline_days == 3
        assert duration.legal_deadline_basis == "§ 15 Abs. 1 GewO"
        text = (library.SHIPPED / f"gewerbe-{form}" / "service.yaml").read_text(encoding="utf-8")
        named = re.findall(r"(?:innerhalb von|spätestens) (\w+) (\w*[Tt]agen)", text)
        assert named and set(named) == {("drei", "Tagen")}
        assert duration_text(duration) == "innerhalb von 3 Tagen"


def test_identity_card_fees_of_the_ordinance() -> None:
    """PAuswGebV as in force since 7 February 2026."""
    amounts = {rule.key: rule for rule in shipped()["personalausweis"].fees}
    assert sorted(rule.amount_cents for rule in amounts.values())[-2:] == [2760, 4600]
    assert all(rule.valid_from == date(2026, 2, 7) for rule in amounts.values())


def test_easter_fires_burn_at_easter() -> None:
    form = shipped()["osterfeuer-anzeigen"].form
    assert form
    rules = [rule for step in form.steps for rule in step.rules if rule.fields[0] == "datum"]
    for year in range(2027, 2037):
        sunday = easter(year)
        for offset, allowed in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
            answers = {"datum": (sunday + timedelta(days=offset)).isoformat()}
            today = sunday - timedelta(days=60)
            holds = all(logic.evaluate(rule.require, answers, today=today) for rule in rules)
            assert holds is allowed, (year, offset)


@pytest.mark.parametrize(
    ("begins", "ends", "wrong"),
    [
        ("18:30", "23:30", []),
        ("19:00", "02:00", []),
        ("16:00", "16:30", []),
        ("03:00", "02:00", ["beginn"]),
        ("03:00", "03:30", ["beginn"]),
        ("20:00", "19:00", ["ende"]),
        ("20:00", "05:00", ["ende"]),
        ("19:00", "19:00", ["ende"]),
    ],
)
def test_an_easter_fire_ends_after_it_began_in_the_evening(
    begins: str, ends: str, wrong: list[str]
) -> None:
    assert wrong_fields("osterfeuer-anzeigen", beginn=begins, ende=ends) == wrong


def test_nobody_keeps_a_dog_that_is_not_born_yet() -> None:
    [dog] = cases("hund-anmelden")[0]["answers"]["hunde"]
    for since, wrong in (("2026-11-15", ["hunde"]), ("2026-11-20", [])):
        pup = dog | {"hund_geburt": "2026-11-20", "hund_beginn": since}
        assert wrong_fields("hund-anmelden", hunde=[dog, pup]) == wrong


@pytest.mark.parametrize("slug", ["hund-anmelden", "hund-abmelden"])
def test_the_number_of_a_chip_may_be_typed_as_it_is_printed(slug: str) -> None:
    [chip] = [
        field for field in form_fields(shipped()[slug].online_form) if field.key == "hund_chip"
    ]
    step = Step(key="s", title="S", fields=(chip,))
    form = FormDefinition(steps=(step,))
    for typed in ("276 0981 0612 3450", "276-0981-06123450"):
        bound = engine.bind(form, step, {}, data={"hund_chip": typed})
        assert bound.cleaned == {"hund_chip": "276098106123450"}


def wrong_fields(slug: str, **changes: Any) -> list[str]:
    """Fields with problems in the first sample of a service, with these answers changed."""
    form, case = shipped()[slug].form, cases(slug)[0]
    assert form
    found = engine.problems(form, case["answers"] | changes, today=case["on"])
    return [problem.field_key for problem in found]


def easter(year: int) -> date:
    """Easter Sunday (Meeus, Jones, Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


@each_online()
def test_cases_are_two_or_more_and_one_fails(service: ServiceDefinition) -> None:
    found = cases(service.slug)
    assert len(found) >= 2
    assert {"valid", "problems"} == {case["expect"] for case in found}
    assert len({case["name"] for case in found}) == len(found)


@pytest.mark.parametrize(("service", "case"), all_cases())
def test_case_answers_known_fields(service: ServiceDefinition, case: dict[str, Any]) -> None:
    keys = {"name", "on", "answers", "expect", "fees_cents"}
    assert set(case) == keys | ({"problem_fields"} if case["expect"] == "problems" else set())
    assert service.form
    fields = {field.key: field for step in service.form.steps for field in step.fields}
    assert set(case["answers"]) <= set(fields)
    for key, answer in case["answers"].items():
        inner = {field.key for field in fields[key].fields}
        if inner:
            assert all(set(item) <= inner for item in answer)


@pytest.mark.parametrize(("service", "case"), all_cases())
def test_case_costs_what_it_says(service: ServiceDefinition, case: dict[str, Any]) -> None:
    lines = fees.assess(service.fees, case["answers"], on=case["on"])
    assert fees.total(lines).cents == case["fees_cents"]


@pytest.mark.parametrize(("service", "case"), all_cases())
def test_case_is_valid_or_has_problems(service: ServiceDefinition, case: dict[str, Any]) -> None:
    assert service.form
    problems = engine.problems(service.form, case["answers"], today=case["on"])
    found = {problem.path.partition(".")[0] for problem in problems}
    assert found == set(case.get("problem_fields", ())), problems


@each_service()
def test_nothing_keeps_the_service_from_being_published(service: ServiceDefinition) -> None:
    found = gate.check(service, gate.Context(today=date(2026, 11, 23)))
    assert [finding for finding in found if finding.severity == "error"] == []
    expected = {"fees"} if any(rule.example for rule in service.fees) else set()
    if service.slug == "melderegisterauskunft-einfach":
        expected |= {"letters.keine_auskunft.body"}  # names no reason on purpose
    assert {finding.where for finding in found} == expected


def test_the_library_is_data_only() -> None:
    files = [path for path in ROOT.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".yaml"}

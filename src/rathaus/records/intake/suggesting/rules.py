"""Rules of an office: the first that fits suggests."""

from __future__ import annotations

from dataclasses import dataclass

from rathaus.records.intake.models import Item, Rule
from rathaus.search.language import stem, tokens


@dataclass(frozen=True)
class Facts:
    """What rules look at; the words of an item are cut up once for all rules."""

    sender: str
    source: str
    stems: frozenset[str]

    @classmethod
    def of(cls, item: Item) -> Facts:
        """The facts of an item, of an attachment with the source of its mail."""
        text = f"{item.subject} {item.name} {item.text[:50_000]}"
        return cls(item.sender.casefold(), str(item.source), frozenset(tokens(text)))


def fits(rule: Rule, facts: Facts) -> bool:
    """Whether every condition of the rule holds; one without conditions never fits."""
    if not (rule.sender or rule.words or rule.source):
        return False
    if rule.source and rule.source != facts.source:
        return False
    if rule.sender and rule.sender.casefold() not in facts.sender:
        return False
    wanted = [stem(word) for word in rule.words.replace(",", " ").split()]
    return all(word in facts.stems for word in wanted if word)


def matching(item: Item) -> list[Rule]:
    """The active rules of the item's office that fit, in their order."""
    facts = Facts.of(item)
    rules = Rule.objects.filter(office_id=item.office_id, active=True)
    return [rule for rule in rules.select_related("case", "dossier", "entry") if fits(rule, facts)]

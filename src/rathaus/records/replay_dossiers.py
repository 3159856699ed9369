"""Dossiers as their own histories tell them, and the codes of the plan they lay under."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rathaus.core.models import Chain, Event
from rathaus.records.events import label_digest
from rathaus.records.models import Dossier

Add = Callable[..., None]
_OWN = (
    "dossier.opened",
    "dossier.changed",
    "dossier.moved",
    "dossier.closed",
    "dossier.reopened",
    "access.changed",
)


@dataclass
class DossierStory:
    """What a chain says about a dossier; an automatic one has no beginning here."""

    facts: dict[str, Any] = field(default_factory=dict)
    dossier_id: str = ""
    until: str | None = ""
    """End of retention; None: nothing about it was told."""
    entries: set[str] = field(default_factory=set)


def replay_dossier(chain_id: Any) -> DossierStory:
    """Read the events of a dossier in order."""
    story = DossierStory(until=None)
    rows = Event.objects.filter(chain=chain_id, type__in=_OWN).order_by("seq")
    for name, data in rows.values_list("type", "data"):
        if name == "dossier.opened":
            story.dossier_id, story.until = data.get("dossier_id", ""), ""
            keys = (
                "reference",
                "filing_code",
                "office",
                "parent",
                "access",
                "medium",
                "label_digest",
            )
            story.facts = {key: data.get(key) for key in keys}
            story.entries.add(data.get("entry_id", ""))
        elif name == "dossier.changed":
            story.facts |= {key: data.get(key) for key in ("medium", "label_digest")}
        elif name == "dossier.moved":
            story.entries |= {data.get("from_entry_id", ""), data.get("entry_id", "")}
            story.facts |= {key: data.get(key) for key in ("filing_code", "office", "parent")}
        elif name == "access.changed":
            story.facts["access"] = data.get("access")
        elif name == "dossier.closed":
            story.until = data.get("retention_until", "")
        elif name == "dossier.reopened":
            story.until = ""
    return story


class DossierCheck:
    """Compares dossiers with their chains, and knows which codes a case may name."""

    def __init__(self, add: Add) -> None:
        self._add = add
        self._codes: dict[int, set[str]] = {}

    @cached_property
    def _names(self) -> dict[str, set[str]]:
        """All codes that a place of the plan has had, by its id."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for data in Event.objects.filter(type="plan.changed").values_list("data", flat=True):
            found[data.get("entry_id", "")] |= {data.get("code", ""), data.get("from_code", "")}
        return found

    def codes(self, dossier: Dossier) -> set[str]:
        """Codes under which a case of `dossier` may have been filed, by the histories."""
        if dossier.pk not in self._codes:
            entries = {str(dossier.filing_plan_entry.public_id)}
            found: set[str] = set()
            if dossier.chain_id:
                story = replay_dossier(dossier.chain_id)
                entries |= story.entries
                found |= self._moved_from(dossier)
            for entry in entries:
                found |= self._names.get(entry, set())
            self._codes[dossier.pk] = found
        return self._codes[dossier.pk]

    @staticmethod
    def _moved_from(dossier: Dossier) -> set[str]:
        rows = Event.objects.filter(chain=dossier.chain_id, type="dossier.moved")
        return {data.get("from_code", "") for data in rows.values_list("data", flat=True)}

    def check(self, chain: Chain) -> None:
        """One dossier that has a chain."""
        story = replay_dossier(chain.pk)
        dossier = (
            Dossier.objects.filter(chain=chain)
            .select_related("filing_plan_entry", "office", "parent")
            .first()
        )
        if dossier is None and hasattr(chain, "dossier_tombstone"):
            return  # its tombstone is checked with the others
        if dossier is None:
            name = story.facts.get("reference", chain.pk)
            self._add(f"Akte {name}", "dossier missing", f"dossier of chain {chain.pk}", "no row")
            return
        codes = self.codes(dossier)
        found = {
            "reference": dossier.reference,
            "filing_code": dossier.filing_plan_entry.code,
            "office": dossier.office.key,
            "parent": dossier.parent.reference if dossier.parent else "",
            "access": dossier.own_access,
            "medium": dossier.medium,
            "label_digest": label_digest(dossier.salt, dossier.title),
        }
        where = f"Akte {dossier.reference}"
        for key, expected in story.facts.items():
            if key == "filing_code" and expected in codes and self._is_renamed(dossier, expected):
                continue
            if found[key] != expected:
                what = "title changed" if key == "label_digest" else f"{key} changed"
                self._add(where, what, expected, found[key])
        until = dossier.retention_until.isoformat() if dossier.retention_until else ""
        if story.until is not None and story.until != until:
            self._add(where, "end of retention changed", story.until, until)

    def _is_renamed(self, dossier: Dossier, code: Any) -> bool:
        return code in self._names.get(str(dossier.filing_plan_entry.public_id), set())

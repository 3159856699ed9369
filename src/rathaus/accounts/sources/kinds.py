"""Kinds of identity sources: what a kind is called, what can be set, how a source is made."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from rathaus.accounts.sources.base import GroupRole, Source
from rathaus.core.registry import Registry

RESERVED = frozenset({"local"})


class GroupRule(BaseModel):
    """A role in an office, for the members of a group of the town's directory."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    office: str = Field(min_length=1, max_length=60)
    """Key of the office."""
    role: Literal["clerk", "head", "cashier", "designer", "records_manager", "operator"]


class Entry(BaseModel):
    """What every entry of the town's identity settings has. Kinds add to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    kind: str
    label: str = Field(min_length=1, max_length=60)
    hint: str = Field(default="", max_length=200)
    audience: Literal["residents", "staff"] = "residents"
    groups: dict[str, tuple[GroupRule, ...]] = {}
    """Sources for staff: ``rathaus-standesamt: {office: standesamt, role: clerk}``, or several."""

    @field_validator("groups", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        """One role of a group needs no list."""
        if isinstance(value, dict):
            return {
                name: [rule] if isinstance(rule, dict) else rule for name, rule in value.items()
            }
        return value

    def group_roles(self) -> dict[str, tuple[GroupRole, ...]]:
        """Roles by group, as `Source.groups`."""
        return {
            name: tuple(GroupRole(rule.office, rule.role) for rule in rules)
            for name, rules in self.groups.items()
        }

    @field_validator("key")
    @classmethod
    def _free(cls, value: str) -> str:
        if value in RESERVED:
            raise ValueError(f"Der Name „{value}“ ist vergeben.")
        return value


class Kind(ABC):
    """One kind of source (``bundid``, ``oidc`` …), found through `registry`.

    `make` MUST be cheap: no file is read, no key is made, nothing is asked before a log-in or
    `Source.health` needs it. `folder` is where the settings file lies: relative paths start
    there.
    """

    entry: ClassVar[type[Entry]]

    @abstractmethod
    def make(self, entry: Any, *, folder: Path) -> Source:
        """A source from its validated entry."""


registry: Registry[Kind] = Registry("identity_sources")
"""Packages outside join through the entry point group ``rathaus.identity_sources``."""

"""Lines of evidence: a seal's first time stamp and everything that renewed it since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rathaus.records.evidence import tree
from rathaus.records.evidence.models import (
    Renewal,
    RenewalItem,
    RenewalKind,
    Seal,
    SealItem,
    TimeStamp,
)

if TYPE_CHECKING:
    from rathaus.records.evidence import ers


@dataclass(frozen=True)
class Step:
    """A time stamp of a line with the algorithm of its tree; `renewal` is None at the start."""

    stamp: TimeStamp
    algorithm: str
    renewal: Renewal | None

    @property
    def new_chain(self) -> bool:
        """Whether an archive time stamp chain begins here (RFC 4998 §5.2)."""
        return self.renewal is None or self.renewal.kind == RenewalKind.TREE


@dataclass(frozen=True)
class Line:
    """All time stamps of one seal that follow from one first service, oldest first."""

    seal: Seal
    name: str
    steps: tuple[Step, ...]
    waiting: bool = False
    """A renewal is made whose time stamp has not come yet."""

    @property
    def end(self) -> Step:
        """What has to be kept alive."""
        return self.steps[-1]


def lines(seals: list[Seal] | None = None) -> Iterator[Line]:
    """The lines of all seals (or of some) with few queries, without the tokens' bytes."""
    rows = TimeStamp.objects.defer("token", "certificates")
    firsts = rows.filter(seal__isnull=False).select_related("seal").order_by("seal__number", "pk")
    if seals is not None:
        firsts = firsts.filter(seal__in=seals)
    after = {
        item.stamp_id: item.renewal
        for item in RenewalItem.objects.filter(stamp__isnull=False).select_related("renewal")
    }
    trees: defaultdict[tuple[int, str], list[Renewal]] = defaultdict(list)
    for renewal in Renewal.objects.filter(kind=RenewalKind.TREE).order_by("number"):
        if renewal.seal_id:
            trees[renewal.seal_id, renewal.line].append(renewal)
    stamps = {row.renewal_id: row for row in rows.filter(renewal__isnull=False)}
    for first in firsts:
        if first.seal is None:
            continue
        key = (first.seal.pk, first.authority)
        yield _line(first.seal, first, after, trees.get(key, []), stamps)


def _line(
    seal: Seal,
    first: TimeStamp,
    after: dict[int | None, Renewal],
    trees: list[Renewal],
    stamps: dict[int | None, TimeStamp],
) -> Line:
    steps = [Step(first, seal.algorithm, None)]
    open_trees = list(trees)
    while True:
        following = after.get(steps[-1].stamp.pk)
        if following is None and open_trees:
            following = open_trees.pop(0)
        if following is None:
            return Line(seal, first.authority, tuple(steps))
        stamp = stamps.get(following.pk)
        if stamp is None:
            return Line(seal, first.authority, tuple(steps), waiting=True)
        steps.append(Step(stamp, following.algorithm, following))


class Builder:
    """Evidence records of items; trees are read once for all items of a seal."""

    def __init__(self) -> None:
        self._trees: dict[tuple[str, int], tree.Tree] = {}
        self._tokens: dict[int, bytes] = {}

    def chains(self, item: SealItem, line: Line) -> list[list[ers.Link]]:
        """The archive time stamp chains of `item`, as far as renewals cover it."""
        from rathaus.records.evidence import ers  # the ASN.1 takes 6 MB, pages never need it

        digest, blind = bytes(item.digest), bytes(item.blind)
        seal = line.seal
        first = self._seal_tree(seal).reduced(digest, blind)
        chains = [[ers.Link(seal.algorithm, first, self._token(line.steps[0].stamp))]]
        previous = line.steps[0].stamp
        for step in line.steps[1:]:
            leaf = self._leaf(step, item, previous)
            if leaf is None:
                break  # the object was gone when the others were hashed anew
            reduced = self._renewal_tree(step.renewal).reduced(
                bytes(leaf.digest), bytes(leaf.blind)
            )
            link = ers.Link(step.algorithm, reduced, self._token(step.stamp))
            if step.new_chain:
                chains.append([link])
            else:
                chains[-1].append(link)
            previous = step.stamp
        return chains

    def _leaf(self, step: Step, item: SealItem, previous: TimeStamp) -> RenewalItem | None:
        rows = RenewalItem.objects.filter(renewal=step.renewal)
        return (rows.filter(item=item) if step.new_chain else rows.filter(stamp=previous)).first()

    def _seal_tree(self, seal: Seal) -> tree.Tree:
        key = ("seal", seal.pk)
        if key not in self._trees:
            self._trees[key] = _tree(SealItem.objects.filter(seal=seal), seal.algorithm)
        return self._trees[key]

    def _renewal_tree(self, renewal: Renewal | None) -> tree.Tree:
        if renewal is None:
            raise ValueError("the first step of a line is no renewal")
        key = ("renewal", renewal.pk)
        if key not in self._trees:
            rows = RenewalItem.objects.filter(renewal=renewal)
            self._trees[key] = _tree(rows, renewal.algorithm)
        return self._trees[key]

    def _token(self, stamp: TimeStamp) -> bytes:
        if stamp.pk not in self._tokens:
            self._tokens[stamp.pk] = bytes(stamp.token)
        return self._tokens[stamp.pk]


def _tree(rows: object, algorithm: str) -> tree.Tree:
    pairs = rows.values_list("digest", "blind")  # type: ignore[attr-defined]
    leaves = (tree.combine((bytes(one), bytes(two)), algorithm) for one, two in pairs.iterator())
    return tree.Tree(leaves, algorithm)

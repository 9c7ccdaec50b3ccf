"""Patients who resemble one another (rules MERGE-20 to MERGE-25).

Ten thousand records of one name would be fifty million pairs. So nothing here looks at all pairs: records are found by
their keys, how many resemble one another is computed from the sizes of the groups with equal keys, and of those who
resemble one record the first are listed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from bson import ObjectId

from merges.choices import Category
from merges.plan.model import Cluster, ClusterMember, Patient

MOST_LISTED = 100  # of each category, for one record
Conflicts = Mapping[Category, tuple[Patient, ...]]
Counts = Mapping[Category, int]


class Keys(NamedTuple):
    """What two records are compared by; empty values never match."""

    user_id: str
    birth_date: str
    name: str
    mrn: str


def keys_of(patient: Patient) -> Keys:
    return Keys(
        patient.user_id,
        patient.birth_date,
        patient.full_name.strip().lower(),
        patient.mrn.strip().lower(),
    )


def category(first: Keys, second: Keys) -> Category | None:
    """How two records resemble one another, if they do."""
    same = _same(first, second)
    return Category.SAME_ACCOUNT if same.user_id else _besides_account(same)


def _same(first: Keys, second: Keys) -> Keys:
    """The values that both have."""
    return Keys(*(mine if mine == other else "" for mine, other in zip(first, second, strict=True)))


def _besides_account(same: Keys) -> Category | None:
    if bool(same.birth_date) + bool(same.name) + bool(same.mrn) >= 2:
        return Category.LIKELY
    if same.mrn:
        return Category.MRN_ONLY
    return Category.NAME_ONLY if same.name else None


class Entry(NamedTuple):
    patient: Patient
    keys: Keys


Fields = tuple[str, ...]
_ACCOUNT: Fields = ("user_id",)
_NAME: Fields = ("name",)
_MRN: Fields = ("mrn",)
_PAIRS: tuple[Fields, ...] = (("birth_date", "name"), ("birth_date", "mrn"), ("name", "mrn"))
_TRIPLE: Fields = ("birth_date", "name", "mrn")
# Of one field they get the value, of several a tuple.
_VALUES = {f: attrgetter(*f) for f in (_ACCOUNT, _NAME, _MRN, *_PAIRS, _TRIPLE)}
_LISTED_FROM = (
    (Category.SAME_ACCOUNT, (_ACCOUNT,)),
    (Category.LIKELY, _PAIRS),
    (Category.MRN_ONLY, (_MRN,)),
    (Category.NAME_ONLY, (_NAME,)),
)


class Groups:
    """The records of one clinic, by their keys and by each combination of them that counts."""

    def __init__(self, patients: Iterable[Patient]) -> None:
        self.entries = [Entry(patient, keys_of(patient)) for patient in patients]
        self._ids = {entry.patient.id for entry in self.entries}
        self._groups: dict[Fields, defaultdict[object, list[Entry]]] = {
            fields: defaultdict(list) for fields in _VALUES
        }
        for entry in self.entries:
            self._add(entry)

    def _add(self, entry: Entry) -> None:
        for fields, values_of in _VALUES.items():
            values = values_of(entry.keys)
            if all(values if len(fields) > 1 else (values,)):
                self._groups[fields][values].append(entry)

    def _equal(self, keys: Keys, fields: Fields) -> Sequence[Entry]:
        """Those with the same values. A value that is empty is the key of no group."""
        return self._groups[fields].get(_VALUES[fields](keys), ())

    def linked(self) -> Iterator[list[Entry]]:
        """Records of one group resemble one another, and no others do: two of the three values include one of these."""
        for fields in (_ACCOUNT, _NAME, _MRN):
            yield from self._groups[fields].values()

    def count(self, entry: Entry) -> Counts:
        """How many others resemble it in each way."""
        keys = entry.keys
        n = {fields: len(self._equal(keys, fields)) for fields in _VALUES}
        by_birth_and_name, by_birth_and_mrn, by_name_and_mrn = (n[pair] for pair in _PAIRS)
        counts = {
            Category.LIKELY: sum(n[pair] for pair in _PAIRS) - 2 * n[_TRIPLE],
            Category.MRN_ONLY: n[_MRN] - by_birth_and_mrn - by_name_and_mrn + n[_TRIPLE],
            Category.NAME_ONLY: n[_NAME] - by_birth_and_name - by_name_and_mrn + n[_TRIPLE],
        }
        for other in self._same_account_or_itself(entry):
            counted_as = _besides_account(_same(keys, other.keys))
            if counted_as is not None:
                counts[counted_as] -= 1
        counts[Category.SAME_ACCOUNT] = sum(
            other.patient.id != entry.patient.id for other in self._equal(keys, _ACCOUNT)
        )
        return {kind: count for kind, count in counts.items() if count}

    def _same_account_or_itself(self, entry: Entry) -> Iterator[Entry]:
        yield from self._equal(entry.keys, _ACCOUNT)
        if not entry.keys.user_id and entry.patient.id in self._ids:
            yield entry

    def list_first(self, entry: Entry, counts: Counts) -> Conflicts:
        """The first of those that `counts` counts, in order."""
        return {
            kind: tuple(islice(self._others(entry, kind, grouped_by), MOST_LISTED))
            for kind, grouped_by in _LISTED_FROM
            if kind in counts
        }

    def _others(
        self, entry: Entry, kind: Category, grouped_by: Iterable[Fields]
    ) -> Iterator[Patient]:
        seen = {entry.patient.id}
        for fields in grouped_by:
            for other in self._equal(entry.keys, fields):
                if other.patient.id not in seen and category(entry.keys, other.keys) is kind:
                    seen.add(other.patient.id)
                    yield other.patient


# --- clusters within a clinic ---------------------------------------------------------------------
def find_clusters(patients: Iterable[Patient]) -> tuple[Cluster, ...]:
    """Groups of two or more records that resemble one another, directly or by way of others."""
    groups = Groups(patients)
    heads = _Heads()
    for first, *others in groups.linked():
        for other in others:
            heads.unite(first.patient.id, other.patient.id)
    clusters: defaultdict[ObjectId, list[Entry]] = defaultdict(list)
    for entry in groups.entries:
        clusters[heads.of(entry.patient.id)].append(entry)
    return tuple(
        tuple(_member(groups, entry) for entry in cluster)
        for cluster in clusters.values()
        if len(cluster) > 1
    )


def _member(groups: Groups, entry: Entry) -> ClusterMember:
    matches = groups.list_first(entry, groups.count(entry))
    return ClusterMember(
        entry.patient,
        {kind: tuple(other.user_id for other in others) for kind, others in matches.items()},
    )


class _Heads:
    """Union-find: everyone in a cluster has one head."""

    def __init__(self) -> None:
        self._above: dict[ObjectId, ObjectId] = {}

    def of(self, member: ObjectId) -> ObjectId:
        while (above := self._above.get(member, member)) != member:
            self._above[member] = self._above.get(above, above)
            member = above
        return member

    def unite(self, first: ObjectId, second: ObjectId) -> None:
        self._above[self.of(second)] = self.of(first)

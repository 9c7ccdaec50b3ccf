"""Patients who resemble one another (rules MERGE-21 to MERGE-25).

Ten thousand records of one name would be fifty million pairs. So nothing here looks at all pairs: records are found by
what they are compared by, how many resemble one another is computed from the sizes of such groups, and of those who
resemble one record the first are listed. Records that look the same are compared once.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any, NamedTuple

from bson import ObjectId

from merges.choices import Category
from merges.plan.model import Cluster, ClusterMember, Patient

MOST_LISTED = 100  # of each category, for one record
Conflicts = Mapping[Category, tuple[Patient, ...]]
Counts = Mapping[Category, int]


class Look(NamedTuple):
    """What two records are compared by, besides their accounts; empty values never match."""

    birth_date: str
    name: str
    mrn: str


def look_of(patient: Patient) -> Look:
    name, mrn = patient.full_name.strip().lower(), patient.mrn.strip().lower()
    return Look(patient.birth_date, name, mrn)


def resemblance(first: Look, second: Look) -> Category | None:
    """How two records of different accounts resemble one another, if they do."""
    has_name = bool(first.name) and first.name == second.name
    has_mrn = bool(first.mrn) and first.mrn == second.mrn
    has_birth_date = bool(first.birth_date) and first.birth_date == second.birth_date
    if has_name + has_mrn + has_birth_date >= 2:
        return Category.LIKELY
    if has_mrn:
        return Category.MRN_ONLY
    return Category.NAME_ONLY if has_name else None


Fields = tuple[str, ...]
_NAME: Fields = ("name",)
_MRN: Fields = ("mrn",)
_PAIRS: tuple[Fields, ...] = (("birth_date", "name"), ("birth_date", "mrn"), ("name", "mrn"))
_TRIPLE: Fields = ("birth_date", "name", "mrn")
_VALUES: dict[Fields, Callable[[Look], Any]] = {
    f: attrgetter(*f) for f in (_NAME, _MRN, *_PAIRS, _TRIPLE)
}
_GROUPED_BY = (
    (Category.LIKELY, _PAIRS),
    (Category.MRN_ONLY, (_MRN,)),
    (Category.NAME_ONLY, (_NAME,)),
)


class Records:
    """The patients of one clinic, by account, by look, and by the parts of it that count."""

    def __init__(self, patients: Sequence[Patient]) -> None:
        self._ids = {patient.id for patient in patients}
        self._by_account: defaultdict[str, list[Patient]] = defaultdict(list)
        self._by_look: defaultdict[Look, list[Patient]] = defaultdict(list)
        for patient in patients:
            self._by_look[look_of(patient)].append(patient)
            if patient.user_id:
                self._by_account[patient.user_id].append(patient)
        self._looks = {fields: self._grouped(fields) for fields in _VALUES}
        self._sizes = {fields: self._sized(fields) for fields in _VALUES}

    def _grouped(self, fields: Fields) -> dict[Any, list[Look]]:
        """Looks by their values in these fields; none of the values is empty."""
        groups: defaultdict[Any, list[Look]] = defaultdict(list)
        for look in self._by_look:
            if all(getattr(look, field) for field in fields):
                groups[_VALUES[fields](look)].append(look)
        return dict(groups)

    def _sized(self, fields: Fields) -> dict[Any, int]:
        return {
            values: sum(len(self._by_look[look]) for look in looks)
            for values, looks in self._looks[fields].items()
        }

    def linked(self) -> Iterator[list[Patient]]:
        """All of one group resemble one another, and no others do: two of the three values include a name or an MRN."""
        yield from self._by_account.values()
        for fields in (_NAME, _MRN):
            for looks in self._looks[fields].values():
                yield [patient for look in looks for patient in self._by_look[look]]

    def count(self, patient: Patient) -> Counts:
        """How many others resemble the patient, who may be of another clinic."""
        look = look_of(patient)
        n = {fields: self._sizes[fields].get(_VALUES[fields](look), 0) for fields in _VALUES}
        birth_and_name, birth_and_mrn, name_and_mrn = (n[pair] for pair in _PAIRS)
        all_three = n[_TRIPLE]
        counts: Counter[Category | None] = Counter()
        counts[Category.LIKELY] = birth_and_name + birth_and_mrn + name_and_mrn - 2 * all_three
        counts[Category.MRN_ONLY] = n[_MRN] - birth_and_mrn - name_and_mrn + all_three
        counts[Category.NAME_ONLY] = n[_NAME] - birth_and_name - name_and_mrn + all_three
        counts.subtract(
            resemblance(look, look_of(other)) for other in self._same_account_or_itself(patient)
        )
        counts[Category.SAME_ACCOUNT] = sum(1 for _ in self._of_account(patient))
        return {kind: counts[kind] for kind in Category if counts[kind]}

    def _of_account(self, patient: Patient) -> Iterator[Patient]:
        others = self._by_account.get(patient.user_id, ())
        return (other for other in others if other.id != patient.id)

    def _same_account_or_itself(self, patient: Patient) -> Iterator[Patient]:
        yield from self._of_account(patient)
        if patient.id in self._ids:
            yield patient

    def list_first(self, patient: Patient, counts: Counts) -> Conflicts:
        """The first of those that `counts` counts."""
        if not counts:
            return {}
        listed = {Category.SAME_ACCOUNT: tuple(islice(self._of_account(patient), MOST_LISTED))}
        left_out = {other.id for other in self._same_account_or_itself(patient)}
        for kind, grouped_by in _GROUPED_BY:
            others = self._resembling(look_of(patient), kind, grouped_by)
            unlike = (other for other in others if other.id not in left_out)
            listed[kind] = tuple(islice(unlike, MOST_LISTED))
        return {kind: listed[kind] for kind in counts}

    def _resembling(
        self, look: Look, kind: Category, grouped_by: Iterable[Fields]
    ) -> Iterator[Patient]:
        seen: set[Look] = set()
        for fields in grouped_by:
            for other in self._looks[fields].get(_VALUES[fields](look), ()):
                if other not in seen and resemblance(look, other) is kind:
                    seen.add(other)
                    yield from self._by_look[other]


# --- clusters within a clinic ---------------------------------------------------------------------
def find_clusters(patients: Sequence[Patient]) -> tuple[Cluster, ...]:
    """Groups of two or more records that resemble one another, directly or by way of others."""
    records = Records(patients)
    heads = _Heads()
    for first, *others in records.linked():
        for other in others:
            heads.unite(first.id, other.id)
    clusters: defaultdict[ObjectId, list[Patient]] = defaultdict(list)
    for patient in patients:
        clusters[heads.of(patient.id)].append(patient)
    return tuple(
        tuple(_member(records, patient) for patient in cluster)
        for cluster in clusters.values()
        if len(cluster) > 1
    )


def _member(records: Records, patient: Patient) -> ClusterMember:
    matches = records.list_first(patient, records.count(patient))
    return ClusterMember(
        patient, {kind: tuple(p.user_id for p in others) for kind, others in matches.items()}
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

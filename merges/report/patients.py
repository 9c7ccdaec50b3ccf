"""The sheets with the patients of each clinic, and with those who resemble one another within it."""

from collections.abc import Iterator, Sequence

from merges.choices import Category
from merges.plan.model import Clinic, Cluster, ClusterMember, MergePlan
from merges.report.cells import PATIENT, Columns, Row, heading, joined

_REVIEW = (
    "Each group below lists patients of this workspace who may be the same person.",
    "Likely duplicates have at least two of name, date of birth and MRN in common. Name only and MRN only matches have "
    "just that in common. The columns list the UUIDs of the other patients.",
    "To see a patient, open https://app.tidepool.org/patients/<UUID>/data with the UUID of the patient.",
    "Each patient is listed once, in the one group to which the patient belongs.",
)
_MATCHES = ("Likely Duplicates ---", "Name Only Matches ---", "MRN Only Matches ---")
_MATCHED = (Category.LIKELY, Category.NAME_ONLY, Category.MRN_ONLY)


# --- patients -------------------------------------------------------------------------------------
def source_patients(plan: MergePlan) -> Iterator[Row]:
    return _patients(plan.source)


def target_patients(plan: MergePlan) -> Iterator[Row]:
    return _patients(plan.target)


def _patients(clinic: Clinic) -> Iterator[Row]:
    yield heading("Name ---", "Claimed ---", *PATIENT)
    yield ()
    columns = Columns(clinic)
    for patient in clinic.patients:
        yield columns.of(patient)


# --- duplicates within a clinic -------------------------------------------------------------------
def source_duplicates(plan: MergePlan) -> Iterator[Row]:
    return _duplicates(plan.source, plan.source_clusters)


def target_duplicates(plan: MergePlan) -> Iterator[Row]:
    return _duplicates(plan.target, plan.target_clusters)


def _duplicates(clinic: Clinic, clusters: Sequence[Cluster]) -> Iterator[Row]:
    yield heading(clinic.name)
    yield heading("Review Possible Duplicates")
    yield from ((text,) for text in _REVIEW)
    yield ()
    yield heading("", "Name ---", "Claimed? ---", *PATIENT, *_MATCHES)
    columns = Columns(clinic)
    for number, cluster in enumerate(clusters, start=1):
        yield (f"Review {number}",)
        yield from (("", *columns.of(member.patient), *_matches(member)) for member in cluster)
        yield ()


def _matches(member: ClusterMember) -> Iterator[str]:
    return (joined(member.matches.get(kind, ())) for kind in _MATCHED)

"""The documents of `merge_plans`. Other services read them and send mails, so a patient who already is in the target
appears as `sourcePatient` once only, in the document of the record that was combined."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from kernel import clock, ids
from kernel.db import Document
from merges.choices import RecordAction, TagAction


def stored(merge: Document, kind: str, plans: Iterable[Document]) -> list[Document]:
    return [
        {"_id": ids.new_id(), "planId": merge["_id"], "type": kind, "plan": plan} for plan in plans
    ]


def _clinic_ids(merge: Document) -> Document:
    return {"sourceClinicId": merge["sourceId"], "targetClinicId": merge["targetId"]}


def _clinic_names(merge: Document) -> Document:
    return {"sourceClinicName": merge["sourceName"], "targetClinicName": merge["targetName"]}


def tag_document(merge: Document, item: Document) -> Document:
    return {
        "name": item["name"],
        "tagAction": item["action"],
        "workspaces": item["workspaces"],
        "merge": item["isInBoth"] and item["action"] != TagAction.CREATE,
        **_clinic_ids(merge),
    }


def site_document(merge: Document, item: Document) -> Document:
    return {
        "site": {"id": item["recordId"], "name": item["name"]},
        "siteAction": item["action"],
        "workspace": item["workspace"],
        "expectedRename": item["resultingName"] if item["resultingName"] != item["name"] else "",
        **_clinic_ids(merge),
    }


@dataclass(frozen=True, slots=True)
class Names:
    """Names of the tags of both clinics by id, and of the source's sites after the merge."""

    tags: Mapping[ObjectId, str]
    sites: Mapping[ObjectId, str]

    def of_tags(self, patient: Document | None) -> list[str]:
        tags = (patient or {}).get("tags")
        known = tags if isinstance(tags, list) else []
        found = (self.tags.get(tag) for tag in known if isinstance(tag, ObjectId))
        return sorted(name for name in found if name is not None)

    def of_sites(self, patient: Document | None, *, are_renamed: bool = False) -> list[str]:
        sites = (patient or {}).get("sites")
        known = (
            [site for site in sites if isinstance(site, dict)] if isinstance(sites, list) else []
        )
        names = (self._site(site, are_renamed=are_renamed) for site in known)
        return sorted(name for name in names if isinstance(name, str))

    def _site(self, site: Document, *, are_renamed: bool) -> Any:
        site_id, name = site.get("id"), site.get("name")
        if are_renamed and isinstance(site_id, ObjectId) and site_id in self.sites:
            return self.sites[site_id]
        return name


def patient_document(
    merge: Document,
    *,
    action: str,
    source: Document | None,
    target: Document | None,
    result: Document,
    names: Names,
    conflicts: Mapping[str, Sequence[Document]],
) -> Document:
    return {
        **_clinic_ids(merge),
        **_clinic_names(merge),
        "sourcePatient": _shown(source) if action != RecordAction.MERGE_INTO else None,
        "targetPatient": _shown(target),
        "conflicts": {
            category: [{"category": category, "patient": _shown(other)} for other in others]
            for category, others in conflicts.items()
        },
        "patientAction": action,
        "sourceTagNames": names.of_tags(source),
        "targetTagNames": names.of_tags(target),
        "sourceSiteNames": names.of_sites(source),
        "mergedSiteNames": names.of_sites(source, are_renamed=True),
        "targetSiteNames": names.of_sites(target),
        "postMigrationTagNames": names.of_tags(result),
        "postMigrationSiteNames": names.of_sites(result),
        "postMigrationMRNUniqueness": action == RecordAction.MOVE
        and result.get("requireUniqueMrn") is True,
        "canExecuteAction": True,
        "error": None,
    }


def _shown(patient: Document | None) -> Document | None:
    """Without the numbers of patients that other services have left in copies of sites."""
    sites = (patient or {}).get("sites")
    if patient is None or not isinstance(sites, list):
        return patient
    return {**patient, "sites": [without_count(site) for site in sites]}


def without_count(site: Any) -> Any:
    if not isinstance(site, dict):
        return site
    return {name: value for name, value in site.items() if name != "patients"}


def clinician_document(
    merge: Document, item: Document, clinician: Document, action: str
) -> Document:
    return {
        "clinician": clinician,
        "clinicianAction": action,
        "downgraded": item["isDowngraded"],
        "resultingRoles": item["resultingRoles"],
        "workspaces": item["workspaces"],
        **_clinic_names(merge),
        "error": None,
    }


def clinic_document(clinics: Mapping[str, Document]) -> Document:
    """`clinics`: both as they were before the merge."""
    return {"source": clinics["source"], "target": clinics["target"], "createdTime": clock.now()}

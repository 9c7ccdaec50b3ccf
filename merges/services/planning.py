"""Reads two clinics as they are at one moment, and plans their merge.

Other services write the same documents, so what is read may be broken: a value that cannot be read counts as missing.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, TypeVar

from bson import ObjectId

from clinic_records.choices import Tier
from clinic_records.documents import ClinicianDocument
from clinic_records.services import access
from clinics.services import clinicians
from kernel import clock, db, ids
from kernel.db import Document
from kernel.errors import BadRequest, NotFound
from kernel.safe_reading import mapping, objects, text, texts
from kernel.texts import camel_case
from merges.plan.model import Clinic, Clinician, Kept, MergePlan, Patient, Restriction, Site, Tag
from merges.plan.plan import make_plan
from patients.custody import is_custodial
from patients.documents import PatientDocument
from patients.services import merging, plan_limits

NO_SOURCE = "the id of the source clinic is required"
SAME_CLINIC = "a clinic cannot be merged into itself"
MrnKeys = Mapping[str, str]
TagOrSite = TypeVar("TagOrSite", Tag, Site)


def read_plan(*, source_id: str, target_id: str) -> MergePlan:
    """Raises BadRequest without a source, and for a clinic and itself; NotFound when there is no such clinic."""
    source, target = parse_pair(source_id, target_id)
    now = clock.now()
    sides = db.read_at_one_moment(lambda: _read_sides(source, target))
    return make_plan(*sides, now=now)


def parse_pair(source_id: str | ObjectId, target_id: str | ObjectId) -> tuple[ObjectId, ObjectId]:
    """Raises BadRequest without a source, and for a clinic and itself; NotFound for what is not an id."""
    if not source_id:
        raise BadRequest(NO_SOURCE)
    source, target = _parse(source_id), _parse(target_id)
    if source == target:
        raise BadRequest(SAME_CLINIC)
    return source, target


def numbers_of(plan: MergePlan) -> dict[str, int]:
    """As the merge's document and the audit trail have them."""
    return {camel_case(name): n for name, n in asdict(plan.numbers).items()}


def fingerprint(plan: MergePlan) -> str:
    """Identifies what a plan says in numbers and problems."""
    problems = [
        [problem.code, problem.message, list(problem.subjects)] for problem in plan.problems
    ]
    content = json.dumps([numbers_of(plan), problems], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:24]


def _parse(clinic_id: str | ObjectId) -> ObjectId:
    parsed_id = ids.parse_id(clinic_id)
    if parsed_id is None:
        raise NotFound(message=access.CLINIC_NOT_FOUND)
    return parsed_id


def _read_sides(source_id: ObjectId, target_id: ObjectId) -> tuple[Clinic, Clinic]:
    source, target = map(access.access_clinic, (source_id, target_id))
    keys = _mrn_keys(source_id, target_id) if requires_unique_mrns(target) else None
    return _read_clinic(source, keys), _read_clinic(target, keys)


def _mrn_keys(*clinic_ids: ObjectId) -> MrnKeys:
    """Spelling -> the first of those that the database takes for the same MRN."""
    groups = merging.list_equal_mrns(clinic_ids)
    return {spelling: group[0].strip() for group in groups for spelling in group}


def requires_unique_mrns(clinic: Document) -> bool:
    """Other services may store a number for it."""
    return bool(_mrn_settings(clinic).get("unique"))


def _mrn_settings(clinic: Document) -> Document:
    return mapping(clinic.get("mrnSettings"))


def _read_clinic(document: Document, mrn_keys: MrnKeys | None) -> Clinic:
    return Clinic(
        id=document["_id"],
        name=text(document.get("name")) or "",
        share_code=text(document.get("canonicalShareCode")) or "",
        glucose_units=text(document.get("PreferredBgUnits")) or "",
        timezone=text(document.get("timezone")) or "",
        requires_mrn=bool(_mrn_settings(document).get("required")),
        requires_unique_mrn=requires_unique_mrns(document),
        restrictions=tuple(_restrictions(document)),
        tags=tuple(_first_of_each(Tag(t["_id"], t["name"]) for t in access.tags_of(document))),
        sites=tuple(_first_of_each(Site(s["id"], s["name"]) for s in access.sites_of(document))),
        clinicians=tuple(map(_clinician, clinicians.list_clinicians(document["_id"]))),
        patients=tuple(
            _patient(row, mrn_keys) for row in merging.iterate_identities(document["_id"])
        ),
        kept=_kept(document),
    )


def _kept(document: Document) -> Kept:
    ehr = mapping(document.get("ehrSettings"))
    return Kept(
        tier=text(document.get("tier")) or Tier.FREE.value,
        patient_limit=plan_limits.plan_limit(document, clock.now()),
        ehr_provider=text(ehr.get("provider")) or "",
        ehr_source=text(ehr.get("sourceId")) or "",
        is_ehr_on=ehr.get("enabled") is True,
    )


def _first_of_each(entries: Iterable[TagOrSite]) -> Iterator[TagOrSite]:
    """The first counts of those with one id."""
    known: set[ObjectId] = set()
    for entry in entries:
        if entry.id not in known:
            known.add(entry.id)
            yield entry


def _restrictions(clinic: Document) -> Iterator[Restriction]:
    for entry in objects(clinic.get("membershipRestrictions")):
        yield Restriction(
            text(entry.get("emailDomain")) or "", text(entry.get("requiredIdp")) or ""
        )


def _clinician(document: ClinicianDocument) -> Clinician:
    return Clinician(
        id=document["_id"],
        user_id=text(document.get("userId")) or "",
        name=text(document.get("name")) or "",
        email=text(document.get("email")) or "",
        roles=tuple(texts(document.get("roles"))),
        invite_id=text(document.get("inviteId")) or "",
    )


def _patient(document: PatientDocument, mrn_keys: MrnKeys | None) -> Patient:
    mrn = text(document.get("mrn")) or ""
    return Patient(
        id=document["_id"],
        user_id=text(document.get("userId")) or "",
        full_name=text(document.get("fullName")) or "",
        birth_date=text(document.get("birthDate")) or "",
        mrn=mrn,
        is_custodial=is_custodial(document),
        tags=tuple(_tag_ids(document.get("tags"))),
        sites=tuple(Site(site["id"], site["name"]) for site in access.sites_of(document)),
        last_upload=merging.last_upload(document),
        mrn_key=mrn_keys.get(mrn, mrn.strip()) if mrn_keys is not None else "",
    )


def _tag_ids(stored: Any) -> list[ObjectId]:
    entries = stored if isinstance(stored, list) else []
    return [entry for entry in entries if isinstance(entry, ObjectId)]

"""One patient goes from one clinic to another, with the record as it is (rule PATIENT-150)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bson import ObjectId
from django.conf import settings

from clinic_records.documents import ClinicDocument
from clinic_records.services import access, closures
from kernel import clock, db, outbox, safe_reading, texts
from kernel.db import Document
from kernel.errors import BadRequest, ConstraintViolation, DomainError, Duplicate, PaymentRequired
from patients.custody import is_custodial
from patients.documents import PatientDocument
from patients.events import PatientChangedClinic
from patients.services import moving, patient_counts, patients, plan_limits

_key = texts.key_without_blanks
SAME = "the patient is in this clinic"
DEMO = "the demo patient stays in its clinic"


@dataclass(frozen=True, slots=True)
class Move:
    """What would become of the record: the fields that change, and the tags and sites that the target lacks.
    `obstacle`: why it cannot move."""

    fields: Document
    lost_tags: Sequence[str]
    lost_sites: Sequence[str]
    obstacle: str = ""


def plan_move(*, clinic_id: str | ObjectId, user_id: str, target_id: str | ObjectId) -> Move:
    """Raises NotFound."""
    source, target = access.access_clinic(clinic_id), access.access_clinic(target_id)
    record = patients.access_patient(source["_id"], user_id)
    move = _move(record, source, target)
    try:
        _check(record, target)
    except DomainError as error:
        return Move(move.fields, move.lost_tags, move.lost_sites, error.words or error.message)
    return move


def list_lost(source: ClinicDocument, target: ClinicDocument) -> tuple[list[str], list[str]]:
    """The tags and the sites of a clinic that another lacks by name: patients who move lose them."""

    def lost(of: Callable[[Document], list[Document]]) -> list[str]:
        own, others = ([one["name"] for one in of(clinic)] for clinic in (source, target))
        return _unknown(own, {_key(name): name for name in others})

    return lost(access.tags_of), lost(access.sites_of)


def move_patient(
    *,
    clinic_id: str | ObjectId,
    user_id: str,
    target_id: str | ObjectId,
    then: Callable[[], None] = lambda: None,
) -> None:
    """Tags and sites stay where the target has them by name; reports to the health record of the source are switched
    off. `then` is called in the transaction. Raises NotFound, and whatever refuses the patient in the target."""

    def write() -> None:
        source, target = access.access_open_clinic(clinic_id), access.access_open_clinic(target_id)
        for clinic in (source, target):
            closures.require_free(clinic["_id"])
        moving.hold((source["_id"], target["_id"]))
        record = patients.access_patient(source["_id"], user_id)
        _check(record, target)
        moving.write([moving.changed(record, _move(record, source, target).fields)])
        _require_room(record, target)
        outbox.emit(
            PatientChangedClinic(
                user_id=user_id, source_id=str(source["_id"]), target_id=str(target["_id"])
            )
        )
        then()

    db.run_in_transaction(write)


def _check(record: PatientDocument, target: ClinicDocument) -> None:
    if record["clinicId"] == target["_id"]:
        raise BadRequest(SAME)
    if record["userId"] == settings.DEMO_PATIENT_USER_ID:
        raise ConstraintViolation(DEMO)
    if patients.find_patient(target["_id"], record["userId"]) is not None:
        raise Duplicate(patients.ALREADY_PATIENT)
    patients.check_mrn(target, _mrn(record), user_id=record["userId"])


def _require_room(record: PatientDocument, target: ClinicDocument) -> None:
    """In the transaction, after the record has been counted."""
    limit = plan_limits.plan_limit(target, clock.now())
    if limit is None or not is_custodial(record):
        return
    if patient_counts.kept_counts(target["_id"])["plan"] > limit:
        raise PaymentRequired(patient_counts.LIMIT_REACHED)


def _mrn(record: PatientDocument) -> str | None:
    return safe_reading.text(record.get("mrn")) or None


def _move(record: PatientDocument, source: ClinicDocument, target: ClinicDocument) -> Move:
    own_tags = {tag["_id"]: tag["name"] for tag in access.tags_of(source)}
    stored_tags = record.get("tags")
    known_ids = (
        [i for i in stored_tags if isinstance(i, ObjectId)] if isinstance(stored_tags, list) else []
    )
    tags = [own_tags[i] for i in known_ids if i in own_tags]
    sites = [str(site.get("name")) for site in safe_reading.objects(record.get("sites"))]
    of_tags = {_key(tag["name"]): tag["_id"] for tag in access.tags_of(target)}
    of_sites = {_key(site["name"]): site for site in access.sites_of(target)}
    fields: dict[str, Any] = {
        "clinicId": target["_id"],
        "tags": _known(tags, of_tags),
        "sites": [{"id": s["id"], "name": s["name"]} for s in _known(sites, of_sites)],
        "requireUniqueMrn": safe_reading.mapping(target.get("mrnSettings")).get("unique") is True,
        "updatedTime": clock.now(),
    }
    if subscriptions := safe_reading.mapping(record.get("ehrSubscriptions")):
        fields["ehrSubscriptions"] = {
            name: {**safe_reading.mapping(subscription), "active": False}
            for name, subscription in subscriptions.items()
        }
    return Move(PatientDocument(fields), _unknown(tags, of_tags), _unknown(sites, of_sites))


def _known(names: Sequence[str], by_name: dict[str, Any]) -> list[Any]:
    keys = dict.fromkeys(_key(name) for name in names)
    return [by_name[key] for key in keys if key in by_name]


def _unknown(names: Sequence[str], by_name: dict[str, Any]) -> list[str]:
    return [name for name in names if _key(name) not in by_name]

"""The worker that watches the shared collections, as a model: which effects it has for each of our writes.

It sees a write only as MongoDB's change stream describes it: operation, document, fields that were updated. An effect
has the name of our handler that does the same.
"""

from collections import Counter
from contextlib import contextmanager

from kernel import db
from tests.commands import unseen_writes

PROVIDERS = ("abbott", "dexcom", "twiist")
PROFILE = {"fullName", "birthDate", "mrn", "targetDevices", "email", "diagnosisType"}
MARKER = "watchingWorkerMarker"


@contextmanager
def watching():
    """The effects of what is written in the block, counted; they are there at its end."""
    effects = Counter()
    collections = {"$match": {"ns.coll": {"$in": [*RULES, MARKER]}}}
    with db.database().watch([collections], full_document="updateLookup") as stream:
        yield effects
        with unseen_writes():
            db.collection(MARKER).insert_one({})
            db.database().drop_collection(MARKER)
        for change in stream:
            collection = change["ns"]["coll"]
            if collection == MARKER:
                return
            effects.update(effects_of(collection, change))


def effects_of(collection, change):
    document = change.get("fullDocument")
    if document is None:
        return []
    update = change.get("updateDescription") or {}
    updated = update.get("updatedFields") or {}
    return RULES[collection](
        document, change["operationType"] == "insert", updated, update.get("removedFields") or []
    )


def _of_clinics(clinic, is_insert, updated, _):
    if is_insert and clinic.get("name") and clinic.get("admins"):
        yield "notifications.announce_clinic"
    if "lastDeletedPatientTag" in updated:
        yield "clinics.remove_tag_from_patients"


def _of_clinicians(clinician, _, updated, __):
    if clinician.get("clinicId") and clinician.get("userId"):
        yield "notifications.refresh_marketing"
        if _is_list(updated.get("rolesUpdates")):
            yield "notifications.announce_roles"


def _of_patients(patient, is_insert, updated, removed):
    changed = {*updated, *removed}
    if is_insert:
        yield from _of_new_patients(patient)
        return
    if patient.get("userId") and _is_custodial(patient):
        if PROFILE & changed:
            yield "clinics.sync_profile"
        if "email" in changed:  # for other changes the answer is that the link is there already
            yield "confirmations.renew_claim_link"
    if "lastUploadReminderTime" in updated:
        yield "notifications.remind_to_upload"
    elif "email" in changed:
        yield "notifications.ask_again_at_new_address"
    else:
        yield from _requests(updated)


def _of_new_patients(patient):
    if _is_custodial(patient):
        yield from ("clinics.fill_profile", "confirmations.send_claim_link")
    else:
        yield "clinics.copy_data_sources"
    if not patient.get("summary"):
        yield "clinics.copy_summaries"


def _requests(updated):
    """The newest request of each list, its first; the whole map is written with the first list."""
    whole = updated.get("providerConnectionRequests") or {}
    for provider in PROVIDERS:
        if _is_list(updated.get(f"providerConnectionRequests.{provider}", whole.get(provider))):
            yield "notifications.ask_to_connect"


def _of_deletions(deletion, is_insert, *_):
    if is_insert and _is_custodial(deletion["patient"]) and deletion["patient"].get("userId"):
        yield "clinics.clean_up_account"


def _of_migrations(_, is_insert, *__):
    if is_insert:
        yield "clinics.migrate_patients"


def _of_plans(document, *_):
    """Whatever the operation is."""
    plan = document["plan"]
    if document["type"] == "patient" and (plan["sourcePatient"] or {}).get("userId"):
        yield "notifications.announce_merge"
    if document["type"] == "clinician" and plan["clinician"].get("userId"):
        is_of_source = plan["clinicianAction"] in ("MOVE", "MERGE")
        if is_of_source or "CLINIC_ADMIN" in plan["resultingRoles"]:
            yield "notifications.announce_merge"


def _of_messages(document, is_insert, *_):
    meta = document["meta"]
    if is_insert and meta.get("DataModel") and meta.get("EventType"):
        yield "redox.process_message"


def _of_scheduled(_, is_insert, *__):
    if is_insert:
        yield "redox.process_scheduled"


def _of_data_sources(_, __, updated, ___):
    if updated.get("state") == "error":
        yield "notifications.report_device_issue"


def _is_custodial(patient):
    return "custodian" in (patient.get("permissions") or {})


def _is_list(value):
    return isinstance(value, list) and bool(value)


RULES = {
    "clinics": _of_clinics,
    "clinicians": _of_clinicians,
    "patients": _of_patients,
    "patient_deletions": _of_deletions,
    "migrations": _of_migrations,
    "merge_plans": _of_plans,
    "redox": _of_messages,
    "scheduledSummaryAndReportsOrders": _of_scheduled,
    "data_sources": _of_data_sources,  # of the data service
}

"""An existing clinic database: clinics, members, patients, archives and messages, with every quirk somewhere."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bson import Binary

from tests.other_service import indexes, quirks
from tests.other_service.documents import Inventor

# Those that both services use; a deployment may keep confirmations in a database of their own.
SHARED = (
    *("clinics", "clinicians", "patients", "patient_deletions", "clinic_deletions"),
    *("clinician_deletions", "migrations", "merge_plans", "redox", "confirmations"),
    *("scheduledSummaryAndReportsOrders", "xealth_preorder", "xealth_order", "xealth_report_view"),
)
LARGE = 2_000
UNIQUE_MRN = {"required": False, "unique": True}


@dataclass(frozen=True)
class Existing:
    """`lakeside` has a patient for each quirk, `strict` unique MRNs, `large` many patients and no count."""

    lakeside: dict
    patients: dict  # quirk -> id of the record
    strict: dict
    large: dict
    others: dict  # a clinic for each quirk of clinics, with two patients

    @property
    def clinics(self):
        return [self.lakeside, self.strict, self.large, *self.others.values()]


def begin(database):
    """Empty collections with the indexes of the other service, and no others."""
    for name in SHARED:
        database.drop_collection(name)
    indexes.create(database)


def fill(database, *, seed, now, large=LARGE):
    inventor = Inventor(seed, now)
    lakeside, patients = _lakeside(database, inventor)
    existing = Existing(
        lakeside=lakeside,
        patients=patients,
        strict=_strict(database, inventor),
        large=fill_clinic(database, inventor, large),
        others=_others(database, inventor),
    )
    _leave_archives(database, inventor, lakeside)
    _leave_messages(database, inventor, lakeside)
    return existing


def _insert_clinic(database, inventor, changes):
    clinic = quirks.applied(inventor.clinic(), changes)
    database["clinics"].insert_one(clinic)
    database["clinicians"].insert_one(inventor.clinician(clinic, roles=["CLINIC_ADMIN"]))
    return clinic


def _insert_patients(database, inventor, clinic, changes):
    """One for each of these changes of an ordinary one."""
    documents = [quirks.applied(inventor.patient(clinic), fields) for fields in changes]
    database["patients"].insert_many(documents)
    return documents


def _tags_and_sites(inventor):
    return {
        "patientTags": [inventor.tag(name) for name in ("Type 1", "Type 2", "Pump", "Young")],
        "sites": [inventor.site(name) for name in ("North", "South", "Köln")],
    }


def _lakeside(database, inventor):
    changes = {
        **_tags_and_sites(inventor),
        "country": "DE",
        "patientCount": {"patientCount": 4},
        "mrnSettings": {"required": False, "unique": False},
    }
    clinic = _insert_clinic(database, inventor, changes)
    members = quirks.of_clinicians(inventor).values()
    database["clinicians"].insert_many(
        quirks.applied(inventor.clinician(clinic), fields) for fields in members
    )
    named = quirks.of_patients(inventor, clinic)
    documents = _insert_patients(database, inventor, clinic, named.values())
    return clinic, {name: d["_id"] for name, d in zip(named, documents, strict=True)}


def _strict(database, inventor):
    """Its index tells small letters from capitals, so two patients have the MRN a person takes for the same."""
    clinic = _insert_clinic(
        database, inventor, {**_tags_and_sites(inventor), "mrnSettings": UNIQUE_MRN}
    )
    mrns = [{"mrn": mrn} for mrn in ("a1", "A1", None, None)]
    _insert_patients(database, inventor, clinic, [*mrns, *[{}] * 16])
    return clinic


def fill_clinic(database, inventor, size, *, country="DE"):
    """A clinic of ordinary patients. Their summaries come from a few: inventing each would take longer than everything
    else."""
    clinic = _insert_clinic(database, inventor, {**_tags_and_sites(inventor), "country": country})
    models = [inventor.patient(clinic) for _ in range(100)]
    database["patients"].insert_many(
        {
            **inventor.dice.choice(models),
            "_id": inventor.object_id(),
            "userId": inventor.user_id(),
            **inventor.person(),
        }
        for _ in range(size)
    )
    return clinic


def _others(database, inventor):
    clinics = {}
    for quirk, changes in quirks.of_clinics(inventor).items():
        clinics[quirk] = _insert_clinic(database, inventor, changes)
        _insert_patients(database, inventor, clinics[quirk], [{}, {}])
    return clinics


# --- what is not read by lists --------------------------------------------------------------------
def _leave_archives(database, inventor, clinic):
    moment = inventor.moment()
    gone = inventor.clinic(name="Gone Clinic")
    database["clinic_deletions"].insert_one({"deletedTime": moment, "clinic": gone})
    database["clinician_deletions"].insert_one(
        {"deletedTime": moment, "clinician": inventor.clinician(gone)}
    )
    database["patient_deletions"].insert_many(
        [
            {"deletedTime": moment, "patient": inventor.patient(clinic), **by}
            for by in ({}, {"deletedByUserId": inventor.user_id()})
        ]
    )
    migration = {"clinicId": clinic["_id"], "userId": inventor.user_id(), "status": "COMPLETED"}
    database["migrations"].insert_one({**migration, "createdTime": moment, "updatedTime": moment})
    plan = {"name": "Pump", "tagAction": "CREATE", "workspaces": ["Lakeside Clinic"]}
    database["merge_plans"].insert_one(
        {"planId": inventor.object_id(), "type": "tag", "plan": plan}
    )


def _leave_messages(database, inventor, clinic):
    source = {"ID": "lakeside", "Name": "Lakeside"}
    meta = {"DataModel": "Order", "EventType": "New", "EventDateTime": None, "Test": None}
    order = {
        "_id": inventor.object_id(),
        "meta": {**meta, "Source": source},
        "message": {"Meta": {**meta, "Source": source}, "Patient": {"Identifiers": []}},
    }
    database["redox"].insert_one(order)
    sent = {"userId": inventor.user_id(), "clinicId": clinic["_id"], "createdTime": inventor.now}
    database["scheduledSummaryAndReportsOrders"].insert_one({**sent, "lastMatchedOrder": order})
    database["xealth_preorder"].insert_one(
        {"dataTrackingId": "5b1d3f0e-7a51-4a62-9f4c-0d3c7c1e2f10", "patient": {}}
    )
    database["xealth_order"].insert_one(_xealth_order(inventor))
    database["confirmations"].insert_many(_confirmations(inventor, clinic))


def _xealth_order(inventor):
    born = {"birthDate": {"time": datetime(2001, 2, 3, tzinfo=UTC)}}
    return {
        "eventNotification": {"deployment": "lakeside", "orderId": "1", "eventTimeStamp": inventor.now},
        "orderData": {"orderInfo": {"orderId": "1"}, "datasets": {"demographicsV1": born}},
    }  # fmt: skip


def _confirmations(inventor, clinic):
    common = {
        "status": "pending",
        "creatorId": inventor.user_id(),
        "creator": {},
        "created": inventor.moment(days=5),
        "modified": quirks.YEAR_1,
        "userId": "",
    }
    kinds = {
        "signup_confirmation": {"email": "Kim.DOE@Example.ORG", "context": None},
        "careteam_invitation": {"email": "", "context": Binary(b'{"view":{}}'), "clinicId": str(clinic["_id"])},
        "clinician_invitation": {"email": "new.member@example.org", "clinicId": str(clinic["_id"])},
    }  # fmt: skip
    for kind, fields in kinds.items():
        key = inventor.dice.randbytes(16).hex()
        yield {"_id": key, "type": kind, "templateName": kind, **common, **fields}

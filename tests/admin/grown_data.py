"""The data of `LargeData`, and of each kind so many more that a page which reads them all is found out."""

import itertools
import re
from contextlib import contextmanager
from datetime import timedelta

from bson import ObjectId

from clinics.services import clinic_names, member_names, troubles
from kernel import clock, db
from patients.services import derived
from patients.services.patient_counts import kept_counts
from patients.store import derivations, patient_counts
from tests.admin.large_data import NOW, LargeData, long_id
from tests.factories import clinic_document

MANY = 3_000
NOT_GROWING = r"\.(system\.profile|auth_|django_)"  # accounts and rights of staff are few
CLINICS_OF_ONE_PERSON = 700
PROFILE = "system.profile"


class GrownData(LargeData):
    def __init__(self):
        super().__init__()
        documents = [ObjectId() for _ in range(MANY)]
        self._grow("redox", _id=documents.__getitem__)
        self._grow(
            "ehrProcessing",
            kind="message",
            _id=lambda _: ObjectId(),
            documentId=documents.__getitem__,
        )
        for name in ("scheduledSummaryAndReportsOrders", "xealth_order", "outbox", "sentMails"):
            self._grow(name)
        self._syncs()
        self._grow("jobs")
        for name in ("clinicMerges", "ehrBulkRuns"):
            self._grow(name, state="stopped" if name == "ehrBulkRuns" else "completed")
        self._grow("redoxDeliveries", documentId=lambda _: ObjectId())
        self._grow("xealth_preorder", dataTrackingId=lambda n: f"tracked-{n}")
        self._grow(
            "confirmations", _id=lambda n: f"grown-{n}", creatorId=lambda n: long_id(9000 + n)
        )
        self._grow("auditEvents", number=lambda n: 1_000_000 + n)
        self._clinics()
        self._patients()
        self._accesses()
        self._derive()
        clinic_names.keep()
        member_names.keep()
        troubles.keep()

    def _syncs(self):
        """A run with many sends, and many runs of other clinics with one."""
        runs = [ObjectId() for _ in range(MANY)]
        sync = {"createdTime": NOW, "after": None, "count": 1}
        db.database()["ehrSyncs"].insert_many([{**sync, "clinicId": clinic} for clinic in runs])
        of_run = {"kind": "scheduled", "documentTime": NOW, "documentId": lambda _: ObjectId()}
        self._grow("ehrProcessing", **of_run, clinicId=self.clinic["_id"], state="done")
        self._grow("ehrProcessing", **of_run, clinicId=runs.__getitem__, state="failed")

    def _clinics(self):
        """One person is a member of many, and a patient of many."""
        clinics = [self._plain_clinic(number) for number in range(MANY)]
        db.database()["clinics"].insert_many(clinics)
        empty = {
            **dict.fromkeys(patient_counts.NUMBERS, 0),
            **{name: {} for name in patient_counts.MAPS},
        }
        counts = [{"_id": one["_id"], **empty, "countedTime": clock.now()} for one in clinics]
        db.database()[patient_counts.COLLECTION].insert_many(counts)
        member, patient = self.members[0], self.patients[0]
        own = clinics[:CLINICS_OF_ONE_PERSON]
        for name, document in (("clinicians", member), ("patients", patient)):
            rows = [{**document, "_id": ObjectId(), "clinicId": one["_id"]} for one in own]
            db.database()[name].insert_many(rows)

    def _plain_clinic(self, number):
        code = f"{number:04}-GROW-DATA"
        fields = {"canonicalShareCode": code, "shareCodes": [code], "name": f"Lakeside {number}"}
        return clinic_document(
            **fields, ehrSettings={"enabled": number % 2 == 0, "provider": "redox"}
        )

    def _patients(self):
        template = {name: value for name, value in self.patients[1].items() if name != "summary"}
        rows = [
            {**template, "_id": ObjectId(), "userId": long_id(20_000 + n), "mrn": f"G-{n}", "fullName": f"Person {n}", "email": None}
            for n in range(MANY)
        ]  # fmt: skip
        db.database()["patients"].insert_many(rows)

    def _derive(self):
        """As `manage.py prepare`, which besides counts each clinic again: these are thousands, and most are empty."""
        derived.follow_all(row["_id"] for row in db.database()["patients"].find({}, {"_id": 1}))
        for clinic in (self.clinic, self.target):
            kept_counts(clinic["_id"])
        derivations.note_prepared()

    def _accesses(self):
        moment = clock.now() - timedelta(hours=1)
        row = {
            "time": moment, "operation": "GetPatient", "kind": "user", "who": "0123456789", "patient": "0123456789",
            "clinic": self.clinic["_id"], "outcome": "200", "request": "x",
        }  # fmt: skip
        elsewhere = db.database()["clinics"].find(
            {"name": {"$regex": "^Lakeside "}}, {"_id": 1}, limit=CLINICS_OF_ONE_PERSON
        )
        rows = [{**row, "clinic": one["_id"]} for one in elsewhere]
        lists = {name: value for name, value in row.items() if name != "patient"} | {
            "list": {"shown": 25}
        }
        db.database()["accessRecords"].insert_many(
            [
                {**one, "_id": ObjectId()}
                for one in (*rows, *(kind for kind in (row, lists) for _ in range(MANY)))
            ]
        )

    def _grow(self, name, **fields):
        """Copies of what there is, in turn."""
        collection = db.database()[name]
        templates = list(collection.find({}))
        rows = []
        for number in range(MANY):
            values = {n: v(number) if callable(v) else v for n, v in fields.items()}
            rows.append({**templates[number % len(templates)], "_id": ObjectId(), **values})
        collection.insert_many(rows)


@contextmanager
def costs():
    """{documents, keys} that MongoDB has examined while the block ran, by its profiler, and the worst operations."""
    with profile_kept():
        yield from _costs()


@contextmanager
def profile_kept():
    """The profiler's collection has its place meanwhile, and is dropped at the end of the outermost block: to make one
    of 16 MB for each page took longer than the page."""
    database = db.database()
    if PROFILE in database.list_collection_names():
        yield
        return
    database.create_collection(PROFILE, capped=True, size=16_000_000)
    try:
        yield
    finally:
        database[PROFILE].drop()


def _costs():
    database, cost = db.database(), {}
    since = _last_profiled(database)
    database.command("profile", 2)
    try:
        yield cost
    finally:
        database.command("profile", 0)
        entries = _profiled_after(since, database)
        cost["documents"] = sum(entry.get("docsExamined", 0) for entry in entries)
        cost["keys"] = sum(entry.get("keysExamined", 0) for entry in entries)
        cost["worst"] = [
            (entry["ns"].partition(".")[2], entry.get("planSummary", ""), entry.get("docsExamined"), entry.get("keysExamined"))
            for entry in sorted(entries, key=_examined)[-3:]
            if _examined(entry) > 200
        ]  # fmt: skip


def _last_profiled(database):
    """The place in the collection, which keeps the order of insertion."""
    newest = database[PROFILE].find_one({}, {"ts": 1}, sort=[("$natural", -1)], show_record_id=True)
    return newest["$recordId"] if newest else 0


def _profiled_after(since, database):
    newest_first = database[PROFILE].find({}, sort=[("$natural", -1)], show_record_id=True)
    entries = list(itertools.takewhile(lambda entry: entry["$recordId"] > since, newest_first))
    return [entry for entry in reversed(entries) if not re.search(NOT_GROWING, entry["ns"])]


def _examined(entry):
    return entry.get("docsExamined", 0) + entry.get("keysExamined", 0)

"""The other service at work on the same database: its atomic updates, in its order, with its gaps.

Each step is one use of its API, or of the worker behind it. Counts are refreshed after a change and not with it, as
there: a count may be wrong for a moment, and stays so if two refreshes overtake one another.
"""

import threading
import time
from collections import Counter
from datetime import UTC, datetime

from bson import ObjectId
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from patients import statistics
from tests.other_service import summaries
from tests.other_service.documents import Inventor

EXEMPT = "twiist"


def now():
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class OtherWriter:
    """`step()` does something at random; `steps` counts what was done. `demo`: the account of demo patients."""

    def __init__(self, database, clinic_ids, *, seed, demo=None):
        self.database, self.clinic_ids, self.demo = database, list(clinic_ids), demo
        self.invent = Inventor(
            f"{seed} of the writer", now()
        )  # other ids than documents of the seed
        self.dice = self.invent.dice
        self.steps = Counter()

    def step(self):
        self.take(self.dice.choices(list(STEPS), list(STEPS.values()))[0])

    def take(self, name):
        try:
            getattr(self, name)()
        except DuplicateKeyError:  # it answers 500 then
            name = "refused"
        self.steps[name] += 1

    # --- whom it is about
    def clinic(self):
        """One that is still there."""
        clinic_id = self.dice.choice(self.clinic_ids)
        return self.database["clinics"].find_one({"_id": clinic_id})

    def patient(self):
        """Any, or None in an empty clinic: the first with an id that is not below a random one."""
        query = {"clinicId": self.dice.choice(self.clinic_ids)}
        after = {**query, "_id": {"$gte": self.invent.object_id()}}
        patients = self.database["patients"]
        by_id = [("_id", 1)]
        return patients.find_one(after, sort=by_id) or patients.find_one(query, sort=by_id)

    def change(self, patient, update, **more):
        """Change one record, found by clinic and user, as almost all of its updates do."""
        if patient is not None:
            query = {"clinicId": patient["clinicId"], "userId": patient.get("userId"), **more}
            self.database["patients"].update_one(query, update)

    def change_everywhere(self, patient, update):
        """Change all records of a user."""
        if patient is not None and patient.get("userId"):
            self.database["patients"].update_many({"userId": patient["userId"]}, update)

    # --- records
    def create(self):
        clinic = self.clinic()
        fields = {"permissions": self.invent.permissions(), "createdTime": now()}
        patient = self.invent.patient(clinic, **fields, updatedTime=now())
        try:
            self.database["patients"].insert_one(patient)
        finally:
            self.refresh_count(clinic["_id"])

    def create_in_another_clinic(self):
        """A person who is a patient already."""
        patient, clinic = self.patient(), self.clinic()
        if patient is not None and patient.get("userId"):
            fields = {name: patient.get(name) for name in ("userId", "fullName", "birthDate")}
            self.database["patients"].insert_one(self.invent.patient(clinic, **fields))
            self.refresh_count(clinic["_id"])

    def rename(self):
        self._update(fullName=self.invent.person()["fullName"])

    def change_mrn(self):
        self._update(mrn=self.invent.person()["mrn"])

    def change_address(self):
        self._update(email=self.invent.person()["email"])

    def change_details(self):
        self._update(
            birthDate=self.invent.person()["birthDate"],
            glycemicRanges=self.invent.ranges(),
            diagnosisType=self.dice.choice(["type1", ""]),
        )

    def _update(self, **fields):
        """Every update writes all of the identity, as it was read, and then counts."""
        patient = self.patient()
        if patient is None:
            return
        names = ("birthDate", "email", "fullName", "mrn", "targetDevices", "requireUniqueMrn")
        identity = {name: patient.get(name) for name in names}
        self.change(patient, {"$set": {**identity, **fields, "updatedTime": now()}})
        self.refresh_count(patient["clinicId"])

    def remove_address_everywhere(self):
        update = {"$unset": {"email": ""}, "$set": {"updatedTime": now()}}
        self.change_everywhere(self.patient(), update)

    def delete(self):
        """Archived and deleted in one transaction; counted after it."""
        patient = self.patient()
        if patient is not None:
            self._in_transaction(lambda session: self._archive(patient, session))
            self.refresh_count(patient["clinicId"])

    def _archive(self, patient, session):
        gone = self.database["patients"].find_one_and_delete(
            {"_id": patient["_id"]}, session=session
        )
        if gone is not None:
            archived = {"deletedTime": now(), "patient": gone}
            self.database["patient_deletions"].insert_one(archived, session=session)

    # --- tags
    def put_tags(self):
        tags = self.invent.tags_of(self.clinic())
        self._update(tags=tags)

    def assign_tag_to_all(self):
        clinic = self.clinic()
        for tag in self.invent.tags_of(clinic)[:1]:
            patients, of_clinic = self.database["patients"], {"clinicId": clinic["_id"]}
            patients.update_many({**of_clinic, "tags": None}, {"$set": {"tags": []}})
            without = {**of_clinic, "tags": {"$ne": tag}}
            patients.update_many(
                without, {"$addToSet": {"tags": tag}, "$set": {"updatedTime": now()}}
            )

    def create_tag(self):
        tag = self.invent.tag(f"Tag {self.dice.randrange(10**6)}")
        self._change_clinic({"$push": {"patientTags": tag}}, {"patientTags.39": {"$exists": False}})

    def delete_tag(self):
        """From the clinic; then the worker takes it from all patients."""
        clinic = self.clinic()
        tags = clinic.get("patientTags") or []
        if len(tags) < 3:
            return
        tag = self.dice.choice(tags)["_id"]
        update = {
            "$pull": {"patientTags": {"_id": tag}},
            "$set": {"lastDeletedPatientTag": tag, "updatedTime": now()},
        }
        self.database["clinics"].update_one({"_id": clinic["_id"]}, update)
        self._pull_from_all(clinic, {"tags": tag}, {"tags": tag})

    def _pull_from_all(self, clinic, query, pulled, session=None):
        update = {"$pull": pulled, "$set": {"updatedTime": now()}}
        self.database["patients"].update_many(
            {"clinicId": clinic["_id"], **query}, update, session=session
        )

    # --- sites
    def put_sites(self):
        patient = self.patient()
        if patient is not None:
            clinic = self.database["clinics"].find_one({"_id": patient["clinicId"]})
            sites = self.invent.sites_of(clinic)
            self.change(patient, {"$set": {"sites": sites, "updatedTime": now()}})

    def create_site(self):
        site = self.invent.site(f"Site {self.dice.randrange(10**6)}")
        self._change_clinic({"$push": {"sites": site}}, {"sites.39": {"$exists": False}})

    def rename_site(self):
        clinic, name = self.clinic(), f"Renamed {self.dice.randrange(10**6)}"
        if clinic.get("sites"):
            query = {"sites.id": clinic["sites"][0]["id"]}
            update = {"$set": {"sites.$.name": name, "updatedTime": now()}}
            self._in_transaction(lambda session: self._set_both(clinic, query, update, session))

    def _set_both(self, clinic, query, update, session):
        self.database["clinics"].update_one(
            {"_id": clinic["_id"], **query}, update, session=session
        )
        self.database["patients"].update_many(
            {"clinicId": clinic["_id"], **query}, update, session=session
        )

    def delete_site(self):
        clinic = self.clinic()
        sites = clinic.get("sites") or []
        if len(sites) > 2:
            site = self.dice.choice(sites)
            update = {"$pull": {"sites": {"id": site["id"]}}, "$set": {"updatedTime": now()}}
            self._in_transaction(
                lambda session: self._set_both(clinic, {"sites.id": site["id"]}, update, session)
            )

    def convert_tag_to_site(self):
        """Without a transaction, and without asking whether a patient has the site."""
        clinic = self.clinic()
        for tag in (clinic.get("patientTags") or [])[2:3]:
            site, holders = self.invent.site(tag["name"]), {"tags": tag["_id"]}
            self.database["clinics"].update_one({"_id": clinic["_id"]}, {"$push": {"sites": site}})
            has_list = {"sites": {"$not": {"$type": "null"}}}
            of_clinic = {"clinicId": clinic["_id"], **holders, **has_list}
            self.database["patients"].update_many(of_clinic, {"$push": {"sites": site}})
            self._pull_from_all(clinic, holders, holders)
            self.database["clinics"].update_one(
                {"_id": clinic["_id"]}, {"$pull": {"patientTags": {"_id": tag["_id"]}}}
            )

    # --- care
    def review(self):
        review = {"clinicianId": self.invent.user_id(), "time": now()}
        pushed = {"$each": [review], "$position": 0, "$slice": 2}
        self.change(self.patient(), {"$push": {"reviews": pushed}})

    def take_review_back(self):
        self.change(self.patient(), {"$pop": {"reviews": -1}}, reviews={"$ne": None})

    def remind(self):
        self.change(
            self.patient(), {"$set": {"lastUploadReminderTime": now(), "updatedTime": now()}}
        )

    def request_connection(self):
        request = {"providerName": "dexcom", "createdTime": now()}
        pushed = {"providerConnectionRequests.dexcom": {"$each": [request], "$position": 0}}
        patient = self.patient()
        self.change(patient, {"$push": pushed, "$set": {"updatedTime": now()}})

    def replace_data_sources(self):
        patient = self.patient()
        fields = {"dataSources": self.invent.sources(), "updatedTime": now()}
        self.change_everywhere(patient, {"$set": fields})
        if patient is not None:
            of_user = {"userId": patient.get("userId")}
            for clinic_id in sorted(self.database["patients"].distinct("clinicId", of_user)):
                self.refresh_count(clinic_id)

    def claim(self):
        """The person has an account now."""
        update = {"$unset": {"permissions.custodian": ""}, "$set": {"updatedTime": now()}}
        self.change(self.patient(), update)

    # --- summaries
    def replace_summary(self):
        kind = self.dice.choice(("cgm", "bgm"))
        part = summaries.stats(self.dice, kind, now())
        fields = {f"summary.{kind}Stats": part, "updatedTime": now()}
        self.change_everywhere(self.patient(), {"$set": fields})

    def change_inside_summary(self):
        """Some statistics of a period or some dates alone, by dotted paths. Nothing else of the record moves."""
        patient, kind = self.patient(), self.dice.choice(("cgm", "bgm"))
        part = f"summary.{kind}Stats"
        if not isinstance(((patient or {}).get("summary") or {}).get(f"{kind}Stats"), dict):
            return
        period = self.dice.choice(summaries.PERIODS)
        values = self.dice.choice(
            [
                {f"{part}.periods.{period}.{name}": v for name, v in self._statistics(kind)},
                {f"{part}.dates.lastData": now(), f"{part}.dates.hasLastData": True},
            ]
        )
        whole = {
            path: {"$type": "object"} for path in (f"{part}.dates", f"{part}.periods.{period}")
        }
        self.change(patient, {"$set": values}, **whole)

    def _statistics(self, kind):
        values = summaries.period(self.dice, kind)
        chosen = self.dice.sample(statistics.TABLE[kind], 3)
        names = {name for s in chosen for name in (s.name, s.flag, s.delta)}
        return [(name, value) for name, value in values.items() if name in names]

    def remove_summary(self):
        update = {"$unset": {"summary": ""}, "$set": {"updatedTime": now()}}
        self.change_everywhere(self.patient(), update)

    def remove_summary_by_id(self):
        patient = self.patient()
        for name, part in ((patient or {}).get("summary") or {}).items():
            if isinstance(part, dict) and part.get("id"):
                path = f"summary.{name}"
                self.database["patients"].update_many(
                    {f"{path}.id": part["id"]}, {"$unset": {path: ""}}
                )

    # --- clinics
    def change_clinic(self):
        self._change_clinic({"$set": {"phoneNumbers": None, "timezone": None}})

    def _change_clinic(self, update, condition=None):
        touched = {**update, "$set": {**update.get("$set", {}), "updatedTime": now()}}
        query = {"_id": self.dice.choice(self.clinic_ids), **(condition or {})}
        self.database["clinics"].update_one(query, touched)

    def create_and_delete_a_clinic(self):
        """Only a clinic without patients can be deleted, or one with the demo patient alone."""
        clinic = self.invent.clinic(name="Short-lived Clinic")
        self.database["clinics"].insert_one(clinic)
        self.database["clinicians"].insert_one(self.invent.clinician(clinic))
        patient = self.invent.patient(clinic, **({"userId": self.demo} if self.demo else {}))
        self.database["patients"].insert_one(patient)
        self.refresh_count(clinic["_id"])
        self._in_transaction(lambda session: self._delete_clinic(clinic, patient, session))

    def _delete_clinic(self, clinic, patient, session):
        self._archive(patient, session)
        database, moment = self.database, now()
        for clinician in list(
            database["clinicians"].find({"clinicId": clinic["_id"]}, session=session)
        ):
            archived = {"deletedTime": moment, "clinician": clinician}
            database["clinician_deletions"].insert_one(archived, session=session)
            database["clinicians"].delete_one({"_id": clinician["_id"]}, session=session)
        gone = database["clinics"].find_one_and_delete({"_id": clinic["_id"]}, session=session)
        database["clinic_deletions"].insert_one(
            {"deletedTime": moment, "clinic": gone}, session=session
        )

    # --- counts
    def refresh_count(self, clinic_id):
        """Counted, and written afterwards: a change in between is not in it."""
        count = self._count(clinic_id)
        self.database["clinics"].find_one_and_update(
            {"_id": clinic_id},
            {"$set": {"patientCount": count, "updatedTime": now()}},
            {"_id": 1},
            return_document=ReturnDocument.AFTER,
        )

    def _count(self, clinic_id):
        patients, of_clinic = self.database["patients"], {"clinicId": clinic_id}
        demo = {**of_clinic, "userId": self.demo}
        exempt = {
            **of_clinic,
            "$or": [{"userId": self.demo}] * bool(self.demo)
            + [{"dataSources.providerName": EXEMPT}],
        }
        total = patients.count_documents(of_clinic)
        counts = {
            "total": total,
            "demo": patients.count_documents(demo) if self.demo else 0,
            "plan": total - patients.count_documents(exempt),
        }
        providers = self._providers(clinic_id)
        return {**counts, "providers": providers} if providers else counts

    def _providers(self, clinic_id):
        rows = self.database["patients"].aggregate(
            [
                {"$match": {"clinicId": clinic_id, "userId": {"$ne": self.demo or ObjectId()}}},
                {"$unwind": "$dataSources"},
                {
                    "$group": {
                        "_id": {"p": "$dataSources.providerName", "s": "$dataSources.state"},
                        "n": {"$sum": 1},
                    }
                },
            ]
        )
        providers = {}
        for row in rows:
            provider = providers.setdefault(row["_id"]["p"], {"states": {}, "total": 0})
            provider["states"][row["_id"]["s"]] = row["n"]
            provider["total"] += row["n"]
        return {name: found for name, found in providers.items() if "." not in name}

    def _in_transaction(self, change):
        with self.database.client.start_session() as session:
            session.with_transaction(lambda _: change(session))


# What it does, and how often in comparison.
STEPS = {
    "create": 6,
    "create_in_another_clinic": 2,
    "delete": 4,
    "claim": 1,
    "rename": 5,
    "change_mrn": 3,
    "change_address": 3,
    "change_details": 2,
    "remove_address_everywhere": 1,
    "put_tags": 5,
    "assign_tag_to_all": 1,
    "create_tag": 1,
    "delete_tag": 1,
    "put_sites": 4,
    "create_site": 1,
    "rename_site": 1,
    "delete_site": 1,
    "convert_tag_to_site": 1,
    "review": 6,
    "take_review_back": 2,
    "remind": 2,
    "request_connection": 2,
    "replace_data_sources": 4,
    "replace_summary": 8,
    "change_inside_summary": 8,
    "remove_summary": 1,
    "remove_summary_by_id": 1,
    "change_clinic": 1,
    "create_and_delete_a_clinic": 1,
}


class Working:
    """`with Working(writer, per_second=50):` writes in a thread of its own meanwhile. What goes wrong in it is raised
    at the end of the block."""

    def __init__(self, writer, *, per_second):
        self._writer, self._pause = writer, 1 / per_second
        self._end, self._failure = threading.Event(), None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self._writer

    def __exit__(self, kind, *_):
        self._end.set()
        self._thread.join()
        if kind is None and self._failure is not None:
            raise self._failure

    def _run(self):
        due = time.monotonic()
        try:
            while not self._end.is_set():
                self._writer.step()
                due = max(due + self._pause, time.monotonic() - 1)
                self._end.wait(max(0, due - time.monotonic()))
        except Exception as error:  # noqa: BLE001 (raised where the block ends)
            self._failure = error

"""Pairs of clinics to merge, made from a seed, and what their merge must leave behind."""

from datetime import timedelta
from random import Random

from bson import ObjectId

from clinic_records.services import closures
from kernel import clock, db
from merges.services import merging, preparing, running
from patients import kept
from patients.services import patient_counts
from tests import factories
from tests.events import deliver_all

NAMES = ("Iris Example", "Noor Sample", "Max Muster", "Ada Example", "Lin Test")
TAGS = ("Type 1", "type1", "Type 2", "Pump", "Young", "Group A")
SITES = ("North", "north", "A", "A (2)", "South", "Köln")
COLLECTIONS = (
    *("clinics", "clinicians", "patients", "merge_plans"),
    *("clinic_deletions", "clinician_deletions", "patient_deletions", kept.COUNTS),
)
_LEFT_EMPTY = ("clinicMergeItems", "clinicMergeDocuments", "clinicClosures", "clinicsToMerge")
# What differs between two runs of the same merge.
_TIMES = (
    *("createdTime", "updatedTime", "deletedTime", "countedTime", "doubtedTime", "time"),
    "generation",
)
_INTERNAL = ("placeChanges", "planId")


class Maker:
    """Everything it makes follows from the seed, the ids too."""

    def __init__(self, seed, *, patients=(12, 10), members=4):
        self.dice = Random(seed)
        self.patients, self.members = patients, members
        self.people = [self.dice.randbytes(5).hex() for _ in range(members + 2)]
        self.users = [
            self.dice.randbytes(5).hex() for _ in range(max(patients) + min(patients) // 2)
        ]

    def object_id(self):
        return ObjectId(self.dice.randbytes(12))

    def some(self, values, most=3):
        return self.dice.sample(values, self.dice.randint(0, min(most, len(values))))

    def pair(self, **settings_of_both):
        unique = self.dice.random() < 0.5
        settings_of_both = {
            "mrnSettings": {"required": False, "unique": unique},
            **settings_of_both,
        }
        return (
            self.clinic("Lakeside", 0, **settings_of_both),
            self.clinic("Hillside", 1, **settings_of_both),
        )

    def clinic(self, name, side, **fields):
        tags = {self.object_id(): tag for tag in self.tags(side)}
        sites = [{"id": self.object_id(), "name": site} for site in self.sites(side)]
        code = "-".join("".join(self.dice.choices("ABCDEFGH", k=4)) for _ in range(3))
        clinic = factories.make_clinic(
            _id=self.object_id(),
            name=name,
            isMigrated=True,
            canonicalShareCode=code,
            shareCodes=[code],
            patientTags=[{"_id": tag_id, "name": tag} for tag_id, tag in tags.items()],
            sites=sites,
            **fields,
        )
        self.add_members(clinic, side)
        users = self.users[: self.patients[0]] if side == 0 else self.users[-self.patients[1] :]
        rows = [self.patient(n, user, list(tags), sites, side) for n, user in enumerate(users)]
        if rows:
            factories.make_patients(clinic, rows)
        return db.collection("clinics").find_one({"_id": clinic["_id"]})

    def tags(self, side):
        """Look-alikes are in different clinics, since none has both."""
        return self.some([t for t in TAGS if t != TAGS[1 - side]], most=5)

    def sites(self, side):
        return self.some([s for s in SITES if s != SITES[1 - side]], most=5)

    def add_members(self, clinic, side):
        admins = []
        for user in self.people[side : side + self.members]:
            roles = [self.dice.choice(["CLINIC_ADMIN", "CLINIC_MEMBER"])]
            admins += [user] if "CLINIC_ADMIN" in roles else []
            db.collection("clinicians").insert_one(
                {
                    "_id": self.object_id(),
                    "clinicId": clinic["_id"],
                    "userId": user,
                    "email": f"{user}@example.org",
                    "name": f"Member {user}",
                    "roles": roles,
                    "createdTime": clock.now(),
                    "updatedTime": clock.now(),
                }
            )
        db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": {"admins": admins}})

    def name(self):
        """Some share one. In large clinics not more than in small ones, for the plan names each to the others."""
        name = self.dice.choice(NAMES)
        return f"{name} {self.dice.randrange(len(self.users))}" if len(self.users) > 200 else name

    def patient(self, number, user, tags, sites, side):
        fields = {
            "_id": self.object_id(),
            "userId": user,
            "fullName": self.name(),
            "birthDate": f"19{self.dice.randint(50, 52)}-01-02",
            "mrn": self.dice.choice([None, f"{side}-{number}"]),
            "tags": self.some(tags),
            "sites": self.some(sites),
            "reviews": [{"clinicianId": self.people[0], "time": clock.now()}],
            "ehrSubscriptions": {"summaryAndReports": {"active": True, "provider": "redox"}},
            "dataSources": [{"providerName": "dexcom", "state": "connected"}],
            "summary": {"cgmStats": {"id": user}},  # the same in both, since it is the person's
        }
        if self.dice.random() < 0.3:
            fields["permissions"] = {"view": {}}
        return {name: value for name, value in fields.items() if value is not None}


def without_waiting(monkeypatch, *, margin=0.0):
    """No process waits for others to notice the merge, for longer than `margin` seconds; and one delivery carries it
    out to its end, on a slow machine too."""
    monkeypatch.setattr(closures, "CACHE_SECONDS", 0)
    monkeypatch.setattr(preparing, "MARGIN", margin)
    monkeypatch.setattr(running, "SLICE", timedelta(days=1))


def count_patients(*clinics):
    for clinic in clinics:
        patient_counts.refresh_patient_count(clinic["_id"])


def merge(source, target, **more):
    """Ask for the merge and carry it out. The merge at its end."""
    asked = merging.request_merge(
        source_id=source["_id"], target_id=target["_id"], requested_by="a test", **more
    )
    deliver_all()
    return merging.access_merge(asked["_id"])


# --- the same merge again and again ----------------------------------------------------------------
def ask(seed, **size):
    """A merge of clinics that are made again, as they were. Its id."""
    for name in (*COLLECTIONS, "clinicMerges", *_LEFT_EMPTY, "outbox"):
        db.collection(name).delete_many({})
    source, target = Maker(seed, **size).pair()
    count_patients(source, target)
    asked = merging.request_merge(
        source_id=source["_id"], target_id=target["_id"], requested_by="a test"
    )
    return str(asked["_id"])


def end_of(merge_id):
    """The clinics, what the merge says of itself, what it has left over, and who gets a mail, as often as there is
    one."""
    merge = merging.access_merge(merge_id)
    rows = db.collection("outbox").find({"event": "merge.account_affected"})
    shown = {
        name: merge[name] for name in ("state", "stage", "done", "total", "numbers", "problem")
    }
    left = [db.collection(name).find_one({}) for name in _LEFT_EMPTY]
    return {
        "merge": shown,
        "told": sorted((row["payload"]["userId"], row["payload"]["role"]) for row in rows),
        "left": left,
        "stored": snapshot(),
    }


def plan_documents(merge):
    return list(db.collection("merge_plans").find({"planId": merge["_id"]}))


def patients_of(clinic):
    return {p["userId"]: p for p in db.collection("patients").find({"clinicId": clinic["_id"]})}


def tag_names(clinic, patient):
    names = {tag["_id"]: tag["name"] for tag in clinic.get("patientTags", [])}
    return {names[tag] for tag in patient.get("tags", [])}


def counts_are_right(clinic_id):
    """The kept counts equal those of a count of everything."""
    stored = db.collection(kept.COUNTS).find_one({"_id": clinic_id})
    counted = patient_counts._count_everything(clinic_id)
    counted = {
        name: counted[name] for name in ("total", "demo", "plan", "sources", "tags", "sites")
    }
    present = {name: _without_zeros(stored[name]) for name in counted}
    return present == {name: _without_zeros(value) for name, value in counted.items()}


def _without_zeros(value):
    if not isinstance(value, dict):
        return value
    inner = {name: _without_zeros(member) for name, member in value.items()}
    return {name: member for name, member in inner.items() if member not in (0, {})}


def snapshot(*, collections=COLLECTIONS):
    """Everything that a merge may change, without times, and with names in place of new ids."""
    stored = {name: list(db.collection(name).find({})) for name in collections}
    new = _names_of_new(stored.get("clinics", []))
    return {
        name: sorted((_plain(document, new) for document in documents), key=repr)
        for name, documents in stored.items()
    }


def _names_of_new(clinics):
    """The ids that a merge gave to tags; sites keep theirs."""
    return {str(tag["_id"]): tag["name"] for c in clinics for tag in c.get("patientTags") or []}


def _plain(value, new):
    if isinstance(value, dict):
        return {
            new.get(name, name): _plain(member, new)
            for name, member in value.items()
            if name not in (*_TIMES, *_INTERNAL) and not (name == "_id" and _is_new(value))
        }
    if isinstance(value, list):
        members = [_plain(member, new) for member in value]
        return sorted(members, key=repr)
    if isinstance(value, ObjectId):
        return new.get(str(value), value)
    return value


def _is_new(document):
    """Documents that a merge inserts: plans and archives."""
    return "planId" in document or "deletedTime" in document

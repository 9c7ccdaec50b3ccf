"""A service after years of use: ids, names, reasons and lists as long as real ones."""

from datetime import timedelta
from uuid import UUID

from bson import ObjectId
from django.contrib.auth.models import Group, User

from clinics.admin.members import audit_key
from clinics.admin.settings import SETTINGS
from clinics.services import troubles
from ehr.choices import BulkState
from kernel import audit, clock, db
from kernel.choices import JobState
from kernel.daily import keeping
from merges.choices import MergeState
from notifications.services import mailer
from patients.admin.list_columns import COLUMNS
from patients.services import list_views
from patients.services.list_views import ViewDetails, Viewer
from tests import ehr
from tests.admin.checked_files import checked_file
from tests.factories import make_clinic, make_patient
from users.services.neighbours import profile_service
from webhooks.choices import DeliveryState, EventKind, WebhookState

LONG_NAME = "Universitätsklinikum Lakeside-Nord: Endocrinology, Diabetes and Metabolism Outpatient Center of the Greater Harbor Region"
PERSON = "Dr. med. Maximiliana-Alexandra Featherstonehaugh-Wolfeschlegelstein"
ADDRESS = (
    "maximiliana.featherstonehaugh-wolfeschlegelstein@endocrinology.lakeside-hospital.example.org"
)
REASON = (
    "TICKET-20418: the clinic's contract was renewed and the account manager asked for this by mail; see "
    "https://support.example.org/tickets/20418/conversations/5f1c9a2e7b6d4c3a8e0f1b2c3d4e5f60?view=all#answer-17 for the whole story"
)
NOW = clock.now()
ALL_COLUMNS = [column.name for column in COLUMNS]


def long_id(number):
    return str(UUID(int=0x8F3A_5C71_2D4E_4B6A_9C8D_0E1F_2A3B_4C5D + number))


class LargeData:
    """One clinic in which everything is long. `values` has examples for the arguments of routes."""

    def __init__(self):
        self.clinic = self._clinic()
        self.members = [self._member(number) for number in range(4)]
        self.program = self._member(4, isServiceAccount=True, name=LONG_NAME)
        self.patients = [self._patient(number) for number in range(3)]
        self.rows = [self._row(state) for state in ("pending", "dead", "done")]
        self.messages = [self._message(state) for state in ("done", "failed")]
        self.sends = [self._send(state) for state in ("done", "ignored", "failed", "pending")]
        sync = {"clinicId": self.clinic["_id"], "createdTime": NOW, "after": None, "count": 4}
        db.collection("ehrSyncs").insert_one({"_id": ObjectId(), **sync})
        self.orders = [self._order(state) for state in ("done", "failed")]
        self.preorders = [self._preorder(flow) for flow in ("patient", "guardian")]
        self.deliveries = [self._delivery(kind) for kind in ("results", "notes")]
        self.user = self._staff()
        self.events = [self._event(number) for number in range(3)]
        self.target = self._target()
        self.merges = [self._merge(state) for state in MergeState]
        self.bulk_runs = [self._bulk_run(state) for state in BulkState]
        self.jobs = [self._job(state) for state in JobState]
        self.offers = [self._offer(number) for number in range(2)]
        self.webhooks = [self._webhook(state) for state in WebhookState]
        self.files = [checked_file(self.clinic, left_out=20)]
        self.views = [self._view(is_shared=is_shared) for is_shared in (False, True)]
        self._mails()
        keeping.keep()
        troubles.keep()

    @property
    def values(self):
        clinic, moment = self.clinic, round(NOW.timestamp() * 1000)
        return {
            "clinic_id": [clinic["_id"]],
            "source_id": [clinic["_id"]],
            "target_id": [self.target["_id"]],
            "merge_id": self.merges,
            "webhook_id": self.webhooks,
            "message_id": [ObjectId()],
            "bulk_id": self.bulk_runs,
            "job_id": self.jobs,
            "file_id": self.files,
            "view_id": self.views,
            "user_id": [self.patients[0]["userId"], self.members[0]["userId"], self.program["userId"], self.user.pk],
            "kind": [*SETTINGS, "tag", "site"],
            "tag_or_site_id": [clinic["patientTags"][0]["_id"], clinic["sites"][0]["id"]],
            "invite": [audit_key(self.members[-1]["inviteId"])],
            "offer_id": self.offers[:1],
            "event_id": self.events[1:2],
            "row_id": self.rows[:2],
            "document_id": [self.messages[1], self.sends[2], self.orders[1], *self.preorders],
            "delivery_id": self.deliveries[1:],
            "run_id": [f"{clinic['_id']}-{moment:x}"],
            "template": ["signup_custodial_new_clinic_experience_confirmation"],
            "what": ["second-factor", "identity"],
            "object_id": [self.user.pk],
            "id": [self.user.pk],
            "app_label": ["auth"],
            "url": ["nothing"],
        }  # fmt: skip

    def _clinic(self):
        tags = [{"_id": ObjectId(), "name": f"Wolfeschlegelstein {n}"} for n in range(6)]
        names = (
            "St. Mary’s & St. Joseph’s Memorial Hospital, Outpatient Pavilion Building C, fourth floor, east wing",
            "Nord",
        )
        sites = [{"id": ObjectId(), "name": name} for name in names]
        settings = {
            **ehr.SETTINGS,
            "destinationIds": {kind: long_id(n) for n, kind in enumerate(("flowsheet", "notes", "results"))},
        }  # fmt: skip
        states = {
            "states": {
                "pending": 12,
                "error": 4,
                "connected": 803,
                "disconnected": 33,
                "pendingReconnect": 7,
            },
            "total": 859,
        }
        return make_clinic(
            name=LONG_NAME,
            address="1500 Riverside Boulevard, Building C, Suite 1204",
            city="Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
            state="WA", postalCode="98101-2345", phoneNumbers=[{"type": "Office", "number": "+1 (555) 010-0100 ext. 20418"}],
            website="https://www.lakeside-hospital.example.org/departments/endocrinology-diabetes-and-metabolism/outpatient-center/",
            clinicType="healthcare_system", clinicSize="1000+", patientTags=tags, sites=sites, ehrSettings=settings,
            mrnSettings={"required": True, "unique": True}, suppressedNotifications={"patientClinicInvitation": True},
            membershipRestrictions=[{"emailDomain": "endocrinology.lakeside-hospital.example.org", "requiredIdp": "lakeside-hospital-active-directory"}],
            patientCountSettings={"hardLimit": {"plan": 250, "startDate": NOW, "endDate": NOW}, "softLimit": {"plan": 200}},
            patientCount={"total": 1249, "demo": 1, "plan": 1248, "providers": dict.fromkeys(("dexcom", "abbott", "twiist"), states)},
        )  # fmt: skip

    def _target(self):
        """A clinic of the same name, with the same people, tags and sites, and other settings."""
        kept = ("name", "patientTags", "sites", "membershipRestrictions")
        target = make_clinic(**{name: self.clinic[name] for name in kept})
        for number, patient in enumerate(self.patients):
            same = {"userId": patient["userId"]} if number == 0 else {}
            make_patient(target, fullName=patient["fullName"], mrn=patient["mrn"], **same)
        return target

    def _merge(self, state):
        problem = {
            "code": "settings_mismatch", "severity": "blocks", "message": "Settings mismatch", "subjects": ["Timezone"],
            "advice": "Give both workspaces the same values of: Timezone, and all the others that are listed here.",
        }  # fmt: skip
        merge = {
            "_id": ObjectId(), "sourceId": ObjectId(), "targetId": self.target["_id"], "sourceName": LONG_NAME,
            "targetName": LONG_NAME, "state": state.value, "stage": "patients" if state == "running" else "", "done": 4711,
            "total": 20_000, "problems": [problem], "problem": REASON, "reason": REASON,
            "numbers": {"resultingPatients": 19_999, "movedPatients": 9_876}, "requestedBy": f"staff:{self.user.pk}",
            "createdTime": NOW, "updatedTime": NOW,
        }  # fmt: skip
        db.collection("clinicMerges").insert_one(merge)
        return merge["_id"]

    def _webhook(self, state):
        hook = {
            "_id": ObjectId(), "clinicId": self.clinic["_id"], "url": "https://" + "receiver." * 20 + "example.org/" + "a" * 300,
            "kinds": EventKind.values, "description": LONG_NAME, "state": state.value, "secret": "sealed", "failures": 4711,
            "createdBy": f"staff:{self.user.pk}", "createdTime": NOW, "updatedTime": NOW, "failingSince": NOW, "heldUntil": NOW,
            "deliveredTime": NOW, "oldSecret": "sealed", "oldSecretUntil": NOW,
            **({"offReason": "failing"} if state == WebhookState.OFF else {}),
            **({"endedTime": NOW} if state == WebhookState.ENDED else {}),
        }  # fmt: skip
        db.collection("webhooks").insert_one(hook)
        data = {
            "clinicId": str(self.clinic["_id"]),
            "userId": long_id(1),
            "orderId": "a" * 24,
            "state": "done",
        }
        db.collection("webhookDeliveries").insert_many([
            {
                "_id": ObjectId(), "webhookId": hook["_id"], "clinicId": self.clinic["_id"], "eventId": str(ObjectId()), "kind": kind,
                "subject": long_id(1), "data": data, "eventTime": NOW, "state": found.value, "attempts": 102, "lastStatus": 503,
                "lastError": "status", "lastTime": NOW, "dueTime": NOW, "createdTime": NOW,
            }
            for kind in EventKind.values for found in DeliveryState
        ])  # fmt: skip
        return hook["_id"]

    def _bulk_run(self, state):
        item = {
            "userId": self.patients[0]["userId"],
            "plan": "Gets the address of the order",
            "isPlanned": True,
        }
        left_out = {
            "userId": long_id(600),
            "plan": "The order has no address that can be used, or is gone: left out",
            "isPlanned": False,
        }
        done = {
            **item,
            "isBegun": True,
            "outcome": "The change was refused: left as it was",
            "isDone": False,
        }
        run = {
            "_id": ObjectId(), "clinicId": self.clinic["_id"], "kind": "addresses", "options": {}, "limit": 500, "state": state.value,
            "after": long_id(5), "items": [done, item, left_out] * 9, "planned": 18, "leftOut": 501, "position": 1, "succeeded": 1, "steps": 4,
            "problem": REASON if state == BulkState.STOPPED else "", "reason": "" if state == BulkState.PROPOSED else REASON,
            "askedBy": {"actor_id": str(self.user.pk), "actor_kind": "staff", "actor_name": ADDRESS}, "createdTime": NOW, "updatedTime": NOW,
        }  # fmt: skip
        db.collection("ehrBulkRuns").insert_one(run)
        return run["_id"]

    def _job(self, state):
        is_done = state == JobState.DONE
        job = {
            "_id": ObjectId(), "kind": "patients.export", "clinicId": self.clinic["_id"], "clinicName": LONG_NAME, "wanted": {},
            "options": {"format": "xlsx", "name": "patients"}, "about": LONG_NAME, "state": state.value, "steps": 9, "position": 4, "total": 123_456,
            "done": 2_000, "succeeded": 1_999, "problem": REASON if state == JobState.FAILED else "", "reason": REASON,
            "log": [{"time": NOW, "words": "2000 of 123456"}] * 30,
            "narrowed": [{"title": "Search", "value": LONG_NAME}, {"title": "Tag", "value": LONG_NAME}],
            "leftOut": [{"words": REASON, "count": 700, "items": [str(ObjectId())] * 500}],
            "askedBy": {"actor_id": str(self.user.pk), "actor_kind": "staff", "actor_name": ADDRESS}, "createdTime": NOW, "updatedTime": NOW,
            **({"again": {"state": JobState.RUNNING.value, "until": NOW + timedelta(days=3)}} if state == JobState.FAILED else {}),
            **({"file": {"series": str(ObjectId()), "size": 7_654_321, "expiresTime": NOW + timedelta(days=1)}} if is_done else {}),
        }  # fmt: skip
        db.collection("jobs").insert_one(job)
        return job["_id"]

    def _view(self, *, is_shared):
        viewer = Viewer(self.clinic["_id"], f"staff:{self.user.pk}", is_admin=False, group="staff")
        conditions = {
            "tag": str(self.clinic["patientTags"][0]["_id"]),
            "data": "90",
            "order": "cgm-oldest",
        }
        details = ViewDetails(f"{LONG_NAME[:99]}", is_shared, conditions, ALL_COLUMNS)
        return list_views.create_view(viewer, details).stored["id"]

    def _member(self, number, **fields):
        is_invite = number == 3
        joined = (
            {"userId": long_id(number), "name": PERSON}
            if not is_invite
            else {"inviteId": "secret-key-of-the-invite"}
        )
        document = {
            "_id": ObjectId(), "clinicId": self.clinic["_id"], "email": f"{number}.{ADDRESS}", "createdTime": NOW, "updatedTime": NOW,
            "roles": ["CLINIC_ADMIN", "CLINIC_MEMBER", "PRESCRIBER"][number % 2 :], **joined,
            "rolesUpdates": [{"roles": ["CLINIC_ADMIN", "PRESCRIBER"], "updatedBy": long_id(9)}] * 2, **fields,
        }  # fmt: skip
        db.collection("clinicians").insert_one(document)
        if not is_invite:
            admins = {"$addToSet": {"admins": document["userId"]}}
            db.collection("clinics").update_one({"_id": self.clinic["_id"]}, admins)
        return document

    def _patient(self, number):
        source = {
            "providerName": "dexcom",
            "state": "pendingReconnect",
            "latestDataTime": NOW,
            "modifiedTime": NOW,
            "expirationTime": NOW,
        }
        requests = {"dexcom": [{"providerName": "dexcom", "createdTime": NOW}]}
        other_sources = [
            {"providerName": "abbott", "state": "error", "modifiedTime": NOW},
            {"providerName": ADDRESS, "state": "disconnected", "modifiedTime": NOW},
        ]
        patient = make_patient(
            self.clinic,
            userId=long_id(100 + number), fullName=f"{PERSON} {number}", email=f"p{number}.{ADDRESS}",
            mrn=f"LKSD-2026-000000{number}-ABCDEFGHIJ", diagnosisType="type1", targetDevices=["Omnipod DASH", "Dexcom G7"],
            tags=[tag["_id"] for tag in self.clinic["patientTags"]], sites=self.clinic["sites"],
            permissions={"custodian": {}, "view": {}, "upload": {}, "note": {}}, invitedBy=long_id(0),
            dataSources=[source] * 3 + other_sources, providerConnectionRequests=requests, reviews=[{"clinicianId": long_id(0), "time": NOW}] * 2,
            summary={**ehr.summary(), **ehr.summary(bgm=True)}, lastUploadReminderTime=NOW,
        )  # fmt: skip
        ehr.subscribe(patient)
        return patient

    def _row(self, state):
        document = {
            "_id": ObjectId(), "event": "signup.custodial_new_clinic_experience_mail_due", "key": long_id(5), "state": state,
            "handler": "notifications.tell_the_patient_of_the_new_clinic", "payload": {"clinicId": str(ObjectId())},
            "queue": "default", "attempts": 12, "createdTime": NOW, "updatedTime": NOW, "notBefore": NOW,
            "reason": "" if state == "done" else "ServiceUnavailable: the user service cannot be reached",
        }  # fmt: skip
        db.collection("outbox").insert_one(document)
        return document["_id"]

    def _message(self, state):
        body = ehr.order()
        document = {"_id": ObjectId(), "meta": body["Meta"], "message": body}
        db.collection("redox").insert_one(document)
        self._record("message", document["_id"], state, documentTime=NOW)
        return document["_id"]

    def _send(self, state):
        patient = self.patients[0]
        order = {"_id": ObjectId(), "meta": ehr.order()["Meta"], "message": ehr.order()}
        document = {
            "_id": ObjectId(), "clinicId": self.clinic["_id"], "userId": patient["userId"], "createdTime": NOW,
            "lastMatchedOrder": order, "precedingDocument": {"_id": ObjectId(), "createdTime": NOW},
        }  # fmt: skip
        db.collection("scheduledSummaryAndReportsOrders").insert_one(document)
        self._record("scheduled", document["_id"], state, documentTime=NOW)
        return document["_id"]

    def _record(self, kind, document_id, state, **fields):
        record = {
            "_id": ObjectId(), "kind": kind, "documentId": document_id, "state": state, "attempts": 12,
            "clinicId": self.clinic["_id"], "userId": self.patients[0]["userId"], "createdTime": NOW, "updatedTime": NOW,
            "sends": {"results": NOW, "flowsheet": NOW}, "noteEventType": "Replace", "leftOut": ["note", "tags"],
            "outcome": "noMatchingPatient" if state == "failed" else "sent", **fields,
        }  # fmt: skip
        if state == "failed":
            record["lastError"] = "KeyError: 'a name of a field that no one has thought of before'"
        db.collection("ehrProcessing").insert_one(record)

    def _order(self, state):
        notification = {
            "deployment": long_id(8), "orderId": long_id(9), "eventType": "order", "eventContext": "new", "eventTimeStamp": NOW,
        }  # fmt: skip
        data = {"preorder": {"dataTrackingId": long_id(len("patient"))}}
        document = {"_id": ObjectId(), "eventNotification": notification, "orderData": data}
        db.collection("xealth_order").insert_one(document)
        self._record("xealth_order", document["_id"], state, documentTime=NOW)
        return document["_id"]

    def _preorder(self, flow):
        person = {"email": ADDRESS, "connectAbbott": True}
        if flow == "guardian":
            person |= {"firstName": PERSON, "lastName": PERSON}
        tags = [str(tag["_id"]) for tag in self.clinic["patientTags"]]
        document = {
            "_id": ObjectId(), "dataTrackingId": long_id(len(flow)), "clinicId": self.clinic["_id"], "fullName": PERSON,
            flow: person, "tags": {"ids": [*tags, str(ObjectId())]}, "createdTime": NOW, "updatedTime": NOW,
        }  # fmt: skip
        db.collection("xealth_preorder").insert_one(document)
        return document["_id"]

    def _delivery(self, kind):
        document = {
            "_id": ObjectId(), "kind": kind, "documentId": self.sends[0], "clinicId": self.clinic["_id"],
            "userId": self.patients[0]["userId"], "destination": f"{long_id(7)} (Lakeside Orders and Results)",
            "createdTime": NOW, "time": NOW, "embedded": True, "payload": ehr.order(),
        }  # fmt: skip
        if kind == "notes":
            document["report"] = b"%PDF-1.4\n%%EOF"
        db.collection("redoxDeliveries").insert_one(document)
        return document["_id"]

    def _staff(self):
        user = User.objects.create_user(
            f"{ADDRESS[:60]}", ADDRESS, is_staff=True, first_name="Maximiliana-Alexandra", last_name=PERSON[-40:]
        )  # fmt: skip
        user.groups.set(Group.objects.exclude(name="auditor"))
        return user

    def _event(self, number):
        what = (
            {"action": "clinic.notifications_changed", "object_type": "clinic", "object_name": LONG_NAME},
            {"action": "clinician.roles_changed", "object_type": "clinicianInvite"},
            {"action": "patient.connection_requested", "object_type": "patient", "outcome": "refused"},
        )[number]  # fmt: skip
        return audit.record(
            actor_id=str(self.user.pk), actor_kind="staff", actor_name=self.user.username, reason=REASON,
            object_id=long_id(number), clinic_id=self.clinic["_id"],
            before={"roles": ["CLINIC_MEMBER"], "tags": ["Wolfeschlegelstein 1"] * 9, "destinationIds": {"notes": long_id(1)}},
            after={"roles": ["CLINIC_ADMIN", "PRESCRIBER"], "tags": [], "destinationIds": {"notes": long_id(2)}}, **what,
        )  # fmt: skip

    def _offer(self, number):
        document = {
            "_id": long_id(300 + number), "type": "careteam_invitation", "status": "pending", "clinicId": str(self.clinic["_id"]),
            "creatorId": long_id(200 + number), "created": NOW, "expiresAt": NOW + timedelta(days=7),
        }  # fmt: skip
        profile_service().update_profile(long_id(200 + number), {"fullName": PERSON})
        db.collection("confirmations").insert_one(document)
        return document["_id"]

    def _mails(self):
        for state in ("sent", "failed"):
            record = {
                "_id": ObjectId(), "template": "signup_custodial_new_clinic_experience_confirmation", "state": state,
                "recipientHash": mailer.recipient_hash(ADDRESS), "time": NOW, "tries": 12,
            }  # fmt: skip
            db.collection("sentMails").insert_one(record)
        record = {
            "_id": ObjectId(), "template": "request_dexcom_reconnect", "state": "unclear", "time": NOW, "tries": 2,
            "recipientHash": mailer.recipient_hash(self.patients[0]["email"]),
        }  # fmt: skip
        db.collection("sentMails").insert_one(record)

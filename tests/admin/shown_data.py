"""The service on an ordinary day, for the pictures of the handbook: the demo clinic of `make run`, three more, and what
the tickets of the handbook are about. Everyone is invented."""

import json
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bson import ObjectId
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command

from clinics import tasks
from clinics.services import clinicians
from clinics_site.management.commands import seed_demo
from kernel import audit, clock, db, jobs
from kernel.daily import keeping, store
from kernel.following import rows
from kernel.following.registered import BY_NAME
from notifications.services import mailer
from patients.services import list_views, patients
from patients.services.list_views import ViewDetails, Viewer
from patients.services.patient_details import PatientDetails
from redox.services import admin_reads, scheduling, webhook
from tests.admin.checked_files import checked_file
from tests.admin.conftest import PASSWORD
from tests.events import deliver_all
from tests.factories import make_clinic, make_patient
from users.services.neighbours import profile_service
from webhooks.choices import DeliveryState, EventKind, WebhookState

ADDRESS = "mara.quill@example.org"
NOW = clock.now()
TICKET = "TICKET-20418: the contract was renewed"


class ShownData:
    """`values` has examples for the addresses of the pictures."""

    def __init__(self):
        self.staff = self._staff()
        self.clinic = self._demo_clinic()
        self.full_clinic = self._full_clinic()
        self.small_clinic = self._small_clinic()
        make_clinic(name="Summit Pediatrics", admins=[], createdTime=NOW - timedelta(days=3))
        self.patient = self._patient()
        self._invitations()
        self._saved_filters()
        self.file = checked_file(self.clinic)
        self.tag = next(tag["_id"] for tag in self.clinic["patientTags"] if tag["name"] == "Type 1")
        self.job = self._jobs()
        deliver_all()
        self.run = self._sync()
        deliver_all()
        self.webhook = self._webhook()
        self._unmatched_order()
        self._event_that_gave_up()
        self._history()
        self._processes()
        self._numbers()
        tasks.keep_troubles()

    @property
    def values(self):
        unmatched = db.collection("ehrProcessing").find_one({"outcome": "no_patient"})
        return {
            "clinic": self.clinic["_id"],
            "full_clinic": self.full_clinic["_id"],
            "small_clinic": self.small_clinic["_id"],
            "patient": self.patient["userId"],
            "member": self._member_id(),
            "tag": self.tag,
            "run": self.run,
            "webhook": self.webhook,
            "file": self.file,
            "job": self.job,
            "unmatched_order": unmatched["documentId"],
            "address": ADDRESS,
        }

    def _jobs(self):
        """Some that are about the demo clinic; the last one is returned. It removes someone who is there only for
        that."""
        details = {"fullName": "Otto Lund", "birthDate": "1958-02-11", "mrn": "Q1000008"}
        leaving = patients.create_custodial_patient(
            clinic_id=self.clinic["_id"], details=PatientDetails(details)
        )
        asked_by = {"actor_id": str(self.staff.pk), "actor_kind": "staff", "actor_name": "sam"}
        tagged = {"change": "add", "tag": str(self.tag)}
        exported = {"format": "xlsx", "name": "patients"}
        leaves = {"userIds": [leaving["userId"], "0123456789"]}
        for kind, about, options, wanted in (
            ("clinic.count", "", {}, {}),
            ("patients.tag", "Give the tag: Type 1", tagged, {"userIds": [self.patient["userId"]]}),
            ("patients.export", "Excel", exported, {}),
            ("patients.remove", f"Remove from {self.clinic['name']}", {}, leaves),
        ):
            job_id = jobs.begin(
                jobs.KINDS[kind], clinic=self.clinic, asked_by=asked_by, wanted=wanted, options=options, about=about, reason=TICKET
            )  # fmt: skip
        return job_id

    def _sync(self):
        scheduling.sync_clinic(self.clinic["_id"])
        sync = db.collection("ehrSyncs").find_one({"clinicId": self.clinic["_id"]})
        return admin_reads.run_id(sync["clinicId"], sync["createdTime"])

    def _webhook(self):
        """Its receiver was down for a while: two messages were given up."""
        moment = NOW - timedelta(hours=2)
        kinds = [EventKind.PATIENT_CREATED, EventKind.PATIENT_REMOVED]
        hook = {
            "_id": ObjectId(), "clinicId": self.clinic["_id"], "url": "https://hooks.partner.example.org/clinics",
            "kinds": [kind.value for kind in kinds], "description": "Lists of the partner", "state": WebhookState.ON.value,
            "secret": "sealed", "failures": 0, "createdBy": f"staff:{self.staff.pk}", "createdTime": NOW - timedelta(days=40),
            "updatedTime": NOW, "deliveredTime": moment, "place": 0,
        }  # fmt: skip
        db.collection("webhooks").insert_one(hook)
        for ago, kind, state in (
            (1, kinds[0], DeliveryState.DELIVERED),
            (30, kinds[1], DeliveryState.PARKED),
            (31, kinds[0], DeliveryState.PARKED),
        ):
            moment = NOW - timedelta(hours=ago)
            is_parked = state == DeliveryState.PARKED
            failure = {"lastStatus": 503, "lastError": "status"} if is_parked else {}
            db.collection("webhookDeliveries").insert_one(
                {
                    "_id": ObjectId(), "webhookId": hook["_id"], "clinicId": self.clinic["_id"], "eventId": str(ObjectId()),
                    "kind": kind.value, "subject": self.patient["userId"], "eventTime": moment, "state": state.value,
                    "data": {"clinicId": str(self.clinic["_id"]), "userId": self.patient["userId"]}, "createdTime": moment,
                    "attempts": 12 if is_parked else 1, "lastTime": moment, "dueTime": moment, **failure,
                }
            )  # fmt: skip
        return hook["_id"]

    def _saved_filters(self):
        viewer = Viewer(self.clinic["_id"], f"staff:{self.staff.pk}", is_admin=False, group="staff")
        for name, is_shared, conditions in (
            ("Connection failed", True, {"issue": "error", "order": "cgm-oldest"}),
            ("No data for 30 days", False, {"data": "30"}),
        ):
            list_views.create_view(viewer, ViewDetails(name, is_shared, conditions, columns=()))

    def _staff(self):
        for name, role in (("noor", "support"), ("theo", "integration"), ("ines", "auditor")):
            account = User.objects.create_user(name, f"{name}@example.org", is_staff=True)
            account.groups.set(Group.objects.filter(name=role))
        names = {"first_name": "Sam", "last_name": "Rivera"}
        return User.objects.create_superuser("sam", "sam@example.org", PASSWORD, **names)

    def _demo_clinic(self):
        with TemporaryDirectory() as folder:
            password = Path(folder) / "password"
            password.write_text(PASSWORD)
            call_command("seed_demo", password_file=password, stdout=_Nowhere())
        return db.collection("clinics").find_one({"name": seed_demo.PROFILE.name})

    def _full_clinic(self):
        return make_clinic(
            name="Northgate Endocrinology", city="Portland", state="OR", tier="tier0100", admins=["0123456789"],
            patientCountSettings={"hardLimit": {"plan": 250}, "softLimit": {"plan": 240}},
            patientCount={"total": 251, "demo": 1, "plan": 250}, clinicType="provider_practice", clinicSize="250-499",
            createdTime=NOW - timedelta(days=410), isMigrated=True, timezone="US/Pacific", PreferredBgUnits="mg/dL",
        )  # fmt: skip

    def _small_clinic(self):
        """Tags and sites have the names of the demo clinic's, and one patient is in both."""
        own = [{"_id": ObjectId(), "name": name} for name in ("Type 1", "Camp 2026")]
        clinic = make_clinic(
            name="Lakeside Diabetes Center (old)", patientTags=own, sites=[], admins=self.clinic["admins"],
            timezone=self.clinic["timezone"], createdTime=NOW - timedelta(days=800), isMigrated=True,
        )  # fmt: skip
        shared = db.collection("patients").find_one(
            {"clinicId": self.clinic["_id"]}, sort=[("fullName", 1)]
        )
        same = {name: shared[name] for name in ("userId", "fullName", "birthDate", "mrn")}
        make_patient(clinic, **same)
        make_patient(clinic, fullName="Ruth K. Berg", birthDate="1979-03-14", mrn="B2000001")
        return clinic

    def _patient(self):
        """One provider refuses the login, and a request for another was not answered."""
        asked, failed = NOW - timedelta(days=5), NOW - timedelta(days=9)
        sources = [
            {"providerName": "dexcom", "state": "error", "modifiedTime": failed, "latestDataTime": failed},
            {"providerName": "abbott", "state": "pending", "modifiedTime": asked},
        ]  # fmt: skip
        patient = patients.create_custodial_patient(
            clinic_id=self.clinic["_id"],
            details=PatientDetails(
                {"fullName": "Mara Quill", "birthDate": "1991-04-17", "mrn": "Q1000007", "email": ADDRESS}
            ),
        )  # fmt: skip
        requests = {"abbott": [{"providerName": "abbott", "createdTime": asked}]}
        db.collection("patients").update_one(
            {"_id": patient["_id"]},
            {"$set": {"dataSources": sources, "providerConnectionRequests": requests}},
        )
        db.collection("sentMails").insert_one(
            {
                "_id": ObjectId(), "template": "request_abbott_connect_custodial", "state": "sent", "time": asked, "tries": 1,
                "recipientHash": mailer.recipient_hash(ADDRESS),
            }
        )  # fmt: skip
        return patient

    def _invitations(self):
        details = clinicians.ClinicianDetails(
            roles=["CLINIC_MEMBER"], email="lena.late@example.org", invite_id="key-of-the-invite"
        )
        clinicians.create_clinician(clinic_id=self.clinic["_id"], details=details)
        for number, name in enumerate(("Jonas Weber", "Priya Patel")):
            sender = f"{number}123456789"
            profile_service().update_profile(sender, {"fullName": name})
            db.collection("confirmations").insert_one(
                {
                    "_id": f"key-{number}", "type": "careteam_invitation", "status": "pending", "creatorId": sender,
                    "clinicId": str(self.clinic["_id"]), "created": NOW, "expiresAt": NOW + timedelta(days=7 - number),
                }
            )  # fmt: skip

    def _unmatched_order(self):
        """An order about a person whom the clinic does not have."""
        order = seed_demo._order(
            {**self.patient, "userId": "unknown", "mrn": "Q9999999", "fullName": "Ida Quill"}
        )
        order["Patient"]["Demographics"]["DOB"] = "1961-08-30"
        webhook.receive(json.dumps(order).encode())
        deliver_all()

    def _event_that_gave_up(self):
        db.collection("outbox").insert_one(
            {
                "_id": ObjectId(), "event": "patient.updated", "handler": "notifications.ask_again_at_new_address",
                "key": self.patient["userId"], "state": "dead", "payload": {"clinicId": str(self.clinic["_id"])},
                "queue": "default", "attempts": 104, "createdTime": NOW - timedelta(days=1), "updatedTime": NOW, "notBefore": NOW,
                "lastError": "ServiceUnavailable: the user service cannot be reached",
            }
        )  # fmt: skip

    def _history(self):
        who = {
            "actor_id": str(self.staff.pk),
            "actor_kind": "staff",
            "actor_name": self.staff.username,
        }
        what = {
            "object_type": "clinic",
            "object_id": str(self.clinic["_id"]),
            "clinic_id": self.clinic["_id"],
        }
        audit.record(
            action="clinic.tier_changed",
            before={"tier": "tier0100"},
            after={"tier": "tier0300"},
            reason=TICKET,
            **who,
            **what,
        )
        audit.record(action="clinic.count_refreshed", **who, **what)

    def _processes(self):
        """All of them work."""
        names = ("beat", *(f"queue:{queue}" for queue in settings.OUTBOX_QUEUES))
        marks = [{"_id": name, "time": clock.now(), "began": NOW} for name in names]
        db.collection("heartbeats").insert_many(marks)
        later = NOW + timedelta(hours=1)
        followers = [{"_id": name, "followedTime": later, "leaseTime": later} for name in BY_NAME]
        db.database()[rows.COLLECTION].insert_many(followers)

    def _numbers(self):
        """Thirty days, with a bad one; today is counted."""
        rng = Random(7)
        for ago in range(1, 31):
            day = keeping.midnight(NOW) - timedelta(days=ago)
            failed = 9 if ago == 12 else rng.randint(0, 2)
            numbers = {
                "patients": {"patients": 63 - ago // 3},
                "mails": {"sent": rng.randint(20, 60), "failed": failed},
                "syncs": {"done": 60 if ago % 14 == 0 else rng.randint(0, 6), "failed": failed},
                "redoxOrders": {
                    "done": rng.randint(3, 12),
                    "ignored": rng.randint(0, 2),
                    "failed": failed // 4,
                },
                "xealthOrders": {"done": rng.randint(0, 4)},
                "apiErrors": {"failed": 4 * failed if ago == 12 else 0},
            }
            store.put(day, numbers, day + keeping.SETTLED)
        keeping.keep()

    def _member_id(self):
        member = db.collection("clinicians").find_one(
            {"clinicId": self.clinic["_id"], "name": "Ben Member"}
        )
        return member["userId"]


class _Nowhere:
    def write(self, *_):
        pass

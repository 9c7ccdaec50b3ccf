"""`manage.py ehr`: what operators list, repair and view (rules EHR-118 to EHR-122)."""

import json
from io import StringIO

import pytest
from bson import ObjectId
from django.core.management import CommandError, call_command

from ehr.services import operators
from kernel import clock, db
from tests import ehr
from tests.events import emitted
from tests.factories import make_clinic
from users.services import accounts
from users.services.neighbours import user_service


def run(*words):
    out = StringIO()
    call_command("ehr", *map(str, words), stdout=out)
    return out.getvalue().splitlines()


def custodial(clinic, **fields):
    granted = {"custodian": {}, "view": {}, "upload": {}, "note": {}}
    user = user_service().create_custodial_user(str(clinic["_id"]), None)
    return ehr.ehr_patient(
        clinic, **{"userId": user.user_id, "permissions": granted, "email": None, **fields}
    )


def stored(patient):
    return db.collection("patients").find_one({"_id": patient["_id"]})


def order_to(address):
    message = ehr.order()
    message["Patient"]["Demographics"]["EmailAddresses"] = [address]
    return message


def failed(kind="message", clinic_id=None):
    moment = clock.now()
    document = {
        "_id": ObjectId(), "kind": kind, "documentId": ObjectId(), "clinicId": clinic_id, "state": "failed",
        "lastError": "redox_message_500", "attempts": 103, "sends": {"results": moment},
        "documentTime": moment, "createdTime": moment, "updatedTime": moment,
    }  # fmt: skip
    db.collection("ehrProcessing").insert_one(document)
    return document


class TestLists:
    def test_clinics_with_an_enabled_connection_are_listed_for_any_provider(self):
        redox_clinic = ehr.ehr_clinic()
        xealth_clinic = ehr.ehr_clinic(provider="xealth", sourceId="x")
        ehr.ehr_clinic(enabled=False, sourceId="y")
        make_clinic()

        assert run("clinics", "list") == [
            f"{redox_clinic['_id']} Lakeside Clinic",
            f"{xealth_clinic['_id']} Lakeside Clinic",
            "Found 2 clinics",
        ]

    @pytest.fixture
    def people(self):
        clinic = ehr.ehr_clinic()
        b = ehr.ehr_patient(clinic, mrn="B", fullName="Bo Berg")
        a = ehr.ehr_patient(clinic, mrn="A", fullName="Al Abel")
        without_mrn = ehr.ehr_patient(clinic, mrn=None, fullName="Cy Cole")
        ehr.ehr_patient(make_clinic(), mrn="Z")
        ehr.subscribe(a)
        ehr.subscribe(without_mrn)
        db.collection("patients").update_one(
            {"_id": without_mrn["_id"]},
            {"$set": {"ehrSubscriptions.summaryAndReports.active": False}},
        )
        lines = {
            "a": f"MRN A - Al Abel [{a['userId']}] - Subscriptions [redox (active)]",
            "b": f"MRN B - Bo Berg [{b['userId']}] - Subscriptions [(empty)]",
            "c": f"MRN (empty) - Cy Cole [{without_mrn['userId']}] - Subscriptions [redox (inactive)]",
        }
        return clinic["_id"], lines, a

    @pytest.mark.parametrize(
        ("flags", "letters", "total"),
        [
            ([], "cab", 3),
            (["--limit", "1"], "c", 3),
            (["-l", "1", "-o", "1"], "a", 3),
            (["--with-mrn"], "ab", 2),
            (["--without-mrn"], "c", 1),
            (["--with-subscription"], "ca", 2),
            (["--without-subscription"], "b", 1),
            (["--with-mrn", "--with-subscription"], "a", 1),
        ],
    )
    def test_patients_are_listed_by_mrn_and_each_flag_filters(self, people, flags, letters, total):
        clinic_id, lines, _ = people

        expected = [*(lines[name] for name in letters), f"Found {total} patients"]
        assert run("patients", "list", clinic_id, *flags) == expected

    def test_a_user_id_lists_that_patient(self, people):
        clinic_id, lines, a = people

        assert run("patients", "list", clinic_id, "--user-id", a["userId"])[0] == lines["a"]

    @pytest.mark.parametrize("command", ["list", "backfill-emails"])
    def test_a_clinic_without_active_connection_is_refused(self, command):
        for clinic_id in (ehr.ehr_clinic(enabled=False)["_id"], ObjectId(), "nonsense"):
            with pytest.raises(CommandError, match="does not have an active EHR integration"):
                run("patients", command, clinic_id)

    @pytest.mark.parametrize("limit", ["0", "-1", "x"])
    def test_an_invalid_limit_is_refused(self, limit):
        with pytest.raises(CommandError):
            run("patients", "list", ObjectId(), f"--limit={limit}")


class TestBackfill:
    def test_the_address_of_the_order_is_written_to_record_and_account(self):
        clinic = ehr.ehr_clinic()
        patient = custodial(clinic, tags=[ObjectId()], targetDevices=["pump"])
        ehr.subscribe(patient)

        assert run("patients", "backfill-emails", clinic["_id"]) == [
            f"MRN QX-1 - Mara Quill [{patient['userId']}] - New Email [mara.quill@example.org]",
            "1 patients were updated",
        ]
        record = stored(patient)
        assert record["email"] == "mara.quill@example.org"
        assert (record["tags"], record["targetDevices"]) == (patient["tags"], ["pump"])
        assert user_service().get_user("mara.quill@example.org").user_id == patient["userId"]

    def test_a_dry_run_changes_nothing(self):
        clinic = ehr.ehr_clinic()
        patient = custodial(clinic)
        ehr.subscribe(patient)

        lines = run("patients", "backfill-emails", clinic["_id"], "--dry-run")

        assert lines[-1] == "1 patients would be updated"
        assert len(lines) == 2
        assert stored(patient)["email"] is None

    def test_no_one_is_skipped_between_batches(self):
        clinic = ehr.ehr_clinic()
        for number in range(5):
            patient = custodial(clinic, mrn=f"M-{number}")
            ehr.subscribe(patient, order_to(f"p{number}@example.org"))

        lines = run("patients", "backfill-emails", clinic["_id"], "--batch-size", "2")

        assert lines[-1] == "5 patients were updated"

    def test_patients_without_a_usable_order_address_are_not_changed(self):
        clinic = ehr.ehr_clinic()
        taken, invalid, orphan, without_message, inactive = (
            custodial(clinic, mrn=f"M-{n}") for n in range(5)
        )
        accounts.create_user(email="taken@example.org", full_name="Someone Else")
        ehr.subscribe(taken, order_to("taken@example.org"))
        ehr.subscribe(invalid, order_to("no address"))
        deleted_order = ehr.subscribe(orphan)
        db.collection("redox").delete_one({"_id": deleted_order["_id"]})
        path = "ehrSubscriptions.summaryAndReports"
        change = db.collection("patients").update_one
        change(
            {"_id": without_message["_id"]}, {"$set": {path: {"active": True, "provider": "redox"}}}
        )
        ehr.subscribe(inactive)
        change({"_id": inactive["_id"]}, {"$set": {f"{path}.active": False}})
        not_custodial = ehr.ehr_patient(clinic, mrn="M-9", email=None)
        ehr.subscribe(not_custodial)

        assert run("patients", "backfill-emails", clinic["_id"]) == ["0 patients were updated"]
        for patient in (taken, invalid, orphan, without_message, inactive, not_custodial):
            assert stored(patient)["email"] is None

    def test_an_address_in_two_orders_is_given_to_one_patient(self):
        clinic = ehr.ehr_clinic()
        for number in range(2):
            ehr.subscribe(custodial(clinic, mrn=f"M-{number}"))

        assert run("patients", "backfill-emails", clinic["_id"])[-1] == "1 patients were updated"

    def test_xealth_is_refused(self):
        clinic = ehr.ehr_clinic(provider="xealth")

        with pytest.raises(CommandError, match="provider xealth is not supported"):
            run("patients", "backfill-emails", clinic["_id"])


class TestRequeue:
    def test_failed_work_starts_again_and_is_audited(self):
        failed_record, done_record = failed(), failed("scheduled", ObjectId())
        db.collection("ehrProcessing").update_one(
            {"_id": done_record["_id"]}, {"$set": {"state": "done"}}
        )

        assert run("requeue-failed") == [
            f"message {failed_record['documentId']} - redox_message_500",
            "1 were requeued",
        ]
        assert [r["state"] for r in ehr.records()] == ["pending", "done"]
        assert emitted("ehr.message_received") == [{"documentId": str(failed_record["documentId"])}]
        event = db.collection("auditEvents").find_one({"action": "ehr.requeued"})
        assert (event["object"]["id"], event["actor"]["kind"]) == (
            str(failed_record["documentId"]),
            "system",
        )

    def test_clinic_kind_and_limit_narrow_what_is_requeued(self):
        clinic_id = ObjectId()
        matching_record = failed("scheduled", clinic_id)
        for kind, owner in (("scheduled", ObjectId()), ("message", clinic_id)):
            failed(kind, owner)

        chosen = run("requeue-failed", "--clinic", clinic_id, "--kind", "scheduled", "--dry-run")
        assert chosen == [
            f"scheduled {matching_record['documentId']} - redox_message_500",
            "1 would be requeued",
        ]
        assert run("requeue-failed", "--limit", 2, "--dry-run")[-1] == "2 would be requeued"
        assert {r["state"] for r in ehr.records()} == {"failed"}
        assert db.collection("auditEvents").count_documents({}) == 0

    def test_the_second_of_two_requeues_does_nothing(self):
        record = failed()

        assert operators.requeue(record)
        assert not operators.requeue(record)
        assert len(emitted()) == 1


class TestShow:
    @pytest.fixture
    def message(self):
        record = failed()
        body = ehr.order()
        db.collection("redox").insert_one(
            {"_id": record["documentId"], "meta": body["Meta"], "message": body}
        )
        return record

    def test_a_record_is_shown_without_patient_data(self, message):
        lines = run("show-message", message["documentId"])

        sent = message["sends"]["results"].isoformat()
        assert lines == [
            "kind: message",
            "state: failed",
            "outcome: (empty)",
            "attempts: 103",
            f"sends: results {sent}",
            "reason: redox_message_500",
        ]
        assert db.collection("auditEvents").count_documents({}) == 0

    def test_a_record_that_ended_well_shows_no_reason_of_an_earlier_try(self, message):
        db.collection("ehrProcessing").update_one(
            {"_id": message["_id"]}, {"$set": {"state": "done", "outcome": "enabled_and_sent"}}
        )
        lines = run("show-message", message["documentId"])
        assert {"state: done", "reason: (empty)"} <= set(lines)

    def test_the_payload_leaves_an_audit_event(self, message):
        lines = run("show-message", message["documentId"], "--payload")

        payload = json.loads("\n".join(lines[6:]))
        assert payload["Patient"]["Demographics"]["LastName"] == "Quill"
        event = db.collection("auditEvents").find_one({})
        assert event["action"] == "ehr.payload_viewed"
        assert event["object"] == {
            "type": "ehr_message",
            "id": str(message["documentId"]),
            "name": "",
        }

    @pytest.mark.yardstick("A4")
    def test_a_payload_is_not_shown_when_the_view_cannot_be_recorded(self, message, monkeypatch):
        def fail(**_):
            raise RuntimeError

        monkeypatch.setattr(operators.audit, "record", fail)
        out = StringIO()
        with pytest.raises(RuntimeError):
            call_command("ehr", "show-message", str(message["documentId"]), "--payload", stdout=out)
        assert "Quill" not in out.getvalue()

    def test_an_unknown_id_is_refused(self):
        for document_id in (ObjectId(), "nonsense"):
            with pytest.raises(CommandError):
                run("show-message", document_id)

"""Carrying out orders: branches A to D, every text, tags, addresses, accounts (rules EHR-32 to EHR-50, EHR-84 and
EHR-85)."""

from datetime import timedelta

import pytest
import time_machine
from bson import ObjectId

from kernel import clock, db, errors, outbox
from kernel.errors import DomainError, RetryLater
from patients.services import custodial_accounts, patients
from redox.services import orders
from tests import deliveries, ehr
from tests.cast import make_person
from tests.events import deliver_all, everything_due
from tests.factories import stored_patient
from tests.lookalikes import HIDDEN, NO_ADDRESS, PLAIN, SPELLINGS

TOKEN = {"verification-token": "redox-test-token"}


@pytest.fixture
def receive(anonymous):
    """Post a message and let the workers process it. Returns its processing record."""

    def post(message):
        assert anonymous.post("/v1/redox", message, headers=TOKEN).status_code == 200
        deliver_all()
        return ehr.records("message")[-1]

    return post


def answers():
    """(kind, value, text) of each Results message."""
    results = []
    for delivery in ehr.deliveries("results"):
        first, second = delivery["payload"]["Orders"][0]["Results"]
        results.append((first["Code"], first["Value"], second["Value"]))
    return results


def matching(value, text):
    return ("MATCHING_RESULT", value, text)


def account(value, text):
    return ("ACCOUNT_CREATION_RESULT", value, text)


def kinds():
    return [delivery["kind"] for delivery in ehr.deliveries()]


def subscription(clinic, patient):
    return stored_patient(clinic, patient["userId"])["ehrSubscriptions"]["summaryAndReports"]


class TestEnable:
    def test_a_single_match_is_subscribed_and_reported(self, receive):
        clinic = ehr.ehr_clinic()
        patient = ehr.ehr_patient(clinic, summary=ehr.summary())

        record = receive(ehr.order())

        assert kinds() == ["results", "flowsheet", "notes"]
        assert answers() == [matching("SUCCESS", "Patient was successfully matched")]
        assert (record["state"], record["userId"]) == ("done", patient["userId"])
        assert subscription(clinic, patient)["active"] is True
        note = ehr.deliveries("notes")[0]
        assert note["payload"]["Note"]["DocumentID"] == str(record["documentId"])
        assert note["report"].startswith(b"%PDF")

    def test_without_data_only_the_answer_is_sent(self, receive):
        ehr.ehr_patient(ehr.ehr_clinic())

        assert receive(ehr.order())["outcome"] == "enabled_without_data"
        assert kinds() == ["results"]

    @pytest.mark.parametrize("mrn", [" QX-1 ", "qx-1", "QX-1\u200b", "\tQX-1\u00a0"], ids=ascii)
    @pytest.mark.parametrize("code", ["ENABLE", "CREATE-ENABLE"])
    def test_an_mrn_with_extra_blanks_matches_the_patient(self, receive, code, mrn):
        """`X1 ` once created a second account beside X1."""
        clinic = ehr.ehr_clinic()
        patient = ehr.ehr_patient(clinic)
        message = ehr.order(code)
        message["Patient"]["Identifiers"] = [{"ID": mrn, "IDType": "MRN"}]

        receive(message)

        assert answers() == [matching("SUCCESS", "Patient was successfully matched")]
        assert subscription(clinic, patient)["active"] is True
        assert db.collection("patients").count_documents({}) == 1

    @pytest.mark.parametrize(
        ("count", "text"),
        [(0, "No matching patients were found"), (2, "Multiple matching patients were found")],
    )
    @pytest.mark.parametrize("code", ["ENABLE", "DISABLE"])
    def test_no_match_or_several_are_reported_as_failure(self, receive, code, count, text):
        clinic = ehr.ehr_clinic()
        for _ in range(count):
            ehr.ehr_patient(clinic, summary=ehr.summary())

        assert receive(ehr.order(code))["state"] == "done"
        assert answers() == [matching("FAILURE", text)]
        assert kinds() == ["results"]

    def test_an_order_without_birth_date_is_reported_as_failure(self, receive):
        ehr.ehr_clinic()
        message = ehr.order()
        message["Patient"]["Demographics"]["DOB"] = None

        receive(message)

        assert answers() == [matching("FAILURE", "date of birth is missing")]


class TestDisable:
    def test_the_subscription_ends_and_nothing_but_the_answer_is_sent(self, receive):
        clinic = ehr.ehr_clinic()
        patient = ehr.ehr_patient(clinic, summary=ehr.summary())
        ehr.subscribe(patient)

        receive(ehr.order("DISABLE"))

        assert subscription(clinic, patient)["active"] is False
        assert answers() == [matching("SUCCESS", "Patient was successfully matched")]
        assert kinds() == ["results"]


class TestCreate:
    def test_an_account_is_created_from_the_order(self, receive):
        clinic = ehr.ehr_clinic()

        record = receive(ehr.order("CREATE"))

        assert answers() == [account("SUCCESS", "Account was successfully created")]
        patient = stored_patient(clinic, record["userId"])
        assert (patient["fullName"], patient["birthDate"], patient["mrn"], patient["email"]) == (
            "Mara Quill",
            "1991-04-17",
            "QX-1",
            "mara.quill@example.org",
        )
        assert set(patient["permissions"]) == {"custodian", "view", "upload", "note"}
        assert "invitedBy" not in patient
        assert patient["creationMetadata"] == {"integration": "redox"}

    @pytest.mark.parametrize("fields", [{"birthDate": "1900-01-01"}, {"mrn": "other"}])
    def test_an_existing_patient_by_mrn_or_by_name_and_birth_date_is_not_created_again(
        self, receive, fields
    ):
        ehr.ehr_patient(ehr.ehr_clinic(), **fields)

        receive(ehr.order("CREATE"))

        assert answers() == [account("FAILURE", "patient already exists")]

    def test_an_address_in_use_is_reported_as_failure(self, receive):
        ehr.ehr_clinic()
        make_person("mara.quill")

        receive(ehr.order("CREATE"))

        assert answers() == [account("FAILURE", "the email address is already in use")]
        assert db.collection("patients").count_documents({}) == 0

    @pytest.mark.parametrize(
        ("demographics", "text"),
        [
            ({"DOB": None}, "date of birth is missing"),
            ({"DOB": "17.04.1991"}, "date of birth is not a date"),
            ({"LastName": None}, "last name is missing"),
            ({"FirstName": None}, "first name is missing"),
            ({"EmailAddresses": [{"a": 1}]}, "patient email address is not a string"),
            ({"EmailAddresses": ["no-address"]}, "email address is invalid"),
        ],
    )
    def test_a_missing_or_invalid_field_is_reported_as_failure(self, receive, demographics, text):
        ehr.ehr_clinic()
        message = ehr.order("CREATE")
        message["Patient"]["Demographics"].update(demographics)

        receive(message)

        assert answers() == [account("FAILURE", text)]

    def test_without_an_mrn_no_account_is_created(self, receive):
        ehr.ehr_clinic()
        message = ehr.order("CREATE")
        message["Patient"]["Identifiers"] = []

        receive(message)

        assert answers() == [account("FAILURE", "mrn is missing")]

    def test_a_child_gets_the_address_of_the_guarantor(self, receive):
        clinic = ehr.ehr_clinic()
        message = ehr.order("CREATE")
        message["Patient"]["Demographics"]["DOB"] = f"{clock.now().year - 8}-01-01"

        record = receive(message)

        assert stored_patient(clinic, record["userId"])["email"] == "ida.quill@example.org"

    def test_a_child_is_under_13_on_the_clinics_day(self, receive):
        # In US/Central, where the birthday begins five hours later than in UTC.
        clinic = ehr.ehr_clinic()
        message = ehr.order("CREATE")
        message["Patient"]["Demographics"]["DOB"] = "2013-03-10"

        with time_machine.travel(clock.parse_time("2026-03-10T04:59:00Z")):
            record = receive(message)

        assert stored_patient(clinic, record["userId"])["email"] == "ida.quill@example.org"

    def test_the_plan_limit_is_reported_as_failure(self, receive):
        clinic = ehr.ehr_clinic()
        db.collection("clinics").update_one(
            {"_id": clinic["_id"]}, {"$set": {"patientCountSettings": {"hardLimit": {"plan": 0}}}}
        )

        receive(ehr.order("CREATE"))

        assert answers() == [account("FAILURE", "patient count exceeds limit")]

    def test_when_the_answer_fails_the_next_try_still_reports_success(self, receive, monkeypatch):
        from redox.clients.redox import EmbeddedRedox

        ehr.ehr_clinic()
        failures = [RetryLater("redox_unreachable")]

        def send(self, message):
            if failures:
                raise failures.pop()

        monkeypatch.setattr(EmbeddedRedox, "send", send)
        record = receive(ehr.order("CREATE"))
        assert (record["state"], record["lastError"], record["accountCreated"]) == (
            "pending",
            "redox_unreachable",
            True,
        )

        db.collection("outbox").update_many(
            {"state": "pending"}, {"$set": {"notBefore": clock.now()}}
        )
        deliveries.drain("ehr")

        assert answers() == [account("SUCCESS", "Account was successfully created")]
        assert db.collection("patients").count_documents({}) == 1


def test_the_account_of_a_try_that_died_is_not_taken_for_someone_elses(receive, monkeypatch):
    """It has the order's address until it is ended."""

    class Killed(BaseException):
        """Ends a worker."""

    def die(*args, **options):
        raise Killed

    ehr.ehr_clinic()
    with monkeypatch.context() as patched:
        patched.setattr(patients, "_insert", die)
        patched.setattr(custodial_accounts, "give_up", lambda *_, **__: None)
        with pytest.raises(Killed):
            receive(ehr.order("CREATE"))

    for minutes in (1, 20, 40):
        with time_machine.travel(clock.now() + timedelta(minutes=minutes)):
            for row in list(db.collection(outbox.COLLECTION).find({"state": {"$ne": outbox.DONE}})):
                deliveries.deliver(row["_id"])
    assert answers() == [account("SUCCESS", "Account was successfully created")]
    assert db.collection("patients").count_documents({}) == 1


class TestTwoOrdersAtOnce:
    """They have different identifiers beside the same MRN, so neither waits for the other."""

    @pytest.fixture
    def other_order_first(self, anonymous, monkeypatch):
        """While the account of the first order is being created, the other order is carried out completely."""

        def arrange(message, *, address):
            make = custodial_accounts.make_account

            def overtaken(*args):
                monkeypatch.setattr(custodial_accounts, "make_account", make)
                anonymous.post("/v1/redox", message, headers=TOKEN)
                deliver_all()
                return make(*args)

            message["Meta"]["Logs"] = []
            message["Patient"]["Identifiers"] += [{"ID": "E-5", "IDType": "EPI"}]
            message["Patient"]["Demographics"]["EmailAddresses"] = address
            monkeypatch.setattr(custodial_accounts, "make_account", overtaken)

        return arrange

    @pytest.mark.parametrize("address", [[], ["mara.quill@example.org"], ["other@example.org"]])
    @pytest.mark.parametrize("code", ["CREATE", "CREATE-ENABLE"])
    def test_only_one_account_is_created(self, receive, other_order_first, code, address):
        clinic = ehr.ehr_clinic()
        other_order_first(ehr.order("CREATE"), address=address)

        receive(ehr.order(code))
        with time_machine.travel(clock.now() + timedelta(minutes=1)):
            deliver_again()

        (patient,) = db.collection("patients").find({})
        first, second = answers()
        assert first == account("SUCCESS", "Account was successfully created")
        if code == "CREATE":
            assert second == account("FAILURE", "patient already exists")
        else:
            assert second == matching("SUCCESS", "Patient was successfully matched")
            assert subscription(clinic, patient)["active"] is True


def deliver_again():
    for row in db.collection(outbox.COLLECTION).find({"state": outbox.PENDING}):
        deliveries.deliver(row["_id"])


def test_a_patient_whose_mrn_is_changed_meanwhile_is_found_again(receive, monkeypatch):
    """The order is about someone else by then."""
    clinic = ehr.ehr_clinic()
    patient = ehr.ehr_patient(clinic)
    real = orders.delivery.read_findings

    def change(*arguments):
        changes = {"mrn": "another", "fullName": "Someone Else", "birthDate": "2001-02-03"}
        db.collection("patients").update_one({"userId": patient["userId"]}, {"$set": changes})
        return real(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(orders.delivery, "read_findings", change)
        record = receive(ehr.order())
    assert record["state"] == "pending"
    assert "ehrSubscriptions" not in stored_patient(clinic, patient["userId"])
    everything_due()
    deliveries.drain("ehr")
    (record,) = ehr.records("message")
    assert (record["state"], record["outcome"]) == ("done", "no_patient")
    assert "ehrSubscriptions" not in stored_patient(clinic, patient["userId"])


class TestCreateAndEnable:
    def test_a_new_patient_gets_an_account_and_one_answer(self, receive):
        clinic = ehr.ehr_clinic()

        record = receive(ehr.order("CREATE-ENABLE"))

        assert answers() == [account("SUCCESS", "Account was successfully created")]
        assert subscription(clinic, {"userId": record["userId"]})["active"] is True

    def test_an_existing_patient_is_enabled(self, receive):
        ehr.ehr_patient(ehr.ehr_clinic(), summary=ehr.summary())

        receive(ehr.order("CREATE-ENABLE"))

        assert answers() == [matching("SUCCESS", "Patient was successfully matched")]
        assert kinds() == ["results", "flowsheet", "notes"]

    def test_several_matches_are_reported_as_failure(self, receive):
        clinic = ehr.ehr_clinic()
        ehr.ehr_patient(clinic)
        ehr.ehr_patient(clinic)

        receive(ehr.order("CREATE-ENABLE"))

        assert answers() == [matching("FAILURE", "Multiple matching patients were found")]


def with_info(*entries):
    message = ehr.order()
    message["Order"]["ClinicalInfo"] = [{"Code": code, "Value": value} for code, value in entries]
    return message


def tag(name):
    return {"_id": ObjectId(), "name": name}


class TestTags:
    @pytest.fixture
    def clinic_and_names(self):
        clinic = ehr.ehr_clinic()
        clinic_tags = [tag("Adult"), tag("Type 1")]
        db.collection("clinics").update_one(
            {"_id": clinic["_id"]}, {"$set": {"patientTags": clinic_tags}}
        )
        patient = ehr.ehr_patient(clinic, tags=[clinic_tags[1]["_id"]])

        def names():
            stored = db.collection("clinics").find_one({"_id": clinic["_id"]})
            by_id = {t["_id"]: t["name"] for t in stored["patientTags"]}
            return [by_id[t] for t in stored_patient(clinic, patient["userId"])["tags"]]

        return clinic, names

    @pytest.mark.parametrize(
        ("entries", "expected"),
        [
            ([("TP_TAGS", "Adult, New one")], ["Adult", "New one"]),
            ([("TP_TAGS", "type1")], ["Type 1"]),
            ([("TP_TAGS", " , this name is far too long to be a tag")], []),
            ([("OTHER", "Adult")], []),
        ],
    )
    def test_an_order_replaces_the_tags(self, receive, clinic_and_names, entries, expected):
        _, names = clinic_and_names

        assert receive(with_info(*entries))["state"] == "done"
        assert names() == expected

    def test_without_clinical_info_the_tags_stay(self, receive, clinic_and_names):
        receive(ehr.order())

        assert clinic_and_names[1]() == ["Type 1"]

    def test_without_configured_codes_the_tags_stay(self, receive, clinic_and_names):
        clinic, names = clinic_and_names
        db.collection("clinics").update_one(
            {"_id": clinic["_id"]}, {"$set": {"ehrSettings.tags.codes": None}}
        )

        receive(with_info(("TP_TAGS", "Adult")))

        assert names() == ["Type 1"]

    def test_a_clinic_with_all_tags_used_skips_new_names(self, receive, clinic_and_names):
        clinic, names = clinic_and_names
        more = [tag(f"Tag {n}") for n in range(48)]
        db.collection("clinics").update_one(
            {"_id": clinic["_id"]}, {"$push": {"patientTags": {"$each": more}}}
        )

        receive(with_info(("TP_TAGS", "Adult,One too many")))

        assert names() == ["Adult"]


class TestAddress:
    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"email": None, "permissions": {"custodian": {}}}, "mara.quill@example.org"),
            ({"email": "own@example.org", "permissions": {"custodian": {}}}, "own@example.org"),
            ({"email": None, "permissions": {"view": {}}}, None),
        ],
    )
    def test_only_a_custodial_patient_without_address_gets_the_one_in_the_order(
        self, receive, fields, expected
    ):
        from users.services import accounts

        clinic = ehr.ehr_clinic()
        account = accounts.create_user(
            email="temporary@example.org", full_name="Mara Quill", roles=("custodial_account",)
        )
        patient = ehr.ehr_patient(clinic, userId=account.user_id, **fields)

        receive(ehr.order())

        assert stored_patient(clinic, patient["userId"])["email"] == expected

    def test_a_patient_whose_account_is_gone_gets_no_address_and_the_order_goes_on(self, receive):
        clinic = ehr.ehr_clinic()
        patient = ehr.ehr_patient(clinic, email=None, permissions={"custodian": {}})

        assert receive(ehr.order())["state"] == "done"

        assert stored_patient(clinic, patient["userId"])["email"] is None
        assert subscription(clinic, patient)["active"]

    @pytest.mark.parametrize(
        "address",
        [
            *(
                "no-address",
                "eve.stranger@example.org",
                "ｅve.stranger@example.org",
                *HIDDEN.values(),
            ),
            *(text for text in NO_ADDRESS.values() if "<" not in text),
        ],
    )
    def test_an_invalid_or_taken_address_is_ignored(self, receive, address):
        make_person("Eve Stranger")
        clinic = ehr.ehr_clinic()
        patient = ehr.ehr_patient(clinic, permissions={"custodian": {}})
        message = ehr.order()
        message["Patient"]["Demographics"]["EmailAddresses"] = [address]

        assert receive(message)["state"] == "done"
        assert stored_patient(clinic, patient["userId"])["email"] is None

    @pytest.mark.parametrize(
        "text", [*SPELLINGS.values(), "Kim Doe <Kim.Doe@example.org>", "<kim.doe@example.org>"]
    )
    def test_an_address_is_stored_in_its_canonical_form(self, receive, text):
        clinic = ehr.ehr_clinic()
        message = ehr.order("CREATE")
        message["Patient"]["Demographics"]["EmailAddresses"] = [text]

        record = receive(message)

        assert stored_patient(clinic, record["userId"])["email"] == PLAIN
        assert db.collection("accounts").find_one({"_id": record["userId"]})["username"] == PLAIN


class TestFailures:
    @pytest.mark.parametrize("meta", [{"DataModel": "Scheduling"}, {"EventType": "Update"}])
    def test_other_messages_are_ignored(self, receive, meta):
        ehr.ehr_clinic()
        message = ehr.order()
        message["Meta"].update(meta)

        assert receive(message)["state"] == "ignored"
        assert ehr.deliveries() == []

    @pytest.mark.parametrize("code", ["ENABLED", "UNKNOWN", "", " ", None])
    def test_an_unknown_procedure_is_ignored_silently(self, receive, code):
        ehr.ehr_patient(ehr.ehr_clinic())

        assert receive(ehr.order(code))["outcome"] == "procedure_unknown"
        assert ehr.deliveries() == []

    @pytest.mark.parametrize(
        ("prepare", "reason"),
        [
            (lambda: None, "no_clinic"),
            (lambda: [ehr.ehr_clinic(), ehr.ehr_clinic()], "several_clinics"),
            (lambda: ehr.ehr_clinic(destinationIds=None), "no_destinations"),
        ],
    )
    def test_a_permanent_failure_is_parked_with_its_reason_and_blocks_nothing(
        self, anonymous, receive, prepare, reason
    ):
        prepare()

        record = receive(ehr.order())

        assert (record["state"], record["lastError"]) == ("failed", reason)
        assert outbox.depth()["dead"] == 1

    def test_an_unreadable_order_is_parked(self, receive):
        ehr.ehr_clinic()
        message = ehr.order()
        message["Patient"] = "someone"

        record = receive(message)

        assert (record["state"], record["lastError"]) == (
            "failed",
            "order_unreadable: Patient must be an object",
        )

    def test_a_parked_message_can_be_started_again_once(self, receive):
        from ehr.services import processing

        record = receive(ehr.order())
        assert record["state"] == "failed"
        ehr.ehr_patient(ehr.ehr_clinic())

        assert processing.requeue("message", record["documentId"]) is True
        assert processing.requeue("message", record["documentId"]) is False
        deliver_all()

        assert ehr.records("message")[0]["state"] == "done"
        assert answers() == [matching("SUCCESS", "Patient was successfully matched")]

    def test_a_repeated_delivery_of_a_finished_message_sends_nothing(self, receive):
        from redox.events import MessageReceived
        from redox.handlers import process_message

        ehr.ehr_patient(ehr.ehr_clinic(), summary=ehr.summary())
        record = receive(ehr.order())

        process_message(MessageReceived(document_id=str(record["documentId"]), about=""))

        assert kinds() == ["results", "flowsheet", "notes"]

    def test_after_a_failed_note_only_the_note_is_sent_again(self, receive, monkeypatch):
        from redox.clients.redox import EmbeddedRedox

        sent = []

        def send(self, message):
            model = message["Meta"]["DataModel"]
            sent.append(model)
            if sent.count("Notes") == 1 and model == "Notes":
                msg = "redox_message_503"
                raise RetryLater(msg)

        monkeypatch.setattr(EmbeddedRedox, "send", send)
        ehr.ehr_patient(ehr.ehr_clinic(), summary=ehr.summary())
        record = receive(ehr.order())
        assert (record["state"], record["lastError"]) == ("pending", "redox_message_503")
        db.collection("outbox").update_many(
            {"state": "pending"}, {"$set": {"notBefore": clock.now()}}
        )
        deliveries.drain("ehr")

        assert sent == ["Results", "Flowsheet", "Notes", "Notes"]
        assert ehr.records("message")[0]["state"] == "done"


class TestBeforeTheAnswer:
    """Everything needed for sending is checked before a success is reported to the health record."""

    @pytest.mark.parametrize("code", ["ENABLE", "CREATE-ENABLE"])
    @pytest.mark.parametrize("provider", [[{"ID": "1"}], "Dr. Falk", 7, {"ID": ["1"]}])
    def test_a_provider_that_cannot_be_read_fails_the_order_and_nothing_is_sent(
        self, receive, code, provider
    ):
        clinic = ehr.ehr_clinic()
        patient = ehr.ehr_patient(clinic, summary=ehr.summary())
        message = ehr.order(code)
        message["Order"]["Provider"] = provider

        record = receive(message)

        assert record["state"] == "failed"
        assert record["lastError"].startswith("order_unreadable: Order.Provider")
        assert kinds() == []
        assert "ehrSubscriptions" not in stored_patient(clinic, patient["userId"])

    @pytest.mark.parametrize("code", ["ENABLE", "CREATE-ENABLE"])
    @pytest.mark.parametrize("missing", ["results", "flowsheet", "notes"])
    def test_a_missing_destination_fails_the_order_before_anything_is_sent(
        self, receive, code, missing
    ):
        clinic = ehr.ehr_clinic(destinationIds={**ehr.SETTINGS["destinationIds"], missing: ""})
        ehr.ehr_patient(clinic, summary=ehr.summary())

        assert receive(ehr.order(code))["lastError"] == "no_destinations"
        assert kinds() == []

    @pytest.mark.parametrize("code", ["DISABLE", "CREATE"])
    def test_an_order_without_reports_needs_no_destination_for_reports(self, receive, code):
        clinic = ehr.ehr_clinic(destinationIds={"results": "dest-results"})
        if code == "DISABLE":
            ehr.ehr_patient(clinic)

        assert receive(ehr.order(code))["state"] == "done"

    @pytest.mark.parametrize("failure", [RetryLater("report_503"), RuntimeError("a fault")])
    def test_a_report_that_cannot_be_drawn_stops_the_answer(self, receive, monkeypatch, failure):
        def draw(request):
            raise failure

        monkeypatch.setattr("redox.services.delivery.draw_report", draw)
        ehr.ehr_patient(ehr.ehr_clinic(), summary=ehr.summary())

        assert receive(ehr.order())["state"] == "pending"
        assert kinds() == []

    def test_a_summary_without_any_readable_part_fails_the_order(self, receive):
        summary = ehr.summary()
        summary["cgmStats"]["dates"]["lastData"] = "yesterday"
        ehr.ehr_patient(ehr.ehr_clinic(), summary=summary)

        record = receive(ehr.order())

        assert (record["state"], record["lastError"]) == (
            "failed",
            "summary_unreadable: cgmStats lastData must be a time between 1970 and 2200",
        )
        assert kinds() == []

    def test_statistics_left_out_of_the_flowsheet_are_noted_for_staff(self, receive):
        summary = ehr.summary()
        summary["cgmStats"]["periods"]["14d"] |= {"hoursWithData": "many", "daysWithData": -3}
        ehr.ehr_patient(ehr.ehr_clinic(), summary=summary)

        record = receive(ehr.order())

        assert record["state"] == "done"
        assert record["leftOut"] == ["cgmStats daysWithData", "cgmStats hoursWithData"]
        codes = {o["Code"] for o in ehr.deliveries("flowsheet")[0]["payload"]["Observations"]}
        assert {"HOURS_WITH_DATA_CGM", "DAYS_WITH_DATA_CGM"}.isdisjoint(codes)
        assert "TIME_IN_RANGE_CGM" in codes


class TestComparing:
    @pytest.mark.parametrize(
        "unusable",
        [
            {"ID": None, "IDType": "MRN"},
            {"ID": "", "IDType": "MRN"},
            {"ID": "  ", "IDType": "MRN"},
            {"IDType": "MRN"},
            {"ID": ["QX-1"], "IDType": "MRN"},
            {"ID": {}, "IDType": "MRN"},
            {"ID": "x" * 300, "IDType": "MRN"},
            {"ID": "QX-9", "IDType": None},
            {"ID": "QX-9", "IDType": ["MRN"]},
            "QX-9",
            None,
        ],
    )
    def test_the_first_usable_identifier_of_the_type_counts(self, receive, unusable):
        ehr.ehr_patient(ehr.ehr_clinic())
        message = ehr.order()
        message["Patient"]["Identifiers"].insert(0, unusable)

        receive(message)

        assert answers() == [matching("SUCCESS", "Patient was successfully matched")]

    @pytest.mark.parametrize("number", ["QX-1", " qx-1 ", "QX-1\n", "\u00a0Qx-1"])
    @pytest.mark.parametrize("kind", ["MRN", " mrn", "Mrn\t"])
    @pytest.mark.parametrize("configured_type", ["MRN", "mrn ", "", " "])
    def test_types_and_numbers_are_compared_trimmed_and_without_case(
        self, receive, number, kind, configured_type
    ):
        ehr.ehr_patient(ehr.ehr_clinic(mrnIdType=configured_type))
        message = ehr.order()
        message["Patient"]["Identifiers"] = [{"ID": number, "IDType": kind}]

        assert receive(message)["outcome"] == "enabled_without_data"

    def test_an_mrn_may_be_a_json_number(self, receive):
        ehr.ehr_patient(ehr.ehr_clinic(), mrn="4711")
        message = ehr.order()
        message["Patient"]["Identifiers"] = [{"ID": 4711, "IDType": "MRN"}]

        assert receive(message)["outcome"] == "enabled_without_data"

    @pytest.mark.parametrize("code", ["enable", " ENABLE ", "Enable\n"])
    @pytest.mark.parametrize("source", [ehr.SOURCE.upper(), f" {ehr.SOURCE}"])
    def test_procedures_and_sources_are_compared_trimmed_and_without_case(
        self, receive, code, source
    ):
        codes = {**ehr.SETTINGS["procedureCodes"], "enableSummaryReports": "Enable "}
        ehr.ehr_patient(ehr.ehr_clinic(procedureCodes=codes, sourceId=f"{ehr.SOURCE} "))
        message = ehr.order(code)
        message["Meta"]["Source"]["ID"] = source

        assert receive(message)["outcome"] == "enabled_without_data"

    @pytest.mark.parametrize("code", ["tp_tags", " TP_TAGS"])
    def test_codes_and_names_of_tags_are_compared_trimmed_and_without_case(self, receive, code):
        clinic = ehr.ehr_clinic()
        patient = ehr.ehr_patient(clinic)

        receive(with_info((code, " Adult  one , adult one")))

        (tag,) = db.collection("clinics").find_one({"_id": clinic["_id"]})["patientTags"]
        assert tag["name"] == "Adult one"
        assert stored_patient(clinic, patient["userId"])["tags"] == [tag["_id"]]

    def test_a_blank_address_does_not_hide_the_next_one(self, receive):
        clinic = ehr.ehr_clinic()
        message = ehr.order("CREATE")
        message["Patient"]["Demographics"]["EmailAddresses"] = [None, " ", "mara@example.org"]

        record = receive(message)

        assert stored_patient(clinic, record["userId"])["email"] == "mara@example.org"

    def test_blanks_around_names_and_numbers_create_no_second_account(self, receive):
        clinic = ehr.ehr_clinic()
        receive(ehr.order("CREATE"))
        message = ehr.order("CREATE")
        message["Patient"]["Identifiers"] = [{"ID": " QX-1  ", "IDType": "MRN"}]
        message["Patient"]["Demographics"] |= {"FirstName": " Mara", "LastName": "Quill "}

        receive(message)

        assert answers()[-1] == account("FAILURE", "patient already exists")
        assert db.collection("patients").count_documents({"clinicId": clinic["_id"]}) == 1

    def test_the_matching_operation_compares_in_the_same_way(self, backend):
        clinic = ehr.ehr_clinic()
        message = ehr.order()
        message["Meta"]["Source"]["ID"] = f" {ehr.SOURCE.upper()} "
        document = {"_id": ObjectId(), "meta": message["Meta"], "message": message}
        db.collection("redox").insert_one(document)
        ref = {"documentId": str(document["_id"]), "dataModel": "Order", "eventType": "New"}

        response = backend.post("/v1/redox/match", {"messageRef": ref})

        assert response.json()["clinic"]["id"] == str(clinic["_id"])


class TestTagsThatCannotBeRead:
    @pytest.mark.parametrize(
        "value", [["Adult"], {"a": 1}, True, 1.5, "x" * 20_000, ",".join(map(str, range(200)))]
    )
    def test_the_patient_keeps_the_tags(self, receive, value):
        clinic = ehr.ehr_clinic()
        adult_tag = tag("Adult")
        db.collection("clinics").update_one(
            {"_id": clinic["_id"]}, {"$set": {"patientTags": [adult_tag]}}
        )
        patient = ehr.ehr_patient(clinic, tags=[adult_tag["_id"]])

        record = receive(with_info(("TP_TAGS", value)))

        assert record["lastError"].startswith("order_unreadable: Order.ClinicalInfo")
        assert stored_patient(clinic, patient["userId"])["tags"] == [adult_tag["_id"]]
        assert kinds() == []

    def test_entries_with_other_codes_may_have_any_value(self, receive):
        ehr.ehr_patient(ehr.ehr_clinic())
        message = with_info(("OTHER", {"a": [1]}), (["x"], 5))
        message["Order"]["ClinicalInfo"] += ["text", None]

        assert receive(message)["state"] == "done"

    def test_a_clinic_whose_tags_are_stored_as_null_gets_its_first(self, receive):
        clinic = ehr.ehr_clinic()
        db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": {"patientTags": None}})
        ehr.ehr_patient(clinic)

        assert receive(with_info(("TP_TAGS", "Adult")))["state"] == "done"


KINDS_OF_ERRORS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, DomainError) and kind is not DomainError
]


class TestTextsForClinicians:
    @pytest.mark.parametrize("error", KINDS_OF_ERRORS)
    def test_a_refused_account_is_reported_with_the_message_of_the_error(
        self, receive, monkeypatch, error
    ):
        more = {"retry_after": 5} if error is errors.RateLimited else {}
        failure = error("the reason", **more)

        def refuse(**_):
            raise failure

        monkeypatch.setattr("patients.services.patients.create_custodial_patient", refuse)
        ehr.ehr_clinic()

        record = receive(ehr.order("CREATE"))

        if error in (
            errors.Busy,
            errors.Conflict,
            errors.RateLimited,
            errors.Unavailable,
        ):  # tried again
            assert record["state"] == "pending"
            assert answers() == []
        else:
            assert answers() == [account("FAILURE", "the reason")]

    def test_a_refusal_without_a_message_gets_a_default_text(self, receive, monkeypatch):
        def refuse(**_):
            raise errors.BadRequest

        monkeypatch.setattr("patients.services.patients.create_custodial_patient", refuse)
        ehr.ehr_clinic()

        receive(ehr.order("CREATE"))

        assert answers() == [account("FAILURE", "the account could not be created")]

    @pytest.mark.parametrize("day", ["9990-01-01", "2999-12-31"])
    def test_a_birth_date_in_the_future_is_reported_as_failure(self, receive, day):
        ehr.ehr_clinic()
        message = ehr.order("CREATE")
        message["Patient"]["Demographics"]["DOB"] = day

        receive(message)

        assert answers() == [account("FAILURE", "date of birth is in the future")]


class TestDeliveredAgain:
    def deliver(self, anonymous, message):
        assert anonymous.post("/v1/redox", message, headers=TOKEN).status_code == 200

    def test_a_failed_message_delivered_again_is_processed(self, anonymous):
        message = ehr.order()
        self.deliver(anonymous, message)
        deliver_all()
        assert ehr.records()[0]["lastError"] == "no_clinic"
        ehr.ehr_patient(ehr.ehr_clinic())
        message["Meta"]["Logs"][0]["AttemptID"] = "another attempt"

        for _ in range(3):
            self.deliver(anonymous, message)
        deliver_all()

        (record,) = ehr.records()
        assert (record["state"], record["attempts"]) == ("done", 2)
        assert answers() == [matching("SUCCESS", "Patient was successfully matched")]

    def test_a_finished_message_delivered_again_is_not_processed(self, anonymous):
        ehr.ehr_patient(ehr.ehr_clinic())
        message = ehr.order()
        self.deliver(anonymous, message)
        deliver_all()

        self.deliver(anonymous, message)

        assert deliver_all() == 0
        assert ehr.records()[0]["attempts"] == 1

    def test_a_waiting_message_delivered_again_goes_on_waiting(self, anonymous, monkeypatch):
        from redox.clients.redox import EmbeddedRedox

        def send(self, message):
            msg = "redox_message_503"
            raise RetryLater(msg)

        monkeypatch.setattr(EmbeddedRedox, "send", send)
        ehr.ehr_patient(ehr.ehr_clinic())
        message = ehr.order()
        self.deliver(anonymous, message)
        deliver_all()

        self.deliver(anonymous, message)

        assert db.collection("outbox").count_documents({"event": "ehr.message_received"}) == 1


def test_an_order_behind_an_unreadable_one_of_the_same_person_is_processed(anonymous):
    ehr.ehr_patient(ehr.ehr_clinic())
    for visit in ([], "V-1", 7, None):
        anonymous.post("/v1/redox", {**ehr.order(), "Visit": visit}, headers=TOKEN)

    deliver_all()

    assert [record["state"] for record in ehr.records()] == ["failed", "failed", "failed", "done"]
    assert {record["attempts"] for record in ehr.records()} == {1}

"""The Redox operations: verification, messages, matching, sync (rules EHR-1 to EHR-31 and EHR-56 to EHR-65)."""

import threading

import orjson
import pytest
from bson import ObjectId

from kernel import db, outbox
from tests import ehr
from tests.events import emitted
from tests.factories import make_clinic, stored_patient

TOKEN = {"verification-token": "redox-test-token"}


def stored_messages():
    return list(db.collection("redox").find({}))


class TestVerification:
    def test_the_right_token_gets_the_challenge_back(self, anonymous):
        body = {"verification-token": "redox-test-token", "challenge": "c-1"}

        response = anonymous.post("/v1/redox/verify", body)

        assert (response.status_code, response.json()) == (200, {"challenge": "c-1"})

    @pytest.mark.parametrize("token", ["wrong", "", None, 7])
    def test_a_wrong_or_missing_token_is_refused(self, anonymous, token):
        response = anonymous.post(
            "/v1/redox/verify", {"verification-token": token, "challenge": "c"}
        )

        assert response.status_code == 401
        assert response.json() == {"message": "unauthorized: invalid verification token"}

    def test_an_unconfigured_token_verifies_no_one(self, anonymous, settings):
        settings.REDOX = {**settings.REDOX, "verification_token": ""}

        assert anonymous.post("/v1/redox/verify", {"verification-token": ""}).status_code == 401
        assert anonymous.post("/v1/redox/verify").status_code == 401

    def test_other_content_types_are_not_read(self, anonymous):
        response = anonymous.post("/v1/redox/verify", b"hello", content_type="text/plain")

        assert (response.status_code, response.json()) == (
            415,
            {"message": "Unsupported Media Type"},
        )

    def test_the_url_of_messages_can_be_verified_too(self, anonymous):
        body = {"verification-token": "redox-test-token", "challenge": "c-2"}

        assert anonymous.post("/v1/redox", body).json() == {"challenge": "c-2"}
        assert anonymous.post("/v1/redox", {**body, "verification-token": "x"}).status_code == 401
        assert stored_messages() == []

    def test_another_method_is_405(self, anonymous):
        response = anonymous.get("/v1/redox")

        assert (response.status_code, response.json()) == (405, {"message": "Method Not Allowed"})


class TestMessages:
    @pytest.mark.yardstick("T5")
    @pytest.mark.parametrize(
        ("headers", "words"),
        [
            ({}, "unauthorized: verification token is required"),
            ({"verification-token": "wrong"}, "unauthorized: invalid verification token"),
        ],
    )
    def test_a_message_without_the_right_token_is_refused(self, anonymous, headers, words):
        response = anonymous.post("/v1/redox", ehr.order(), headers=headers)

        assert (response.status_code, response.json()) == (401, {"message": words})
        assert stored_messages() == []

    def test_a_message_is_stored_completely_and_acknowledged_and_waits_for_a_worker(
        self, anonymous
    ):
        message = ehr.order()

        response = anonymous.post("/v1/redox", message, headers=TOKEN)

        assert (response.status_code, response.content) == (200, b"")
        (stored,) = stored_messages()
        assert stored["message"] == message
        assert stored["meta"]["DataModel"] == "Order"
        assert stored["meta"]["FacilityCode"] is None
        (record,) = ehr.records()
        assert (record["kind"], record["documentId"], record["state"]) == (
            "message",
            stored["_id"],
            "pending",
        )
        assert emitted("ehr.message_received") == [{"documentId": str(stored["_id"])}]

    def test_messages_of_every_data_model_are_stored(self, anonymous):
        body = {"Meta": {"DataModel": "Scheduling", "EventType": "New"}, "Count": 3, "Share": 1.5}

        assert anonymous.post("/v1/redox", body, headers=TOKEN).status_code == 200
        assert stored_messages()[0]["message"]["Count"] == 3

    def test_messages_about_one_person_are_ordered_whatever_the_spelling_of_the_identifier(
        self, anonymous
    ):
        typed = [
            [{"ID": "QX-1", "IDType": "MRN"}, {"ID": "7", "IDType": "NIST"}],
            [{"ID": " ", "IDType": "MRN"}, {"ID": "7 ", "IDType": "nist"}, {"ID": " qx-1", "IDType": "mrn "}],
            [{"ID": "QX-2", "IDType": "MRN"}],
            None,
        ]  # fmt: skip
        for identifiers in typed:
            message = ehr.order()
            message["Meta"]["Logs"] = []
            message["Patient"]["Identifiers"] = identifiers
            anonymous.post("/v1/redox", message, headers=TOKEN)

        rows = db.collection(outbox.COLLECTION).find(
            {"event": "ehr.message_received"}, sort=[("order", 1)]
        )
        first, same_person, other, without_person = (row.get("key") or "" for row in rows)
        assert first == same_person
        assert len({first, other, without_person}) == 3
        assert without_person == ""

    @pytest.mark.yardstick("L4")
    def test_keys_that_look_like_operators_are_stored_escaped(self, anonymous):
        body = {**ehr.order(), "$where": {"$gt": 1}}

        assert anonymous.post("/v1/redox", body, headers=TOKEN).status_code == 200
        assert stored_messages()[0]["message"]["＄where"] == {"＄gt": 1}

    @pytest.mark.parametrize(
        "wrapped",
        [
            {"$oid": "5f85fbe6686e6bb9170ab5d1"},
            {"$oid": "no id"},
            {"$numberLong": "x"},
            {"$date": {"$numberLong": []}},
            {"$binary": {"base64": "!", "subType": "zz"}},
            {"$numberDecimal": 5, "other": 1},
        ],
    )
    def test_a_wrapped_value_stops_no_feed_and_becomes_no_type_of_the_database(
        self, anonymous, wrapped
    ):
        """Rule EHR-14, whether it is well formed or not."""
        order = ehr.order()
        order["Extra"] = wrapped

        answer = anonymous.post("/v1/redox", order, headers=TOKEN)

        assert (answer.status_code, answer.content) == (200, b"")
        (stored,) = stored_messages()
        assert stored["message"]["Extra"] == orjson.loads(
            orjson.dumps(wrapped).replace(b"$", "＄".encode())
        )
        (record,) = ehr.records()
        assert record["state"] == "pending"

    def test_numbers_beyond_64_bits_do_not_stop_the_feed(self, anonymous):
        raw = orjson.dumps(ehr.order())[:-1] + b',"Big":18446744073709551615}'

        assert anonymous.post("/v1/redox", raw, headers=TOKEN).status_code == 200

    @pytest.mark.yardstick("T5")
    def test_a_message_delivered_ten_times_at_once_is_stored_once(self, anonymous):
        message, statuses = ehr.order(), []
        threads = [
            threading.Thread(
                target=lambda: statuses.append(
                    anonymous.post("/v1/redox", message, headers=TOKEN).status_code
                )
            )
            for _ in range(10)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert statuses == [200] * 10
        assert len(stored_messages()) == len(ehr.records()) == 1


def match(backend, document_id, **patients):
    body = {
        "messageRef": {"documentId": str(document_id), "dataModel": "Order", "eventType": "New"}
    }
    return backend.post("/v1/redox/match", {**body, **({"patients": patients} if patients else {})})


def store(message):
    document = {"_id": ObjectId(), "meta": message["Meta"], "message": message}
    db.collection("redox").insert_one(document)
    return document["_id"]


class TestMatching:
    def test_the_source_alone_identifies_the_clinic(self, backend):
        clinic = ehr.ehr_clinic()

        response = match(backend, store(ehr.order()))

        assert response.status_code == 200
        answer = response.json()
        assert answer["clinic"]["id"] == str(clinic["_id"])
        assert answer["settings"]["sourceId"] == ehr.SOURCE
        assert "patients" not in answer

    @pytest.mark.parametrize(
        "changes", [{"enabled": False}, {"provider": "xealth"}, {"sourceId": "x"}]
    )
    def test_only_enabled_redox_clinics_of_the_source_match(self, backend, changes):
        ehr.ehr_clinic(**changes)

        response = match(backend, store(ehr.order()))

        assert response.status_code == 404
        assert response.json() == {"message": "not found: couldn't find a matching clinic"}

    def test_two_clinics_of_one_source_are_a_conflict(self, backend):
        ehr.ehr_clinic()
        ehr.ehr_clinic()

        response = match(backend, store(ehr.order()))

        assert response.status_code == 409
        assert response.json() == {"message": "duplicate: multiple matching clinics found"}

    @pytest.mark.parametrize(
        ("body", "status", "words"),
        [
            (None, 400, "bad request: messageRef is required"),
            ({}, 400, "bad request: messageRef is required"),
            (
                {"messageRef": {"documentId": "x", "dataModel": "Order", "eventType": "New"}},
                400,
                "bad request: invalid documentId",
            ),
            (
                {"messageRef": {"documentId": "a" * 24, "dataModel": "Order", "eventType": "New"}},
                404,
                "not found: couldn't find the message",
            ),
        ],
    )
    def test_an_invalid_reference_is_refused(self, backend, body, status, words):
        response = backend.post("/v1/redox/match", body)

        assert (response.status_code, response.json()["message"]) == (status, words)

    def test_messages_of_other_data_models_are_not_found(self, backend):
        ref = {"documentId": "a" * 24, "dataModel": "Results", "eventType": "New"}

        assert backend.post("/v1/redox/match", {"messageRef": ref}).status_code == 400

    def test_without_a_source_it_is_400(self, backend):
        message = ehr.order()
        message["Meta"]["Source"] = None

        response = match(backend, store(message))

        assert response.json() == {"message": "bad request: source id is required"}

    @pytest.mark.parametrize(
        ("demographics", "words"),
        [
            ({"FirstName": "A"}, "bad request: date of birth is missing"),
            ({"DOB": "1991-04-17"}, "bad request: full name is missing"),
        ],
    )
    def test_birth_date_and_name_are_needed_even_for_the_clinic_alone(
        self, backend, demographics, words
    ):
        ehr.ehr_clinic()
        message = ehr.order()
        message["Patient"]["Demographics"] = demographics

        response = match(backend, store(message))

        assert (response.status_code, response.json()["message"]) == (400, words)

    def test_without_an_mrn_no_patients_match(self, backend):
        clinic = ehr.ehr_clinic()
        ehr.ehr_patient(clinic)
        message = ehr.order()
        message["Patient"]["Identifiers"] = []

        response = match(backend, store(message), criteria=["DOB_FULLNAME"])

        assert response.status_code == 200
        assert "patients" not in response.json()

    @pytest.mark.parametrize(
        ("fields", "criteria"),
        [
            ({"mrn": "qx-1", "birthDate": "1900-01-01"}, ["MRN"]),
            ({"mrn": "Qx-1"}, ["MRN_DOB"]),
            ({"mrn": "other", "fullName": "mára quill"}, ["DOB_FULLNAME"]),
        ],
    )
    def test_case_and_accents_do_not_matter(self, backend, fields, criteria):
        clinic = ehr.ehr_clinic()
        patient = ehr.ehr_patient(clinic, **fields)

        response = match(backend, store(ehr.order()), criteria=criteria)

        assert [p["id"] for p in response.json()["patients"]] == [patient["userId"]]

    def test_a_patient_who_meets_two_criteria_is_listed_once(self, backend):
        clinic = ehr.ehr_clinic()
        ehr.ehr_patient(clinic)

        response = match(backend, store(ehr.order()), criteria=["MRN", "DOB_FULLNAME"])

        assert len(response.json()["patients"]) == 1

    def test_a_unique_match_changes_the_subscription_once_per_message(self, backend):
        clinic = ehr.ehr_clinic()
        patient = ehr.ehr_patient(clinic)
        first, second = store(ehr.order()), store(ehr.order())

        match(backend, first, criteria=["MRN_DOB"], onUniqueMatch="ENABLE_REPORTS")
        match(backend, first, criteria=["MRN_DOB"], onUniqueMatch="DISABLE_REPORTS")
        subscription = stored_patient(clinic, patient["userId"])["ehrSubscriptions"][
            "summaryAndReports"
        ]
        assert (subscription["active"], subscription["provider"]) == (True, "redox")
        assert subscription["matchedMessages"] == [
            {"id": first, "dataModel": "Order", "eventType": "New"}
        ]
        assert subscription["createdAt"] == subscription["updatedAt"]

        match(backend, second, criteria=["MRN_DOB"], onUniqueMatch="DISABLE_REPORTS")
        subscription = stored_patient(clinic, patient["userId"])["ehrSubscriptions"][
            "summaryAndReports"
        ]
        assert subscription["active"] is False
        assert [message["id"] for message in subscription["matchedMessages"]] == [first, second]

    def test_several_matches_change_nothing(self, backend):
        clinic = ehr.ehr_clinic()
        patients = [ehr.ehr_patient(clinic), ehr.ehr_patient(clinic)]

        response = match(
            backend, store(ehr.order()), criteria=["MRN"], onUniqueMatch="ENABLE_REPORTS"
        )

        assert len(response.json()["patients"]) == 2
        assert all("ehrSubscriptions" not in stored_patient(clinic, p["userId"]) for p in patients)

    def test_a_changed_mrn_ends_the_subscription(self, backend):
        clinic = ehr.ehr_clinic()
        patient = ehr.ehr_patient(clinic)
        ehr.subscribe(patient)

        body = {"fullName": "Mara Quill", "birthDate": "1991-04-17", "mrn": "QX-2"}
        path = f"/v1/clinics/{clinic['_id']}/patients/{patient['userId']}"
        assert backend.put(path, body).status_code == 200

        subscription = stored_patient(clinic, patient["userId"])["ehrSubscriptions"][
            "summaryAndReports"
        ]
        assert subscription["active"] is False
        assert len(subscription["matchedMessages"]) == 1


def scheduled():
    return list(db.collection("scheduledSummaryAndReportsOrders").find({}, sort=[("_id", 1)]))


class TestSync:
    @pytest.mark.parametrize("changes", [{"enabled": False}, {"provider": "xealth"}])
    def test_a_clinic_without_an_active_redox_connection_is_not_found(self, backend, changes):
        clinic = ehr.ehr_clinic(**changes)

        response = backend.post(f"/v1/clinics/{clinic['_id']}/ehr/sync")

        assert response.status_code == 404
        assert response.json() == {"message": "not found: couldn't find a matching clinic"}

    def test_an_unknown_clinic_or_one_without_settings_is_not_found(self, backend):
        plain = make_clinic()

        assert backend.post(f"/v1/clinics/{'a' * 24}/ehr/sync").status_code == 404
        assert backend.post(f"/v1/clinics/{plain['_id']}/ehr/sync").status_code == 404

    def test_every_subscribed_patient_gets_a_document_that_waits_for_a_worker(self, backend):
        clinic = ehr.ehr_clinic()
        patient, other = ehr.ehr_patient(clinic), ehr.ehr_patient(clinic)
        message = ehr.subscribe(patient)

        response = backend.post(f"/v1/clinics/{clinic['_id']}/ehr/sync")

        assert (response.status_code, response.content) == (202, b"")
        (document,) = scheduled()
        assert document["userId"] == patient["userId"] != other["userId"]
        assert document["clinicId"] == clinic["_id"]
        assert document["lastMatchedOrder"] == message
        assert "precedingDocument" not in document
        (record,) = ehr.records("scheduled")
        assert record["documentId"] == document["_id"]
        assert emitted("ehr.order_scheduled") == [{"documentId": str(document["_id"])}]
        assert ehr.deliveries() == []

    def test_the_second_sync_names_the_preceding_document(self, backend):
        clinic = ehr.ehr_clinic()
        ehr.subscribe(ehr.ehr_patient(clinic))
        path = f"/v1/clinics/{clinic['_id']}/ehr/sync"

        backend.post(path)
        backend.post(path)

        first, second = scheduled()
        assert second["precedingDocument"] == {
            "_id": first["_id"],
            "createdTime": first["createdTime"],
        }

    def test_a_clinic_where_no_one_is_subscribed_answers_202(self, backend):
        clinic = ehr.ehr_clinic()
        ehr.ehr_patient(clinic)

        assert backend.post(f"/v1/clinics/{clinic['_id']}/ehr/sync").status_code == 202
        assert scheduled() == []

    def test_a_patients_sync_reaches_the_clinics_that_want_reports_after_uploads(self, backend):
        wanting = ehr.ehr_clinic()
        silent = ehr.ehr_clinic(
            sourceId="other", scheduledReports={"cadence": "14d", "onUploadEnabled": False}
        )
        patient = ehr.ehr_patient(wanting)
        ehr.subscribe(patient)
        ehr.subscribe(ehr.ehr_patient(silent, userId=patient["userId"]))

        response = backend.post(f"/v1/patients/{patient['userId']}/ehr/sync")

        assert (response.status_code, response.content) == (202, b"")
        assert [document["clinicId"] for document in scheduled()] == [wanting["_id"]]

    def test_a_patients_sync_answers_202_when_there_is_nothing_to_do(self, backend):
        assert backend.post("/v1/patients/a1b2c3d4e5/ehr/sync").status_code == 202
        assert scheduled() == []

"""Values that pass the pattern and used to break later: what is stored of them, and what is answered."""

import orjson
import pytest
from bson import ObjectId

from kernel import db, outbox
from kernel.errors import ConstraintViolation
from patients.services import patients as patient_service
from tests.cast import described_operations
from tests.events import deliver_all
from tests.policy.callers import OWN_IDS, call
from users.services.neighbours import data_service, user_service

BODY = {"fullName": "Iris Example", "birthDate": "1984-05-06", "email": "iris@example.org"}
THRESHOLDS = [
    {"name": name, "upperBound": {"value": 70 + n, "units": "mg/dL"}}
    for n, name in enumerate("abcd")
]


def ranges(value):
    last = {"name": "last", "upperBound": {"value": value, "units": "mg/dL"}}
    custom = {"name": "Mine", "thresholds": [*THRESHOLDS[:3], last]}
    return {**BODY, "glycemicRanges": {"type": "custom", "custom": custom}}


def url(clinic, *more):
    return "/".join([f"/v1/clinics/{clinic['id']}", *more])


def nested(depth):
    value = {}
    for _ in range(depth):
        value = {"a": value}
    return value


# --- times and numbers ------------------------------------------------------------------------------------------------
def test_a_leap_second_of_a_data_source_is_the_next_second(clinic, ada):
    source = {
        "providerName": "dexcom",
        "state": "connected",
        "modifiedTime": "2016-12-31T23:59:60Z",
    }
    patient = ada.api.post(url(clinic, "patients"), {**BODY, "dataSources": [source]}).json()
    assert patient["dataSources"][0]["modifiedTime"] == "2017-01-01T00:00:00Z"


def test_a_leap_second_in_a_query_is_the_next_second(clinic, ada):
    answer = ada.api.get(url(clinic, "patients") + "?lastReviewed=2016-12-31T23:59:60Z")
    assert answer.status_code == 200


@pytest.mark.parametrize("plan", [b"250", b"250.0", b"2.5e2"])
def test_a_whole_number_is_stored_and_answered_as_an_integer(clinic, backend, plan):
    body = b'{"hardLimit": {"plan": %s}}' % plan
    answer = backend.put(url(clinic, "settings", "patient_count"), body)
    assert answer.content == b'{"hardLimit":{"plan":250}}'
    stored = db.collection("clinics").find_one({"_id": ObjectId(clinic["id"])})
    assert type(stored["patientCountSettings"]["hardLimit"]["plan"]) is int


def test_a_limit_that_other_writers_store_as_a_double_is_answered_as_an_integer(clinic, ada):
    db.collection("clinics").update_one(
        {"_id": ObjectId(clinic["id"])}, {"$set": {"patientCountSettings.hardLimit.plan": 250.0}}
    )
    answer = ada.api.get(url(clinic, "settings", "patient_count"))
    assert answer.content == b'{"hardLimit":{"plan":250}}'


@pytest.mark.parametrize("value", [1000.5, -1, 1e20, 3.4e38, 3.4028235677973366e38])
def test_glycemic_range_beyond_meter_values_is_refused(clinic, ada, value):
    assert ada.api.post(url(clinic, "patients"), ranges(value)).status_code == 400


def test_glycemic_range_at_the_bound_is_accepted(clinic, ada):
    patient = ada.api.post(url(clinic, "patients"), ranges(1000.0)).json()
    assert patient["glycemicRanges"]["custom"]["thresholds"][-1]["upperBound"]["value"] == 1000


# --- permissions ------------------------------------------------------------------------------------------------------
def test_content_of_a_permission_object_is_ignored(clinic, ada, dot, eve):
    granted = {"view": nested(20), "note": {}}
    answers = [
        dot.api.post(
            f"/confirm/send/invite/{dot.user_id}", {"email": eve.email, "permissions": granted}
        ),
        dot.api.post(
            f"/confirm/send/invite/{dot.user_id}/clinic",
            {"shareCode": clinic["shareCode"], "permissions": granted},
        ),
    ]
    contexts = [answer.json()["context"] for answer in answers]
    assert contexts == [{"permissions": {"view": {}, "note": {}}}, {"view": {}, "note": {}}]


@pytest.mark.parametrize("value", [True, "yes", 1, [], None])
def test_permission_other_than_an_object_is_refused(dot, eve, value):
    body = {"email": eve.email, "permissions": {"view": value}}
    assert dot.api.post(f"/confirm/send/invite/{dot.user_id}", body).status_code == 400


@pytest.mark.parametrize("alerts", [{}, {"low": {}}])
def test_alerts_without_follow_are_refused_empty_ones_too(dot, eve, alerts):
    body = {"email": eve.email, "permissions": {"view": {}}, "alertsConfig": alerts}
    assert dot.api.post(f"/confirm/send/invite/{dot.user_id}", body).status_code == 400


FOLLOWER = {"view": {}, "follow": {}}
LOW = {"enabled": True, "delay": 120, "repeat": 240, "threshold": {"units": "mg/dL", "value": 70}}


@pytest.mark.parametrize(
    "low",
    [
        *(True, "on", [], None, nested(40)),
        *({**LOW, "delay": value} for value in (-1, 121, 1e30, 2.5, "1", nested(3))),
        *({**LOW, "repeat": value} for value in (-1, 241, None)),
        *({**LOW, "enabled": value} for value in (1, "true", nested(3))),
        *({**LOW, "threshold": value} for value in ({}, 70, nested(3))),
        *({**LOW, "threshold": {"units": "mg/dL", "value": v}} for v in (-1, 1001, 70.5, 1e20)),
        {**LOW, "threshold": {"units": "mmol/L", "value": 1e39}},
        {**LOW, "threshold": {"units": "grains", "value": 70}},
    ],
)
def test_alerts_are_checked_against_the_description(dot, eve, low):
    body = {"email": eve.email, "permissions": FOLLOWER, "alertsConfig": {"low": low}}
    assert dot.api.post(f"/confirm/send/invite/{dot.user_id}", body).status_code == 400
    assert db.collection("confirmations").count_documents({}) == 0


@pytest.mark.parametrize("value", [0, 3.9, 2**53, 2.0**63, 1e20, 3.4e38])
def test_a_threshold_in_mmol_l_may_be_of_any_size(dot, eve, value):
    """Its other spelling, in mg/dL, is a whole number; what holds for one of the two must not reach the other."""
    low = {**LOW, "threshold": {"units": "mmol/L", "value": value}}
    body = {"email": eve.email, "permissions": FOLLOWER, "alertsConfig": {"low": low}}
    assert dot.api.post(f"/confirm/send/invite/{dot.user_id}", body).status_code == 200
    (shown,) = eve.api.get(f"/confirm/invitations/{eve.user_id}").json()
    assert shown["context"]["alertsConfig"]["low"]["threshold"]["value"] == value


def test_undeclared_properties_of_alerts_are_not_stored(dot, eve):
    known = {"uploadId": "x", "urgentLow": {"enabled": True, "repeat": 5}, "low": LOW}
    alerts = {**known, "userId": "me", "odd": nested(20), "low": {**LOW, "odd": nested(20)}}
    body = {"email": eve.email, "permissions": FOLLOWER, "alertsConfig": alerts}
    sent = dot.api.post(f"/confirm/send/invite/{dot.user_id}", body).json()
    assert sent["context"]["alertsConfig"] == known
    url = f"/confirm/accept/invite/{eve.user_id}/{dot.user_id}"
    assert eve.api.put(url, {"key": sent["key"]}).status_code == 200
    whose = {"userId": eve.user_id, "followedUserId": dot.user_id}
    assert data_service().get_alerts(dot.user_id, eve.user_id) == {**known, **whose}


@pytest.mark.parametrize("alerts", ["x", 5, [1], {"low": 5}, {"low": {"threshold": 5}}, {"a": 1}])
def test_broken_stored_alerts_do_not_block_changes(dot, eve, alerts):
    body = {"email": eve.email, "permissions": FOLLOWER, "alertsConfig": {"low": LOW}}
    key = dot.api.post(f"/confirm/send/invite/{dot.user_id}", body).json()["key"]
    context = orjson.dumps({"permissions": FOLLOWER, "alertsConfig": alerts})
    db.collection("confirmations").update_one({"_id": key}, {"$set": {"context": context}})
    assert eve.api.get(f"/confirm/invitations/{eve.user_id}").status_code == 200
    url = f"/confirm/accept/invite/{eve.user_id}/{dot.user_id}"
    assert eve.api.put(url, {"key": key}).status_code == 200


# --- lists and texts --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["5f85fbe6686e6bb9170ab5d1,", ",", ",5f85fbe6686e6bb9170ab5d1"])
def test_empty_item_of_a_list_is_refused(clinic, ada, text):
    for name in ("tags", "sites"):
        answer = ada.api.get(url(clinic, "patients") + f"?{name}={text}")
        words = f'parameter "{name}" in query has an error: empty value is not allowed'
        assert (answer.status_code, answer.json()["message"]) == (400, words)


@pytest.mark.parametrize("domain", ["", " ", "a b", "x@example.org"])
def test_a_restriction_names_a_domain(clinic, backend, domain):
    body = {"restrictions": [{"emailDomain": domain}]}
    answer = backend.put(url(clinic, "membership_restrictions"), body)
    assert answer.status_code == 400


def test_no_sites_at_creation_are_stored_as_none(clinic, ada):
    ids = [ada.api.post(url(clinic, "patients"), body).json()["id"] for body in (
        {**BODY, "sites": []}, {**BODY, "email": "other@example.org"}
    )]  # fmt: skip
    stored = [db.collection("patients").find_one({"userId": user_id}) for user_id in ids]
    assert [document.get("sites") for document in stored] == [[], None]


# --- accounts and invitations -------------------------------------------------------------------------------------------
def test_an_address_is_free_at_once_after_a_creation_that_failed(clinic, ada, monkeypatch):
    def refuse(*_, **__):
        raise ConstraintViolation

    with monkeypatch.context() as failing:
        failing.setattr(patient_service, "_insert", refuse)
        assert ada.api.post(url(clinic, "patients"), BODY).status_code == 422

    assert user_service().get_user(BODY["email"]) is None
    assert db.collection(outbox.COLLECTION).find_one({"event": "patient.account_requested"}) is None
    assert ada.api.post(url(clinic, "patients"), BODY).status_code == 200


def test_failure_without_known_outcome_leaves_the_account_to_the_event(clinic, ada, monkeypatch):
    """The record may have been stored although the answer was lost."""

    def fail(*_, **__):
        raise RuntimeError

    monkeypatch.setattr(patient_service, "_insert", fail)
    assert ada.api.post(url(clinic, "patients"), BODY).status_code == 500
    assert user_service().get_user(BODY["email"]) is not None
    deliver_all()
    assert user_service().get_user(BODY["email"]) is None


def claim(user_id, backend, anonymous, birthday):
    key = backend.get(f"/confirm/signup/{user_id}").json()["key"]
    body = {"password": "correct-horse-9", "birthday": birthday}
    return anonymous.put(f"/confirm/accept/signup/{key}", body).status_code


def test_a_claim_right_after_the_patient_was_made_knows_the_birthday(
    clinic, ada, backend, anonymous
):
    patient = ada.api.post(url(clinic, "patients"), BODY).json()
    origin = {"clinicId": clinic["id"], "invitedBy": ada.user_id}
    assert backend.post(f"/confirm/send/signup/{patient['id']}", origin).status_code == 200

    assert claim(patient["id"], backend, anonymous, "1984-05-07") == 409
    assert claim(patient["id"], backend, anonymous, BODY["birthDate"]) == 200


def test_a_claim_knows_a_birthday_that_was_corrected_a_moment_ago(clinic, ada, backend, anonymous):
    patient = ada.api.post(url(clinic, "patients"), BODY).json()
    deliver_all()
    corrected = {**BODY, "birthDate": "1985-05-06"}
    ada.api.put(url(clinic, "patients", patient["id"]), corrected)

    assert claim(patient["id"], backend, anonymous, BODY["birthDate"]) == 409
    assert claim(patient["id"], backend, anonymous, "1985-05-06") == 200


def invite(clinic, ada, eve):
    body = {"email": eve.email, "roles": ["CLINIC_MEMBER"]}
    return ada.api.post(url(clinic, "invites", "clinicians"), body).json()["inviteId"]


def offer(clinic, dot):
    body = {"shareCode": clinic["shareCode"], "permissions": {"view": {}}}
    return dot.api.post(f"/confirm/send/invite/{dot.user_id}/clinic", body).json()["key"]


def status_of(key):
    return db.collection("confirmations").find_one({"_id": key})["status"]


@pytest.mark.parametrize("is_delivered", [False, True])
def test_an_invitation_goes_with_the_record_that_was_withdrawn(
    clinic, ada, eve, backend, is_delivered
):
    key = invite(clinic, ada, eve)
    assert backend.delete(url(clinic, "invites", "clinicians", key, "clinician")).status_code == 200
    if is_delivered:
        deliver_all()
        assert status_of(key) == "canceled"
    assert eve.api.get(f"/v1/clinicians/{eve.user_id}/invites").status_code == 404


@pytest.mark.parametrize("is_delivered", [False, True])
def test_invitations_and_offers_go_with_the_clinic(clinic, ada, eve, dot, backend, is_delivered):
    invited, offered = invite(clinic, ada, eve), offer(clinic, dot)
    assert backend.delete(url(clinic)).status_code == 204
    if is_delivered:
        deliver_all()
        assert [status_of(invited), status_of(offered)] == ["canceled", "canceled"]
    assert eve.api.get(f"/v1/clinicians/{eve.user_id}/invites").status_code == 404


# --- paths ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("value", ["nonsense", "%0a", "x" * 5000, "ABCDEF0123"])
def test_unknown_confirmation_path_is_404(backend, value):
    for name, (_, path, operation) in described_operations().items():
        is_address = [
            p["name"]
            for p in operation.get("parameters", [])
            if p["schema"].get("format") == "email"
        ]
        if path.startswith("/confirm/") and not is_address:
            for user in (n for n in OWN_IDS if f"{{{n}}}" in path):
                answer = call(backend, name, body=b"{}", **{user: value})
                assert answer.status_code in (401, 404), (name, answer.content)

"""Connection issues: what is tracked, the rule, the sweep, hiding and invitations (rules PATIENT-152 to PATIENT-165)."""

from datetime import timedelta

import pytest
from django.conf import settings
from pymongo import MongoClient

from kernel import clock, db
from patients.services import connection_sweeps, patient_counts
from patients.store import derivations
from tests.accesses import recorded
from tests.commands import before_each_write
from tests.environment import DATABASE
from tests.factories import make_clinic, make_clinician, make_patient, stored_patient

GENERAL = "deviceNonSpecificInvitation"
SWEEP = "/v1/patients/connection_issues"


@pytest.fixture
def lakeside(ada, ben):
    clinic = make_clinic()
    make_clinician(clinic, ada, "CLINIC_ADMIN")
    make_clinician(clinic, ben)
    return clinic


def url(clinic, patient, rest=""):
    return f"/v1/clinics/{clinic['_id']}/patients/{patient['userId']}{rest}"


def ago(**length):
    return clock.now() - timedelta(**length)


def source(provider, state, **fields):
    return {"providerName": provider, "state": state, **fields}


def tracked(clinic, patient):
    stored = stored_patient(clinic, patient["userId"])
    return stored.get("connectionIssueSource"), stored.get("connectionIssue")


def written(clinic, patient, **fields):
    """As another service writes, whose changes are followed at once."""
    db.collection("patients").update_one({"_id": patient["_id"]}, {"$set": fields})


def sweep(backend):
    assert backend.post(SWEEP).status_code == 204


def put_sources(backend, patient, *sources):
    answer = backend.put(f"/v1/patients/{patient['userId']}/data_sources", list(sources))
    assert answer.status_code == 200


# --- what is tracked ------------------------------------------------------------------------------
def test_a_new_patient_with_an_address_is_invited_in_general(lakeside, ben):
    body = {"fullName": "Iris Example", "birthDate": "1984-05-06"}
    created = ben.api.post(
        f"/v1/clinics/{lakeside['_id']}/patients", {**body, "email": "iris@example.org"}
    ).json()
    patient = {"userId": created["id"]}
    assert created["connectionIssueSource"] == GENERAL
    assert "connectionIssue" not in created
    stored = stored_patient(lakeside, created["id"])
    assert stored["lastInvitationSent"] == stored["createdTime"]

    said = {
        "connectionIssueSource": "abbott",
        "connectionIssue": {"cause": "error", "hidden": True},
    }
    answer = ben.api.put(url(lakeside, patient), {**created, **said})
    assert (answer.status_code, answer.json()["connectionIssueSource"]) == (200, GENERAL)
    assert tracked(lakeside, patient) == (GENERAL, None)

    assert ben.api.post(url(lakeside, patient, "/connect/dexcom")).status_code == 204
    assert tracked(lakeside, patient) == ("dexcom", None)


def test_a_new_patient_without_an_address_is_not_tracked(lakeside, ben):
    body = {"fullName": "Iris Example", "birthDate": "1984-05-06"}
    created = ben.api.post(f"/v1/clinics/{lakeside['_id']}/patients", body).json()
    stored = stored_patient(lakeside, created["id"])
    assert not stored.keys() & {"connectionIssueSource", "connectionIssue", "lastInvitationSent"}
    assert "connectionIssueSource" not in created


def test_the_provider_that_becomes_connected_is_tracked(lakeside, backend):
    patient = make_patient(lakeside, connectionIssueSource="dexcom")
    put_sources(backend, patient, source("twiist", "disconnected"))
    assert tracked(lakeside, patient)[0] == "dexcom"
    put_sources(backend, patient, source("twiist", "connected"))
    assert tracked(lakeside, patient)[0] == "twiist"
    before = stored_patient(lakeside, patient["userId"])
    put_sources(backend, patient, source("twiist", "connected"))
    assert stored_patient(lakeside, patient["userId"])["connectionIssueSource"] == "twiist"
    assert before["connectionIssueSource"] == "twiist"


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (
            [
                source("twiist", "connected", createdTime=ago(days=2)),
                source("abbott", "connected", createdTime=ago(days=1)),
            ],
            "abbott",
        ),
        ([source("abbott", "connected"), source("dexcom", "connected")], "dexcom"),
        ([source("dexcom", "connected"), source("twiist", "connected")], "twiist"),
        ([source("fitbit", "connected")], None),
        ([source("dexcom", "error")], None),
    ],
)
def test_of_several_that_become_connected_the_newest_is_tracked(
    lakeside, backend, sources, expected
):
    patient = make_patient(lakeside)
    put_sources(backend, patient, *sources)
    assert tracked(lakeside, patient)[0] == expected


def test_a_connection_that_was_made_again_is_tracked(lakeside, backend):
    connected = source("dexcom", "connected", connectedTime=ago(days=3))
    patient = make_patient(lakeside, dataSources=[connected], connectionIssueSource="abbott")
    put_sources(backend, patient, connected)
    assert tracked(lakeside, patient)[0] == "abbott"
    put_sources(backend, patient, {**connected, "connectedTime": ago(days=1)})
    assert tracked(lakeside, patient)[0] == "dexcom"


def test_only_records_that_track_another_source_lose_their_issue(lakeside, backend):
    issue = {"connectionIssue": {"cause": "staleData", "hidden": True}}
    stale = source("dexcom", "disconnected", latestDataTime=ago(days=4))
    one = make_patient(lakeside, dataSources=[stale], connectionIssueSource="dexcom", **issue)
    other = make_patient(
        make_clinic(),
        userId=one["userId"],
        dataSources=[stale],
        connectionIssueSource="twiist",
        connectionIssue={"cause": "error", "hidden": True},
    )
    put_sources(backend, one, {**stale, "state": "connected"})
    assert tracked(lakeside, one) == ("dexcom", {"cause": "staleData", "hidden": True})
    assert tracked({"_id": other["clinicId"]}, other) == ("dexcom", {"cause": "staleData"})


def test_a_clinician_who_enters_a_connected_source_has_it_tracked(lakeside, ben):
    patient = make_patient(lakeside)
    body = {"fullName": "Iris Example", "birthDate": "1984-05-06"}
    sources = [source("abbott", "connected", latestDataTime=clock.format_time(ago(days=3)))]
    answer = ben.api.put(url(lakeside, patient), {**body, "dataSources": sources}).json()
    assert answer["connectionIssueSource"] == "abbott"
    assert answer["connectionIssue"] == {"cause": "staleData", "hidden": False}


@pytest.mark.foreign_documents
def test_a_source_and_a_cause_of_a_newer_service_are_not_answered(lakeside, ben):
    newer = {"connectionIssueSource": "fitbit", "connectionIssue": {"cause": "lost"}}
    shown = ben.api.get(url(lakeside, make_patient(lakeside, **newer))).json()
    assert not shown.keys() & newer.keys()


# --- the sweep ------------------------------------------------------------------------------------
@pytest.fixture
def stale(lakeside):
    sources = [source("dexcom", "connected", latestDataTime=ago(hours=72))]
    return make_patient(lakeside, dataSources=sources, connectionIssueSource="dexcom")


def test_data_become_stale_and_the_sweep_says_so(lakeside, stale, ben, backend):
    sweep(backend)
    shown = ben.api.get(url(lakeside, stale)).json()
    assert shown["connectionIssue"] == {"cause": "staleData", "hidden": False}
    assert stored_patient(lakeside, stale["userId"])["connectionIssue"] == {"cause": "staleData"}


def test_a_second_sweep_writes_nothing(lakeside, stale, backend, ben):
    sweep(backend)
    before = stored_patient(lakeside, stale["userId"])
    assert before["updatedTime"] > stale["updatedTime"]
    sweep(backend)
    assert stored_patient(lakeside, stale["userId"]) == before
    assert ben.api.post(SWEEP).status_code == 403


@pytest.mark.foreign_writes
def test_a_source_that_changes_during_the_sweep_keeps_the_issue_of_the_other_one_away(
    lakeside, stale, backend
):
    """Another service changes it between what the sweep reads and what it writes."""
    changed = []

    def change_once(collection):
        if collection == "patients" and not changed:
            changed.append(collection)
            with MongoClient(settings.MONGODB_URI) as client:
                query = {"_id": stale["_id"]}
                change = {"$set": {"connectionIssueSource": "twiist"}}
                client[DATABASE]["patients"].update_one(query, change)

    with before_each_write(change_once):
        sweep(backend)
    assert changed
    assert tracked(lakeside, stale) == ("twiist", None)


def test_hiding_lasts_until_the_cause_is_another_one(lakeside, stale, ben, backend):
    sweep(backend)
    path = url(lakeside, stale, "/connection_issue/hidden")
    hidden = ben.api.put(path, {"hidden": True})
    assert hidden.json()["connectionIssue"] == {"cause": "staleData", "hidden": True}
    (access,) = recorded(operation="SetConnectionIssueHidden")
    who = [access[name] for name in ("who", "patient", "outcome")]
    assert who == [ben.user_id, stale["userId"], "200"]
    assert ben.api.put(path, {"hidden": True}).status_code == 200
    sweep(backend)
    assert tracked(lakeside, stale)[1] == {"cause": "staleData", "hidden": True}

    put_sources(backend, stale, source("dexcom", "error", latestDataTime=ago(hours=72)))
    sweep(backend)
    assert tracked(lakeside, stale)[1] == {"cause": "error"}
    assert backend.put(path, {"hidden": True}).status_code == 200
    shown = backend.put(path, {"hidden": False}).json()
    assert shown["connectionIssue"] == {"cause": "error", "hidden": False}
    assert tracked(lakeside, stale)[1] == {"cause": "error"}

    put_sources(backend, stale, source("dexcom", "connected", latestDataTime=ago(hours=1)))
    sweep(backend)
    assert tracked(lakeside, stale) == ("dexcom", None)
    refused = ben.api.put(path, {"hidden": True})
    assert (refused.status_code, refused.json()) == (404, {"message": "connection issue not found"})


def test_hiding_needs_a_body_and_a_patient(lakeside, stale, ben):
    path = url(lakeside, stale, "/connection_issue/hidden")
    for body in (None, {}, {"hidden": "yes"}, {"hidden": None}):
        assert ben.api.put(path, body).status_code == 400, body
    stranger = url(lakeside, {"userId": "0123456789"}, "/connection_issue/hidden")
    answer = ben.api.put(stranger, {"hidden": True})
    assert (answer.status_code, answer.json()) == (404, {"message": "patient not found"})


@pytest.mark.parametrize(
    ("created", "sent", "cause"),
    [
        (ago(days=40), ago(hours=1), "expiredInvite"),
        (ago(days=10), ago(hours=72), "staleInvite"),
        (ago(days=10), None, "staleInvite"),
        (ago(days=10), ago(hours=47), None),
    ],
)
def test_the_general_invitation_becomes_stale_and_expires(lakeside, backend, created, sent, cause):
    sent = {} if sent is None else {"lastInvitationSent": sent}
    patient = make_patient(lakeside, createdTime=created, connectionIssueSource=GENERAL, **sent)
    claimed = make_patient(
        lakeside,
        createdTime=created,
        connectionIssueSource=GENERAL,
        permissions={"view": {}},
        **sent,
    )
    sweep(backend)
    assert tracked(lakeside, patient)[1] == (cause and {"cause": cause})
    assert tracked(lakeside, claimed)[1] is None


def test_who_claims_the_account_has_no_unanswered_invitation(lakeside, backend):
    patient = make_patient(lakeside, createdTime=ago(days=10), connectionIssueSource=GENERAL)
    sweep(backend)
    assert tracked(lakeside, patient)[1] == {"cause": "staleInvite"}
    assert backend.delete(url(lakeside, patient, "/permissions/custodian")).status_code == 204
    assert tracked(lakeside, patient) == (GENERAL, None)


def test_requests_become_stale_and_expire(lakeside, backend):
    asked = {"providerName": "dexcom", "createdTime": ago(days=3)}
    stored = {"connectionIssueSource": "dexcom", "dataSources": []}
    waiting, expired, gone = (
        make_patient(lakeside, providerConnectionRequests={"dexcom": [request]}, **stored)
        for request in (
            asked,
            {**asked, "expirationTime": ago(days=1)},
            {**asked, "createdTime": ago(days=31)},
        )
    )
    placeholder = make_patient(
        lakeside,
        connectionIssueSource="dexcom",
        dataSources=[source("dexcom", "pending", expirationTime=clock.now() + timedelta(days=27))],
    )
    sweep(backend)
    causes = [tracked(lakeside, p)[1]["cause"] for p in (waiting, expired, gone, placeholder)]
    assert causes == ["staleInvite", "expiredInvite", "expiredInvite", "staleInvite"]


# --- lists ----------------------------------------------------------------------------------------
def listed(ben, clinic, query):
    answer = ben.api.get(f"/v1/clinics/{clinic['_id']}/patients?{query}")
    assert answer.status_code == 200, answer.content
    assert answer.json()["meta"]["count"] == len(answer.json()["data"])
    return [patient["fullName"] for patient in answer.json()["data"]]


def test_lists_are_filtered_by_issues(lakeside, ben):
    failed = {"dataSources": [source("dexcom", "error")]}
    quiet = {"dataSources": [source("dexcom", "connected", latestDataTime=ago(days=3))]}
    for name, fields, issue in (
        ("Ann", failed, {"cause": "error"}),
        ("Bob", quiet, {"cause": "staleData"}),
        ("Cleo", failed, {"cause": "error", "hidden": True}),
        ("Dan", quiet, {"cause": "staleData", "hidden": True}),
        ("Eve", {}, None),
    ):
        extra = {"connectionIssue": issue} if issue else {}
        make_patient(lakeside, fullName=name, connectionIssueSource="dexcom", **fields, **extra)
    for query, names in (
        ("connectionIssueCauses=error", ["Ann"]),
        ("connectionIssueCauses=staleData,error", ["Ann", "Bob"]),
        ("connectionIssueCauses=error&onlyHiddenConnectionIssues=true", ["Cleo"]),
        ("onlyHiddenConnectionIssues=true", ["Cleo", "Dan"]),
        ("onlyHiddenConnectionIssues=false", ["Ann", "Bob", "Cleo", "Dan", "Eve"]),
        ("connectionIssueCauses=staleInvite,expiredInvite", []),
        ("connectionIssueCauses=error,error&search=ann&sort=-lastData&sortType=cgm", ["Ann"]),
        ("connectionIssueCauses=error&search=bob", []),
        ("connectionIssueCauses=error&sort=-fullName&sortType=cgm&tags=_", ["Ann"]),
    ):
        assert listed(ben, lakeside, query) == names, query
    for query in (
        "connectionIssueCauses=sick",
        "connectionIssueCauses=",
        "onlyHiddenConnectionIssues=x",
    ):
        path = f"/v1/clinics/{lakeside['_id']}/patients?{query}"
        assert ben.api.get(path).status_code == 400, query


def test_hiding_takes_a_patient_out_of_the_list_and_the_numbers(lakeside, stale, ben, backend):
    sweep(backend)
    assert listed(ben, lakeside, "connectionIssueCauses=staleData") == [stale["fullName"]]
    assert patient_counts.kept_counts(lakeside["_id"])["issues"] == {"staleData": 1}
    ben.api.put(url(lakeside, stale, "/connection_issue/hidden"), {"hidden": True})
    assert listed(ben, lakeside, "connectionIssueCauses=staleData") == []
    assert listed(ben, lakeside, "onlyHiddenConnectionIssues=true") == [stale["fullName"]]
    numbers = patient_counts.kept_counts(lakeside["_id"])["issues"]
    assert {name: n for name, n in numbers.items() if n} == {"staleDataHidden": 1}
    assert patient_counts.wrong_counts(lakeside["_id"]) == {}
    assert "issues" not in ben.api.get(f"/v1/clinics/{lakeside['_id']}/patient_count").json()


# --- the invitation was sent again -----------------------------------------------------------------
def test_an_invitation_that_was_sent_again_waits_again(lakeside, backend, ben):
    patient = make_patient(lakeside, createdTime=ago(days=10), connectionIssueSource=GENERAL)
    sweep(backend)
    path = url(lakeside, patient, "/invitation_resent")
    before = clock.now()
    assert backend.post(path).status_code == 204
    stored = stored_patient(lakeside, patient["userId"])
    assert before <= stored["lastInvitationSent"] <= stored["updatedTime"]
    assert "connectionIssue" not in stored
    assert ben.api.post(path).status_code == 403
    stranger = url(lakeside, {"userId": "0123456789"}, "/invitation_resent")
    assert backend.post(stranger).status_code == 404


def test_an_invitation_displaces_no_provider_and_no_issue_of_one(lakeside, backend):
    fields = {"dataSources": [source("dexcom", "error")], "connectionIssueSource": "dexcom"}
    asked = make_patient(lakeside, connectionIssue={"cause": "error", "hidden": True}, **fields)
    new = make_patient(lakeside)
    for patient in (asked, new):
        assert backend.post(url(lakeside, patient, "/invitation_resent")).status_code == 204
    assert tracked(lakeside, asked) == ("dexcom", {"cause": "error", "hidden": True})
    assert tracked(lakeside, new) == (GENERAL, None)


# --- sources of both shapes -----------------------------------------------------------------------
@pytest.mark.foreign_documents
def test_what_this_service_does_not_know_of_a_source_survives_an_update(lakeside, ben, backend):
    known = source("dexcom", "error", modifiedTime=ago(days=2), createdTime=ago(days=9))
    patient = make_patient(lakeside, dataSources=[{**known, "note": {"of": "a newer service"}}])
    shown = ben.api.get(url(lakeside, patient)).json()
    assert shown["dataSources"][0]["createdTime"] == clock.format_time(known["createdTime"])
    ben.api.put(url(lakeside, patient), shown)
    put_sources(backend, patient, source("dexcom", "disconnected"), source("dexcom", "connected"))
    first, second = stored_patient(lakeside, patient["userId"])["dataSources"]
    for stored in (first, second):
        assert stored["note"] == {"of": "a newer service"}
        assert stored["createdTime"] == known["createdTime"]
        assert "modifiedTime" not in stored


# --- our own sweep --------------------------------------------------------------------------------
def minutes_until_the_next():
    """Up to ten seconds more are added by chance."""
    wait = derivations.find(derivations.ISSUES)["notBefore"] - clock.now()
    return round(wait / timedelta(minutes=1))


def test_the_sweep_of_our_own_runs_every_five_minutes(lakeside, stale):
    assert connection_sweeps.sweep() == 1
    assert tracked(lakeside, stale)[1] == {"cause": "staleData"}
    assert connection_sweeps.last_result().checked == 1
    assert minutes_until_the_next() == 5
    written(lakeside, stale, connectionIssue={"cause": "error"})
    assert connection_sweeps.sweep() == 0, "it is not due"


def test_after_failures_the_sweep_waits_longer_and_longer(monkeypatch):
    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr(connection_sweeps, "_sweep", fail)
    waits = []
    for _ in range(6):
        with pytest.raises(RuntimeError):
            connection_sweeps.sweep()
        waits.append(minutes_until_the_next())
        due = {"$set": {"notBefore": clock.now()}}
        db.collection(derivations.COLLECTION).update_one({"_id": derivations.ISSUES}, due)
    assert waits == [1, 2, 4, 8, 15, 15]

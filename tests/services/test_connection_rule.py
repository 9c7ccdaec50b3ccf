"""The issue that is shown is the one that the note's rule gives for the documents, no matter who wrote them: this service,
another one, or time (rules PATIENT-152 to PATIENT-165).

`cause` is a second statement of the rule, in the order of its table.
"""

from datetime import UTC, datetime, timedelta
from functools import partial
from unittest.mock import Mock

import pytest
from bson import ObjectId
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel import clock, db
from patients import connection_issues, kept
from patients.connection_issues import cause_of, due_of
from patients.list_rows import row_of
from patients.services import connection_issues as services
from patients.services import connection_sweeps, data_sources, derived
from patients.store import list_rows
from tests.factories import make_clinic, patient_document
from tests.followers import following

GENERAL = "deviceNonSpecificInvitation"
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
DAYS_2, DAYS_30, DAYS_31 = (timedelta(days=n) for n in (2, 30, 31))


# --- the rule, once more --------------------------------------------------------------------------
def cause(record, now):
    provider = record.get("connectionIssueSource")
    sources = record.get("dataSources") or []
    requests = record.get("providerConnectionRequests") or {}
    if provider == GENERAL:
        return None if sources or any(requests.values()) else of_invitation(record, now)
    own = [s for s in sources if s["providerName"] == provider]
    source = max(own, key=made, default=None)
    if source and source["state"] in ("error", "disconnected"):
        return source["state"]
    if source and source["state"] != "pending":
        latest = source.get("latestDataTime")
        if latest and now - latest > DAYS_2:
            return "staleData"
    waiting = [r for r in [*requests.get(provider, []), *map(placeholder, own)] if r]
    return of_requests([r for r in waiting if not answered(source, r)], now)


def of_invitation(record, now):
    if "custodian" not in record["permissions"]:
        return None
    if now - record["createdTime"] > DAYS_31:
        return "expiredInvite"
    sent = record.get("lastInvitationSent", record["createdTime"])
    return "staleInvite" if now - sent > DAYS_2 else None


def of_requests(waiting, now):
    if not waiting:
        return None
    request = max(waiting, key=lambda r: r["createdTime"])
    if now > request.get("expirationTime", request["createdTime"] + DAYS_30):
        return "expiredInvite"
    return "staleInvite" if now - request["createdTime"] > DAYS_2 else None


def made(source):
    return source.get("createdTime") or source.get("modifiedTime") or clock.ZERO


def placeholder(source):
    if not source["state"].startswith("pending") or "expirationTime" not in source:
        return None
    return {**source, "createdTime": source["expirationTime"] - DAYS_30}


def answered(source, request):
    if source is None or source["state"] == "pending":
        return False
    begun = source.get("createdTime") or source.get("modifiedTime")
    if begun is None or source["state"] == "connected" or begun > request["createdTime"]:
        return True
    connected = source.get("connectedTime")
    return connected is not None and connected > request["createdTime"]


# --- records --------------------------------------------------------------------------------------
PROVIDERS = ("dexcom", "abbott", "twiist")
whole_hours = st.integers(-45 * 24, 3 * 24).map(lambda hours: timedelta(hours=hours))
# Around the moments at which the rule changes: two days, and the month after which an invitation expires.
near_a_bound = st.builds(
    lambda days, minutes: timedelta(minutes=minutes) - days,
    st.sampled_from((DAYS_2, DAYS_30, DAYS_31)),
    st.sampled_from((-61, -1, 0, 1, 61)),
)
moments = st.one_of(whole_hours, near_a_bound)


def optional(**times):
    return st.fixed_dictionaries({}, optional=times)


def documents(moment):
    """Parts of records as this and other services write them; times are around `moment`."""
    when = moments.map(lambda offset: moment + offset)
    states = st.sampled_from(("pending", "pendingReconnect", "connected", "disconnected", "error"))
    source = st.builds(
        lambda fixed, times: {**fixed, **times},
        st.fixed_dictionaries({"providerName": st.sampled_from(PROVIDERS), "state": states}),
        optional(
            modifiedTime=when,
            expirationTime=when,
            latestDataTime=when,
            createdTime=when,
            connectedTime=when,
        ),
    )
    requests = st.dictionaries(
        st.sampled_from(PROVIDERS),
        st.lists(
            st.builds(
                lambda made, more: {"providerName": "x", "createdTime": made, **more},
                when,
                optional(expirationTime=when),
            ),
            max_size=2,
        ),
        max_size=2,
    )
    return st.fixed_dictionaries(
        {
            "createdTime": when,
            "permissions": st.sampled_from(({"custodian": {}}, {"view": {}})),
        },
        optional={
            "connectionIssueSource": st.sampled_from((*PROVIDERS, GENERAL, GENERAL)),
            "lastInvitationSent": when,
            "dataSources": st.lists(source, max_size=2, unique_by=lambda s: s["providerName"]),
            "providerConnectionRequests": requests,
            "connectionIssue": st.fixed_dictionaries(
                {"cause": st.sampled_from(("error", "staleData", "staleInvite", "expiredInvite"))},
                optional={"hidden": st.just(value=True)},
            ),
        },
    )


@settings(max_examples=300, deadline=None)
@given(record=documents(NOW), later=moments)
def test_the_rule_is_that_of_the_note_at_every_moment(record, later):
    assert cause_of(record, NOW + later) == cause(record, NOW + later)


@settings(max_examples=300, deadline=None)
@given(record=documents(NOW), later=moments)
def test_what_is_stored_stays_right_until_it_is_due(record, later):
    change = connection_issues.change_for(record, {}, NOW)
    stored = connection_issues.changed(record, {}, change)
    assert connection_issues.stored_cause(stored) == cause(record, NOW)
    due, then = due_of(stored), NOW + abs(later)
    is_right = connection_issues.stored_cause(stored) == cause(record, then)
    assert is_right == (due is None or then <= due)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(hours=47, minutes=59), None),
        (timedelta(hours=48), None),
        (timedelta(hours=48, seconds=1), "staleData"),
        (timedelta(hours=49), "staleData"),
    ],
)
def test_data_are_stale_after_48_hours_exactly(age, expected):
    source = {"providerName": "dexcom", "state": "connected", "latestDataTime": NOW - age}
    record = {"connectionIssueSource": "dexcom", "dataSources": [source], "permissions": {}}
    assert cause_of(record, NOW) == expected


BROKEN = ("x", 5, None, [5], {"a": 1}, [{"state": ["x"], "providerName": "dexcom"}])


@pytest.mark.parametrize("value", BROKEN, ids=str)
@pytest.mark.parametrize("field", connection_issues.FIELDS)
def test_no_record_of_another_service_is_too_broken_for_it(field, value):
    record = {"connectionIssueSource": "dexcom", "permissions": {"custodian": {}}, field: value}
    assert cause_of(record, NOW) in (None, "staleInvite", "expiredInvite", "error")
    due_of(record)
    connection_issues.change_for(record, {}, NOW, tracked="abbott")


# --- stored documents -----------------------------------------------------------------------------
writers = st.lists(
    st.sampled_from(("elsewhere", "sources", "request", "invited", "hidden")),
    min_size=1,
    max_size=4,
)


@pytest.mark.foreign_writes
@pytest.mark.foreign_documents
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), steps=writers)
def test_the_issue_that_is_shown_is_that_of_the_rule_after_any_writer(clean_state, data, steps):
    clinic = make_clinic()
    patient = patient_document(clinic, **data.draw(documents(clock.now())))
    db.database()["patients"].insert_one(patient)
    with following(kept.FOLLOWER) as follower:
        follower.catch_up()
        for step in steps:
            WRITERS[step](clinic, patient, data.draw(documents(clock.now())))
        follower.catch_up()
        connection_sweeps.sweep_all()
        follower.catch_up()
    stored = db.database()["patients"].find_one({"_id": patient["_id"]})
    assert connection_issues.stored_cause(stored) == cause(stored, clock.now())
    assert list_rows.find(stored) == row_of(stored)
    db.database()["patients"].delete_one({"_id": patient["_id"]})
    derived.follow([patient["_id"]])


def write_elsewhere(_clinic, patient, drawn):
    db.database()["patients"].update_one({"_id": patient["_id"]}, {"$set": drawn})


def write_sources(_clinic, patient, drawn):
    data_sources.update_data_sources(
        user_id=patient["userId"], data_sources=drawn.get("dataSources", [])
    )


def ask(clinic, patient, _drawn):
    data_sources.request_connection(
        clinic_id=str(clinic["_id"]), user_id=patient["userId"], provider="dexcom"
    )


def invite(clinic, patient, _drawn):
    services.record_invitation(clinic_id=clinic["_id"], user_id=patient["userId"])


def hide(clinic, patient, _drawn):
    stored = db.database()["patients"].find_one({"_id": patient["_id"]})
    if connection_issues.stored_cause(stored):
        services.set_hidden(clinic_id=str(clinic["_id"]), user_id=patient["userId"], hidden=True)


WRITERS = {
    "elsewhere": write_elsewhere,
    "sources": write_sources,
    "request": ask,
    "invited": invite,
    "hidden": hide,
}


# --- the sweep ------------------------------------------------------------------------------------
def stale_patients(count):
    clinic = make_clinic()
    latest = clock.now() - timedelta(days=3)
    source = {"providerName": "dexcom", "state": "connected", "latestDataTime": latest}
    patients = [
        patient_document(clinic, dataSources=[source], connectionIssueSource="dexcom")
        for _ in range(count)
    ]
    db.collection("patients").insert_many(patients)
    return patients


def causes(patients):
    found = db.collection("patients").find({"_id": {"$in": [p["_id"] for p in patients]}})
    return [connection_issues.stored_cause(record) for record in found]


def test_a_sweep_that_has_no_more_time_goes_on_where_it_was(monkeypatch):
    patients = stale_patients(derived.BATCH + 1)
    monkeypatch.setattr(connection_sweeps, "WORK_SECONDS", 0.0)
    assert connection_sweeps.sweep() == derived.BATCH
    assert connection_sweeps.last_result() is None
    while connection_sweeps.last_result() is None:
        connection_sweeps.sweep()
    assert causes(patients) == ["staleData"] * len(patients)
    assert connection_sweeps.last_result().checked == len(patients)


def test_a_sweep_that_fails_is_repeated_soon_and_then_less_often(monkeypatch):
    stale_patients(1)
    refresh = services.refresh
    monkeypatch.setattr(services, "refresh", lambda _: 1 / 0)
    monkeypatch.setattr(connection_sweeps.transient_errors, "is_transient", lambda _: True)
    note, waits = {"_id": connection_sweeps.store.ISSUES}, []
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            connection_sweeps.sweep()
        waits.append(db.collection("derivations").find_one(note)["notBefore"] - clock.now())
        db.collection("derivations").update_one(note, {"$set": {"notBefore": clock.now()}})
    assert [round(wait.total_seconds() / 60) for wait in waits] == [1, 2, 4]
    monkeypatch.setattr(services, "refresh", refresh)
    assert connection_sweeps.sweep() == 1


def test_a_sweep_takes_so_many_seconds_of_each_interval(monkeypatch):
    """Each record takes six of them: the fourth ends after the twentieth second."""
    stale_patients(10)
    now, refresh = [0.0], services.refresh
    monkeypatch.setattr(derived, "BATCH", 1)
    monkeypatch.setattr(connection_sweeps, "time", Mock(monotonic=lambda: now[0]))

    def slow(ids):
        now[0] += 6
        return refresh(ids)

    monkeypatch.setattr(services, "refresh", slow)
    assert connection_sweeps.sweep() == 4


def test_who_waits_for_a_sweep_waits_for_all_of_it(monkeypatch, backend):
    patients = stale_patients(3)
    monkeypatch.setattr(derived, "BATCH", 1)
    assert backend.post("/v1/patients/connection_issues").status_code == 204
    assert causes(patients) == ["staleData"] * 3


def test_records_whose_issue_is_right_are_not_written():
    right, wrong = stale_patients(2)
    services.refresh([right["_id"]])
    before = db.collection("patients").find_one({"_id": right["_id"]})
    assert services.refresh([right["_id"], wrong["_id"]]) == [wrong["_id"]]
    assert db.collection("patients").find_one({"_id": right["_id"]}) == before


def test_a_row_that_says_otherwise_than_its_record_is_derived_again_by_the_sweep():
    """Another service has corrected the issue: there is nothing to write, and the row would be due forever."""
    (patient,) = stale_patients(1)
    due = partial(list_rows.list_issues_due, clock.now(), 10)
    assert due() == [patient["_id"]]
    right = {"$set": {"connectionIssue": {"cause": "staleData"}}}
    db.database()["patients"].update_one({"_id": patient["_id"]}, right)
    assert due() == [patient["_id"]]
    assert connection_sweeps.sweep_all() == 0
    assert due() == []


@pytest.mark.foreign_writes
def test_one_record_that_cannot_be_written_hides_none_of_the_others(monkeypatch):
    patients = stale_patients(3)
    refresh = services.refresh

    def fail_for_one(ids):
        if patients[1]["_id"] in ids:
            raise ValueError
        return refresh(ids)

    monkeypatch.setattr(services, "refresh", fail_for_one)
    assert connection_sweeps.sweep_all() == 2
    assert sorted(map(str, causes(patients))) == ["None", "staleData", "staleData"]


def test_ids_of_no_record_are_left_alone():
    assert services.refresh([ObjectId()]) == []

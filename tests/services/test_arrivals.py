"""Why data does or does not arrive: the finding for each provider of a record, whatever wrote it."""

from datetime import UTC, datetime, timedelta

import pytest

from patients.arrivals import arrivals_of
from patients.choices import Finding

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
CUSTODIAL = {"custodian": {}}


def ago(**length):
    return NOW - timedelta(**length)


def finding(*sources, asked=None, **fields):
    requests = {"dexcom": [{"providerName": "dexcom", "createdTime": asked}]} if asked else {}
    named = [{"providerName": "dexcom", **source} for source in sources]
    record = {"dataSources": named, "providerConnectionRequests": requests, **fields}
    (arrival,) = arrivals_of(record, NOW)
    return arrival.finding, arrival.since


def test_a_failed_or_ended_connection_comes_before_everything_else():
    old = ago(days=90)
    for state in ("error", "disconnected"):
        source = {"state": state, "modifiedTime": old, "latestDataTime": old}
        assert finding(source, asked=ago(hours=1)) == (Finding(state), old)


@pytest.mark.parametrize(
    ("latest", "expected"),
    [(ago(hours=48, seconds=1), Finding.STALE_DATA), (ago(hours=48), Finding.ARRIVES)],
)
def test_data_are_stale_after_48_hours(latest, expected):
    assert finding({"state": "connected", "latestDataTime": latest}) == (expected, latest)


def test_a_connection_without_data_is_no_fault_of_the_connection():
    connected = ago(days=3)
    assert finding({"state": "connected", "connectedTime": connected}) == (
        Finding.NO_DATA_YET,
        connected,
    )


@pytest.mark.parametrize(
    ("asked", "expected", "since"),
    [
        (ago(hours=47), Finding.INVITED, ago(hours=47)),
        (ago(hours=49), Finding.STALE_INVITE, ago(hours=49)),
        (ago(days=31), Finding.EXPIRED_INVITE, ago(days=1)),
    ],
)
def test_a_request_without_a_source_ages(asked, expected, since):
    assert finding(asked=asked) == (expected, since)


def test_a_stored_expiry_counts_more_than_thirty_days():
    requests = {"dexcom": [{"createdTime": ago(days=2), "expirationTime": ago(days=1)}]}
    assert finding(providerConnectionRequests=requests) == (Finding.EXPIRED_INVITE, ago(days=1))


@pytest.mark.parametrize("state", ["pending", "pendingReconnect"])
def test_a_source_that_waits_is_a_request_of_thirty_days_before_its_end(state):
    """As the web client stores it; a source that waits to be connected again was changed by the request."""
    asked = ago(days=3)
    source = {"state": state, "expirationTime": asked + timedelta(days=30)}
    if state == "pendingReconnect":
        source["modifiedTime"] = asked
    assert finding(source) == (Finding.STALE_INVITE, asked)


@pytest.mark.parametrize(
    "answer",
    [
        {"state": "connected"},
        {"createdTime": ago(days=1)},
        {"createdTime": ago(days=9), "connectedTime": ago(days=1)},
        {"modifiedTime": ago(days=1)},
        {},
    ],
)
def test_an_answered_request_is_not_waited_for(answer):
    faults = (Finding.STALE_INVITE, Finding.EXPIRED_INVITE, Finding.INVITED)
    assert finding({"state": "connected", **answer}, asked=ago(days=3))[0] not in faults
    assert finding({"state": "odd", **answer}, asked=ago(days=3))[0] not in faults


def test_a_source_made_at_the_time_of_the_request_is_no_answer():
    asked = ago(days=3)
    assert finding({"state": "odd", "createdTime": asked}, asked=asked)[0] is Finding.STALE_INVITE


def test_the_newest_source_of_a_provider_counts():
    old = {"state": "error", "createdTime": ago(days=9)}
    new = {"state": "connected", "createdTime": ago(days=1), "latestDataTime": ago(hours=1)}
    assert finding(new, old) == finding(old, new) == (Finding.ARRIVES, ago(hours=1))


def test_the_old_field_of_dexcom_is_a_request():
    assert finding(lastRequestedDexcomConnectTime=ago(days=3))[0] is Finding.STALE_INVITE


def test_providers_are_judged_one_by_one_even_unknown_ones():
    record = {
        "dataSources": [{"providerName": "pigeon", "state": "error"}],
        "providerConnectionRequests": {"abbott": [{"createdTime": ago(hours=1)}], "twiist": []},
    }
    findings = {arrival.provider: arrival.finding for arrival in arrivals_of(record, NOW)}
    assert findings == {"abbott": Finding.INVITED, "pigeon": Finding.ERROR}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"createdTime": ago(days=32), "lastInvitationSent": ago(hours=1)}, Finding.EXPIRED_INVITE),
        ({"createdTime": ago(days=10), "lastInvitationSent": ago(hours=72)}, Finding.STALE_INVITE),
        ({"createdTime": ago(days=10), "lastInvitationSent": ago(hours=1)}, Finding.INVITED),
        ({"createdTime": ago(hours=1)}, Finding.INVITED),
        ({"createdTime": ago(days=10), "email": None}, Finding.NEVER_ASKED),
        ({"createdTime": ago(days=10), "permissions": {"view": {}}}, Finding.NEVER_ASKED),
        ({"createdTime": "x"}, Finding.NEVER_ASKED),
    ],
)
def test_without_any_provider_the_general_invitation_counts(fields, expected):
    record = {"email": "iris@example.org", "permissions": CUSTODIAL, **fields}
    (arrival,) = arrivals_of(record, NOW)
    assert (arrival.provider, arrival.finding) == ("", expected)


@pytest.mark.foreign_documents
@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "x",
        7,
        [None],
        [[]],
        [{}],
        {"a": "b"},
        {"a": [None, {}]},
        datetime.max.replace(tzinfo=UTC),
    ],
)
def test_no_record_is_too_broken_to_be_judged(wrong):
    names = ("dataSources", "providerConnectionRequests", "permissions", "email", "createdTime")
    assert arrivals_of(dict.fromkeys(names, wrong), NOW)
    times = dict.fromkeys(
        ("createdTime", "modifiedTime", "expirationTime", "latestDataTime"), wrong
    )
    for state in ("pending", "connected", wrong):
        source = {"providerName": "dexcom", "state": state, **times}
        assert arrivals_of({"dataSources": [source]}, NOW)

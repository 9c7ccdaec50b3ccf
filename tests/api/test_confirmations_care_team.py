"""Care-team invitations and password reset (rules CONFIRM-107 to CONFIRM-138)."""

from datetime import timedelta

import orjson
import pytest

from kernel import clock, db
from kernel.http import ServiceUnavailable
from tests.cast import make_person
from tests.events import emitted
from users.clients import embedded
from users.clients.protocol import UserUpdate
from users.embedded.accounts import find_by_credentials
from users.services.neighbours import (
    data_service,
    permission_service,
    profile_service,
    user_service,
)

UNKNOWN = {"code": 404, "reason": "No matching invite was found"}
FORBIDDEN = {"code": 403, "reason": "Forbidden to perform requested operation"}
DOWN = "a neighbour"
DENIED = {"code": 401, "reason": "Not authorized for requested operation"}
ALERTS = {"low": {"enabled": True, "threshold": {"units": "mg/dL", "value": 70}}}


def send(sender, email, permissions=None, **more):
    return sender.api.post(
        f"/confirm/send/invite/{sender.user_id}",
        {"email": email, "permissions": {"view": {}} if permissions is None else permissions}
        | more,
    )


def invite(sender, email, permissions=None, **more):
    response = send(sender, email, permissions, **more)
    assert response.status_code == 200, response.content
    return response.json()["key"]


def answer(verb, receiver, sender, key, api=None):
    url = f"/confirm/{verb}/invite/{receiver.user_id}/{sender.user_id}"
    return (api or receiver.api).put(url, {"key": key})


def stored(key):
    return db.collection("confirmations").find_one({"_id": key})


def set_fields(key, **fields):
    db.collection("confirmations").update_one({"_id": key}, {"$set": fields})


def past():
    return clock.now() - timedelta(seconds=1)


# --- from invitation to grant -------------------------------------------------------------------------------
def test_an_accepted_invitation_grants_what_it_offers(dot):
    key = invite(dot, "Fay.Friend@example.org", {"view": {}, "follow": {}}, alertsConfig=ALERTS)
    [mail] = emitted("mail.requested")
    assert mail == {
        "recipient": "fay.friend@example.org",
        "template": "careteam_invitation_with_alerting",
        "variables": {
            "CareteamName": "Dot Patient",
            "Email": "fay.friend@example.org",
            "WebPath": "signup/personal",
        },
    }
    fay = make_person("Fay Friend")

    [listed] = fay.api.get(f"/confirm/invitations/{fay.user_id}").json()
    assert listed["key"] == key
    assert listed["creator"]["profile"]["fullName"] == "Dot Patient"
    assert listed["context"] == {"permissions": {"view": {}, "follow": {}}, "alertsConfig": ALERTS}

    accepted = answer("accept", fay, dot, key)
    assert (accepted.status_code, accepted.content) == (200, b"OK")
    granted = permission_service().get_permissions(dot.user_id, fay.user_id)
    assert granted == {"view": {}, "follow": {}}
    assert data_service().get_alerts(dot.user_id, fay.user_id) == {
        **ALERTS,
        "userId": fay.user_id,
        "followedUserId": dot.user_id,
    }
    assert stored(key)["status"] == "completed"
    assert answer("accept", fay, dot, key).json() == FORBIDDEN
    assert fay.api.get(f"/confirm/invitations/{fay.user_id}").status_code == 404


@pytest.mark.parametrize(("verb", "status"), [("accept", "completed"), ("dismiss", "declined")])
def test_an_invitation_from_before_the_account_is_answered_without_being_listed(dot, verb, status):
    key = invite(dot, "Fay.Friend@example.org")
    fay = make_person("Fay Friend")

    assert answer(verb, fay, dot, key).status_code == 200

    assert (stored(key)["status"], stored(key)["userId"]) == (status, fay.user_id)


# --- sending --------------------------------------------------------------------------------------
def test_the_mail_names_the_person_whose_data_is_shared(dot, eve):
    profile_service().update_profile(
        dot.user_id, {"patient": {"isOtherPerson": True, "fullName": "Little Dot"}}
    )
    invite(dot, eve.email, nickname="Mum")
    variables = emitted("mail.requested")[0]["variables"]
    assert variables["CareteamName"] == "Little Dot"
    assert variables["WebPath"] == "login"
    assert variables["Nickname"] == "Mum"


@pytest.mark.parametrize(
    "body", [{}, {"email": "a@example.org"}, {"permissions": {}}, {"email": ""}]
)
def test_a_missing_field_is_400_without_text(dot, body):
    response = dot.api.post(f"/confirm/send/invite/{dot.user_id}", body)
    assert (response.status_code, response.content) == (400, b"")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", {"email": 7}, {"permissions": []}])
def test_an_unreadable_body_is_400(dot, body):
    response = dot.api.post(f"/confirm/send/invite/{dot.user_id}", body)
    assert response.json() == {"code": 400, "reason": "Error decoding the confirmation"}


def test_alerts_without_follow_are_refused(dot):
    response = send(dot, "a@example.org", {"view": {}}, alertsConfig=ALERTS)
    assert response.json()["reason"] == "Error validating the confirmation context"


@pytest.mark.parametrize("ending", [None, "expired", "declined", "canceled", "completed"])
def test_only_a_pending_invitation_blocks_a_second(dot, ending):
    key = invite(dot, "a@example.org")
    if ending == "expired":
        set_fields(key, expiresAt=past())
    elif ending:
        set_fields(key, status=ending)
    response = send(dot, "A@EXAMPLE.org")
    if ending:
        assert response.status_code == 200
    else:
        assert response.json() == {"code": 409, "reason": "There is already an existing invite"}


def test_members_may_only_be_invited_to_follow_and_keep_their_permissions(dot, eve):
    permission_service().set_permissions(dot.user_id, eve.user_id, {"view": {}, "upload": {}})
    second = send(dot, eve.email, {"view": {}})
    assert second.json() == {"code": 409, "reason": "The user is already an existing member"}

    key = invite(dot, eve.email, {"follow": {}})
    assert answer("accept", eve, dot, key).status_code == 200
    granted = permission_service().get_permissions(dot.user_id, eve.user_id)
    assert set(granted) == {"view", "upload", "follow"}
    assert send(dot, eve.email, {"follow": {}}).status_code == 409


def test_no_one_sends_an_invitation_for_another_person(dot, eve, backend):
    body = {"email": "a@example.org", "permissions": {"view": {}}}
    assert eve.api.post(f"/confirm/send/invite/{dot.user_id}", body).json() == DENIED
    assert backend.post(f"/confirm/send/invite/{dot.user_id}", body).status_code == 200


def test_an_outage_of_the_permission_service_is_503(dot, eve, monkeypatch):
    def down(*_):
        raise ServiceUnavailable(DOWN)

    monkeypatch.setattr(embedded.EmbeddedPermissionService, "get_permissions", down)
    assert eve.api.get(f"/confirm/invite/{dot.user_id}").status_code == 503


# --- sending again --------------------------------------------------------------------------------
def test_resending_keeps_the_key_and_renews_the_expiry(dot, eve):
    key = invite(dot, eve.email)
    old = clock.now() - timedelta(days=20)
    set_fields(key, created=old, expiresAt=old + timedelta(days=7))

    response = dot.api.patch(
        f"/confirm/resend/invite/{key}", content_type="application/x-www-form-urlencoded"
    )

    assert response.json()["key"] == key
    assert stored(key)["expiresAt"] > clock.now() + timedelta(days=6)
    assert len(emitted("mail.requested")) == 2
    assert answer("accept", eve, dot, key).status_code == 200


@pytest.mark.parametrize("state", ["completed", "declined", "canceled"])
def test_resending_anything_but_the_callers_pending_invitation_is_refused(dot, eve, state):
    key = invite(dot, eve.email)
    for person, wanted in ((eve, key), (dot, "unknown")):
        response = person.api.patch(f"/confirm/resend/invite/{wanted}")
        assert (response.status_code, response.json()) == (403, FORBIDDEN)
    set_fields(key, status=state)
    assert dot.api.patch(f"/confirm/resend/invite/{key}").json() == FORBIDDEN
    set_fields(key, status="pending", clinicId="c" * 24)
    assert dot.api.patch(f"/confirm/resend/invite/{key}").json() == FORBIDDEN


# --- accepting and declining ----------------------------------------------------------------------
def test_expired_invitations_grant_nothing(dot, eve):
    key = invite(dot, eve.email)
    set_fields(key, expiresAt=past())
    assert eve.api.get(f"/confirm/invitations/{eve.user_id}").status_code == 404
    assert answer("accept", eve, dot, key).json() == UNKNOWN
    assert permission_service().get_permissions(dot.user_id, eve.user_id) == {}


WRONG = [
    {"status": "completed"},
    {"status": "declined"},
    {"status": "canceled"},
    {"type": "clinician_invitation"},
    {"clinicId": "c" * 24},
    {"userId": "abcdef0123", "email": "other@example.org"},
    {"creatorId": "abcdef0123"},
]


@pytest.mark.parametrize("fields", WRONG)
@pytest.mark.parametrize("verb", ["accept", "dismiss"])
def test_accepting_or_declining_in_the_wrong_state_kind_or_by_others_is_refused(
    dot, eve, verb, fields
):
    key = invite(dot, eve.email)
    set_fields(key, **fields)
    stored_before = stored(key)
    response = answer(verb, eve, dot, key)
    assert response.json() == (FORBIDDEN if verb == "accept" else UNKNOWN)
    assert stored(key) == stored_before


@pytest.mark.parametrize("verb", ["accept", "dismiss"])
def test_a_missing_or_malformed_key_is_refused(dot, eve, verb):
    assert answer(verb, eve, dot, "unknown").json() == UNKNOWN
    empty = answer(verb, eve, dot, "")
    assert (empty.status_code, empty.content) == (400, b"")
    assert answer(verb, eve, dot, "x", dot.api).json() == DENIED


def test_a_dismissed_invitation_is_declined(dot, eve):
    key = invite(dot, eve.email)
    response = answer("dismiss", eve, dot, key)
    assert (response.status_code, response.content) == (200, b"")
    assert stored(key)["status"] == "declined"
    [sent] = dot.api.get(f"/confirm/invite/{dot.user_id}").json()
    assert sent["status"] == "declined"


@pytest.mark.parametrize(
    ("context", "reason"),
    [
        (b"{", "Error decoding the confirmation context"),
        (None, "Error decoding the confirmation context"),
        (b'{"view":{},"alertsConfig":{"low":{}}}', "Error validating the confirmation context"),
    ],
)
def test_a_context_that_cannot_be_granted_is_400(dot, eve, context, reason):
    key = invite(dot, eve.email)
    set_fields(key, context=context)
    assert answer("accept", eve, dot, key).json() == {"code": 400, "reason": reason}
    assert stored(key)["status"] == "pending"


def test_bare_permissions_of_old_documents_are_granted(dot, eve):
    key = invite(dot, eve.email)
    set_fields(key, context=orjson.dumps({"view": {}, "nickname": "Mum"}))
    assert answer("accept", eve, dot, key).status_code == 200
    assert permission_service().get_permissions(dot.user_id, eve.user_id) == {"view": {}}


def test_when_granting_fails_the_invitation_stays_pending(dot, eve, monkeypatch):
    def down(*_):
        raise ServiceUnavailable(DOWN)

    key = invite(dot, eve.email, {"follow": {}}, alertsConfig=ALERTS)
    for service, name, reason in (
        (embedded.EmbeddedPermissionService, "set_permissions", "Error setting permissions"),
        (embedded.EmbeddedDataService, "set_alerts", "Error creating alerts configuration"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(service, name, down)
            assert answer("accept", eve, dot, key).json() == {"code": 500, "reason": reason}
        assert stored(key)["status"] == "pending"
    assert answer("accept", eve, dot, key).status_code == 200


# --- cancelling and listing -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("state", "status"),
    [("pending", 200), ("declined", 200), ("completed", 404), ("canceled", 404)],
)
def test_an_invitation_is_canceled_by_its_address(dot, state, status):
    key = invite(dot, "a@example.org")
    set_fields(key, status=state)
    response = dot.api.put(f"/confirm/{dot.user_id}/invited/A@example.org")
    assert response.status_code == status
    assert stored(key)["status"] == ("canceled" if status == 200 else state)


def test_only_the_sender_cancels(dot, eve):
    key = invite(dot, "a@example.org")
    assert eve.api.put(f"/confirm/{dot.user_id}/invited/a@example.org").json() == DENIED
    assert eve.api.put(f"/confirm/{eve.user_id}/invited/a@example.org").json() == UNKNOWN
    assert stored(key)["status"] == "pending"


def test_the_sent_list_shows_pending_and_declined_invitations(clinic, dot, eve):
    url = f"/confirm/invite/{dot.user_id}"
    assert dot.api.get(url).json() == {"code": 404, "reason": "Nothing found"}
    first = invite(dot, "a@example.org")
    set_fields(first, expiresAt=past())
    share = dot.api.post(
        f"/confirm/send/invite/{dot.user_id}/clinic",
        {"shareCode": clinic["shareCode"], "permissions": {"view": {}}},
    ).json()["key"]
    set_fields(invite(dot, "b@example.org"), status="completed")
    assert [i["key"] for i in dot.api.get(url).json()] == [share, first]
    assert eve.api.get(url).json() == DENIED


def test_only_the_receiver_lists_received_invitations(dot, eve, backend):
    invite(dot, eve.email.upper())
    url = f"/confirm/invitations/{eve.user_id}"
    assert dot.api.get(url).json() == DENIED
    assert len(backend.get(url).json()) == 1


# --- password reset -------------------------------------------------------------------------------
PASSWORD = "battery-staple"
FAILED = {
    "code": 400,
    "reason": "Error while resetting password; reset confirmation remains active until it expires.",
}
NO_RESET = {"code": 404, "reason": "No matching reset confirmation was found."}


def reset_key(person, api, path="/confirm/send/forgot/"):
    assert api.post(path + person.email).status_code == 200
    return emitted("mail.requested")[-1]["variables"]["Key"]


def reset(api, key, email, password=PASSWORD):
    return api.put("/confirm/accept/forgot", {"key": key, "email": email, "password": password})


@pytest.mark.parametrize("path", ["/confirm/send/forgot/", "/confirm/forgot/"])
def test_a_forgotten_password_is_replaced(eve, anonymous, path):
    other = reset_key(eve, anonymous)
    key = reset_key(eve, anonymous, path)
    assert emitted("mail.requested")[-1]["template"] == "password_reset"
    assert stored(key)["expiresAt"] == stored(key)["created"] + timedelta(days=7)

    response = reset(anonymous, key, eve.email.upper())

    assert response.json() == {"code": 200, "reason": "Password has been reset."}
    assert find_by_credentials(eve.email, PASSWORD) is not None
    assert stored(key)["status"] == "completed"
    assert stored(other)["status"] == "canceled"
    assert reset(anonymous, key, eve.email, "another-one").json() == NO_RESET
    assert find_by_credentials(eve.email, "another-one") is None


def test_a_reset_with_a_wrong_key_address_or_password_is_refused(eve, dot, anonymous):
    key = reset_key(eve, anonymous)
    assert reset(anonymous, key, dot.email).json() == NO_RESET
    assert reset(anonymous, "unknown", eve.email).json() == NO_RESET
    assert reset(anonymous, "", eve.email).json() == FAILED
    assert reset(anonymous, key, eve.email, "short").json() == FAILED
    unreadable = anonymous.put("/confirm/accept/forgot", b"{")
    assert unreadable.json() == {"code": 400, "reason": "Error decoding the confirmation"}
    assert stored(key)["status"] == "pending"
    set_fields(key, expiresAt=past())
    expired = {"code": 404, "reason": "Password reset confirmation has expired."}
    assert reset(anonymous, key, eve.email).json() == expired


@pytest.mark.parametrize("fields", [{"type": "signup_confirmation"}, {"status": "canceled"}])
def test_a_key_of_another_kind_or_state_resets_nothing(eve, anonymous, fields):
    key = reset_key(eve, anonymous)
    set_fields(key, **fields)
    assert reset(anonymous, key, eve.email).json() == NO_RESET


def test_a_link_to_an_old_address_resets_nothing(eve, anonymous):
    key = reset_key(eve, anonymous)
    user_service().update_user(
        eve.user_id, UserUpdate(username="new@example.org", emails=("new@example.org",))
    )
    assert reset(anonymous, key, eve.email).json() == NO_RESET


# --- health ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["status", "ready", "live"])
def test_health_endpoints_answer_ok(anonymous, name):
    response = anonymous.get(f"/confirm/{name}")
    assert (response.status_code, response.content) == (200, b"OK")

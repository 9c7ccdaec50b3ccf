"""Call any operation as any caller, and classify the outcome of the policy."""

import re

from bson import ObjectId

from kernel import db
from tests.cast import Api, described_operations, make_person

CLINIC = ObjectId("5f85fbe6686e6bb9170ab5d0")
STRANGER = "0123456789"
CALLERS = ("none", "bad token", "backend", "user", "self", "prescriber", "member", "admin")
ROLES = {"prescriber": "PRESCRIBER", "member": "CLINIC_MEMBER", "admin": "CLINIC_ADMIN"}
IDS = {
    "clinicId": str(CLINIC),
    "patientTagId": "5f85fbe6686e6bb9170ab5d1",
    "siteId": "5f85fbe6686e6bb9170ab5d2",
    "webhookId": "5f85fbe6686e6bb9170ab5d4",
    "viewId": "5f85fbe6686e6bb9170ab5d6",
    "exportId": "5f85fbe6686e6bb9170ab5d7",
    "creationId": "5f85fbe6686e6bb9170ab5d8",
    "deliveryId": "5f85fbe6686e6bb9170ab5d5",
    "inviteId": "no-such-invite",
    "summaryId": "5f85fbe6686e6bb9170ab5d3",
    "shareCode": "ABCD-EFGH-2345",
    "permission": "custodian",
    "providerId": "dexcom",
    "email": "nobody@example.org",
    "key": "no-such-key",
    "invitedBy": STRANGER,
}
# Called by Xealth, with a secret of its own.
XEALTHS = {"XealthPreorder", "XealthGetPrograms", "XealthGetProgramUrl", "XealthNotification"}
OWN_IDS = ("userId", "patientId", "clinicianId")
MISSING = {"session token is missing", "No x-tidepool-session-token was found"}
INVALID = {"session token is invalid", "The x-tidepool-session-token was invalid"}
DENIED = {
    "security requirements failed: the subject is not authorized for the requested action",
    "Not authorized for requested operation",
}
# `offer`: DeletePatientInvite, whose refusal logs no one out (rule CONFIRM-145).
TOKEN_STATUSES = {
    "clinic": (400, 401, 403),
    "confirmation": (401, 403, 401),
    "offer": (401, 403, 403),
}
DENIED_OF = {"offer": {"Forbidden to perform requested operation"}}


def make_caller(kind, backend):
    """(api, own id or None): `prescriber`, `member` and `admin` have a clinician record in CLINIC."""
    if kind == "none":
        return Api(), None
    if kind == "bad token":
        return Api("no-such-token"), None
    if kind == "backend":
        return backend, None
    person = make_person(kind)
    if kind in ROLES:
        db.collection("clinicians").insert_one(
            {"clinicId": CLINIC, "userId": person.user_id, "roles": [ROLES[kind]]}
        )
    return person.api, person.user_id


def call(api, operation_id, *, body=None, query="", headers=None, **ids):
    """Without a body and a query, callers who pass the policy fail later, so nothing is changed."""
    method, url = request_line(operation_id, **ids)
    return api.request(method, url + query, body, headers=headers or {})


def request_line(operation_id, **ids):
    """Method and path with these ids, and ids of nothing where none is given."""
    method, path, _ = described_operations()[operation_id]
    values = {**IDS, **dict.fromkeys(OWN_IDS, STRANGER), **ids}
    return method, re.sub(r"{(\w+)}", lambda match: values[match[1]], path)


def outcome(response, family):
    """The outcome of the checks before the view: missing, invalid, denied or passed."""
    message = text_of(response)
    missing, invalid, denied = TOKEN_STATUSES[family]
    if response.status_code == missing and message in MISSING:
        return "missing"
    if response.status_code == invalid and message in INVALID:
        return "invalid"
    if response.status_code == denied and message in DENIED_OF.get(family, DENIED):
        return "denied"
    assert message not in MISSING | INVALID | DENIED, (
        f"{message!r} with status {response.status_code}"
    )
    return "passed"


def text_of(response):
    if not response.content or "json" not in response.headers.get("Content-Type", ""):
        return ""
    body = response.json()
    return body.get("message", body.get("reason", "")) if isinstance(body, dict) else ""

"""Examples of confirmations, and of what makes and answers them. Everyone in them is invented."""

from typing import Any

from kernel.api import examples
from kernel.api.examples import CHANGED, CLINIC, CLINIC_NAME, CLINICIAN, INVITE, MADE, USER

_GRANTED: dict[str, Any] = {"view": {}, "note": {}, "upload": {}}
_KEY = "a2V5LWZvci10aGUtZGVzY3JpcHRpb25f"
_PASSWORD = "an-invented-password"  # noqa: S105 (of no account)
_NEVER = "0001-01-01T00:00:00Z"
_UNNAMED: dict[str, Any] = {"userid": "", "profile": None}
_MARIA = {
    "userid": USER,
    "profile": {
        "fullName": "Maria Olsen",
        "patient": {
            "birthday": "1988-04-17",
            "diagnosisDate": "",
            "isOtherPerson": False,
            "fullName": "",
        },
    },
}
_WAITS = {"status": "pending", "created": MADE, "modified": _NEVER, "restrictions": None}
_IN_A_WEEK = "2026-03-09T09:15:00Z"
_CARE_TEAM = {
    **_WAITS,
    "key": _KEY,
    "type": "careteam_invitation",
    "email": "jonas.friend@example.org",
    "creatorId": USER,
    "creator": _MARIA,
    "context": {"permissions": {"view": {}}, "nickname": "Jonas"},
    "expiresAt": _IN_A_WEEK,
}
_OFFER = {**_CARE_TEAM, "email": "", "clinicId": CLINIC, "context": _GRANTED}
_OF_CLINIC = {"clinicId": CLINIC, "clinicName": CLINIC_NAME}
_BEN = {
    "userid": CLINICIAN,
    "profile": {
        "fullName": "Ben Member",
        "patient": {
            "birthday": "",
            "diagnosisDate": "",
            "isOtherPerson": False,
            "fullName": "",
        },
    },
    **_OF_CLINIC,
}
_CLINICIAN = {
    **_WAITS,
    "key": INVITE,
    "type": "clinician_invitation",
    "email": "mia.member@example.org",
    "clinicId": CLINIC,
    "creatorId": CLINICIAN,
    "creator": _BEN,
    "context": None,
}

examples.answers(
    {
        "careTeamInvitation.v1": _CARE_TEAM,
        "clinicianInvitation.v1": _CLINICIAN,
        "clinicianInvitations.v1": [{**_CLINICIAN, "restrictions": {"canAccept": True}}],
        "unnamedClinicianInvitation.v1": {**_CLINICIAN, "creator": {**_UNNAMED, **_OF_CLINIC}},
        "confirmation.v1": _OFFER,
        "unnamedConfirmation.v1": {**_OFFER, "creator": _UNNAMED},
        "signupConfirmation.v1": {
            **_WAITS,
            "type": "signup_confirmation",
            "email": "maria.olsen@example.org",
            "clinicId": CLINIC,
            "creatorId": CLINICIAN,
            "creator": _UNNAMED,
            "context": None,
            "expiresAt": "2026-04-02T09:15:00Z",
        },
        "confirmationError.v1": {"code": 200, "reason": "Password has been reset."},
    }
)
# The record that the clinic gets. Nothing is known of the patient but what the account says.
_SHARED: dict[str, Any] = {
    "id": USER,
    "email": "maria.olsen@example.org",
    "fullName": "Maria Olsen",
    "birthDate": "1988-04-17",
    "mrn": "MRN-0042",
    "diagnosisType": "type1",
    "permissions": _GRANTED,
    "tags": None,
    "sites": [],
    "dataSources": None,
    "reviews": [],
    "connectionRequests": {"abbott": [], "dexcom": [], "twiist": []},
    "createdTime": MADE,
    "updatedTime": CHANGED,
}
examples.answers_of({"AcceptPatientInvitation": _SHARED})
examples.requests(
    {
        "lookup.v1": {"key": _KEY},
        "SignupOrigin": {"clinicId": CLINIC, "invitedBy": CLINICIAN},
        "acceptance.v1": {"password": _PASSWORD, "birthday": "1988-04-17"},
        "passwordReset.v1": {
            "key": _KEY,
            "email": "maria.olsen@example.org",
            "password": _PASSWORD,
        },
        "inviteClinician.v1": {"email": "mia.member@example.org", "roles": ["CLINIC_MEMBER"]},
        "AcceptPatientInvitation": {"mrn": "MRN-0042", "diagnosisType": "type1"},
        "invitation.v1": {
            "email": "jonas.friend@example.org",
            "permissions": {"view": {}},
            "nickname": "Jonas",
        },
        "clinicShare.v1": {"shareCode": "ABCD-EFGH-2345", "permissions": _GRANTED},
    }
)

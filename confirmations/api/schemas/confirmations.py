"""Schemas of confirmations, and of the bodies of their operations."""

from clinic_records.choices import GlucoseUnits
from confirmations.choices import ConfirmationType, Status
from confirmations.services.context import ALERT_KINDS
from kernel.api import schema as s
from kernel.choices import ClinicianRole
from patients import fields
from users.choices import Grant

USER_ID = s.ref("tidepooluserid")
EMAIL = s.email(min_length=6)
KEY = s.literal(min_length=32, max_length=32)
INVITE_ID = s.string(min_length=1)
PASSWORD = s.string(format="password", min_length=8, max_length=72, pattern=r"^\S{8,72}$")
_DATE = s.string(format="date")
_TIME = s.date_time()
_FLAG = s.boolean()

# --- out ------------------------------------------------------------------------------------------
_PROFILE = s.component(
    "creatorprofile.v1",
    s.obj(
        {
            "fullName": s.string(),
            "patient": s.component(
                "patientprofile.v1",
                s.obj(
                    {
                        "birthday": s.string(description="YYYY-MM-DD, or empty."),
                        "diagnosisDate": s.string(description="YYYY-MM-DD, or empty."),
                        "isOtherPerson": _FLAG,
                        "fullName": s.string(),
                    },
                    description="The person whose data it is.",
                ),
            ),
        },
        required=["fullName", "patient"],
        description="Who sent it. Every key is present.",
    ),
)
_OF_CLINIC = {"clinicId": s.string(), "clinicName": s.string()}
_CREATOR = s.component(
    "creator.v1",
    s.obj(
        {"userid": USER_ID, "profile": s.nullable(_PROFILE), **_OF_CLINIC},
        required=["userid", "profile"],
    ),
)
_UNNAMED_CREATOR = s.component(
    "unnamedCreator.v1",
    s.obj(
        {"userid": s.string(read_only=True, enum=[""]), "profile": {"type": "null"}, **_OF_CLINIC},
        required=["userid", "profile"],
        description="Only lists, sending and sending again say who it is.",
    ),
)
_RESTRICTIONS = s.component(
    "restrictions.v1",
    s.obj(
        {
            "canAccept": s.boolean(
                description="Whether the caller can accept it as signed in now."
            ),
            "requiredIdp": s.string(description="The identity provider to sign in through first."),
        },
        required=["canAccept"],
    ),
)
_FIELDS = {
    "key": KEY,
    "type": s.string(enum=ConfirmationType.values),
    "status": s.string(enum=Status.values),
    "email": EMAIL,
    "clinicId": s.string(),
    "creatorId": USER_ID,
    "created": _TIME,
    "modified": _TIME,
    "creator": _CREATOR,
    "context": s.nullable(s.obj(description="What is shared.")),
    "restrictions": s.nullable(_RESTRICTIONS),
    "expiresAt": _TIME,
}
_ALWAYS = ["type", "status", "email", "creatorId", "created"]
_WAITS = "Waits until one person accepts or declines."


def _waiting(name: str, **other_fields: s.Schema) -> s.Schema:
    fields = {**_FIELDS, **other_fields}
    return s.component(name, s.obj(fields, required=["key", *_ALWAYS], description=_WAITS))


_CHOSEN_KEY = s.literal(
    description="Usually 32 characters. A service that invites a clinician chooses its own `inviteId`."
)
_EMAIL_OR_NONE = s.string(description="Empty when a clinic is invited.")
CARE_TEAM_INVITATION = _waiting("careTeamInvitation.v1")
CARE_TEAM_INVITATIONS = s.component("careTeamInvitations.v1", s.array(CARE_TEAM_INVITATION))
CLINICIAN_INVITATION = _waiting("clinicianInvitation.v1", key=_CHOSEN_KEY)
CLINICIAN_INVITATIONS = s.component("clinicianInvitations.v1", s.array(CLINICIAN_INVITATION))
UNNAMED_CLINICIAN_INVITATION = _waiting(
    "unnamedClinicianInvitation.v1", key=_CHOSEN_KEY, creator=_UNNAMED_CREATOR
)
# A person's invitations of people and offers to clinics are one list.
CONFIRMATION = _waiting("confirmation.v1", email=_EMAIL_OR_NONE)
CONFIRMATIONS = s.component("list.v1", s.array(CONFIRMATION))
UNNAMED_CONFIRMATION = _waiting(
    "unnamedConfirmation.v1", email=_EMAIL_OR_NONE, creator=_UNNAMED_CREATOR
)
SIGNUP = s.component(
    "signupConfirmation.v1",
    s.obj(
        {
            **_FIELDS,
            "creatorId": s.string(read_only=True, description="Empty when no one asked for it."),
            "creator": _UNNAMED_CREATOR,
        },
        required=_ALWAYS,
        description="Waits for the owner of an address. The holder of its key counts as that owner: the key is mailed "
        "to the address, and shown to services only.",
    ),
)
DONE = s.component(
    "confirmationError.v1",
    s.obj(
        {
            "code": s.integer(format="int32", minimum=100),
            "error": s.integer(),
            "reason": s.string(),
        },
        required=["code", "reason"],
        description="Every failure of the Confirmation API has this form.",
    ),
)

# A refusal by the clinic side is passed on in the form of the clinic family.
FAILURE = s.component("confirmationFailure.v1", {"anyOf": [DONE, s.ERROR]})

# --- in -------------------------------------------------------------------------------------------
LOOKUP = s.component("lookup.v1", s.obj({"key": KEY}, required=["key"]))
UPSERT = s.component(
    "upsert.v1",
    s.obj(
        {
            "clinicId": s.object_id(min_length=24, max_length=24, read_only=True),
            "invitedBy": USER_ID,
        },
        description="On whose behalf a service asks.",
    ),
)
ACCEPTANCE = s.component(
    "acceptance.v1",
    s.obj(
        {"password": PASSWORD, "birthday": _DATE},
        required=["password", "birthday"],
        description="Only for an account that has no password yet.",
    ),
)
NEW_PASSWORD = s.component(
    "passwordReset.v1",
    s.obj(
        {"key": KEY, "email": EMAIL, "password": PASSWORD}, required=["key", "email", "password"]
    ),
)
INVITE_CLINICIAN = s.component(
    "inviteClinician.v1",
    s.obj(
        {
            "email": EMAIL,
            "roles": s.array(
                s.string(enum=ClinicianRole.values),
                min_items=1,
                unique_items=True,
            ),
        },
        required=["email", "roles"],
    ),
)
ACCEPT_PATIENT = s.component(
    "AcceptPatientInvitation",
    s.obj(
        fields.user_schemas(),
        description="Values of the clinic that take precedence over the account's profile.",
    ),
)


# --- alerts ---------------------------------------------------------------------------------------
def _glucose(units: list[str], value: s.Schema) -> s.Schema:
    return s.obj({"units": s.string(enum=units), "value": value}, required=["units", "value"])


_GLUCOSE = s.one_of(
    _glucose(
        [GlucoseUnits.MG_DL.value, "mg/dl"], s.integer(format="int32", minimum=0, maximum=1000)
    ),
    _glucose([GlucoseUnits.MMOL_L.value, "mmol/l"], s.number(format="float", minimum=0)),
)
_ENABLED = s.boolean(default=False)
_DELAY = s.integer(default=0, minimum=0, maximum=120, description="Minutes to wait.")
_REPEAT = s.integer(default=0, minimum=0, maximum=240, description="Minutes; 0: not repeated.")


def _alert(*, about_glucose: bool, **settings: s.Schema) -> s.Schema:
    properties = {"enabled": _ENABLED, **settings}
    if not about_glucose:
        return s.obj(properties)
    return s.obj({**properties, "threshold": _GLUCOSE}, required=["threshold"])


ALERTS = s.component(
    "alertsconfig.v1",
    s.obj(
        {
            "urgentLow": _alert(about_glucose=True),
            "low": _alert(about_glucose=True, delay=_DELAY, repeat=_REPEAT),
            "high": _alert(about_glucose=True, delay=_DELAY, repeat=_REPEAT),
            "noCommunication": _alert(about_glucose=False, delay=_DELAY),
            "notLooping": _alert(about_glucose=False, delay=_DELAY),
        },
        min_properties=1,
        description="Which alerts the invited follower gets.",
    ),
)
# What is enforced: every alert may have each of these settings. Any other setting is dropped.
ANY_ALERTS = s.obj(
    {
        "uploadId": s.literal(),
        **dict.fromkeys(
            ALERT_KINDS,
            s.obj({"enabled": _ENABLED, "delay": _DELAY, "repeat": _REPEAT, "threshold": _GLUCOSE}),
        ),
    }
)
ANY_GRANTS = s.at_most(20, s.obj(additional=s.obj()))
_GRANTS = s.obj(
    dict.fromkeys((Grant.NOTE.value, Grant.UPLOAD.value, Grant.VIEW.value), s.obj()),
    description="A key that is present is granted.",
)
INVITATION = s.component(
    "invitation.v1",
    s.obj(
        {
            "email": EMAIL,
            "permissions": _GRANTS,
            "nickname": s.name(description="The sender's name for the invited person."),
            "alertsConfig": ALERTS,
        },
        required=["email", "permissions"],
    ),
)
SHARE = s.component(
    "clinicShare.v1",
    s.obj(
        {"shareCode": s.share_code(), "permissions": _GRANTS}, required=["shareCode", "permissions"]
    ),
)

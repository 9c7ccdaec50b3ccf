"""Schemas of confirmations, and of the bodies of their operations."""

import re
from collections.abc import Mapping

from clinic_records.choices import GlucoseUnits
from confirmations.choices import ConfirmationType, Status
from confirmations.services.context import ALERT_KINDS
from kernel.api import schema as s
from patients import fields
from users.choices import Grant

USER_ID = s.ref("tidepooluserid")
EMAIL = s.email(min_length=6, description="An e-mail address, in any spelling.")
KEY = s.literal(
    min_length=32,
    max_length=32,
    description="Key of the confirmation, as the mailed link holds it.",
)
INVITE_ID = s.string(min_length=1, description="Key of the invitation.")
PASSWORD = s.string(
    format="password",
    min_length=8,
    max_length=72,
    pattern=r"^\S{8,72}$",
    description="The new password: 8 to 72 characters without blanks.",
)

# --- out ------------------------------------------------------------------------------------------
_PROFILE = s.component(
    "creatorprofile.v1",
    s.obj(
        {
            "fullName": s.string(description="Name of the account's owner."),
            "patient": s.component(
                "patientprofile.v1",
                s.obj(
                    {
                        "birthday": s.string(description="Day of birth, `YYYY-MM-DD`, or empty."),
                        "diagnosisDate": s.string(
                            description="Day of the diagnosis, `YYYY-MM-DD`, or empty."
                        ),
                        "isOtherPerson": s.boolean(
                            description="Whether someone else owns the account, such as a parent."
                        ),
                        "fullName": s.string(
                            description="Name of the person where `isOtherPerson` is true; may be empty."
                        ),
                    },
                    description="The person whose data it is.",
                ),
            ),
        },
        required=["fullName", "patient"],
        description="Who sent it. Every key is present.",
    ),
)
_OF_CLINIC = {
    "clinicId": s.string(description="Id of the clinic that invites; absent when none does."),
    "clinicName": s.string(description="Name of that clinic; absent when none invites."),
}
_CREATOR_WORDS = "Who sent the confirmation."
_CREATOR = s.component(
    "creator.v1",
    s.obj(
        {
            "userid": s.ref("tidepooluserid", description="User id of the sender; may be empty."),
            "profile": {
                **s.nullable(_PROFILE),
                "description": "The sender's profile; null when it cannot be read.",
            },
            **_OF_CLINIC,
        },
        required=["userid", "profile"],
        description=_CREATOR_WORDS,
    ),
)
_UNNAMED_CREATOR = s.component(
    "unnamedCreator.v1",
    s.obj(
        {
            "userid": s.string(read_only=True, enum=[""], description="Always empty."),
            "profile": s.nullable(s.obj(description="Always null.")),
            **_OF_CLINIC,
        },
        required=["userid", "profile"],
        description="Who sent the confirmation; only lists, sending and sending again say more of the person.",
    ),
)
_RESTRICTIONS = s.component(
    "restrictions.v1",
    s.obj(
        {
            "canAccept": s.boolean(
                description="Whether the caller can accept it as signed in now."
            ),
            "requiredIdp": s.string(
                description="The identity provider to sign in through first; absent when that would not help."
            ),
        },
        required=["canAccept"],
        description="What the clinic demands of people who join.",
    ),
)
_FIELDS = {
    "key": {
        **KEY,
        "description": "Names the invitation when it is accepted, declined or sent again.",
    },
    "type": s.component(
        "confirmation-type.v1",
        s.string(
            enum=ConfirmationType.values,
            description="What is to be confirmed. Offers of data to a clinic are `careteam_invitation`, too.",
        ),
    ),
    "status": s.component(
        "status.v1",
        s.string(
            enum=Status.values,
            description="`pending` until it is accepted (`completed`), declined by the receiver or canceled by the "
            "sender. An expired one stays `pending`.",
        ),
    ),
    "email": {**EMAIL, "description": "The address that it was sent to."},
    "clinicId": s.string(
        description="Id of the clinic that it is about; absent when it is about none."
    ),
    "creatorId": s.ref("tidepooluserid", description="User id of who asked for it."),
    "created": s.date_time(description="When it was sent, the last time."),
    "modified": s.date_time(
        description="When its status last changed; `0001-01-01T00:00:00Z` as long as it has not."
    ),
    "creator": _CREATOR,
    "context": s.nullable(
        s.obj(
            description="What is shared: `permissions`, `alertsConfig` and `nickname` of an invitation into a "
            "care team, the permissions alone of an offer to a clinic; null for other kinds."
        )
    ),
    "restrictions": {
        **s.nullable(_RESTRICTIONS),
        "description": "What the clinic demands of people who join. Only ListClinicianInvites says it; else null.",
    },
    "expiresAt": s.date_time(
        description="Until when it can be accepted; absent when it does not expire."
    ),
}
_ALWAYS = ["type", "status", "email", "creatorId", "created"]
_WAITS = "Waits until one person accepts or declines."


def _waiting(name: str, **other_fields: s.Schema) -> s.Schema:
    fields = {**_FIELDS, **other_fields}
    return s.component(name, s.obj(fields, required=["key", *_ALWAYS], description=_WAITS))


_CHOSEN_KEY = s.literal(
    description="Names the invitation. Usually 32 characters; a service that invites a clinician chooses its own "
    "`inviteId`."
)
_EMAIL_OR_NONE = s.string(
    description="The address that it was sent to; empty when data are offered to a clinic."
)
CARE_TEAM_INVITATION = _waiting("careTeamInvitation.v1")
CARE_TEAM_INVITATIONS = s.component(
    "careTeamInvitations.v1", s.array(CARE_TEAM_INVITATION, description="Newest first.")
)
CLINICIAN_INVITATION = _waiting("clinicianInvitation.v1", key=_CHOSEN_KEY)
CLINICIAN_INVITATIONS = s.component(
    "clinicianInvitations.v1", s.array(CLINICIAN_INVITATION, description="Newest first.")
)
UNNAMED_CLINICIAN_INVITATION = _waiting(
    "unnamedClinicianInvitation.v1", key=_CHOSEN_KEY, creator=_UNNAMED_CREATOR
)
# A person's invitations of people and offers to clinics are one list.
CONFIRMATION = _waiting("confirmation.v1", email=_EMAIL_OR_NONE)
CONFIRMATIONS = s.component("InvitationList", s.array(CONFIRMATION, description="Newest first."))
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
            "key": {**KEY, "description": "Key of the mailed link; shown to services only."},
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
            "code": s.integer(format="int32", minimum=100, description="The status of the answer."),
            "error": s.integer(
                description="Why a claim of an account is refused, 1001 to 1006; absent in all other answers."
            ),
            "reason": s.string(description="The reason, in words."),
        },
        required=["code", "reason"],
        description="Every failure of the Confirmation API has this form, and the answer of AcceptPasswordChange.",
    ),
)

# A refusal by the clinic side is passed on in the form of the clinic family.
FAILURE = s.component(
    "confirmationFailure.v1",
    {
        "anyOf": [DONE, s.ERROR],
        "description": "A failure of the Confirmation API, or what the clinic side refuses in its own form.",
    },
)

# --- in -------------------------------------------------------------------------------------------
LOOKUP = s.component(
    "lookup.v1", s.obj({"key": KEY}, required=["key"], description="Which confirmation is meant.")
)
UPSERT = s.component(
    "upsert.v1",
    s.obj(
        {
            "clinicId": s.object_id(
                min_length=24,
                max_length=24,
                read_only=True,
                description="Id of the clinic that invites; absent when none does.",
            ),
            "invitedBy": s.ref(
                "tidepooluserid", description="User id of the clinician who invites."
            ),
        },
        description="On whose behalf a service asks; ignored when a person asks.",
    ),
)
SIGNUP_ORIGIN = s.written(
    "SignupOrigin",
    UPSERT,
    keeps=["clinicId", "invitedBy"],
    description="On whose behalf a service asks; ignored when a person asks.",
)
ACCEPTANCE = s.component(
    "acceptance.v1",
    s.obj(
        {
            "password": PASSWORD,
            "birthday": s.string(
                format="date",
                description="Day of birth of the patient, as a clinic has it on record.",
            ),
        },
        required=["password", "birthday"],
        description="Only for an account that has no password yet.",
    ),
)
NEW_PASSWORD = s.component(
    "passwordReset.v1",
    s.obj(
        {
            "key": KEY,
            "email": {**EMAIL, "description": "The address that the link was mailed to."},
            "password": PASSWORD,
        },
        required=["key", "email", "password"],
        description="A new password, and what proves the right to set it.",
    ),
)
INVITE_CLINICIAN = s.component(
    "inviteClinician.v1",
    s.obj(
        {
            "email": {**EMAIL, "description": "The address that is invited."},
            "roles": s.array(
                s.ref("ClinicianRole"),
                min_items=1,
                unique_items=True,
                description="The roles that the person gets.",
            ),
        },
        required=["email", "roles"],
        description="Who is invited, as what.",
    ),
)
_ABOUT_ACCEPTED = "Values of the clinic that take precedence over the account's profile."
ACCEPT_PATIENT = s.component(
    "acceptPatient.v1", s.obj(fields.user_schemas(), description=_ABOUT_ACCEPTED)
)
ACCEPT_PATIENT_WRITE = s.written(
    "AcceptPatientInvitation",
    ACCEPT_PATIENT,
    within={"site.v1": "SiteOfPatient"},
    description=_ABOUT_ACCEPTED,
)


# --- alerts ---------------------------------------------------------------------------------------
def _unit(spellings: list[str]) -> s.Schema:
    """Generators write names in capitals, and two spellings would be one name."""
    usual = re.sub(r"\W", "_PER_", spellings[0]).upper()
    return {
        **s.string(enum=spellings, description="Unit of `value`, in two spellings."),
        "x-enum-varnames": [usual, f"{usual}_IN_LOWER_CASE"],
    }


def _glucose(units: list[str], name: str, value: s.Schema) -> s.Schema:
    unit = s.component(name, _unit(units))
    return s.obj(
        {"units": unit, "value": value},
        required=["units", "value"],
        description=f"Glucose in {units[0]}.",
    )


_GLUCOSE = s.one_of(
    _glucose(
        [GlucoseUnits.MG_DL.value, "mg/dl"],
        "unitsmgdl.v1",
        s.integer(format="int32", minimum=0, maximum=1000, description="From 0 to 1,000 mg/dL."),
    ),
    _glucose(
        [GlucoseUnits.MMOL_L.value, "mmol/l"],
        "unitsmmol.v1",
        s.number(format="float", minimum=0, description="In mmol/L."),
    ),
)
_ENABLED = s.boolean(default=False, description="Whether the alert is on.")
_DELAY = s.integer(
    default=0, minimum=0, maximum=120, description="Minutes to wait before the alert."
)
_REPEAT = s.integer(
    default=0,
    minimum=0,
    maximum=240,
    description="Minutes after which the alert is repeated; 0: it is not.",
)


def _alert(words: str, *, about_glucose: bool, **settings: s.Schema) -> s.Schema:
    properties = {"enabled": _ENABLED, **settings}
    if not about_glucose:
        return s.obj(properties, description=words)
    threshold = {**_GLUCOSE, "description": "The glucose value at which the alert begins."}
    return s.obj({**properties, "threshold": threshold}, required=["threshold"], description=words)


ALERTS = s.component(
    "alertsconfig.v1",
    s.obj(
        {
            "urgentLow": _alert("Glucose is dangerously low.", about_glucose=True),
            "low": _alert("Glucose is low.", about_glucose=True, delay=_DELAY, repeat=_REPEAT),
            "high": _alert("Glucose is high.", about_glucose=True, delay=_DELAY, repeat=_REPEAT),
            "noCommunication": _alert("No data arrive.", about_glucose=False, delay=_DELAY),
            "notLooping": _alert(
                "The pump does not dose by itself.", about_glucose=False, delay=_DELAY
            ),
        },
        min_properties=1,
        description="The alerts that the invited follower gets; absent: none. Needs the permission `follow`.",
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
_GRANT_WORDS = {
    Grant.NOTE: "Write notes.",
    Grant.UPLOAD: "Upload data.",
    Grant.VIEW: "See the data.",
}
_FOLLOWS = {Grant.FOLLOW: "Be alerted, as `alertsConfig` says."}


def _grants(words: Mapping[Grant, str]) -> s.Schema:
    return s.obj(
        {grant.value: s.obj(description=meaning) for grant, meaning in words.items()},
        description="What the receiver may do. A key that is present is granted; its value is an empty object.",
    )


INVITATION = s.component(
    "invitation.v1",
    s.obj(
        {
            "email": {**EMAIL, "description": "The address that is invited."},
            "permissions": _grants({**_GRANT_WORDS, **_FOLLOWS}),
            "nickname": s.name(
                description="The sender's name for the invited person; absent when there is none."
            ),
            "alertsConfig": ALERTS,
        },
        required=["email", "permissions"],
        description="An invitation into a care team.",
    ),
)
SHARE = s.component(
    "clinicShare.v1",
    s.obj(
        {
            "shareCode": s.share_code(description="Share code of the clinic, however it is typed."),
            "permissions": _grants(_GRANT_WORDS),
        },
        required=["shareCode", "permissions"],
        description="An offer of data to a clinic.",
    ),
)

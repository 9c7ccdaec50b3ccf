"""Schemas of clinicians, invites and service accounts."""

from kernel.api import schema as s
from kernel.choices import ClinicianRole

_CLINIC = s.ref("clinic.v1")

ROLES = s.component(
    "clinicianRoles.v1",
    s.array(
        s.component(
            "ClinicianRole",
            s.string(enum=ClinicianRole.values, description="What a member may do in the clinic."),
        ),
        min_items=1,
        unique_items=True,
        description="Admins may do everything that members may, and change the clinic and its members. A "
        "prescriber who is neither has no access.",
    ),
)
_PROVIDER = s.component(
    "identityProvider.v1",
    s.obj(
        {
            "alias": s.literal(min_length=1, description="Short name, by which programs know it."),
            "name": s.name(min_length=1, description="Name that people read."),
        },
        required=["alias", "name"],
        description="An identity provider with which an account is linked.",
    ),
)
SECURITY_PROFILE = s.component(
    "securityProfile.v1",
    s.obj(
        {
            "mfaEnabled": s.boolean(
                description="Whether logging in takes a second factor. Answers always have it."
            ),
            "mfaEnabledTime": s.date_time(
                description="When the second factor was set up; absent without one, or when unknown."
            ),
            "identityProviders": s.at_most(
                100,
                s.array(
                    _PROVIDER,
                    description="Providers that the account is linked with; absent: unknown.",
                ),
            ),
            "lastLoginTime": s.date_time(description="The last log-in; absent when none is known."),
        },
        description="How a clinician logs in, as the account service tells it.",
    ),
)
_FIELDS = {
    "id": s.ref("tidepooluserid", description="User id of a member; absent for a pending invite."),
    "inviteId": s.literal(description="Id of a pending invite; absent for a member."),
    "email": s.of_requests(
        s.string(
            description="E-mail address; empty where there is none, as for a service account."
        ),
        of_format="email",
    ),
    "name": s.name(min_length=1, description="Full name; absent when unknown."),
    "roles": ROLES,
    "createdTime": s.date_time(read_only=True, description="When the member or invite was made."),
    "updatedTime": s.date_time(read_only=True, description="When the record last changed."),
}
_SECURITY = s.ignored(
    s.ref(
        "securityProfile.v1",
        read_only=True,
        description="How the member logs in. Only services, the clinic's admins and the person concerned see it; "
        "absent as long as no service has told of it. Requests do not set it.",
    )
)
_REQUIRED = ["email", "roles", "createdTime", "updatedTime"]
CLINICIAN = s.component(
    "clinician.v1",
    s.obj(
        {**_FIELDS, "securityProfile": _SECURITY},
        required=_REQUIRED,
        description="A member, who has an id, or a pending invite, which has none.",
    ),
)
s.component(
    "invitedClinician.v1",
    s.obj(
        {**_FIELDS, "email": s.email(description="The invited address.")},
        required=_REQUIRED,
        description="A clinician who was invited by mail, pending or accepted.",
    ),
)
CLINICIAN_CREATE = s.written(
    "ClinicianCreate",
    CLINICIAN,
    keeps=["id"],
    description="A member by `id`, or a pending invite by `inviteId`.",
)
CLINICIAN_UPDATE = s.written(
    "ClinicianUpdate",
    CLINICIAN,
    ignored=["inviteId"],
    description="A member's roles and name. The address counts for nothing.",
)
CLINICIANS = s.component(
    "clinicians.v1",
    s.array(CLINICIAN, description="Members, pending invites and service accounts, newest first."),
)
MEMBERSHIP = s.component(
    "clinicianClinicRelationship.v1",
    s.obj(
        {"clinician": CLINICIAN, "clinic": _CLINIC},
        required=["clinician", "clinic"],
        description="A member or pending invite, and the clinic.",
    ),
)
MEMBERSHIPS = s.component(
    "clinicianClinicRelationships.v1", s.array(MEMBERSHIP, description="Newest first.")
)
ASSOCIATE = s.component(
    "associateClinicianToUser.v1",
    s.obj(
        {"userId": s.user_id(description="User id of the account that becomes a member.")},
        required=["userId"],
        description="Who accepts the invite.",
    ),
)
SERVICE_ACCOUNT = s.component(
    "addServiceAccount.v1",
    s.obj(
        {
            "name": s.name(min_length=1, description="Name of the new member."),
            "client_id": s.literal(min_length=1, description="Client id at the identity provider."),
            "client_secret": s.literal(
                min_length=1, description="Its secret, which is tried once and not stored."
            ),
        },
        required=["name", "client_id", "client_secret"],
        description="The credentials of an API client.",
    ),
)
USER_DETAILS = s.component(
    "updateUserDetails.v1",
    s.obj(
        {
            "email": s.email(
                min_length=1,
                description="The new address; absent: it is removed from the user's patient records.",
            )
        },
        description="What has changed of an account.",
    ),
)

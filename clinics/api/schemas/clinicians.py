"""Schemas of clinicians, invites and service accounts."""

from kernel.api import schema as s
from kernel.choices import ClinicianRole

_CLINIC = s.ref("clinic.v1")
_SECRET = s.literal(min_length=1)

ROLES = s.component(
    "clinicianRoles.v1",
    s.array(
        s.string(enum=ClinicianRole.values),
        min_items=1,
        unique_items=True,
        description="A prescriber who is neither admin nor member has no access.",
    ),
)
_FIELDS = {
    "id": s.ref("tidepooluserid"),
    "inviteId": s.literal(description="Only of a pending invite."),
    "email": s.of_requests(
        s.string(description="Empty where there is none: a service account has no address."),
        of_format="email",
    ),
    "name": s.name(min_length=1),
    "roles": ROLES,
    "createdTime": s.date_time(read_only=True),
    "updatedTime": s.date_time(read_only=True),
}
_REQUIRED = ["email", "roles", "createdTime", "updatedTime"]
CLINICIAN = s.component(
    "clinician.v1",
    s.obj(
        _FIELDS,
        required=_REQUIRED,
        description="A member, who has an id, or a pending invite, which has none.",
    ),
)
s.component(
    "invitedClinician.v1",
    s.obj(
        {**_FIELDS, "email": s.email()},
        required=_REQUIRED,
        description="A clinician who was invited by mail, pending or accepted.",
    ),
)
CLINICIANS = s.component("clinicians.v1", s.array(CLINICIAN))
MEMBERSHIP = s.component(
    "clinicianClinicRelationship.v1",
    s.obj({"clinician": CLINICIAN, "clinic": _CLINIC}, required=["clinician", "clinic"]),
)
MEMBERSHIPS = s.component("clinicianClinicRelationships.v1", s.array(MEMBERSHIP))
ASSOCIATE = s.component(
    "associateClinicianToUser.v1", s.obj({"userId": s.user_id()}, required=["userId"])
)
SERVICE_ACCOUNT = s.component(
    "addServiceAccount.v1",
    s.obj(
        {"name": s.name(min_length=1), "client_id": _SECRET, "client_secret": _SECRET},
        required=["name", "client_id", "client_secret"],
    ),
)
USER_DETAILS = s.component("updateUserDetails.v1", s.obj({"email": s.email(min_length=1)}))

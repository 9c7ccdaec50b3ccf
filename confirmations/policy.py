"""Who may call what: operationId -> rule (rules ACCOUNT-105 to ACCOUNT-112).

Operations that ask for no token are external: the key, or a limited number of tries, is their credential.
"""

from confirmations.services import clinic_shares, people
from kernel.accesses import NO_PATIENT, SOMEONE, Access, in_answer, in_path, list_of
from kernel.policy import (
    Caller,
    Rule,
    admin,
    any_of,
    backend,
    by_records,
    external,
    is_self,
    member,
    user,
)


def custody_of(parameter: str) -> Rule:
    """The caller holds `root` or `custodian` over the user in the path, directly or through a clinic."""

    @by_records
    def rule(caller: Caller) -> bool:
        return user(caller) and people.has_custody(caller.path[parameter], caller.principal.user_id)

    return rule


@by_records
def sharer(caller: Caller) -> bool:
    """The caller made the offer in the path."""
    return user(caller) and clinic_shares.is_sharer(
        clinic_id=caller.path["clinicId"],
        invite_id=caller.path["inviteId"],
        user_id=caller.principal.user_id,
    )


BACKEND_OR_ADMIN = any_of(backend, admin)
BACKEND_OR_MEMBER = any_of(backend, member)
SELF = is_self("userId")
BACKEND_OR_SELF = any_of(backend, SELF)
OWNER_OR_CUSTODIAN = any_of(backend, SELF, custody_of("userId"))

POLICY: dict[str, Rule] = {
    # A clinic and its clinicians
    "InviteClinician": BACKEND_OR_ADMIN,
    "ResendInvite": BACKEND_OR_ADMIN,
    "GetClinicianInvite": BACKEND_OR_ADMIN,
    "DeleteInvite": BACKEND_OR_ADMIN,
    "ListClinicianInvites": SELF,
    "AcceptClinicianInvite": SELF,
    "DismissClinicianInvite": SELF,
    # A clinic and its patients
    "GetPatientInvites": BACKEND_OR_MEMBER,
    "AcceptPatientInvitation": BACKEND_OR_MEMBER,
    "DeletePatientInvite": any_of(backend, member, sharer),
    "SendClinicShareInvite": OWNER_OR_CUSTODIAN,
    # Sign-up
    "SendAccountSignupConfirmation": OWNER_OR_CUSTODIAN,
    "UpsertAccountSignupConfirmation": OWNER_OR_CUSTODIAN,
    "GetAccountSignupConfirmation": OWNER_OR_CUSTODIAN,
    "ResendAccountSignup": external,
    "ConfirmAccountSignup": external,
    "DismissAccountSignup": external,
    "CancelAccountSignupConfirmation": external,
    # Password reset
    "SendPasswordReset": external,
    "SendPasswordResetMail": external,
    "AcceptPasswordChange": external,
    # Care team
    "SendCareTeamInvite": OWNER_OR_CUSTODIAN,
    "CancelInvite": OWNER_OR_CUSTODIAN,
    "GetSentInvitations": OWNER_OR_CUSTODIAN,
    "GetReceivedInvitations": BACKEND_OR_SELF,
    "AcceptCareTeamInvite": BACKEND_OR_SELF,
    "DismissInvite": BACKEND_OR_SELF,
    # The sender is known only from the document: the service checks for the sender or a custodian.
    "ResendCareTeamInvite": any_of(backend, user),
}

_USER = in_path("userId")

# What each operation touches of patients (kernel.accesses).
ACCESS: dict[str, Access] = {
    # A clinic and its clinicians
    "InviteClinician": NO_PATIENT,
    "ResendInvite": NO_PATIENT,
    "GetClinicianInvite": NO_PATIENT,
    "DeleteInvite": NO_PATIENT,
    "ListClinicianInvites": NO_PATIENT,
    "AcceptClinicianInvite": NO_PATIENT,
    "DismissClinicianInvite": NO_PATIENT,
    # A clinic and its patients
    "GetPatientInvites": list_of("creatorId"),
    "AcceptPatientInvitation": in_answer("id"),
    "DeletePatientInvite": in_answer("creatorId"),
    "SendClinicShareInvite": _USER,
    # Sign-up
    "SendAccountSignupConfirmation": _USER,
    "UpsertAccountSignupConfirmation": _USER,
    "GetAccountSignupConfirmation": _USER,
    "ResendAccountSignup": SOMEONE,
    "ConfirmAccountSignup": SOMEONE,
    "DismissAccountSignup": _USER,
    "CancelAccountSignupConfirmation": _USER,
    # Password reset: of any account, and of its password alone
    "SendPasswordReset": NO_PATIENT,
    "SendPasswordResetMail": NO_PATIENT,
    "AcceptPasswordChange": NO_PATIENT,
    # Care team: who invites shares their own data
    "SendCareTeamInvite": _USER,
    "CancelInvite": _USER,
    "GetSentInvitations": _USER,
    "GetReceivedInvitations": list_of("creatorId"),
    "AcceptCareTeamInvite": in_path("invitedBy"),
    "DismissInvite": in_path("invitedBy"),
    "ResendCareTeamInvite": in_answer("creatorId"),
}

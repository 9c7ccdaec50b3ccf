"""Who may call which operation: operationId -> rule (rules ACCOUNT-92 to ACCOUNT-104)."""

from kernel.policy import (
    Rule,
    admin,
    all_of,
    any_of,
    backend,
    is_self,
    member,
    user,
)

SIGNED_IN = any_of(backend, user)
BACKEND_OR_MEMBER = any_of(backend, member)
BACKEND_OR_ADMIN = any_of(backend, admin)
BACKEND_OR_SELF = any_of(backend, is_self("userId"))

POLICY: dict[str, Rule] = {
    # Clinics
    "ListClinics": backend,
    "CreateClinic": user,  # the first admin has to be a person
    "GetClinicByShareCode": SIGNED_IN,
    "GetClinic": SIGNED_IN,
    "UpdateClinic": BACKEND_OR_ADMIN,
    "DeleteClinic": BACKEND_OR_ADMIN,
    "UpdateTier": backend,
    "UpdateSuppressedNotifications": admin,
    "ListMembershipRestrictions": BACKEND_OR_ADMIN,
    "UpdateMembershipRestrictions": backend,
    "GetEHRSettings": BACKEND_OR_MEMBER,
    "UpdateEHRSettings": backend,
    "GetMRNSettings": BACKEND_OR_MEMBER,
    "UpdateMRNSettings": backend,
    "MergeClinic": backend,
    "AddServiceAccount": backend,
    # Clinicians
    "ListAllClinicians": backend,  # has no rule in the original service, where no one can call it
    "ListClinicians": BACKEND_OR_MEMBER,
    "CreateClinician": backend,
    "GetClinician": BACKEND_OR_MEMBER,
    "UpdateClinician": BACKEND_OR_ADMIN,
    "DeleteClinician": any_of(backend, admin, all_of(member, is_self("clinicianId"))),
    "ListClinicsForClinician": BACKEND_OR_SELF,
    "AssociateClinicianToUser": backend,
    "DeleteInvitedClinician": backend,
    "GetInvitedClinician": backend,
    # Tags and sites
    "CreatePatientTag": BACKEND_OR_MEMBER,
    "UpdatePatientTag": BACKEND_OR_MEMBER,
    "DeletePatientTag": BACKEND_OR_ADMIN,
    "ConvertPatientTagToSite": backend,
    "CreateSite": BACKEND_OR_ADMIN,
    "UpdateSite": BACKEND_OR_ADMIN,
    "DeleteSite": BACKEND_OR_ADMIN,
    "MergeSite": backend,
    # Migrations
    "MigrateLegacyClinicianPatients": backend,
    "ListMigrations": BACKEND_OR_MEMBER,
    "GetMigration": BACKEND_OR_MEMBER,
    "UpdateMigration": backend,
    "EnableNewClinicExperience": backend,
    "TriggerInitialMigration": admin,
    # Patients with their clinics
    "FindPatients": user,
    "ListClinicsForPatient": BACKEND_OR_SELF,
    # Users
    "DeleteUserFromClinics": backend,
    "UpdateClinicUserDetails": backend,
}

"""Who may call which operation: operationId -> rule (rules ACCOUNT-92 to ACCOUNT-104)."""

from kernel.accesses import MANY, NO_PATIENT, Access, in_path, list_of
from kernel.policy import (
    Rule,
    admin,
    all_of,
    any_of,
    backend,
    is_self,
    member,
    signed_in,
    user,
)

BACKEND_OR_MEMBER = any_of(backend, member)
BACKEND_OR_ADMIN = any_of(backend, admin)
BACKEND_OR_SELF = any_of(backend, is_self("userId"))

POLICY: dict[str, Rule] = {
    # Clinics
    "ListClinics": backend,
    "CreateClinic": user,  # the first admin has to be a person
    "GetClinicByShareCode": signed_in,
    "GetClinic": signed_in,
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
    "UpdateClinicianSecurityProfile": backend,
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

_USER = in_path("userId")

# What each operation touches of patients (kernel.accesses).
ACCESS: dict[str, Access] = {
    # Clinics
    "ListClinics": NO_PATIENT,
    "CreateClinic": NO_PATIENT,
    "GetClinicByShareCode": NO_PATIENT,
    "GetClinic": NO_PATIENT,
    "UpdateClinic": NO_PATIENT,
    "DeleteClinic": MANY,
    "UpdateTier": NO_PATIENT,
    "UpdateSuppressedNotifications": NO_PATIENT,
    "ListMembershipRestrictions": NO_PATIENT,
    "UpdateMembershipRestrictions": NO_PATIENT,
    "GetEHRSettings": NO_PATIENT,
    "UpdateEHRSettings": NO_PATIENT,
    "GetMRNSettings": NO_PATIENT,
    "UpdateMRNSettings": NO_PATIENT,
    "AddServiceAccount": NO_PATIENT,
    # Clinicians
    "ListAllClinicians": NO_PATIENT,
    "ListClinicians": NO_PATIENT,
    "CreateClinician": NO_PATIENT,
    "GetClinician": NO_PATIENT,
    "UpdateClinician": NO_PATIENT,
    "DeleteClinician": NO_PATIENT,
    "ListClinicsForClinician": NO_PATIENT,
    "UpdateClinicianSecurityProfile": NO_PATIENT,
    "AssociateClinicianToUser": NO_PATIENT,
    "DeleteInvitedClinician": NO_PATIENT,
    "GetInvitedClinician": NO_PATIENT,
    # Tags and sites: a patient's record names its sites and holds the ids of its tags
    "CreatePatientTag": NO_PATIENT,
    "UpdatePatientTag": NO_PATIENT,
    "DeletePatientTag": MANY,
    "ConvertPatientTagToSite": MANY,
    "CreateSite": NO_PATIENT,
    "UpdateSite": MANY,
    "DeleteSite": MANY,
    "MergeSite": MANY,
    # Migrations: the patients follow in the background
    "MigrateLegacyClinicianPatients": NO_PATIENT,
    "ListMigrations": NO_PATIENT,
    "GetMigration": NO_PATIENT,
    "UpdateMigration": NO_PATIENT,
    "EnableNewClinicExperience": NO_PATIENT,
    "TriggerInitialMigration": NO_PATIENT,
    # Patients with their clinics
    "FindPatients": list_of("patient.id"),
    "ListClinicsForPatient": _USER,
    # Users, who may be patients
    "DeleteUserFromClinics": _USER,
    "UpdateClinicUserDetails": _USER,
}

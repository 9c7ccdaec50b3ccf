"""Who may call which operation: operationId -> rule (rules ACCOUNT-92 to ACCOUNT-104)."""

from kernel.policy import Rule, admin, all_of, any_of, backend, is_self, member, path_is
from users.choices import Grant

BACKEND_OR_MEMBER = any_of(backend, member)
BACKEND_OR_ADMIN = any_of(backend, admin)

POLICY: dict[str, Rule] = {
    # Counts
    "GetPatientCountSettings": BACKEND_OR_MEMBER,
    "UpdatePatientCountSettings": backend,
    "GetPatientCount": BACKEND_OR_MEMBER,
    "RefreshPatientCount": backend,
    # Tags of many patients
    "AssignPatientTagToClinicPatients": BACKEND_OR_ADMIN,
    "DeletePatientTagFromClinicPatients": BACKEND_OR_ADMIN,
    # Patients. An operation that refuses services stores the person who called it in an audit field
    "ListPatients": BACKEND_OR_MEMBER,
    "CreatePatientAccount": BACKEND_OR_MEMBER,
    "CreatePatientFromUser": backend,
    "GetPatient": BACKEND_OR_MEMBER,
    "UpdatePatient": BACKEND_OR_MEMBER,
    "DeletePatient": any_of(admin, is_self("patientId")),
    "UpdatePatientPermissions": is_self("patientId"),
    "DeletePatientPermission": any_of(
        is_self("patientId"), all_of(backend, path_is("permission", Grant.CUSTODIAN))
    ),
    "UpdatePatientReviews": member,
    "DeletePatientReviews": member,
    "SendUploadReminder": member,
    "ConnectProvider": BACKEND_OR_MEMBER,
    "UpdatePatientSummary": backend,
    "DeletePatientSummary": backend,
    "UpdatePatientDataSources": backend,
    "TideReport": BACKEND_OR_MEMBER,
}

"""Who may call which operation: operationId -> rule (rules ACCOUNT-92 to ACCOUNT-104)."""

from kernel.accesses import LIST, MANY, NO_PATIENT, SOMEONE, Access, in_answer, in_path, list_of
from kernel.policy import (
    Caller,
    Rule,
    admin,
    all_of,
    any_of,
    backend,
    by_clinic,
    is_self,
    member,
    path_is,
    user,
)
from patients.services import list_exports
from users.choices import Grant


@by_clinic
def has_export(caller: Caller) -> bool:
    """The clinic's plan includes the export of its list."""
    return list_exports.may_export(caller.path["clinicId"])


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
    **dict.fromkeys(
        (
            "ExportPatientList",
            "StartPatientListExport",
            "GetPatientListExport",
            "DeletePatientListExport",
            "FetchPatientListExport",
        ),
        all_of(user, admin, has_export),
    ),
    "CreatePatientAccount": BACKEND_OR_MEMBER,
    **dict.fromkeys(
        ("BulkCreatePatients", "ListBulkCreations", "GetBulkCreation", "FetchBulkCreation"),
        BACKEND_OR_ADMIN,
    ),
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
    "SetConnectionIssueHidden": BACKEND_OR_MEMBER,
    "UpdateConnectionIssues": backend,
    "RecordInvitationResent": backend,
    "UpdatePatientSummary": backend,
    "DeletePatientSummary": backend,
    "UpdatePatientDataSources": backend,
    "TideReport": BACKEND_OR_MEMBER,
    # Saved views belong to a person
    "ListPatientViews": member,
    "CreatePatientView": member,
    "GetPatientView": member,
    "UpdatePatientView": member,
    "DeletePatientView": member,
}

_PATIENT = in_path("patientId")

# What each operation touches of patients (kernel.accesses).
ACCESS: dict[str, Access] = {
    # Counts
    "GetPatientCountSettings": NO_PATIENT,
    "UpdatePatientCountSettings": NO_PATIENT,
    "GetPatientCount": NO_PATIENT,
    "RefreshPatientCount": NO_PATIENT,
    # Tags of many patients
    "AssignPatientTagToClinicPatients": MANY,
    "DeletePatientTagFromClinicPatients": MANY,
    # Patients
    "ListPatients": list_of("id"),
    "ExportPatientList": LIST,
    "StartPatientListExport": LIST,
    "GetPatientListExport": NO_PATIENT,
    "DeletePatientListExport": NO_PATIENT,
    "FetchPatientListExport": LIST,
    "CreatePatientAccount": in_answer("id"),
    "BulkCreatePatients": MANY,
    "ListBulkCreations": NO_PATIENT,
    "GetBulkCreation": NO_PATIENT,
    "FetchBulkCreation": LIST,
    "CreatePatientFromUser": _PATIENT,
    "GetPatient": _PATIENT,
    "UpdatePatient": _PATIENT,
    "DeletePatient": _PATIENT,
    "UpdatePatientPermissions": _PATIENT,
    "DeletePatientPermission": _PATIENT,
    "UpdatePatientReviews": _PATIENT,
    "DeletePatientReviews": _PATIENT,
    "SendUploadReminder": _PATIENT,
    "ConnectProvider": _PATIENT,
    "SetConnectionIssueHidden": _PATIENT,
    "UpdateConnectionIssues": MANY,
    "RecordInvitationResent": _PATIENT,
    "UpdatePatientSummary": _PATIENT,
    "DeletePatientSummary": SOMEONE,
    "UpdatePatientDataSources": in_path("userId"),
    "TideReport": LIST,
    # Saved views
    **dict.fromkeys(
        (
            "ListPatientViews",
            "CreatePatientView",
            "GetPatientView",
            "UpdatePatientView",
            "DeletePatientView",
        ),
        NO_PATIENT,
    ),
}

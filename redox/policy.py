"""Who may call what: operationId -> rule (rules ACCOUNT-92 and ACCOUNT-113)."""

from kernel.accesses import LIST, MANY, NO_PATIENT, SOMEONE, Access, in_path
from kernel.policy import Rule, backend, external

POLICY: dict[str, Rule] = {
    "ProcessEHRMessage": external,
    "VerifyEndpoint": external,
    "MatchClinicAndPatient": backend,
    "SyncEHRData": backend,
    "SyncEHRDataForPatient": backend,
}

# What each operation touches of patients (kernel.accesses).
ACCESS: dict[str, Access] = {
    "ProcessEHRMessage": SOMEONE,
    "VerifyEndpoint": NO_PATIENT,
    "MatchClinicAndPatient": LIST,
    "SyncEHRData": MANY,
    "SyncEHRDataForPatient": in_path("patientId"),
}

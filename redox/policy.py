"""Who may call what: operationId -> rule (rules ACCOUNT-92 and ACCOUNT-113)."""

from kernel.policy import Rule, backend, external

POLICY: dict[str, Rule] = {
    "ProcessEHRMessage": external,
    "VerifyEndpoint": external,
    "MatchClinicAndPatient": backend,
    "SyncEHRData": backend,
    "SyncEHRDataForPatient": backend,
}

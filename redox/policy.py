"""Who may call what: operationId -> rule (behaviour note auth, section 3.3)."""

from clinics_site.core.policy import Rule, backend, external

POLICY: dict[str, Rule] = {
    "ProcessEHRMessage": external,
    "VerifyEndpoint": external,
    "MatchClinicAndPatient": backend,
    "SyncEHRData": backend,
    "SyncEHRDataForPatient": backend,
}

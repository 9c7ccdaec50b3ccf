"""Who may call what: operationId -> rule (rule ACCOUNT-92)."""

from kernel.policy import Rule, backend

POLICY: dict[str, Rule] = {
    "GenerateMergeReport": backend,
    "MergeClinic": backend,
}

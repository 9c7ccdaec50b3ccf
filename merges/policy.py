"""Who may call what: operationId -> rule (rule ACCOUNT-92)."""

from kernel.accesses import MANY, Access
from kernel.policy import Rule, backend

POLICY: dict[str, Rule] = {
    "GenerateMergeReport": backend,
    "MergeClinic": backend,
}

# What each operation touches of patients (kernel.accesses).
ACCESS: dict[str, Access] = {"GenerateMergeReport": MANY, "MergeClinic": MANY}

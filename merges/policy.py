"""Who may call what: operationId -> rule (rule ACCOUNT-92)."""

from kernel.policy import Rule

POLICY: dict[str, Rule] = {}

"""Who may call what: operationId -> rule (behaviour note auth, section 3.3)."""

from clinics_site.core.policy import Rule

POLICY: dict[str, Rule] = {}

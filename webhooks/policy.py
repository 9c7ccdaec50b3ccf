"""Who may call what: operationId -> rule."""

from kernel.accesses import Access
from kernel.policy import Rule

POLICY: dict[str, Rule] = {}
ACCESS: dict[str, Access] = {}

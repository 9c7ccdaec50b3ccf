"""Operation -> rule. Deny by default: an operation without a row cannot start (system check).

A rule is a predicate over the Caller; rules are combined with `any_of`. The caller's clinician record in
the clinic of the path is loaded at most once per request, and only when a rule asks for it.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module

from django.conf import settings
from django.utils.module_loading import import_string

from kernel.choices import ClinicianRole
from kernel.lookups import Lookup
from kernel.principal import Principal

MEMBER_ROLES = frozenset({ClinicianRole.MEMBER, ClinicianRole.ADMIN})


def sees_patients(roles: Iterable[str]) -> bool:
    """Whether who has these roles in a clinic may see its patients. `PRESCRIBER` alone makes an outsider.

    Queries ask the same with MEMBER_ROLES, in one place: `clinic_records.services.access.list_clinics_of_member`.
    """
    return not MEMBER_ROLES.isdisjoint(roles)


class Caller:
    """The principal, the decoded path parameters, and (when asked) the roles in the path's clinic."""

    __slots__ = ("_roles", "path", "principal")

    def __init__(
        self, principal: Principal, path: Mapping[str, str], roles: frozenset[str] | None = None
    ) -> None:
        """`roles`: in the path's clinic, where they are known already."""
        self.principal = principal
        self.path = path
        self._roles = roles

    @property
    def roles(self) -> frozenset[str]:
        """Empty for a stranger."""
        if self._roles is None:
            clinic_id = self.path.get("clinicId", "")
            self._roles = (
                _load_roles(clinic_id, self.principal.user_id) if clinic_id else frozenset()
            )
        return self._roles


Rule = Callable[[Caller], bool]


def backend(caller: Caller) -> bool:
    return caller.principal.is_server


def user(caller: Caller) -> bool:
    return not caller.principal.is_server


def member(caller: Caller) -> bool:
    return sees_patients(caller.roles)


def admin(caller: Caller) -> bool:
    return ClinicianRole.ADMIN in caller.roles


def external(caller: Caller) -> bool:
    """Marks operations outside the session-token scheme: their view checks its own credential."""
    return False


# What each rule looks at besides token and path. A rule that is missing here cannot be in the table (system check).
_ROLES, _RECORDS = "roles", "records"
_NOTHING: frozenset[str] = frozenset()
_looks_at: dict[Rule, frozenset[str]] = {
    backend: _NOTHING,
    user: _NOTHING,
    external: _NOTHING,
    member: frozenset({_ROLES}),
    admin: frozenset({_ROLES}),
}


def by_records(rule: Rule) -> Rule:
    """Decorates a rule of an app that looks into records. The tests walk its operations with such records in place."""
    return _noted(rule, frozenset({_RECORDS}))


def _noted(rule: Rule, looked_at: frozenset[str] = _NOTHING) -> Rule:
    _looks_at[rule] = looked_at
    return rule


def _of_all(rules: tuple[Rule, ...]) -> frozenset[str]:
    return _NOTHING.union(*(_looks_at[rule] for rule in rules))


def is_self(parameter: str) -> Rule:
    """The user id in the path is the caller's own; never true for a service."""

    def rule(caller: Caller) -> bool:
        return user(caller) and caller.path.get(parameter) == caller.principal.user_id

    return _noted(rule)


def path_is(parameter: str, value: str) -> Rule:
    return _noted(lambda caller: caller.path.get(parameter) == value)


def any_of(*rules: Rule) -> Rule:
    return _noted(lambda caller: any(rule(caller) for rule in rules), _of_all(rules))


def all_of(*rules: Rule) -> Rule:
    return _noted(lambda caller: all(rule(caller) for rule in rules), _of_all(rules))


@cache
def table() -> dict[str, Rule]:
    """Every app's rows in one table: operationId -> rule."""
    rows: dict[str, Rule] = {}
    for module in settings.POLICY_MODULES:
        rows.update(import_module(module).POLICY)
    return rows


def roles_lookup(operation_id: str) -> Lookup | None:
    """The look-up of the caller's roles, if the rule may read them."""
    rule = table().get(operation_id)
    return _roles_lookup() if rule and _ROLES in _looks_at[rule] else None


def asks_records(operation_id: str) -> bool:
    """Whether the rule depends on more than token, path and the roles in the path's clinic."""
    return _RECORDS in _looks_at[table()[operation_id]]


def unknown_rules() -> list[str]:
    """Operations whose rule does not say what it looks at."""
    return sorted(name for name, rule in table().items() if rule not in _looks_at)


def is_external(operation_id: str) -> bool:
    return table().get(operation_id) is external


def allows(operation_id: str, caller: Caller) -> bool:
    rule = table().get(operation_id)
    return rule is not None and rule(caller)


def _load_roles(clinic_id: str, user_id: str) -> frozenset[str]:
    return frozenset(_roles_loader()(clinic_id, user_id))


@cache
def _roles_lookup() -> Lookup:
    found: Lookup = import_string(settings.CLINICIAN_ROLES_LOOKUP)
    return found


@cache
def _roles_loader() -> Callable[[str, str], frozenset[str]]:
    found: Callable[[str, str], frozenset[str]] = import_string(settings.CLINICIAN_ROLES)
    return found

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
from kernel.db import Document
from kernel.principal import Principal

Path = Mapping[str, str]
# Makes a `$lookup` without its `as` from the path's parameters; None if they cannot match anything.
Join = Callable[[Path], Document | None]
RolesAndMore = Callable[[str, str, Document], tuple[frozenset[str], list[Document] | None]]
MEMBER_ROLES = frozenset({ClinicianRole.MEMBER, ClinicianRole.ADMIN})


def sees_patients(roles: Iterable[str]) -> bool:
    """Whether a person with these roles in a clinic may see its patients. `PRESCRIBER` alone is not enough.

    One query applies the same rule with MEMBER_ROLES:
    `clinic_records.services.access.list_clinics_of_member`.
    """
    return not MEMBER_ROLES.isdisjoint(roles)


class Caller:
    """The principal, the decoded path parameters, and (when a rule asks) the roles in the path's clinic.

    `join` is what the operation will read. It is read with the roles, in one command, and then `joined` holds its
    documents; None: it was not read, since no rule asked for roles or the caller has no record in the clinic.
    """

    __slots__ = ("_join", "_roles", "joined", "path", "principal")

    def __init__(self, principal: Principal, path: Path, join: Join | None = None) -> None:
        self.principal = principal
        self.path = path
        self.joined: list[Document] | None = None
        self._join = join
        self._roles: frozenset[str] | None = None

    @property
    def roles(self) -> frozenset[str]:
        """Empty for a stranger."""
        if self._roles is None:
            self._roles = self._load_roles() if self.path.get("clinicId") else frozenset()
        return self._roles

    def _load_roles(self) -> frozenset[str]:
        clinic_id, user_id = self.path["clinicId"], self.principal.user_id
        lookup = self._join(self.path) if self._join is not None else None
        if lookup is None:
            return _load_roles(clinic_id, user_id)
        roles, self.joined = _load_roles_and(lookup, clinic_id, user_id)
        return roles


Rule = Callable[[Caller], bool]


def require_open_clinic(path: Path) -> None:
    """Raises a Conflict where no one may work with the clinic of the path for a while (rule ACCOUNT-167)."""
    clinic_id = path.get("clinicId")
    if clinic_id:
        _gate()(clinic_id)


def backend(caller: Caller) -> bool:
    return caller.principal.is_server


def user(caller: Caller) -> bool:
    return not caller.principal.is_server


def signed_in(caller: Caller) -> bool:
    """Every caller with a valid token."""
    return True


def member(caller: Caller) -> bool:
    return sees_patients(caller.roles)


def admin(caller: Caller) -> bool:
    return ClinicianRole.ADMIN in caller.roles


def external(caller: Caller) -> bool:
    """Marks operations outside the session-token scheme: their view checks its own credential."""
    return False


# Whether a rule reads records besides the caller's own. A rule that is missing here cannot be in the table
# (system check).
_looks_into_records: dict[Rule, bool] = dict.fromkeys(
    (backend, user, signed_in, external, member, admin), False
)


def by_records(rule: Rule) -> Rule:
    """Decorates a rule of an app that reads records. The tests call its operations with such records in
    place."""
    return _noted(rule, of_records=True)


def by_clinic(rule: Rule) -> Rule:
    """Decorates a rule of an app that reads the clinic of the path and no other record. Combine it with a rule about
    roles."""
    return _noted(rule)


def _noted(rule: Rule, *, of_records: bool = False) -> Rule:
    _looks_into_records[rule] = of_records
    return rule


def _any_of_records(rules: tuple[Rule, ...]) -> bool:
    return any(_looks_into_records[rule] for rule in rules)


def is_self(parameter: str) -> Rule:
    """The user id in the path is the caller's own; never true for a service."""

    def rule(caller: Caller) -> bool:
        return user(caller) and caller.path.get(parameter) == caller.principal.user_id

    return _noted(rule)


def path_is(parameter: str, value: str) -> Rule:
    return _noted(lambda caller: caller.path.get(parameter) == value)


def any_of(*rules: Rule) -> Rule:
    return _noted(
        lambda caller: any(rule(caller) for rule in rules), of_records=_any_of_records(rules)
    )


def all_of(*rules: Rule) -> Rule:
    return _noted(
        lambda caller: all(rule(caller) for rule in rules), of_records=_any_of_records(rules)
    )


@cache
def table() -> dict[str, Rule]:
    """Every app's rows in one table: operationId -> rule."""
    rows: dict[str, Rule] = {}
    for module in settings.POLICY_MODULES:
        rows.update(import_module(module).POLICY)
    return rows


def asks_records(operation_id: str) -> bool:
    """Whether the rule depends on more than token, path, the path's clinic and the roles in it."""
    return _looks_into_records[table()[operation_id]]


def unknown_rules() -> list[str]:
    """Operations whose rule does not declare what it reads."""
    return sorted(name for name, rule in table().items() if rule not in _looks_into_records)


def is_external(operation_id: str) -> bool:
    return table().get(operation_id) is external


def denies_no_one(operation_id: str) -> bool:
    return table().get(operation_id) is signed_in


def allows(operation_id: str, caller: Caller) -> bool:
    rule = table().get(operation_id)
    return rule is not None and rule(caller)


def _load_roles(clinic_id: str, user_id: str) -> frozenset[str]:
    return frozenset(_roles_loader()(clinic_id, user_id))


def _load_roles_and(
    lookup: Document, clinic_id: str, user_id: str
) -> tuple[frozenset[str], list[Document] | None]:
    return _joined_roles_loader()(clinic_id, user_id, lookup)


@cache
def _roles_loader() -> Callable[[str, str], frozenset[str]]:
    loader: Callable[[str, str], frozenset[str]] = import_string(settings.CLINICIAN_ROLES)
    return loader


@cache
def _gate() -> Callable[[str], None]:
    gate: Callable[[str], None] = import_string(settings.CLINIC_GATE)
    return gate


@cache
def _joined_roles_loader() -> RolesAndMore:
    loader: RolesAndMore = import_string(settings.CLINICIAN_ROLES_AND_JOINED)
    return loader

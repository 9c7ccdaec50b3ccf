"""Members and invites (rules MERGE-15 to MERGE-20)."""

from collections.abc import Iterator, Mapping

from kernel import addresses
from kernel.choices import ClinicianRole
from merges.choices import RecordAction
from merges.plan.model import Clinic, Clinician, ClinicianPlan

PENDING_INVITES = "Pending invites in source workspace"
RESTRICTED = (
    "The partial SSO settings of the target clinic prevent moving source clinicians to target clinic. All source "
    "members which are not already members of the target clinic should be removed from the source clinic."
)
ADDRESS_TAKEN = "Email addresses of source members belong to other records in the target workspace"
Members = Mapping[str, Clinician]


def plan_clinicians(source: Clinic, target: Clinic) -> tuple[ClinicianPlan, ...]:
    return (*_of_source(source, target), *_of_target(source, target))


def is_admin(roles: tuple[str, ...]) -> bool:
    return ClinicianRole.ADMIN in roles


def _members(clinic: Clinic) -> Members:
    return {person.user_id: person for person in clinic.clinicians if person.user_id}


def _of_source(source: Clinic, target: Clinic) -> Iterator[ClinicianPlan]:
    in_target = _members(target)
    taken = {key for person in target.clinicians if (key := addresses.key(person.email))}
    for person in source.clinicians:
        same = in_target.get(person.user_id)
        if same is not None:
            yield _merged(source, target, person, same)
        else:
            yield ClinicianPlan(
                clinician=person,
                action=RecordAction.MOVE,
                resulting_roles=person.roles,
                workspaces=(source.name,),
                is_from_source=True,
                errors=tuple(_obstacles(person, target, taken)),
            )


def _merged(source: Clinic, target: Clinic, person: Clinician, same: Clinician) -> ClinicianPlan:
    return ClinicianPlan(
        clinician=person,
        action=RecordAction.MERGE,
        resulting_roles=same.roles,
        workspaces=tuple(sorted((source.name, target.name))),
        is_from_source=True,
        is_downgraded=is_admin(person.roles) and not is_admin(same.roles),
        counterpart=same,
    )


def _obstacles(person: Clinician, target: Clinic, taken: set[str]) -> Iterator[str]:
    if not person.user_id:
        yield PENDING_INVITES
        return
    if target.restrictions:
        yield RESTRICTED
    if addresses.key(person.email) in taken:
        yield ADDRESS_TAKEN


def _of_target(source: Clinic, target: Clinic) -> Iterator[ClinicianPlan]:
    in_source = _members(source)
    for person in target.clinicians:
        same = in_source.get(person.user_id)
        yield ClinicianPlan(
            clinician=person,
            action=RecordAction.MERGE_INTO if same else RecordAction.RETAIN,
            resulting_roles=person.roles,
            workspaces=tuple(sorted((source.name, target.name))) if same else (target.name,),
            is_from_source=False,
            counterpart=same,
        )

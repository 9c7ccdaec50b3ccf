"""Settings that both clinics must have alike (rules MERGE-6 and MERGE-7)."""

from collections.abc import Iterator

from merges.plan.model import Clinic, Restriction, SettingPlan

SINGLE_SIGN_ON = "Partial SSO*"
NONE = "N/A"


def plan_settings(source: Clinic, target: Clinic) -> tuple[SettingPlan, ...]:
    return (_restrictions(source, target), *_equal_settings(source, target))


def _restrictions(source: Clinic, target: Clinic) -> SettingPlan:
    """The texts are compared for the report; the merge asks for less: the target may have more restrictions."""
    values = shown_restrictions(source), shown_restrictions(target)
    in_target = _by_domain(target)
    blocks = any(
        in_target.get(domain) != provider for domain, provider in _by_domain(source).items()
    )
    return SettingPlan(SINGLE_SIGN_ON, *values, is_equal=values[0] == values[1], blocks=blocks)


def _by_domain(clinic: Clinic) -> dict[str, str]:
    """If a domain has several restrictions, the last counts."""
    return {entry.email_domain: entry.required_idp for entry in clinic.restrictions}


def shown_restrictions(clinic: Clinic) -> str:
    return ", ".join(sorted(map(_shown, clinic.restrictions))) or NONE


def _shown(entry: Restriction) -> str:
    return (
        f"{entry.email_domain}/{entry.required_idp}" if entry.required_idp else entry.email_domain
    )


def _equal_settings(source: Clinic, target: Clinic) -> Iterator[SettingPlan]:
    for (name, ours), (_, theirs) in zip(_values(source), _values(target), strict=True):
        is_equal = ours == theirs
        yield SettingPlan(name, ours, theirs, is_equal=is_equal, blocks=not is_equal)


def _values(clinic: Clinic) -> Iterator[tuple[str, str]]:
    yield "MRN Required", "Required" if clinic.requires_mrn else "Not Required"
    yield "MRN Unique", "Yes" if clinic.requires_unique_mrn else "No"
    yield "Glucose Units", clinic.glucose_units
    yield "Timezone", clinic.timezone

"""What prevents a merge, and what someone should know before it (rule MERGE-5).

The messages of the first kind are those that clients of the replaced service know, where it had one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from clinic_records.limits import LONGEST_SITE_NAME, MAX_TAGS, MOST_ADMINS
from merges.choices import RecordAction, SiteAction, TagAction
from merges.plan import clinicians as members
from merges.plan import patients as records
from merges.plan.duplicates import MOST_LISTED
from merges.plan.model import (
    Clinic,
    ClinicianPlan,
    PatientPlan,
    Problem,
    SettingPlan,
    Severity,
    Site,
    SitePlan,
    Tag,
    TagPlan,
)
from merges.plan.settings import SINGLE_SIGN_ON
from merges.plan.tags import Becomes

SETTINGS_MISMATCH = "Settings mismatch"
SHARED_IDS = "Tags or sites of both workspaces have the same ids"
NO_NAME = "Workspaces without a name cannot be merged"
BLOCKS, NOTICE = Severity.BLOCKS, Severity.NOTICE


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a plan in which problems are found."""

    source: Clinic
    target: Clinic
    becomes: Becomes
    settings: tuple[SettingPlan, ...]
    tags: tuple[TagPlan, ...]
    sites: tuple[SitePlan, ...]
    clinicians: tuple[ClinicianPlan, ...]
    patients: tuple[PatientPlan, ...]


def find_problems(parts: Parts) -> tuple[Problem, ...]:
    """Those that block come first."""
    found = [problem for find in _FINDERS for problem in find(parts)]
    return tuple(sorted(found, key=lambda problem: problem.severity is not BLOCKS))


# --- the clinics ----------------------------------------------------------------------------------
def _names_missing(parts: Parts) -> Iterator[Problem]:
    for clinic in (parts.source, parts.target):
        if not clinic.name.strip():
            advice = "Give this workspace a name."
            yield Problem("clinic_without_name", BLOCKS, NO_NAME, advice, clinic.id)


def _settings(parts: Parts) -> Iterator[Problem]:
    names = tuple(setting.name for setting in parts.settings if setting.blocks)
    if names:
        shown = ", ".join(name.removesuffix("*") for name in names)
        advice = f"Give both workspaces the same values of: {shown}."
        if SINGLE_SIGN_ON in names:
            advice += (
                " For partial SSO it is enough that the target has every restriction of the source."
            )
        yield Problem(
            "settings_mismatch", BLOCKS, SETTINGS_MISMATCH, advice, parts.target.id, names
        )


# --- tags and sites -------------------------------------------------------------------------------
def _too_many_tags(parts: Parts) -> Iterator[Problem]:
    created = tuple(tag.name for tag in parts.tags if tag.action == TagAction.CREATE)
    number = sum(tag.action != TagAction.SKIP for tag in parts.tags)
    if created and number > MAX_TAGS:
        message = f"The merged workspace would have {number} tags, and may have {MAX_TAGS}"
        advice = (
            f"Delete at least {number - MAX_TAGS} tags of either workspace, or rename tags of the source like tags of "
            "the target: they become one."
        )
        yield Problem("too_many_tags", BLOCKS, message, advice, parts.source.id, created)


def _tags_alike(parts: Parts) -> Iterator[Problem]:
    pairs = [(tag.name, parts.becomes[tag.id].name) for tag in parts.source.tags]
    alike = [(name, result) for name, result in pairs if name != result]
    if alike:
        shown = ", ".join(f'"{name}" becomes "{result}"' for name, result in alike)
        message = f"Tags that differ only in letter case or blanks become one: {shown}"
        advice = "To keep such tags apart, rename them in the source before the merge."
        names = tuple(name for name, _ in alike)
        yield Problem("tags_alike", NOTICE, message, advice, parts.source.id, names)


def _long_site_names(parts: Parts) -> Iterator[Problem]:
    too_long = tuple(
        plan.site.name
        for plan in parts.sites
        if plan.action == SiteAction.RENAME and len(plan.resulting_name) > LONGEST_SITE_NAME
    )
    if too_long:
        message = f"Renamed sites would have names of more than {LONGEST_SITE_NAME} characters"
        advice = (
            "Give these sites of the source shorter names, or names that the target does not have."
        )
        yield Problem("site_name_too_long", BLOCKS, message, advice, parts.source.id, too_long)


def _shared_ids(parts: Parts) -> Iterator[Problem]:
    """As one clinic has them that was made as a copy of the other: both would need the id."""
    shared = (
        *_with_id_of(parts.source.tags, parts.target.tags),
        *_with_id_of(parts.source.sites, parts.target.sites),
    )
    if shared:
        advice = (
            "One workspace seems to be a copy of the other. In the source, merge each of these sites into a new one; "
            "delete each of these tags, make it again, and give it back to its patients."
        )
        yield Problem("shared_ids", BLOCKS, SHARED_IDS, advice, parts.source.id, shared)


def _with_id_of(ours: Sequence[Tag | Site], theirs: Sequence[Tag | Site]) -> tuple[str, ...]:
    ids = {entry.id for entry in theirs}
    return tuple(entry.name for entry in ours if entry.id in ids)


# --- members --------------------------------------------------------------------------------------
_MEMBER_ADVICE = {
    members.PENDING_INVITES: (
        "pending_invites",
        "Withdraw these invites, or wait until they are accepted. Invite the persons to the target instead.",
    ),
    members.RESTRICTED: (
        "restrictions",
        "Remove these members from the source, or make them members of the target first: invite them there, so that "
        "they sign in as the target requires.",
    ),
    members.ADDRESS_TAKEN: (
        "address_taken",
        "Withdraw the invites of the target to these addresses, or correct the addresses of the other records.",
    ),
}


def _members(parts: Parts) -> Iterator[Problem]:
    blocked = _by_error((e, _id_of(plan)) for plan in parts.clinicians for e in plan.errors)
    yield from _explained(blocked, _MEMBER_ADVICE, parts.source)


def _id_of(plan: ClinicianPlan) -> str:
    """The user id of a member, the `inviteId` of an invite, or what the record has."""
    person = plan.clinician
    return person.user_id or person.invite_id or str(person.id)


def _too_many_admins(parts: Parts) -> Iterator[Problem]:
    number = sum(
        members.is_admin(plan.resulting_roles)
        for plan in parts.clinicians
        if plan.action != RecordAction.MERGE_INTO and plan.clinician.user_id
    )
    if number > MOST_ADMINS:
        message = f"The merged workspace would have {number} admins, and may have {MOST_ADMINS}"
        advice = (
            f"Take the admin role from at least {number - MOST_ADMINS} members of either workspace."
        )
        yield Problem("too_many_admins", BLOCKS, message, advice, parts.source.id)


def _downgraded(parts: Parts) -> Iterator[Problem]:
    subjects = tuple(plan.clinician.user_id for plan in parts.clinicians if plan.is_downgraded)
    if subjects:
        message = "Admins of the source are members of the target without that role, and stay so"
        advice = "Those who shall administrate the merged workspace need the role in the target."
        yield Problem("downgraded", NOTICE, message, advice, parts.target.id, subjects)


# --- patients -------------------------------------------------------------------------------------
_WHERE = "The tab is in the report, which is a workbook."
_PATIENT_ADVICE = {
    records.NO_ACCOUNT: (
        "account_missing",
        "Another program has stored records of patients without `userId`. Operators find the source's by the ids below "
        "and give each the account of its patient, or remove it, in one of the workspaces.",
    ),
    records.NO_MRN: (
        "mrn_missing",
        "Someone in the source clinic gives these patients an MRN in the web application; or neither workspace "
        "requires MRNs any more.",
    ),
    records.MRN_IN_TARGET: (
        "mrn_in_target",
        "Patients of the target have the MRNs of these patients of the source. Someone in one of the clinics "
        "corrects the MRNs in the web application, or removes a record of those who are the same person. "
        + _WHERE,
    ),
    records.MRN_IN_SOURCE: (
        "mrn_in_source",
        "Several patients of the source share an MRN. Someone in the source clinic corrects the MRNs in the web "
        "application, or removes a record of those who are the same person. " + _WHERE,
    ),
}


def _patients(parts: Parts) -> Iterator[Problem]:
    blocked = _by_error(
        (plan.error, plan.source.user_id or str(plan.source.id))
        for plan in parts.patients
        if plan.source
    )
    yield from _explained(blocked, _PATIENT_ADVICE, parts.source)


def _many_matches(parts: Parts) -> Iterator[Problem]:
    subjects = tuple(
        plan.source.user_id
        for plan in parts.patients
        if plan.source and any(n > MOST_LISTED for n in plan.conflict_counts.values())
    )
    if subjects:
        message = (
            f"Some patients of the source resemble more than {MOST_LISTED} patients of the target"
        )
        advice = f"The report lists the first {MOST_LISTED} of each kind, and counts all."
        yield Problem("many_matches", NOTICE, message, advice, parts.source.id, subjects)


# --- errors of single records ---------------------------------------------------------------------
def _by_error(errors: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for error, subject in errors:
        if error:
            found.setdefault(error, []).append(subject)
    return found


def _explained(
    found: Mapping[str, Sequence[str]], advice: Mapping[str, tuple[str, str]], clinic: Clinic
) -> Iterator[Problem]:
    for message, (code, text) in advice.items():
        if message in found:
            yield Problem(code, BLOCKS, message, text, clinic.id, tuple(found[message]))


_FINDERS = (
    *(_names_missing, _settings, _too_many_tags, _long_site_names, _shared_ids),
    *(_members, _too_many_admins, _patients),
    *(_tags_alike, _downgraded, _many_matches),
)

"""The sheet `Summary`: the clinics, whether they can be merged, numbers, and lists of what results."""

from collections.abc import Callable, Iterable, Iterator

from kernel import texts
from merges.choices import RecordAction, TagAction
from merges.plan.clinicians import is_admin
from merges.plan.model import ClinicianPlan, MergePlan, Severity
from merges.report.cells import Row, heading, joined

_FOOTNOTE = (
    "* If only the target workspace uses partial SSO, its users have to sign in as it requires: invite the users of "
    "the source workspace to the target workspace by hand before merging."
)
_DOWNGRADE = (
    "Downgrade (Only if the person is an Admin at Workspace 1 but a Member at Workspace 2) ----"
)


def summary(plan: MergePlan) -> Iterator[Row]:
    yield heading("SUMMARY")
    for block in _BLOCKS:
        yield ()
        yield from block(plan)


def _head(plan: MergePlan) -> Iterator[Row]:
    yield "Report Generated", shown_time(plan)
    yield ()
    yield "Merging from Workspace 1 (Source)", plan.source.name
    yield "Merging to Workspace 2 (Target)", plan.target.name
    yield "Can execute merge plan?", *_verdict(plan)


def shown_time(plan: MergePlan) -> str:
    moment = plan.created_time
    return f"{moment:%B} {moment.day:2} {moment:%Y %H:%M:%S} UTC"


def _verdict(plan: MergePlan) -> tuple[str, ...]:
    if plan.can_execute:
        return ("Yes",)
    blocking = (problem for problem in plan.problems if problem.severity is Severity.BLOCKS)
    messages = dict.fromkeys(problem.message for problem in blocking)
    return "No", f"No. {'; '.join(messages)}"


def _settings(plan: MergePlan) -> Iterator[Row]:
    names = (f"{plan.source.name} ---", f"{plan.target.name} ---")
    yield heading("Settings ---", "Do they match? ---", *names)
    for setting in plan.settings:
        yield setting.name, _yes_or_no(setting.is_equal), setting.source_value, setting.target_value
    yield (_FOOTNOTE,)


def _yes_or_no(condition: bool) -> str:  # noqa: FBT001 (the one argument)
    return "Yes" if condition else "No"


def _measures(plan: MergePlan) -> Iterator[Row]:
    numbers = plan.numbers
    yield heading("Measures ---", "Count ---")
    yield "Resulting Members & Admins", numbers.resulting_members_and_admins
    yield "- Members downgraded from Admin", numbers.downgraded
    yield "Resulting Tags", numbers.resulting_tags
    yield "- Duplicate tags that will be merged", numbers.merged_tags
    yield "Resulting Sites", numbers.resulting_sites
    yield "- Duplicate sites that will be renamed", numbers.renamed_sites
    yield "Resulting Patient Accounts", numbers.resulting_patients
    yield "- Duplicate Accounts", numbers.duplicate_accounts
    yield "- Likely Duplicate Accounts", numbers.likely_duplicates
    yield "- Duplicate MRN Only", numbers.mrn_only_matches
    yield "- Duplicate Name Only", numbers.name_only_matches


# --- people ---------------------------------------------------------------------------------------
def _resulting_members(plan: MergePlan) -> list[ClinicianPlan]:
    """Without invites, by name."""
    members = (
        entry
        for entry in plan.clinicians
        if entry.clinician.user_id and entry.action != RecordAction.MERGE_INTO
    )
    return sorted(members, key=lambda entry: _by_name(entry.clinician.name))


def _by_name(name: str) -> tuple[str, str]:
    return texts.fold(name), name


def _admins(plan: MergePlan) -> Iterator[Row]:
    admins = [entry for entry in _resulting_members(plan) if is_admin(entry.resulting_roles)]
    yield heading(f"Resulting Admins ({len(admins)})", "Workspace ---", "Email ---")
    yield from map(_member, admins)


def _members(plan: MergePlan) -> Iterator[Row]:
    members = [entry for entry in _resulting_members(plan) if not is_admin(entry.resulting_roles)]
    title = f"Resulting Members ({len(members)})"
    yield heading(title, "Workspace ---", "Email ---", _DOWNGRADE)
    for entry in members:
        yield *_member(entry), "Yes" if entry.is_downgraded else ""


def _member(entry: ClinicianPlan) -> tuple[str, ...]:
    return entry.clinician.name, joined(entry.workspaces), entry.clinician.email


def _invites(plan: MergePlan) -> Iterator[Row]:
    yield heading(f"Pending Invites ({plan.numbers.pending_invites})", "Workspace ---")
    for clinic in (plan.source, plan.target):
        yield sum(not person.user_id for person in clinic.clinicians), clinic.name


# --- tags and sites -------------------------------------------------------------------------------
def _tags(plan: MergePlan) -> Iterator[Row]:
    tags = [tag for tag in plan.tags if tag.action != TagAction.SKIP]
    yield heading(f"Resulting Tags ({len(tags)}) ---", "Workspace ---", "Merge ---")
    for tag in sorted(tags, key=lambda tag: _by_name(tag.name)):
        yield tag.name, joined(tag.workspaces), "Yes" if tag.is_in_both else ""


def _sites(plan: MergePlan) -> Iterator[Row]:
    yield heading(f"Resulting Sites ({len(plan.sites)}) ---", "Workspace ---", "Action ---")
    for site in sorted(plan.sites, key=lambda site: _by_name(site.resulting_name)):
        yield site.resulting_name, site.workspace, site.action.label


# --- what to do -----------------------------------------------------------------------------------
def _problems(plan: MergePlan) -> Iterator[Row]:
    """Besides the rows of the replaced service, which keep their places."""
    yield heading(f"Problems ({len(plan.problems)}) ---", "Blocks ---", "What to do ---")
    for problem in plan.problems:
        blocks = "Yes" if problem.severity is Severity.BLOCKS else ""
        yield problem.message, blocks, problem.advice


_BLOCKS: Iterable[Callable[[MergePlan], Iterator[Row]]] = (
    *(_head, _settings, _measures),
    *(_admins, _members, _invites),
    *(_tags, _sites, _problems),
)

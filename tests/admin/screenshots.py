"""The pictures that `make screenshots` draws, by name: one of each main page at two widths, of two pages dark too.

Those that docs/admin.md shows are kept in docs/screenshots.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from scripts import local

HANDBOOK = local.BASE / "docs" / "admin.md"
KEPT = local.BASE / "docs" / "screenshots"
NAMED = re.compile(r"!\[[^\]]+\]\(screenshots/([\w.-]+)\)")
# Names, widths, and the greatest heights: what is below is cut.
SCREENS = {"laptop": (1280, 900), "phone": (390, 1300)}


@dataclass(frozen=True)
class Picture:
    """`path` has examples of `ShownData.values` in braces. `fields` are filled in, and `click` is pressed."""

    name: str
    path: str
    fields: dict[str, str] = field(default_factory=dict)
    click: str = ""
    is_dark_too: bool = False

    @property
    def files(self):
        """Names of files, each with its screen and theme."""
        light = {f"{self.name}.{screen}.webp": (screen, "light") for screen in SCREENS}
        dark = {f"{self.name}.dark.{screen}.webp": (screen, "dark") for screen in SCREENS}
        return {**light, **(dark if self.is_dark_too else {})}


PRIMARY = ".st-page .st-primary"
_CLINIC = "/admin/clinics/{clinic}/"
_PATIENT = _CLINIC + "patients/{patient}/"
PICTURES = (
    Picture("overview", "/admin/", is_dark_too=True),
    Picture("numbers", "/admin/numbers/"),
    Picture("clinics", "/admin/clinics/"),
    Picture("attention", "/admin/clinics/attention"),
    Picture("clinic", _CLINIC),
    Picture("clinic-at-its-limit", "/admin/clinics/{full_clinic}/"),
    Picture(
        "limits",
        "/admin/clinics/{full_clinic}/settings/limits",
        fields={"hard_plan": "400"},
        click=PRIMARY,
    ),
    Picture("profile", _CLINIC + "settings/profile"),
    Picture("patients", _CLINIC + "patients/"),
    Picture("from-file", _CLINIC + "patients/from-file"),
    Picture("from-file-checked", _CLINIC + "patients/from-file/{file}"),
    Picture("connection-issues", _CLINIC + "patients/?issue=error"),
    Picture("saved-filters", _CLINIC + "patients/filters?issue=error"),
    Picture("export", _CLINIC + "patients/export?tag={tag}"),
    Picture("no-data", _PATIENT, is_dark_too=True),
    Picture("demographics", _PATIENT + "demographics"),
    Picture("move", _PATIENT + "move/{full_clinic}/"),
    Picture("members", _CLINIC + "members/"),
    Picture("member", _CLINIC + "members/{member}/"),
    Picture("tags-and-sites", _CLINIC + "labels/"),
    Picture("tag", _CLINIC + "labels/tag/{tag}/"),
    Picture("patients-invitations", _CLINIC + "offers/"),
    Picture("service-accounts", _CLINIC + "service-accounts/"),
    Picture("history", _CLINIC + "history"),
    Picture("user-look-up", "/admin/users/?q={member}"),
    Picture("removal", _PATIENT + "remove"),
    Picture("ehr-messages", "/admin/ehr/messages/"),
    Picture("ehr-message", "/admin/ehr/messages/{unmatched_order}/"),
    Picture("ehr-deliveries", "/admin/ehr/deliveries/"),
    Picture("ehr-processing", "/admin/ehr/processing/"),
    Picture("ehr-runs", "/admin/ehr/runs/"),
    Picture("ehr-run", "/admin/ehr/runs/{run}/"),
    Picture("ehr-patients", _CLINIC + "ehr/patients"),
    Picture("test-an-order", _CLINIC + "test-match", click=PRIMARY),
    Picture("many-patients", _CLINIC + "ehr/bulk/"),
    Picture("jobs", "/admin/jobs/"),
    Picture("job", "/admin/jobs/{job}/"),
    Picture("many-removals", _CLINIC + "patients/remove?tag={tag}", click=PRIMARY),
    Picture("merges", "/admin/merges/"),
    Picture("merge-plan", "/admin/merges/plan/{small_clinic}/{clinic}/"),
    Picture("webhooks", "/admin/webhooks/"),
    Picture("webhook", "/admin/webhooks/{webhook}/"),
    Picture("webhook-removal", "/admin/webhooks/{webhook}/remove"),
    Picture("mail", "/admin/mails/clinician_invitation/"),
    Picture("events", "/admin/events/?state=dead"),
    Picture("mails", "/admin/mails/"),
    Picture("was-it-sent", "/admin/sent-mails/", fields={"address": "{address}"}, click=PRIMARY),
    Picture("audit-trail", "/admin/audit/"),
    Picture("accesses", "/admin/accesses/"),
    Picture("sign-in-security", "/admin/sign-in/"),
    Picture("staff-accounts", "/admin/auth/user/"),
    Picture("roles-and-rights", "/admin/roles/"),
)


def files():
    return {name for picture in PICTURES for name in picture.files}


def named_in_handbook() -> list[str]:
    return NAMED.findall(HANDBOOK.read_text())


def keep(drawn: Path) -> None:
    """Those that the handbook shows."""
    KEPT.mkdir(exist_ok=True)
    for name in named_in_handbook():
        (KEPT / name).write_bytes((drawn / name).read_bytes())

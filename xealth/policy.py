"""Who may call what: Xealth presents a bearer secret of its own. Not served yet (rule ACCOUNT-20)."""

from clinics_site.core.policy import Rule, external

POLICY: dict[str, Rule] = {
    "XealthPreorder": external,
    "XealthGetPrograms": external,
    "XealthGetProgramUrl": external,
    "XealthNotification": external,
    "ViewPDFReport": external,
}

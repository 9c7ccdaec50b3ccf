"""Who may call what: Xealth authenticates with a bearer secret of its own. Not served yet (rule ACCOUNT-20)."""

from kernel.policy import Rule, external

POLICY: dict[str, Rule] = {
    "XealthPreorder": external,
    "XealthGetPrograms": external,
    "XealthGetProgramUrl": external,
    "XealthNotification": external,
    "ViewPDFReport": external,
    "ViewPDFReportContent": external,
}

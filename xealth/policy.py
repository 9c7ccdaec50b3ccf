"""Who may call what: Xealth authenticates with a bearer secret of its own."""

from kernel.policy import Rule, external

POLICY: dict[str, Rule] = {
    "XealthPreorder": external,
    "XealthGetPrograms": external,
    "XealthGetProgramUrl": external,
    "XealthNotification": external,
    "ViewPDFReport": external,
    "ViewPDFReportContent": external,
}

"""Who may call what: Xealth authenticates with a bearer secret of its own."""

from kernel.accesses import SOMEONE, Access, in_path
from kernel.policy import Rule, external

POLICY: dict[str, Rule] = {
    "XealthPreorder": external,
    "XealthGetPrograms": external,
    "XealthGetProgramUrl": external,
    "XealthNotification": external,
    "ViewPDFReport": external,
    "ViewPDFReportContent": external,
}

# What each operation touches of patients (kernel.accesses).
ACCESS: dict[str, Access] = {
    "XealthPreorder": SOMEONE,
    "XealthGetPrograms": SOMEONE,
    "XealthGetProgramUrl": SOMEONE,
    "XealthNotification": SOMEONE,
    "ViewPDFReport": SOMEONE,
    "ViewPDFReportContent": in_path("patientId"),
}

"""The body of a request for a report."""

from kernel.api import schema as s

REPORT_REQUEST = s.component(
    "generateMergeReport.v1",
    s.obj(
        {"sourceId": s.ref("clinicId.v1", description="Id of the clinic that would go.")},
        required=["sourceId"],
        description="Which merge the report is about.",
    ),
)
REPORT_SOURCE = s.written(
    "MergeReportSource",
    REPORT_REQUEST,
    keeps=["sourceId"],
    description="Which merge the report is about.",
)

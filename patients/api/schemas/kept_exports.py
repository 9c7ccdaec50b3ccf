"""Schemas of exports that a worker makes."""

from kernel.api import schema as s
from patients.choices import ExportState

STATE = s.component(
    "PatientListExportState",
    s.string(
        enum=ExportState.values,
        description="`pending` until a worker begins, `running`, then `ready`; `expired` when the file is gone, "
        "`failed` with a `problem`, `canceled` when it was stopped before it was ready.",
    ),
)
KEPT_EXPORT = s.component(
    "patientListExport.v1",
    s.obj(
        {
            "id": s.object_id(description="Id of the export."),
            "state": STATE,
            "format": s.ref("PatientListFormat"),
            "period": s.ref("Period"),
            "createdTime": s.date_time(
                description="When it was asked for: the time in the report."
            ),
            "total": s.integer(
                minimum=0, description="How many patients it is about; absent until that is known."
            ),
            "done": s.integer(minimum=0, description="How many of them were read."),
            "rows": s.integer(
                minimum=0,
                description="How many patients are in the file: fewer than `total` where some have left the clinic "
                "since it was asked for.",
            ),
            "size": s.integer(minimum=0, description="Bytes of the file."),
            "expirationTime": s.date_time(description="Until when the file can be fetched."),
            "link": s.string(
                description="Where the file is, as a path of this service, when it is `ready`. It needs the token of "
                "the member who asked for it, with every permission that the export needs."
            ),
            "problem": s.string(description="Why it failed."),
        },
        required=["id", "state", "format", "period", "createdTime"],
        description="An export of the list of patients that a worker makes.",
    ),
)

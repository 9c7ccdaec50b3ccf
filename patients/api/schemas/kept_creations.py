"""Schemas of creations from a file."""

from kernel.api import schema as s
from patients.choices import ExportState

CREATION_STATE = s.component(
    "BulkCreationState",
    s.string(
        enum=ExportState.values,
        description="`pending` until a worker begins, `running`, then `ready`: the result can be fetched. `expired` "
        "when it is gone, `failed` with a `problem`, `canceled` when it was stopped. Patients who were created by then "
        "stay.",
    ),
)
CREATION = s.component(
    "bulkCreation.v1",
    s.obj(
        {
            "id": s.object_id(description="Id of the creation."),
            "state": CREATION_STATE,
            "createdTime": s.date_time(description="When the file was sent."),
            "total": s.integer(
                minimum=0, description="Rows of the file; absent until a worker begins."
            ),
            "done": s.integer(minimum=0, description="How many of them were looked at."),
            "patientsCreated": s.integer(minimum=0, description="How many patients were created."),
            "size": s.integer(minimum=0, description="Bytes of the result."),
            "expirationTime": s.date_time(description="Until when the result can be fetched."),
            "link": s.string(
                description="Where the result is, as a path of this service, when it is `ready`. It needs the token of "
                "the caller who has sent the file, who must still be allowed to."
            ),
            "problem": s.string(description="Why it ended early."),
        },
        required=["id", "state", "createdTime"],
        description="The creation of patients from a file.",
    ),
)
CREATIONS = s.component(
    "bulkCreations.v1",
    s.array(CREATION, description="Those that are at work or can be fetched, newest first."),
)

"""The body of a request to merge."""

from kernel.api import schema as s

MERGE_REQUEST = s.component(
    "mergeClinic.v1",
    s.obj(
        {
            "sourceId": s.ref(
                "clinicId.v1", description="Id of the clinic that goes; the one of the path stays."
            )
        },
        required=["sourceId"],
        description="Which clinic is merged.",
    ),
)
MERGE_SOURCE = s.written(
    "MergeSource", MERGE_REQUEST, keeps=["sourceId"], description="Which clinic is merged."
)

"""Schemas of saved views."""

from kernel.api import schema as s
from patients.api.schemas.patients import USER_ID

_COLUMN = s.at_most(60, s.string(pattern=r"^[A-Za-z][A-Za-z0-9._-]*$"))
VIEW = s.component(
    "patientView.v1",
    s.obj(
        {
            "id": s.object_id(read_only=True, description="Id of the view."),
            "name": s.at_most(
                100,
                s.name(min_length=1, description="Its name, which no other of the same kind has."),
            ),
            "shared": s.boolean(
                description="Whether all members of the clinic see it; false when absent in a request: only the "
                "member who made it does."
            ),
            "ownerId": {**USER_ID, "readOnly": True, "description": "The member who made it."},
            "conditions": s.at_most(
                40,
                s.obj(
                    additional=s.at_most(4000, s.literal()),
                    description="Parameters of ListPatients and their texts, as they stand in an address but without "
                    "encoding: filters, `sort`, `sortType` and `period`. `search`, `offset` and `limit` are no part "
                    "of a view. Empty: all patients, by name.",
                ),
            ),
            "columns": s.at_most(
                60,
                s.array(
                    _COLUMN,
                    unique_items=True,
                    description="Names of the columns in their order, which mean something to the client alone.",
                ),
            ),
            "createdTime": s.date_time(read_only=True, description="When it was made."),
            "updatedTime": s.date_time(read_only=True, description="When it last changed."),
        },
        required=[
            "id",
            "name",
            "shared",
            "ownerId",
            "conditions",
            "columns",
            "createdTime",
            "updatedTime",
        ],
        description="A saved view of a clinic's patients: by what the list is narrowed, its order and its columns.",
    ),
)
VIEW_WRITE = s.component(
    "PatientViewWrite",
    s.obj(
        {
            name: schema
            for name, schema in s.COMPONENTS["patientView.v1"]["properties"].items()
            if not s.is_read_only(schema)
        },
        required=["name", "conditions"],
        description="A saved view. Without `columns` it has none of its own.",
    ),
)
VIEWS = s.component(
    "patientViews.v1",
    s.array(VIEW, description="The caller's own views, then the shared ones, each by name."),
)

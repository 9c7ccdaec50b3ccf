"""Schemas of patient counts and their limits."""

from kernel.api import schema as s

_LIMIT = s.component(
    "patientCountLimit.v1",
    s.obj(
        {
            "plan": s.integer(minimum=0, description="Patients that the plan allows."),
            "startDate": s.ref("datetime.v1"),
            "endDate": s.ref("datetime.v1"),
        },
        required=["plan"],
        description="In force between the dates, both inclusive.",
    ),
)
SETTINGS = s.component(
    "patientCountSettings.v1",
    s.obj(
        {"hardLimit": _LIMIT, "softLimit": _LIMIT},
        description="The hard limit refuses new accounts, the soft one only warns.",
    ),
)
_NUMBER = s.integer(minimum=0)
_PROVIDER = s.component(
    "patientProviderCount.v1",
    s.obj({"total": _NUMBER, "states": s.obj(additional=_NUMBER)}, required=["total", "states"]),
)
COUNT = s.component(
    "patientCount.v1",
    s.obj(
        {
            "total": _NUMBER,
            "demo": _NUMBER,
            "plan": _NUMBER,
            "providers": s.obj(additional=_PROVIDER),
        },
        required=["total", "demo", "plan"],
        description="Patients of a clinic, and their data sources by provider and state.",
    ),
)

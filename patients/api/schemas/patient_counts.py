"""Schemas of patient counts and their limits."""

from kernel.api import schema as s

_LIMIT = s.component(
    "patientCountLimit.v1",
    s.obj(
        {
            "plan": s.integer(
                minimum=0,
                description="Patients that the plan allows, counted as `plan` of GetPatientCount is.",
            ),
            "startDate": s.ref("datetime.v1", description="Absent: from the beginning."),
            "endDate": s.ref("datetime.v1", description="Absent: without an end."),
        },
        required=["plan"],
        description="In force between the dates, both inclusive.",
    ),
)
SETTINGS = s.component(
    "patientCountSettings.v1",
    s.obj(
        {"hardLimit": _LIMIT, "softLimit": _LIMIT},
        description="The hard limit refuses new accounts with 402, the soft one refuses no one. One that is "
        "absent does not exist.",
    ),
)


def _number(words: str) -> s.Schema:
    return s.integer(minimum=0, description=words)


_PROVIDER = s.component(
    "patientProviderCount.v1",
    s.obj(
        {
            "total": _number("All data sources of the provider."),
            "states": s.obj(
                additional=_number("Data sources in this state."),
                description="Numbers by state: `connected`, `pending` and so on.",
            ),
        },
        required=["total", "states"],
        description="Data sources of one provider, those of the demo patient left out. A patient may have several.",
    ),
)
COUNT = s.component(
    "patientCount.v1",
    s.obj(
        {
            "total": _number("All patients of the clinic, the demo patient included."),
            "demo": _number("Demo patients among them."),
            "plan": _number(
                "Patients who count for the limit: all but the demo patient and those with a data source of `twiist`."
            ),
            "providers": s.obj(
                additional=_PROVIDER,
                description="By provider; absent when there are no data sources.",
            ),
        },
        required=["total", "demo", "plan"],
        description="Patients of a clinic, and their data sources by provider and state.",
    ),
)

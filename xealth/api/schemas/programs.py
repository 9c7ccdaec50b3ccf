"""Schemas of programs."""

from kernel.api import schema as s

PROGRAM = s.component(
    "xealthProgram.v1",
    s.obj(
        {
            "title": s.string(description="Name of the program."),
            "programId": s.string(description="Xealth's id of the program."),
            "enrolledDate": s.string(description="Day of the enrolment, `YYYY-MM-DD`, in UTC."),
            "hasStatusView": s.boolean(description="Whether there is a report to show."),
            "has_alert": s.boolean(
                description="Whether the statistics are newer than the last view by this clinician."
            ),
            "description": s.string(
                description="Last upload, last view by this clinician, state of the account and its data "
                "sources, in one line."
            ),
        },
        required=[
            "title", "programId", "enrolledDate", "hasStatusView", "has_alert", "description",
        ],
        description="The program in which a patient is enrolled.",
    ),
)  # fmt: skip
PROGRAMS = s.component(
    "xealthPrograms.v1",
    s.obj(
        {
            "present": s.boolean(description="Whether the patient is enrolled."),
            "programs": s.array(PROGRAM, description="One, left out where `present` is false."),
        },
        required=["present"],
        description="The programs in which a patient is enrolled.",
    ),
)
PROGRAM_URL = s.component(
    "xealthProgramUrl.v1",
    s.obj(
        {"url": s.string(description="Shows the patient's report for some minutes.")},
        required=["url"],
        description="Where a report is shown.",
    ),
)

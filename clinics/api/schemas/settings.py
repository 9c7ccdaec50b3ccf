"""Schemas of a clinic's EHR and MRN settings."""

from clinic_records.choices import EhrProvider
from clinics.choices import NoteEvent, Procedure, ReportCadence
from kernel.api import schema as s

_TEXT = s.name(min_length=1)
_DESTINATIONS = s.component(
    "ehrDestinations.v1",
    s.obj(
        dict.fromkeys(("flowsheet", "results", "notes"), _TEXT),
        required=["flowsheet", "results", "notes"],
        description="Where Redox delivers each kind of message.",
    ),
)
_PROCEDURES = s.component(
    "ehrProcedures.v1",
    s.obj(
        {
            Procedure.ENABLE_REPORTS.value: _TEXT,
            Procedure.DISABLE_REPORTS.value: _TEXT,
            Procedure.CREATE_ACCOUNT.value: _TEXT,
            Procedure.CREATE_AND_ENABLE.value: s.name(description="For Xealth, the program's id."),
        },
        description="The procedure codes of the orders.",
    ),
)
_REPORTS = s.component(
    "scheduledReports.v1",
    s.obj(
        {
            "onUploadEnabled": s.boolean(description="Send reports after each upload."),
            "onUploadNoteEventType": s.string(enum=NoteEvent.values, default=NoteEvent.NEW.value),
            "cadence": s.string(enum=ReportCadence.values),
        },
        required=["onUploadEnabled", "cadence"],
        description="When reports are sent.",
    ),
)
_TAGS = s.component(
    "ehrTagsSettings.v1",
    s.obj(
        {
            "codes": s.at_most(
                100, s.array(s.name(), nullable=True, description="Null when there are none.")
            ),
            "separator": s.literal(min_length=1, description="A blank counts."),
        },
        description="Which parts of a Redox order name the patient's tags.",
    ),
)
_FLOWSHEETS = s.component(
    "ehrFlowsheetSettings.v1",
    s.obj(
        {"icode": s.boolean(description="Round values as the iCoDE-2 standard says.")},
        required=["icode"],
    ),
)
_NOTES = s.component(
    "ehrNoteSettings.v1",
    s.obj({"includeGMI": s.boolean(default=False, description="Put the GMI into notes.")}),
)

EHR_SETTINGS = s.component(
    "ehrSettings.v1",
    s.obj(
        {
            "enabled": s.boolean(),
            "sourceId": s.name(description="Names the clinic in the EHR's messages."),
            "destinationIds": _DESTINATIONS,
            "procedureCodes": _PROCEDURES,
            "mrnIdType": s.name(
                min_length=1, description="Type of the identifier that is the MRN."
            ),
            "provider": s.string(enum=[EhrProvider.XEALTH.value, EhrProvider.REDOX.value]),
            "scheduledReports": _REPORTS,
            "tags": _TAGS,
            "flowsheets": _FLOWSHEETS,
            "notes": _NOTES,
        },
        required=[
            "enabled",
            "sourceId",
            "procedureCodes",
            "mrnIdType",
            "provider",
            "scheduledReports",
            "tags",
            "flowsheets",
        ],
        description="How a clinic is connected to its health record system.",
    ),
)
MRN_SETTINGS = s.component(
    "mrnSettings.v1",
    s.obj(
        {
            "required": s.boolean(description="Patients need an MRN."),
            "unique": s.boolean(description="No two patients share an MRN."),
        },
        required=["required", "unique"],
    ),
)

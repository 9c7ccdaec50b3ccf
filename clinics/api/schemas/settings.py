"""Schemas of a clinic's EHR and MRN settings."""

from clinic_records.choices import EhrProvider
from clinics.choices import NoteEvent, Procedure, ReportCadence
from kernel.api import schema as s


def _text(words: str) -> s.Schema:
    return s.name(min_length=1, description=words)


_DESTINATIONS = s.component(
    "ehrDestinations.v1",
    s.obj(
        {
            "flowsheet": _text("Destination of flowsheets with statistics."),
            "results": _text("Destination of answers to orders."),
            "notes": _text("Destination of notes with the report."),
        },
        required=["flowsheet", "results", "notes"],
        description="Ids of the destinations to which Redox delivers; absent when none are set.",
    ),
)
_PROCEDURES = s.component(
    "ehrProcedures.v1",
    s.obj(
        {
            Procedure.ENABLE_REPORTS.value: _text("Reports of the patient are wanted."),
            Procedure.DISABLE_REPORTS.value: _text("They are no longer wanted."),
            Procedure.CREATE_ACCOUNT.value: _text("The patient gets an account."),
            Procedure.CREATE_AND_ENABLE.value: s.name(
                description="The patient gets an account, and reports are wanted. For Xealth, the program's id."
            ),
        },
        description="The code by which an order asks for each procedure; one that is absent cannot be ordered.",
    ),
)
s.component(
    "NoteEvent",
    s.string(enum=NoteEvent.values, description="A new note, or one in place of another."),
)
_REPORTS = s.component(
    "scheduledReports.v1",
    s.obj(
        {
            "onUploadEnabled": s.boolean(description="Send reports after each upload."),
            "onUploadNoteEventType": s.ref(
                "NoteEvent",
                default=NoteEvent.NEW.value,
                description="Whether the note after an upload is a new one or replaces one of the minutes "
                "before. Kept while `onUploadEnabled` is true.",
            ),
            "cadence": s.component(
                "ReportCadence",
                s.string(
                    enum=ReportCadence.values,
                    description="How often reports are sent, in days; `DISABLED`: not regularly.",
                ),
            ),
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
                100,
                s.array(
                    s.name(),
                    nullable=True,
                    description="Codes of the parts, 100 at most; null when there are none.",
                ),
            ),
            "separator": s.literal(
                min_length=1,
                description="What stands between two tags, blanks included; absent when none is set.",
            ),
        },
        description="Which parts of a Redox order name the patient's tags.",
    ),
)
_FLOWSHEETS = s.component(
    "ehrFlowsheetSettings.v1",
    s.obj(
        {"icode": s.boolean(description="Round values as the iCoDE-2 standard says.")},
        required=["icode"],
        description="How flowsheets are written.",
    ),
)
_NOTES = s.component(
    "ehrNoteSettings.v1",
    s.obj(
        {
            "includeGMI": s.boolean(
                default=False, description="Put the glucose management indicator into notes."
            )
        },
        description="What notes contain; absent when nothing is asked for.",
    ),
)

EHR_SETTINGS = s.component(
    "ehrSettings.v1",
    s.obj(
        {
            "enabled": s.boolean(description="Whether the connection is on."),
            "sourceId": s.name(
                description="Names the clinic in messages of the health record system; may be empty."
            ),
            "destinationIds": _DESTINATIONS,
            "procedureCodes": _PROCEDURES,
            "mrnIdType": s.name(
                min_length=1, description="Type of the identifier that is the MRN, such as `MRN`."
            ),
            "provider": s.component(
                "EhrProvider",
                s.string(
                    enum=[EhrProvider.XEALTH.value, EhrProvider.REDOX.value],
                    description="The service that the connection goes through.",
                ),
            ),
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
            "required": s.boolean(description="Whether every patient needs an MRN."),
            "unique": s.boolean(
                description="Whether no two patients may share an MRN; letter case and accents do not count."
            ),
        },
        required=["required", "unique"],
        description="What a clinic demands of MRNs. It is asked when a patient is created or changed.",
    ),
)

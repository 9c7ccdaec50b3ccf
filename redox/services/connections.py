"""A clinic's connection to its health record system: its settings, read and checked before anything is done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clinics.choices import Destination, NoteEvent, Procedure
from ehr.reading import Part
from kernel import texts
from kernel.db import Document
from kernel.errors import PermanentFailure
from redox.choices import Failure

WHAT = "settings"
DEFAULT_MRN_TYPE = "MRN"
RESULTS, FLOWSHEET, NOTES = Destination.RESULTS, Destination.FLOWSHEET, Destination.NOTES
PROCEDURES = tuple(Procedure.values)


@dataclass(frozen=True, slots=True)
class Connection:
    clinic: Document
    is_enabled: bool
    mrn_type: str
    destinations: Mapping[str, str]
    procedures: Mapping[str, str]  # name of the setting -> code
    tag_codes: Sequence[str]
    tag_separator: str
    uses_icode: bool
    wants_gmi: bool
    replaces_notes: bool
    units: str

    def destination(self, kind: str) -> str:
        """Raises PermanentFailure: without destinations nothing can ever be sent."""
        destination = self.destinations.get(kind)
        if not destination:
            raise PermanentFailure(Failure.NO_DESTINATIONS)
        return destination

    def require_destinations(self, kinds: Iterable[str]) -> None:
        for kind in kinds:
            self.destination(kind)

    def procedure(self, code: str) -> str | None:
        """The first setting that names the code."""
        matching = (name for name in PROCEDURES if texts.is_same(self.procedures[name], code))
        return next(matching, None)


def read_connection(clinic: Document) -> Connection:
    """Raises Unreadable."""
    document = Part(WHAT, clinic)
    settings = document.part("ehrSettings")
    destinations, procedures = settings.part("destinationIds"), settings.part("procedureCodes")
    reports, tags = settings.part("scheduledReports"), settings.part("tags")
    _check_rules(document)
    return Connection(
        clinic=clinic,
        is_enabled=settings.flag("enabled"),
        mrn_type=settings.text("mrnIdType") or DEFAULT_MRN_TYPE,
        destinations={kind: destinations.text(kind) for kind in (RESULTS, FLOWSHEET, NOTES)},
        procedures={name: procedures.text(name) for name in PROCEDURES},
        tag_codes=tags.texts("codes"),
        tag_separator=tags.raw_text("separator", longest=texts.LONGEST),
        uses_icode=settings.part("flowsheets").flag("icode"),
        wants_gmi=settings.part("notes").flag("includeGmi"),
        replaces_notes=reports.text("onUploadNoteEventType") == NoteEvent.REPLACE,
        units=document.text("PreferredBgUnits"),
    )


def _check_rules(clinic: Part) -> None:
    """Checks what creating a patient or a tag will read later."""
    for name in ("mrnSettings", "patientCountSettings"):
        clinic.part(name)
    for number, tag in enumerate(clinic.entries("patientTags")):
        if not isinstance(tag, dict) or not isinstance(tag.get("name"), str):
            place = f"patientTags[{number}]"
            raise clinic.unreadable(place, "must have a name")

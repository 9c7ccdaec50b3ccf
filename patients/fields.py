"""The fields of a patient's record, in one table: what bodies take and updates erase, the search key, the profile, the
answers, the CSV and the staff page follow from it. To add one, see "Add a field to a patient" in CONTRIBUTING.md.

What is particular to one field is a function that its row names, or a rule of the service that knows it: the check of
tags and sites (`services.patient_details`), the MRN's and the address's (`services.patients`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from bson import ObjectId

from kernel import texts
from kernel.api import schema as s
from kernel.api.schema import Schema
from kernel.safe_reading import ANY, Shape, moment, text
from patients import field_values as values
from patients import glycemic_ranges

MOST_SOURCES = 50
IGNORED = "Accepted and ignored; in no answer."
_KEPT = "UpdatePatient without it keeps it"
_ERASED = "UpdatePatient without it removes it."


# Value -> path in the profile of a custodial account -> what is written there.
InProfile = Callable[[Any], Mapping[str, Any]]
ProfilePaths = Mapping[str, InProfile]


class Entry(Enum):
    """What an update does with a field that its body leaves out. Without an entry, bodies cannot change the field."""

    IDENTITY = "erases it"
    OPTIONAL = "keeps it"
    TAGS_AND_SITES = "keeps it; of what is named, the ones that the clinic has are stored"


@dataclass(frozen=True, slots=True)
class Titled:
    """A column of the CSV, or a line of the staff page."""

    position: int
    title: str


def as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Field:
    name: str  # in the API
    stored_as: str = ""  # where it is not the name

    # --- bodies and answers
    about: str = ""  # the description of both schemas
    schema: Schema | None = None  # of a patient; None: no part of the API
    required: bool = False
    user_schema: Schema | None = None  # of the body that makes an existing user a patient
    show: Callable[[Any], Any] | None = None  # stored value -> answer; None: not shown
    shows_record: bool = False  # `show` takes the whole record
    always_shown: bool = False  # also with null; the others are left out then

    # --- what is written
    entry: Entry | None = None
    from_body: Callable[[Any], Any] = as_it_is  # never called with None
    normal: Callable[[Any], Any] = as_it_is  # as it is stored, for every caller
    searched: int | None = None  # position in the search key
    profile: InProfile | None = None

    # --- staff pages
    shape: Shape | None = None  # what is stored otherwise is left out
    column: Titled | None = None
    line: Titled | None = None

    @property
    def stored(self) -> str:
        return self.stored_as or self.name


def _in_profile(path: str) -> InProfile:
    return lambda value: {path: value}


def _address_in_profile(value: str | None) -> Mapping[str, Any]:
    return {"email": value, "patient.emails": [value] if value else None}


FIELDS: tuple[Field, ...] = (
    Field(
        "id",
        stored_as="userId",
        about="User id of the patient's account, the same in all clinics. Ignored in requests.",
        schema=s.ref("tidepooluserid"),
        required=True,
        show=text,
        column=Titled(1, "id"),
        line=Titled(1, "User id"),
    ),
    Field(
        "email",
        about="E-mail address of the account; absent or empty when there is none. UpdatePatient "
        "without it removes that of a custodial patient; that of others it never changes.",
        schema=s.of_requests(s.string(), of_format="email"),
        show=values.address,
        entry=Entry.IDENTITY,
        searched=2,
        profile=_address_in_profile,
        shape=str,
        column=Titled(3, "e-mail"),
        line=Titled(4, "E-mail"),
    ),
    Field(
        "fullName",
        about="Name of the patient; empty in an answer when unknown.",
        schema=s.of_requests(s.name(), min_length=1),
        required=True,
        user_schema=s.name(min_length=1),
        show=values.text_or_empty,
        always_shown=True,
        entry=Entry.IDENTITY,
        normal=lambda name: texts.name(name or ""),
        searched=1,
        profile=_in_profile("fullName"),
        shape=str,
        column=Titled(2, "name"),
    ),
    Field(
        "birthDate",
        about="Day of birth, `YYYY-MM-DD`; `0001-01-01` in an answer when unknown.",
        schema=s.string(format="date"),
        required=True,
        user_schema=s.string(format="date"),
        show=values.birth_date,
        always_shown=True,
        entry=Entry.IDENTITY,
        searched=4,
        profile=_in_profile("patient.birthday"),
        shape=str,
        column=Titled(4, "birth date"),
        line=Titled(2, "Birth date"),
    ),
    Field(
        "mrn",
        about=f"Medical record number in the clinic; absent when there is none. {_ERASED}",
        schema=s.mrn(min_length=1),
        user_schema=s.mrn(min_length=1),
        show=values.text_or_nothing,
        entry=Entry.IDENTITY,
        normal=lambda mrn: texts.mrn(mrn or "") or None,
        searched=3,
        profile=_in_profile("patient.mrn"),
        shape=str,
        column=Titled(5, "MRN"),
        line=Titled(3, "MRN"),
    ),
    Field(
        "tags",
        about=f"Ids of the clinic's tags that the patient has; null when there are none. {_KEPT}, and so does null; "
        "`[]` removes them.",
        schema=s.ref("patientTagIds.v1"),
        user_schema=s.ref("patientTagIds.v1"),
        show=values.tags,
        always_shown=True,
        entry=Entry.TAGS_AND_SITES,
        from_body=values.ids_of,
        shape=[ObjectId],
        column=Titled(6, "tags"),
        line=Titled(6, "Tags"),
    ),
    Field(
        "targetDevices",
        about=f"Names of the patient's devices; absent when none are known. {_ERASED}",
        schema=s.at_most(100, s.array(s.name())),
        show=values.devices,
        entry=Entry.IDENTITY,
        normal=lambda devices: None if devices is None else list(devices),
        profile=_in_profile("patient.targetDevices"),
        shape=[str],
        line=Titled(8, "Target devices"),
    ),
    Field(
        "permissions",
        about="What the clinic may do with the account; absent when nothing is known. Ignored in requests.",
        schema=s.ref("patientPermissions.v1"),
        show=values.permissions,
        shape=dict,
        column=Titled(8, "custodial"),
        line=Titled(9, "Permissions"),
    ),
    Field(
        "createdTime",
        about="When the record was made.",
        schema=s.date_time(read_only=True),
        required=True,
        show=values.moment_or_zero,
        always_shown=True,
        shape=datetime,
        column=Titled(9, "added"),
        line=Titled(11, "Added"),
    ),
    Field(
        "updatedTime",
        about="When the record last changed; reviews do not count.",
        schema=s.date_time(read_only=True),
        required=True,
        show=values.moment_or_zero,
        always_shown=True,
        shape=datetime,
        line=Titled(12, "Changed"),
    ),
    Field("attestationSubmitted", about=IGNORED, schema=s.boolean()),
    Field(
        "dataSources",
        about=f"Device accounts that deliver the patient's data; null when none were ever named. {_KEPT}, and so does "
        "null; `[]` removes them.",
        schema=s.at_most(MOST_SOURCES, s.array(s.ref("dataSource.v1"), nullable=True)),
        show=values.data_sources,
        always_shown=True,
        entry=Entry.OPTIONAL,
        from_body=values.data_sources_of,
        normal=lambda sources: list(sources) or None,
        shape=[{"providerName": str}],
    ),
    Field(
        "lastUploadReminderTime",
        about="When the patient was last reminded to upload data; absent when never.",
        schema=s.date_time(read_only=True),
        show=moment,
        shape=datetime,
    ),
    Field(
        "summary",
        about="Statistics of the patient's glucose data; absent when there are none.",
        schema=s.ref("patientSummary.v1", read_only=True),
        show=values.summary,
        shape={ANY: {"dates": {ANY: object}, "periods": dict}},
        column=Titled(10, "last data"),
    ),
    Field(
        "reviews",
        about="The newest reviews, newest first; `[]` when there are none. Ignored in requests.",
        schema=s.array(s.ref("patientReview.v1"), nullable=True),
        show=values.reviews,
        always_shown=True,
        shape=[{"clinicianId": str, "time": datetime}],
    ),
    Field(
        "connectionRequests",
        stored_as="providerConnectionRequests",
        about="Requests to connect a device account, by provider, newest first. Ignored in requests.",
        schema=s.ref("providerConnectionRequests.v1"),
        required=True,
        show=values.connection_requests,
        shows_record=True,
        always_shown=True,
        shape={ANY: [{"createdTime": datetime}]},
    ),
    Field(
        "sites",
        about="Sites of the clinic that the patient has, without numbers; `[]` when there are none. The ids of a "
        f"request count. {_KEPT}; `[]` removes them.",
        schema=s.array(s.optional(s.ref("site.v1"), "name")),
        user_schema=s.array(s.optional(s.ref("site.v1"), "name")),
        show=values.sites,
        always_shown=True,
        entry=Entry.TAGS_AND_SITES,
        from_body=values.site_ids_of,
        shape=[{"id": ObjectId, "name": str}],
        column=Titled(7, "sites"),
        line=Titled(7, "Sites"),
    ),
    Field(
        "glycemicRanges",
        about=f"The glucose ranges that the patient aims for; absent when unknown. {_KEPT}.",
        schema=s.ref("glycemicRanges.v1"),
        user_schema=s.ref("glycemicRanges.v1"),
        show=glycemic_ranges.shown,
        entry=Entry.OPTIONAL,
        from_body=glycemic_ranges.to_stored,
        shape=dict,
    ),
    Field(
        "diagnosisType",
        about=f"Type of diabetes; absent in an answer when unknown. {_KEPT}; an empty text clears it.",
        schema=s.ref("diagnosisType.v1"),
        user_schema=s.ref("diagnosisType.v1"),
        show=values.diagnosis_type,
        entry=Entry.OPTIONAL,
        profile=_in_profile("patient.diagnosisType"),
        shape=str,
        line=Titled(5, "Diagnosis"),
    ),
    Field(
        "connectionIssueSource",
        about="What the connection issue is about: the provider whose connection was asked for or made last, or the "
        "general invitation to connect whatever there is; absent when nothing is tracked. Ignored in requests.",
        schema=s.ignored(s.ref("ConnectionIssueSource", read_only=True)),
        show=values.issue_source,
        shape=str,
    ),
    Field(
        "connectionIssue",
        about="Why no data arrive from what is tracked; absent when there is no issue. Ignored in requests.",
        schema=s.ignored(s.ref("ConnectionIssue", read_only=True)),
        show=values.issue,
        shape={"cause": str, "hidden": object},
    ),
    Field("lastInvitationSent", shape=datetime),
    Field(
        "creationMetadata",
        about="Which integration made the record; absent when none did. Only CreatePatientAccount of a service sets "
        "it: it is ignored in any other request, and stays.",
        schema=s.ignored(s.ref("patientCreation.v1")),
        show=values.creation,
        shape={"integration": str},
    ),
    Field("invitedBy", shape=str, line=Titled(10, "Invited by")),
    Field(
        "ehrSubscriptions",
        shape={ANY: {"active": bool, "matchedMessages": [{"id": ObjectId}]}},
    ),
)


# --- what follows -----------------------------------------------------------------------------------
def body_schemas(fields: Iterable[Field] = FIELDS) -> dict[str, Schema]:
    """Schemas of a patient in answers, which is also the body that creates or replaces one."""
    return {f.name: _described(f, f.schema) for f in fields if f.schema is not None}


def required_names(fields: Iterable[Field] = FIELDS) -> list[str]:
    return [field.name for field in fields if field.required]


def user_schemas(fields: Iterable[Field] = FIELDS) -> dict[str, Schema]:
    """Schemas of what is said about an existing user who becomes a patient."""
    return {f.name: _described(f, f.user_schema) for f in fields if f.user_schema is not None}


def _described(field: Field, schema: Schema) -> Schema:
    return {**schema, "description": field.about} if field.about else schema


def said_in(body: Mapping[str, Any], fields: Iterable[Field] = FIELDS) -> dict[str, Any]:
    """What a body says about fields that it may change: stored name -> value for the services."""
    return {
        field.stored: field.from_body(body[field.name])
        for field in fields
        if field.entry is not None and body.get(field.name) is not None
    }


def identity(said: Mapping[str, Any], fields: Iterable[Field] = FIELDS) -> dict[str, Any]:
    """The fields that every update writes."""
    identities = (field for field in fields if field.entry is Entry.IDENTITY)
    return {field.stored: field.normal(said.get(field.stored)) for field in identities}


def optional(said: Mapping[str, Any], fields: Iterable[Field] = FIELDS) -> dict[str, Any]:
    """The fields that are written only when they are said."""
    return {
        field.stored: field.normal(said[field.stored])
        for field in fields
        if field.entry is Entry.OPTIONAL and said.get(field.stored) is not None
    }


def corrected(said: Mapping[str, Any], fields: Iterable[Field] = FIELDS) -> dict[str, Any]:
    """The fields that are said, and no other; None erases an identity."""
    known = (field for field in fields if field.entry in (Entry.IDENTITY, Entry.OPTIONAL))
    return {
        field.stored: field.normal(said[field.stored]) for field in known if field.stored in said
    }


def searched(fields: Iterable[Field] = FIELDS) -> tuple[str, ...]:
    """Stored names, in the order of the search key."""
    positions = {field.stored: field.searched for field in fields if field.searched is not None}
    return tuple(sorted(positions, key=positions.__getitem__))


def profile_paths(fields: Iterable[Field] = FIELDS) -> ProfilePaths:
    """Stored name -> how its value is written to the profile."""
    return {field.stored: field.profile for field in fields if field.profile is not None}


def shapes(fields: Iterable[Field] = FIELDS) -> dict[str, Shape]:
    return {field.stored: field.shape for field in fields if field.shape is not None}


def columns(fields: Iterable[Field] = FIELDS) -> list[tuple[str, Field]]:
    """(title, field), as the CSV has them."""
    return list(_titled((field.column, field) for field in fields))


def lines(fields: Iterable[Field] = FIELDS) -> list[tuple[str, Field]]:
    """(title, field), as the staff page has them."""
    return list(_titled((field.line, field) for field in fields))


def _titled(entries: Iterable[tuple[Titled | None, Field]]) -> Iterator[tuple[str, Field]]:
    shown = [(title, field) for title, field in entries if title is not None]
    return ((title.title, field) for title, field in sorted(shown, key=lambda e: e[0].position))


ENTERED = frozenset(field.stored for field in FIELDS if field.entry is not None)
ENTERED_FOR_USERS = frozenset(field.stored for field in FIELDS if field.user_schema is not None)
NEEDED = frozenset(
    {"fullName", "birthDate"}
)  # of every patient: an update without them would erase them

"""Whom a request or an order of Xealth is about: reads every leaf that is used (rules EHR-136 to EHR-139)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ehr.reading import Part
from kernel import clock, texts

REQUEST = "request"  # the kind of document, in the reasons why one cannot be read
LONGEST_ADDRESS = 1000
EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Demographics:
    """Parts that are missing are empty."""

    full_name: str
    birth_date: str  # YYYY-MM-DD
    email: str  # as the health record has it, valid or not


@dataclass(frozen=True, slots=True)
class Subject:
    deployment: str
    identifiers: Sequence[tuple[str, str]]  # (type, number), the usable ones
    has_datasets: bool
    demographics: Demographics | None

    def mrn(self, id_type: str) -> str:
        """The first number of that type."""
        numbers = (number for kind, number in self.identifiers if texts.is_same(kind, id_type))
        return next(numbers, "")


def read_subject(document: Part, *, deployment: str) -> Subject:
    """Raises Unreadable."""
    datasets = document.part("datasets")
    demographics = datasets.part("demographicsV1")
    is_known = datasets.values.get("demographicsV1") is not None
    return Subject(
        deployment=deployment,
        identifiers=list(_identifiers(document.part("patientIdentity"))),
        has_datasets=document.values.get("datasets") is not None,
        demographics=_read_demographics(demographics) if is_known else None,
    )


def _identifiers(identity: Part) -> Iterator[tuple[str, str]]:
    """Those of the present: historical ones are of no use for finding anyone."""
    identity.check_entries("ids", dict, "must be a list of objects")
    for entry in identity.parts("ids"):
        kind, number = entry.text("type"), texts.mrn(entry.text("id"))
        if kind and number:
            yield kind, number


def _read_demographics(demographics: Part) -> Demographics:
    name = demographics.part("name")
    full_name = " ".join([*name.texts("given"), *name.texts("family")])
    if len(full_name) > texts.LONGEST:
        place, most = "name", f"{texts.LONGEST} characters"
        raise demographics.unreadable(place, f"must not be longer than {most}")
    birth_date = demographics.text("birthDate")
    if birth_date and not clock.is_date(birth_date):
        place = "birthDate"
        raise demographics.unreadable(place, "must be a date, YYYY-MM-DD")
    return Demographics(full_name, birth_date, _email(demographics))


def _email(demographics: Part) -> str:
    demographics.check_entries("telecom", dict, "must be a list of objects")
    for entry in demographics.parts("telecom"):
        if texts.is_same(entry.text("system"), EMAIL):
            address = entry.text("value", longest=LONGEST_ADDRESS)
            if address:
                return address
    return ""

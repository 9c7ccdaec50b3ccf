"""One row makes a field of a patient: added to a copy of the table, it is everywhere."""

import pytest

from kernel.api import schema as s
from kernel.api.validation import first_failure
from kernel.safe_reading import readable, tolerant
from patients import fields
from patients.admin import patient_fields
from patients.fields import FIELDS, Entry, Field, Titled
from patients.representation.patients import shown_by
from patients.search_keys import SEPARATOR, search_key
from patients.services.effects import profile_of
from patients.services.patient_details import PatientDetails, SharedPatient
from patients.services.patient_lists import Figures
from tests.factories import patient_document

NICKNAME = Field(
    "nickname",
    schema=s.name(min_length=1),
    user_schema=s.name(min_length=1),
    show=lambda stored: stored.strip(),
    entry=Entry.OPTIONAL,
    searched=5,
    profile=lambda value: {"patient.nickname": value},
    shape=str,
    column=Titled(11, "nickname"),
    line=Titled(13, "Nickname"),
)
TABLE = (*FIELDS, NICKNAME)
# What the staff page adds to a record.
ADDED = {"tag_names": [], "site_names": [], "granted": [], "is_custodial": True, "last_data": None}


def stored_with(nickname):
    return patient_document({"_id": "a clinic"}, fullName="Iris Example", nickname=nickname)


def test_both_body_schemas_hold_a_new_field_to_its_schema():
    for properties in (fields.body_schemas(TABLE), fields.user_schemas(TABLE)):
        assert first_failure(s.obj(properties), {"nickname": "Izzy"}) is None
        assert first_failure(s.obj(properties), {"nickname": ""}) is not None
    assert "nickname" not in fields.body_schemas() | fields.user_schemas()


def test_a_new_field_that_a_body_names_is_written_and_one_that_it_leaves_out_stays():
    fields_said = fields.said_in({"fullName": "Iris Example", "nickname": "Izzy"}, TABLE)
    assert fields.optional(fields_said, TABLE) == {"nickname": "Izzy"}
    assert fields.optional(fields.said_in({"nickname": None}, TABLE), TABLE) == {}


def test_an_identity_field_that_a_body_leaves_out_is_erased():
    identity = Field("nickname", schema=s.name(), entry=Entry.IDENTITY)
    written = fields.identity(fields.said_in({}, (identity,)), (identity,))
    assert written == {"nickname": None}


def test_a_new_field_is_in_answers_unless_it_is_missing_or_broken():
    show = tolerant("patient")(shown_by(TABLE))
    assert show(stored_with("Izzy"))["nickname"] == "Izzy"
    for nothing in (None, 5):
        page_values = show(stored_with(nothing))
        assert "nickname" not in page_values
        assert page_values["fullName"] == "Iris Example"


def test_a_new_searched_field_is_the_last_part_of_the_search_key():
    document = stored_with("Zoë")
    assert search_key(document, fields.searched(TABLE)) == search_key(document) + SEPARATOR + "zoe"


def test_a_new_copied_field_is_in_the_profile():
    profile = profile_of(stored_with("Izzy"), fields.profile_paths(TABLE))
    assert profile["patient"]["nickname"] == "Izzy"


def test_a_new_field_is_a_column_of_the_csv_and_a_line_of_the_staff_page():
    row = {
        **stored_with("Izzy"),
        **ADDED,
        "id": "0123456789",
        "figures": Figures(None, None, None, None),
    }
    cells = {title: patient_fields.cell(field, row) for title, field in fields.columns(TABLE)}
    lines = {title: patient_fields.line(field, row) for title, field in fields.lines(TABLE)}
    assert list(cells)[-1] == "nickname"
    assert cells["nickname"] == "Izzy"
    assert list(lines)[-1] == "Nickname"
    assert "Izzy" in lines["Nickname"]


def test_staff_pages_leave_out_what_a_new_field_cannot_hold():
    assert "nickname" not in readable(stored_with(5), fields.shapes(TABLE))


def test_details_without_what_every_patient_has_are_refused():
    """An update with them would erase it."""
    for missing in ("fullName", "birthDate"):
        said = {"fullName": "Iris Example", "birthDate": "1984-05-06"}
        del said[missing]
        with pytest.raises(TypeError):
            PatientDetails(said)


def test_what_no_body_says_of_an_existing_user_is_refused():
    with pytest.raises(TypeError):
        SharedPatient(said={"email": "iris@example.org"})

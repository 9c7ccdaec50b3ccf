"""The forms of pre-orders are data that agree with their schema (rules EHR-146 to EHR-153)."""

import pytest

from tests.xealth import ABSENT, changed
from xealth import checks
from xealth.choices import Form
from xealth.representation import forms


def documents():
    return {name: forms.read(name) for name in (*Form, forms.TAGS)}


def test_every_file_of_the_forms_agrees_with_its_schema():
    names = {path.stem for path in forms.FOLDER.glob("*.json")}

    assert names == {*Form, forms.TAGS, forms.SCHEMA}
    assert checks.problems_of_forms(documents()) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("patient_enrollment_form.formId", "other"),
        ("patient_enrollment_form.formSchema.title", "Add {patient} to Tidepool"),
        ("guardian_enrollment_form.formSchema.properties.guardian.type", "text"),
        ("guardian_enrollment_form.uiSchema.ui:order", []),
        ("not_created.formSchema.properties.error_0.title", ""),
        ("email_taken.formSchema.properties", {}),
        ("birth_date_differs", ABSENT),
        ("tags.some.definition", {"enum": "{other}"}),
    ],
)
def test_a_broken_form_is_found_by_the_system_check(path, value):
    assert checks.problems_of_forms(changed(documents(), path, value))


def test_fields_are_shown_in_an_order_that_names_each_of_them():
    for name in Form:
        form = forms.read(name)
        shown, order = form["formSchema"]["properties"], form["uiSchema"]["ui:order"]
        assert sorted(order) == sorted(shown), name


def test_braces_in_a_name_are_no_places():
    filled = forms.fill(Form.PATIENT, full_name="{tag_ids} {full_name}", tags=[])

    assert filled["formSchema"]["title"] == "Add {tag_ids} {full_name} to Tidepool"

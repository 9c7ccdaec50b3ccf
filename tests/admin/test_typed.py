"""What is typed before something that cannot be undone, and what is removed twice."""

import pytest
from django import forms

from clinic_records.admin import removals
from kernel.staff.fields import TypedForm
from tests.admin.conftest import messages_of, patient_ids


@pytest.mark.parametrize(
    ("expected", "typed", "is_right"),
    [
        ("Mary’s Clinic", "Mary's Clinic", True),
        ("Mary's Clinic", "MARY‘S  clinic ", True),
        ("“North” – East", '"north" - east', True),
        ("Ada@Example.org", "ada@example.org", True),
        ("Mary's Clinic", "Marys Clinic", False),
        ("Müller", "Muller", False),
        ("İstanbul Straße", "İSTANBUL STRASSE", True),
        ("Grün-Weiß", "GRÜN-WEISS", True),
        ("Weiss", "Weiß", True),
        ("ΟΔΟΣ", "οδος", True),
        ("Ⅻ ﬁn", "xii FIN", True),
    ],
)
def test_letter_case_apostrophes_quotes_dashes_and_blanks_do_not_count(expected, typed, is_right):
    form = TypedForm({"typed": typed, "reason": "T-1"}, typed=expected)
    assert isinstance(form, forms.Form)
    assert form.is_valid() is is_right


def test_what_is_removed_twice_was_removed_already(clinic, ben, root):
    removed = {
        f"patients/{patient_ids(clinic)[0]}/remove": ("Maria Marker", "The patient"),
        f"members/{ben.user_id}/remove": ("Ben Member", "The member"),
    }
    for path, (name, who) in removed.items():
        whole = f"clinics/{clinic['_id']}/{path}"
        root.post(whole, typed=name, reason="T-1")
        again = root.post(whole, typed=name, reason="T-1")
        assert again.status_code == 302
        assert messages_of(again)[-1] == removals.ALREADY.format(who=who)
        assert root.get(whole).status_code == 302
    assert root.get(f"clinics/{clinic['_id']}/patients/unknown/remove").status_code == 404
